"""An evaluation as one HTML page that needs nothing else: its tables, a plot, and the pictures of what went wrong.

It holds what the pictures show: the values as they are, and the pictures themselves.
"""

import base64
import mimetypes
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from cli.api import Json
from cli.evaluation import Evaluation, Judged, Total, Value
from cli.marks import Mark
from cli.reading import SUCCEEDED
from cli.tables import evaluation_rows

# What browsers show.
SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/avif"}
# Of the picture around a value, in heights of its text.
AROUND = 1.5
PLOT = 640, 240, 40
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1c1c1c }}
table {{ border-collapse: collapse; margin: 1rem 0 }} caption {{ text-align: left; font-weight: 600 }}
td, th {{ padding: .25rem .75rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top }}
.silent {{ color: #b00020; font-weight: 600 }} svg {{ max-width: 100%; height: auto }}
.number {{ text-align: right; font-variant-numeric: tabular-nums }}
image {{ image-orientation: none }} .whole {{ max-height: 24rem }}
</style></head><body><h1>{title}</h1>
"""


def page(found: Evaluation) -> str:
    """The whole page."""
    title = escape(f"Evaluation of {found.product}")
    tables = (_table(*one) for one in evaluation_rows(found))
    return "".join([_HEAD.format(title=title), _plot(found.totals()), *tables, *_misses(found), "</body></html>\n"])


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return (
        f"<table><caption>{escape(title)}</caption>{_row('th', head)}{''.join(_row('td', row) for row in rows)}</table>"
    )


def _row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}{_style(cell)}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _style(cell: str) -> str:
    return ' class="number"' if re.fullmatch(r"[0-9.]+", cell) else ""


def _plot(totals: Sequence[Total]) -> str:
    """A point a reader: rightwards what a picture costs, upwards the share of records that are exactly right."""
    width, height, edge = PLOT
    of = "cost" if any(one.cost for one in totals) else "units"
    most = max((getattr(one, of) / max(one.pictures, 1) for one in totals), default=0) or 1
    points = []
    for one in totals:
        x = edge + (width - 5 * edge) * getattr(one, of) / max(one.pictures, 1) / most
        y = height - edge - (height - 2 * edge) * one.right / max(one.pictures, 1)
        label = f'<text x="{x + 9:.0f}" y="{y + 4:.0f}">{escape(one.reader.name)}</text>'
        points.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5"/>{label}')
    axes = f'<path d="M{edge} {edge / 2:g}V{height - edge}H{width - edge}" fill="none" stroke="#888"/>'
    unit = "yuan" if of == "cost" else "price units"
    words = (
        f'<text x="{edge}" y="{height - 12}">{unit} a picture, up to {most:.4g}</text>'
        f'<text x="4" y="14">share of records exactly right, up to 1</text>'
    )
    drawn = axes + words + "".join(points)
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" font-size="13">{drawn}</svg>'


def _misses(found: Evaluation) -> Iterator[str]:
    """Each picture with something wrong: once as a whole, how it ended, then what was misread of it, and by whom."""
    yield "<h2>What went wrong</h2>"
    for number, picture in enumerate(sorted({one.picture for one in found.all})):
        missed = [one for one in found.all if one.picture == picture and not one.right]
        if not missed:
            continue
        id = f"p{number}"
        whole = _whole(picture, missed, id)
        misses = [(one, value) for one in missed for value in one.values if value.mark != Mark.RIGHT]
        rows = [_miss(*miss, id if whole else "") for miss in misses]
        ends = (
            f"{one.reader.name}: {one.outcome['status']}. {_why(one.outcome)}"
            for one in missed
            if one.outcome["status"] != SUCCEEDED
        )
        said = "".join(f"<p>{escape(end)}</p>" for end in ends)
        head = _row("th", ["field", "reader", "printed", "read", "", "where"])
        table = f"<table>{head}{''.join(rows)}</table>" if rows else ""
        yield f"<h3>{escape(picture.as_posix())}</h3>{whole}{said}{table}"


def _why(outcome: Json) -> str:
    return str((outcome.get("problem") or {}).get("detail", ""))


def _miss(one: Judged, value: Value, id: str) -> str:
    word = "silently wrong" if value.silent else str(value.mark)
    cells = (escape(part) for part in (value.name, one.reader.name, _shown(value.printed), _shown(value.found)))
    style = ' class="silent"' if value.silent else ""
    box = one.document.get("evidence", {}).get(value.name.partition("[")[0], {}).get("box")
    where = _part(id, box) if id and box and value.found is not None else ""
    return (
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + f"<td{style}>{escape(word)}</td><td>{where}</td></tr>"
    )


def _shown(value: Any) -> str:
    return "—" if value is None else str(value)


def _whole(picture: Path, judged: Iterable[Judged], id: str) -> str:
    """The picture, which the rows below show parts of; nothing of what browsers do not show."""
    kind = mimetypes.guess_type(picture.name)[0] or ""
    info = next((one.record["picture"] for one in judged if one.record.get("picture")), None)
    if kind not in SHOWN or info is None:
        return ""
    width, height = info["width"], info["height"]
    data = base64.b64encode(picture.read_bytes()).decode()
    image = f'<image id="{id}" href="data:{kind};base64,{data}" width="{width}" height="{height}"/>'
    return f'<svg class="whole" viewBox="0 0 {width} {height}">{image}</svg>'


def _part(id: str, box: Sequence[Sequence[float]]) -> str:
    """The part of a picture where a value was read."""
    xs, ys = [x for x, _ in box], [y for _, y in box]
    room = AROUND * max(min(max(xs) - min(xs), max(ys) - min(ys)), 1)
    left, top = min(xs) - room, min(ys) - room
    width, height = max(xs) + room - left, max(ys) + room - top
    corners = " ".join(f"{x:.0f},{y:.0f}" for x, y in box)
    frame = f'<polygon points="{corners}" fill="none" stroke="#b00020" stroke-width="{room / 20:.1f}"/>'
    return f'<svg viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" width="320"><use href="#{id}"/>{frame}</svg>'
