"""What came of a trial, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.table import Table

HEAD = ("trial", "what was done", "what came of it", "promise")


@dataclass(frozen=True)
class Figure:
    """One number that a trial found. `most` and `least` are what the promise allows; without them it is only told."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool:
        """Whether it is what was promised."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        # What was counted is whole, what was measured has two places.
        shown = f"{self.value:.2f}" if isinstance(self.value, float) else f"{self.value}"
        return f"{self.name} {shown}"


@dataclass(frozen=True)
class Result:
    """One trial's figures. `done` says what was done to get them."""

    trial: str
    done: str
    figures: Sequence[Figure]

    @property
    def kept(self) -> bool:
        """Whether the promise held."""
        return all(figure.kept for figure in self.figures)

    def row(self, broken: str = "{}") -> list[str]:
        """Its line of the table; `broken` marks a figure that is not what was promised."""
        figures = (str(figure) if figure.kept else broken.format(figure) for figure in self.figures)
        return [self.trial, self.done, ", ".join(figures), "held" if self.kept else "broken"]


def table(results: Sequence[Result]) -> Table:
    """The results for a terminal."""
    shown = Table(*HEAD, box=SIMPLE)
    for result in results:
        shown.add_row(*result.row("[bold red]{}[/]"), style=None if result.kept else "yellow")
    return shown
