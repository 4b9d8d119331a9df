"""Which fields a document cannot be without, and the check that says whether they were read.

    required=["invoice_number", "total"]                                           a document of one page
    required={PORTRAIT: ["name", "id_number"], EMBLEM: [("valid_period", "valid_to")]}    a document of two sides

Of several fields in a tuple any one will do. One whole side is a whole document; of a further side that shows, nothing
required may be missing either.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ocr.declare.fields import Fields, declared
from ocr.model.check import Check

Required = Sequence[str | tuple[str, ...]]
# The side of a document that has but one.
ONLY = ""


@dataclass(frozen=True)
class Complete:
    """The check `complete`: no field is missing that the document cannot be without.

    `sides` maps each side to its required fields, each as the fields of which one has to be there.
    """

    sides: Mapping[str, tuple[tuple[str, ...], ...]]
    name: str = "complete"

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that is required anywhere, alone or as one of several."""
        return tuple(dict.fromkeys(name for side in self.sides for name in self._named(side)))

    @property
    def ties(self) -> tuple[str, ...]:
        """The fields that are printed on more than one side, with one value on all of them."""
        return tuple(name for name in self.fields if sum(name in self._named(side) for side in self.sides) > 1)

    def __call__(self, model: Fields) -> Check:
        there = [name for name in declared(type(model)) if _is_there(model, name)]
        missing = self._missing(model, self.shown(type(model), there) or [self._nearest(model)])
        names = [name for choice in missing for name in choice]
        if not missing:
            return Check(name=self.name, fields=[one for one in self.fields if _is_there(model, one)], outcome="passed")
        names_of_missing = ", ".join(" or ".join(choice) for choice in missing)
        return Check(name=self.name, fields=names, outcome="failed", detail=f"Not read: {names_of_missing}.")

    def shown(self, model: type[Fields], names: Collection[str]) -> list[str]:
        """The sides that show, of a document of `model` with the fields of these names."""
        return [side for side in self.sides if any(name in names for name in self._own(model, side))]

    def _missing(self, model: Fields, sides: Sequence[str]) -> list[tuple[str, ...]]:
        wanted = dict.fromkeys(choice for side in sides for choice in self.sides[side])
        return [choice for choice in wanted if not any(_is_there(model, name) for name in choice)]

    def _nearest(self, model: Fields) -> str:
        """The side that lacks least, where nothing says which side it is."""
        return min(self.sides, key=lambda side: len(self._missing(model, [side])))

    def _own(self, model: type[Fields], side: str) -> Iterator[str]:
        """The fields by which a side shows: those that stand on it and on no other."""
        elsewhere = {name for other in self.sides if other != side for name in self._named(other)}
        placed = (name for name, field in declared(model).items() if field.mark.side == side)
        yield from (name for name in (*self._named(side), *placed) if name not in elsewhere)

    def _named(self, side: str) -> list[str]:
        return [name for choice in self.sides[side] for name in choice]


def complete(required: Required | Mapping[str, Required]) -> Complete:
    """The check on fields as a product declares them."""
    sides = required if isinstance(required, Mapping) else {ONLY: required}
    return Complete({side: tuple(_choice(one) for one in fields) for side, fields in sides.items()})


def _choice(one: str | tuple[str, ...]) -> tuple[str, ...]:
    return (one,) if isinstance(one, str) else one


def _is_there(model: Fields, name: str) -> bool:
    return getattr(model, name) not in (None, "", [])
