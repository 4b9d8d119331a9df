"""What etoplive finds on a picture, and the four shapes in which it tells."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.simulators import reader
from local.simulators.calls import Body, Question, Refusal
from local.simulators.etoplive_tables import (
    BILL,
    BILL_TYPES,
    BILLS,
    CLASSIFY,
    COLOURS,
    FORMLESS,
    ID_CARD,
    KEYS,
    PIDS,
    SIDE_TYPES,
    SIDED,
    SORTED,
    TABLE,
    TEXTS,
)
from local.simulators.pictures import Picture
from local.simulators.reader import Entry, FoundDocument

SEAL = re.compile(r".{2,}(专用章|公章|业务章|合同章|财务章)$")
SEAL_LABELS = frozenset({"印章", "公司印章内容"})

IMAGE_CHECKS = ("checkCopy", "checkDefect", "checkLight", "checkBlur", "checkPS")


@dataclass(frozen=True)
class Result:
    """What was found: documents, or plates, or nothing but a code."""

    entries: Sequence[Body] = ()
    plates: Sequence[Body] | None = None
    code: int = 0


def plates(picture: Picture) -> Result:
    found = reader.plates(picture)
    if not found:
        raise Refusal("19")
    return Result(plates=[{"车牌颜色": COLOURS.get(plate.colour, "未知"), "车牌号": plate.text} for plate in found])


def documents(picture: Picture, pid: int, options: Mapping[str, Any]) -> Result:
    page = reader.page(picture)
    if not page.lines:
        raise Refusal("19")
    if pid in TEXTS:
        return Result([_entry(picture, pid, FoundDocument("", _lines(page), lines=page.lines), options)])
    if pid == TABLE:
        return Result([_entry(picture, pid, FoundDocument("", _cells(picture), lines=page.lines), options)])
    kinds = _everything() if pid in SORTED else PIDS[pid][1]
    found = reader.documents(picture, kinds, SIDED)
    if not found:
        raise Refusal("3")
    return Result([_entry(picture, pid, one, options) for one in found])


def _everything() -> list[str]:
    """Every product that a classification may name."""
    return [slug for pid, (_, slugs) in PIDS.items() if pid not in FORMLESS for slug in slugs] + list(BILLS)


def _lines(page: reader.Page) -> list[Entry]:
    return [Entry("", "文本", line.text, line.confidence, line.box) for line in page.lines]


def _cells(picture: Picture) -> list[Entry]:
    cells = [cell for table in reader.tables(picture) for cell in table.cells]
    return [Entry("", "单元格", cell.text, cell.confidence, cell.box) for cell in cells]


def _entry(picture: Picture, pid: int, found: FoundDocument, options: Mapping[str, Any]) -> Body:
    """One member of ResultList."""
    left, top, right, bottom = found.frame
    entry: Body = {
        "pid": _pid_of(found.slug) if pid in SORTED else pid,
        "type": _type(pid, found),
        "position": _position(left, top, right, bottom),
        "direct": reader.page(picture).angle // 90,
        "angle": reader.page(picture).angle,
        "ocr_error_code": 0,
        "image_data": _crop(picture, found.frame) if options["removeImgData"] == "0" else "",
    }
    if pid == CLASSIFY:
        return entry
    placed = pid != BILL or options["showPosition"] == "1"
    entry["FieldList"] = [_field(found.slug, one, placed) for one in _wanted(found, options["openSeal"] == "1")]
    if found.rows:
        rows = [{"FieldList": [_field("", one, placed) for one in row]} for row in found.rows]
        entry["DetailList"] = [{"DetailData": rows}]
    return entry | _portrait(picture, found, options) | _image_check(pid, options)


def _pid_of(slug: str) -> int:
    return next(pid for pid, (_, slugs) in PIDS.items() if slug in slugs)


def _type(pid: int, found: FoundDocument) -> str:
    if not found.slug:
        return PIDS[pid][0]
    if found.slug in BILL_TYPES:
        return BILL_TYPES[found.slug]
    return SIDE_TYPES.get((found.slug, found.side or ""), PIDS[_pid_of(found.slug)][0])


def _wanted(found: FoundDocument, seals: bool) -> list[Entry]:
    """The entries, those of seals only when they were asked for."""
    entries = [entry for entry in found.entries if entry.label not in SEAL_LABELS]
    read = [line for line in found.lines if SEAL.fullmatch(line.text)] if seals else []
    return entries + [Entry("", "印章", line.text, line.confidence, line.box) for line in read]


def _field(slug: str, entry: Entry, placed: bool) -> Body:
    key = KEYS.get(slug, {}).get(entry.field, "")
    body: Body = {"key": key, "chn_key": entry.label, "value": _printed(slug, key, entry.text), "image_data": ""}
    if entry.confidence is not None:
        body["score"] = round(entry.confidence * 100)
    if placed:
        body |= _placed(entry)
    return body


def _printed(slug: str, key: str, text: str) -> str:
    """The text as the vendor gives it: as printed, but for the ID card's birth date."""
    day = re.fullmatch(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*", text)
    if (slug, key) == ("id_card", "Birth") and day:
        return f"{int(day[1]):04}{int(day[2]):02}{int(day[3]):02}"
    return text


def _placed(entry: Entry) -> Body:
    if entry.box is None:
        return {"position": _position(0, 0, 0, 0), "quad": [0] * 8}
    return {
        "position": _position(*reader.frame(entry.box)),
        "quad": [round(side) for corner in entry.box for side in corner],
    }


def _position(left: float, top: float, right: float, bottom: float) -> dict[str, int]:
    return {"left": round(left), "top": round(top), "width": round(right - left), "height": round(bottom - top)}


def _crop(picture: Picture, frame: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = frame
    width, height = picture.width, picture.height
    return picture.crop(left / width, top / height, right / width, bottom / height)


def _portrait(picture: Picture, found: FoundDocument, options: Mapping[str, Any]) -> Body:
    if (found.slug, found.side) != ("id_card", "portrait"):
        return {}
    wanted = options["removeImgData"] == "0"
    return {"head_image_data": picture.portrait() if wanted else ""}


def _image_check(pid: int, options: Mapping[str, Any]) -> Body:
    if pid != ID_CARD:
        return {}
    return {name: 0 for name, asked in zip(IMAGE_CHECKS, options["imageCheck"], strict=True) if asked == "1"}


def root() -> Body:
    return {"ErrorCode": 0, "SerialId": 10**18 + secrets.randbelow(9 * 10**18)}


def paged(result: Result, milliseconds: int) -> Body:
    found: Body = {"ErrorCode": result.code, "Time": str(milliseconds)}
    found |= {"ResultList": list(result.entries)} if result.plates is None else {"Plate": list(result.plates)}
    return root() | {"PageInfo": [{"PageIndex": 1, "ErrorCode": 0, "img_data": "", "Result": [found]}]}


def listed(result: Result, question: Question, milliseconds: int) -> Body:
    info = {
        "requestId": question.options.get("requestId", ""),
        "time": milliseconds,
        "responseId": secrets.token_hex(16),
    }
    body: Body = {"ErrorCode": 0, "recogInfo": info}
    if result.plates is None:
        return body | {"ResultList": list(result.entries)}
    return body | {"PlateNum": len(result.plates), "totalMs": milliseconds, "Plate": list(result.plates)}


def flat(result: Result) -> Body:
    fields = [entry for document in result.entries for entry in document.get("FieldList", [])]
    return {"ErrorCode": "0"} | {entry["key"] or entry["chn_key"]: entry["value"] for entry in fields}
