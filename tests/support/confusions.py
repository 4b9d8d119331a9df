"""Characters that are taken for one another, either way: as the simulated vendors err."""

import json
from collections.abc import Iterator

from local.cloud.aws import ROOT

_SLIPS = json.loads((ROOT / "local/simulators/slips.json").read_text(encoding="utf-8"))
_PAIRS = {(one, other) for one, others in _SLIPS["confusions"].items() for other in others}
_ALIKE: dict[str, str] = {}
for one, other in sorted(_PAIRS | {(other, one) for one, other in _PAIRS}):
    _ALIKE[one] = _ALIKE.get(one, "") + other


def misread(text: str) -> Iterator[tuple[int, str, str]]:
    """Every place with each character that may be read there instead, and the text as it is read then."""
    for at, letter in enumerate(text):
        for other in _ALIKE.get(letter, _SLIPS["otherwise"]):
            yield at, other, text[:at] + other + text[at + 1 :]
