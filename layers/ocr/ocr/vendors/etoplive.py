"""etoplive 译图智讯: 42 kinds of documents by one address, told apart by a number, the pid.

Document: 译图智讯文字识别OCR服务. It shows how to ask and the error codes; of answers it shows `{"ErrorCode": "0"}`
alone. The four shapes below are those seen in its clients. Unconfirmed are the shapes of general text (1001),
handwriting (1034), tables (1036), the VAT invoice (21), bills (22), classification (666, 667), image checks and seals:
whatever comes is read as far as it says what it is, and kept whole.

    page   {ErrorCode, SerialId, PageInfo: [{ErrorCode, Result: [{ErrorCode, ResultList: [entry, …]}]}]}
    list   {ErrorCode, recogInfo, ResultList: [entry, …]}
    plate  {ErrorCode, Plate: [{车牌号, 车牌颜色}, …]}, also within a page's result
    flat   {ErrorCode, VIN: …}

An entry has `pid, type, position, FieldList: [{key, chn_key, value, score, position, quad}]` and, on policies,
`DetailList: [{DetailData: [{FieldList}, …]}]`. Any member may be missing, and any of the four levels may carry a code.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from ocr.declare.fields import canonical, labels
from ocr.declare.offers import CROPS, Limits, Member, RemoveCrops, RequestId, VendorRequest
from ocr.model.picture import Picture, Upload
from ocr.model.reading import Box, ExtractedDocument, Item, Line, Reading
from ocr.platform.errors import (
    CallerError,
    ConfigurationError,
    NoResult,
    OcrError,
    TooComplex,
    UnexpectedResponse,
    VendorRejected,
    VendorUnavailable,
)
from ocr.platform.settings import settings
from ocr.vendors import transport
from ocr.vendors.parsing import (
    Flag,
    OnePicture,
    Row,
    code_of,
    flagged,
    names_plate,
    number,
    parts,
    quad,
    settle,
    share,
    text,
    trace,
    turned_away,
    unexplained,
    unlisted,
    upright,
)

VENDOR = "etoplive"
URL = "https://www.etoplive.com"
PATH = "/ocr/PageOcrServlet"

SECRET = (
    Member("key", "the account's key, shown after logging in"),
    Member("secret", "the account's secret, shown after logging in"),
)

# What an operator does before the first call, in words for the vendor's page.
SETUP = (
    "The key and the secret are shown after logging in. A kind of document that is not opened for the account gives "
    "`-5`.",
    "`input=url` hands the vendor a link to the upload, good for five minutes. A picture that a request names by its "
    "`url` is fetched by this system, and sent as its bytes.",
)

_KEY = "The operator has to look at etoplive's key and secret."
_PID = "The operator has to ask etoplive to open this kind of document for the account."
ERRORS = {
    "3": Row(NoResult, "The picture does not show this kind of document.", kind="wrong_document", paid=True),
    "16": turned_away("The vendor says that this is no picture; it decodes whole.", "smaller"),
    "17": turned_away("The vendor no longer knows this kind of document."),
    "19": Row(NoResult, "The vendor recognized nothing.", paid=True),
    "-1": Row(VendorRejected, "The vendor has locked this system's account.", _KEY),
    "-2": Row(VendorRejected, "The vendor does not accept this system's key and secret.", _KEY),
    "-3": Row(
        VendorRejected, "The calls that were bought are used up.", "The operator has to buy calls from etoplive."
    ),
    "-4": Row(VendorRejected, "The vendor does not know this system's account.", _KEY),
    "-5": Row(VendorRejected, "The vendor does not read this kind of document for this account.", _PID),
    "-6": turned_away("The vendor says that it got no picture; it was sent one."),
    "-7": turned_away("The vendor misses the key or the secret; both were sent."),
    "-8": Row(VendorUnavailable, "The vendor's server had an I/O error."),
    # It may have been at work on the picture when its time ended.
    "-49": Row(VendorUnavailable, "The vendor ran out of time inside.", paid=True),
    # 图片错误，请换一张再重试: the vendor means this very picture, which decodes whole. Another vendor may read it.
    "-51": Row(TooComplex, "The vendor cannot use this picture.", remedy="smaller"),
    "-52": Row(VendorUnavailable, "The vendor is overloaded.", retry_after=30, blames="nothing"),
    "-55": Row(VendorUnavailable, "The vendor saw the connection end."),
}
_POOR = Row(
    CallerError,
    "The picture did not pass the image checks.",
    "Send a sharp, whole original.",
    kind="poor_quality",
    paid=True,
)

ID_CARD, PLATE, TABLE = 2, 6, 1036
TEXTS = {1001, 1034}
CLASSIFIED = {666, 667}
# What is sold, as the document's first table lists it.
PIDS = {
    *(1, 2, 4, 5, 6, 7, 8, 11, 12, 21, 22, 41, 52, 53, 60, 61, 62, 68, 501, 666, 667),
    *(1001, 1002, 1003, 1005, 1007, 1013, 1014, 1015, 1018, 1020, 1026, 1031, 1033, 1034, 1036, 1037, 1038, 1039),
    *(1066, 1076, 1082),
}

OK, ENTRY_CODE = "0", "ocr_error_code"
LISTS = ("ResultList", "Plate")
PAGES = ("PageInfo", "Result")
FIELDS = {"FieldList", "DetailList"}
EDGES = ("left", "top", "width", "height")
CLASS = ("type", "pid", "angle", "direct")
TEXT_NAMES = ("value", "text", "content", "words")


class Bill(NamedTuple):
    """One of the bills that pid 22 reads: words that its type is known by, and labels that no other bill has."""

    words: tuple[str, ...]
    labels: tuple[str, ...] = ()


# No document lists the types' names: those are seen, and in words that belong to one bill alone. A problem names no
# others, since free text may be a value that has lost its way.
BILLS = {
    # Before the train's, whose words are in their names.
    "机动车发票": Bill(("机动车", "二手车")),
    "火车票": Bill(("火车", "动车", "高铁", "铁路"), ("车次", "席别", "检票口", "售票站", "开车时间", "座位号")),
    "行程单": Bill(("行程单", "机票", "航空"), ("航班号", "航班", "承运人", "燃油附加费", "民航发展基金", "填开单位")),
    "出租车票": Bill(
        ("出租车", "出租汽车", "的士"), ("上车", "上车时间", "下车", "下车时间", "里程", "车号", "燃油附加")
    ),
    "定额发票": Bill(("定额",)),
    "增值税发票": Bill(("增值税",), ("购买方名称", "销售方名称", "购方名称", "销方名称", "价税合计")),
    "卷票": Bill(("卷票", "卷式")),
    "汽车票": Bill(("汽车票", "客运")),
    "通行费发票": Bill(("过路", "过桥", "通行费"), ("入口", "出口")),
    "船票": Bill(("船票",), ("船名",)),
}

# Crops of the page, the document and the face.
PICTURES = {"head_image_data": "face", "image_data": "document", "img_data": "page"}
# Results of imageCheck, under the names seen in the vendor's clients: its document names none.
FLAGS = {
    "checkCopy": Flag("Whether the picture shows a photocopy or a screen instead of the card itself."),
    "checkDefect": Flag("Whether a part of the card is missing or covered."),
    "checkLight": Flag("Whether a bright spot hides a part of the card."),
    "checkBlur": Flag("Whether the picture is blurred."),
    "checkPS": Flag("Whether the picture was edited."),
    "img_type": Flag("Whether the picture shows the card itself, a screen or a photocopy."),
    "img_type_score": Flag("How sure the vendor is of img_type."),
}
# What belongs to the answer and not to what stands on the document.
ENVELOPE = frozenset(
    {
        *(
            "ErrorCode",
            "SerialId",
            "requestId",
            "Response",
            "PageInfo",
            "PageIndex",
            "Result",
            "ResultList",
            "recogInfo",
        ),
        *("Time", "totalMs", "Plate", "PlateNum", "FieldList", "DetailList", "ocr_error_code"),
        *("pid", "type", "position", "head_position", "angle", "direct"),
    }
)

Levels = list[dict[str, Any]]


def _switch(description: str) -> Any:
    return Annotated[Literal["0", "1"], Field(description=description)] | None


_OPTIONS: Mapping[str, Any] = {
    "input": Annotated[
        Literal["base64", "file", "url"],
        Field(description="how the picture travels; url: as a link to an upload"),
    ]
    | None,
    "requestId": RequestId | None,
    CROPS: RemoveCrops | None,
    "openSeal": _switch("1: read what stands in seals too, which takes longer; 0, as without it: leave seals out"),
    "showPosition": _switch("1: say where each field of a bill stands; 0, as without it: bills have no places"),
}
_ID_CARD_OPTIONS: Mapping[str, Any] = {
    "imageCheck": Annotated[
        str, Field(pattern="^[01]{5}$", description="original, whole, free of glare, sharp, untouched: 1 checks it")
    ]
    | None,
    "imageCheckVaule": _switch(
        "0: refuse a picture that fails a check of imageCheck; 1, as without it: read it, and say how it did"
    ),
}
# The wire names of the options that are sent as they are; `imageCheckVaule` is the vendor's own spelling.
_SENT = ("requestId", "removeImgData", "openSeal", "showPosition", "imageCheck", "imageCheckVaule")


@dataclass(frozen=True)
class Pid(OnePicture):
    """One of etoplive's kinds of documents. `type` names those wanted of a pid that several products share (22)."""

    pid: int
    type: tuple[str, ...] = ()

    vendor: ClassVar[str] = VENDOR
    keys: ClassVar[tuple[str, ...]] = ("key", "secret")
    members: ClassVar[tuple[Member, ...]] = SECRET
    limits: ClassVar[Limits] = Limits(bytes=5 * 1024 * 1024, encoded="urlencoded")
    pictures: ClassVar[Mapping[str, str]] = PICTURES
    # The document's samples wait for up to 60 s; what its clients report takes up to 10.
    patience: ClassVar[float] = 20

    @property
    def interface(self) -> str:
        return f"pid{self.pid}"

    @property
    def number(self) -> int:
        return self.pid

    @property
    def narrowed(self) -> bool:
        return bool(self.type)

    def __post_init__(self) -> None:
        if self.pid not in PIDS:
            raise ConfigurationError(f"etoplive sells no pid {self.pid}.")

    @property
    def options(self) -> Mapping[str, Any]:  # type: ignore[override]  # the checks are sold with the ID card alone
        return {**_OPTIONS, **_ID_CARD_OPTIONS} if self.pid == ID_CARD else _OPTIONS

    def takes(self, request: VendorRequest) -> bool:
        """Whether it has the options; by its address travels only what lies in the bucket."""
        there = request.options.get("input") != "url" or all(document.upload for document in request.documents)
        return there and super().takes(request)

    def carries(self, document: Picture, options: Mapping[str, str]) -> bool:
        """By its address travels only what was uploaded, as it is."""
        return options.get("input") != "url" or document.upload is not None

    def send(self, request: VendorRequest, document: Picture, until: float) -> transport.Answer:
        options = _parameters(request.options)
        form = {name: options[name] for name in _SENT if name in options}
        form |= {"pid": str(self.pid), "key": request.secret["key"], "secret": request.secret["secret"]}
        url = settings().url(VENDOR, URL) + PATH
        if options.get("input") == "file":
            file = (f"picture.{document.format.lower()}", document.content, document.media_type)
            return transport.send("POST", url, until, data=form, files={"mfile": file})
        if options.get("input") == "url" and document.upload:
            return transport.send("POST", url, until, data=form | {"urlPath": _link(document.upload)})
        return transport.send("POST", url, until, data=form | {"file": base64.b64encode(document.content).decode()})

    def understand(
        self, request: VendorRequest, document: Picture, answer: transport.Answer, body: dict[str, Any]
    ) -> Reading:
        levels = list(_levels(body))
        entries = [entry for level in levels for entry in _children(level.get("ResultList"))]
        _refuse(levels, entries, answer, _parameters(request.options))
        reading = Reading(vendor=VENDOR)
        if self.pid in TEXTS or self.pid == TABLE:
            page, beside = self._page(levels, entries, document), _around(levels, texts=False)
            if self.pid == TABLE and not page["tables"]:
                # Texts that make no table were read and paid for all the same.
                texts = [Item(label="text", **one.model_dump()) for one in page["lines"]]
                page, beside = {"lines": []}, [*texts, *beside]
            around = [ExtractedDocument(items=beside)] if beside else []
            return reading.model_copy(update=page | {"findings": around})
        plates = [_plate(plate, document) for level in levels for plate in _children(level.get("Plate"))]
        findings = [*self._findings(self._wanted(entries), request, document), *plates]
        if not any(name in level for level in levels for name in LISTS):
            findings = [_flat(levels, request)]
        elif (beside := _around(levels)) and (first := next((one for one in findings if one.items), None)):
            # Image checks and seals may stand beside the documents.
            findings[findings.index(first)] = first.model_copy(update={"items": [*first.items, *beside]})
        return reading.model_copy(update={"findings": findings, "angle": _angle(entries)})

    def call_id(self, body: dict[str, Any]) -> str | None:
        with suppress(UnexpectedResponse):
            return _trace(list(_levels(body)))
        return None

    def _page(self, levels: Levels, entries: Levels, document: Picture) -> dict[str, Any]:
        from ocr.extraction.tables import tables

        if code := next(filter(None, map(_failure, entries)), None):
            raise _error(code)
        nodes = [*levels, *entries]
        lines = [line for node in nodes for line in _lines(node, document) if line.text]
        if not lines and not any(name == "FieldList" or part == [] for node in nodes for name, part in node.items()):
            raise unexplained()
        return {"lines": lines, "tables": tables(lines) if self.pid == TABLE else []}

    def _wanted(self, entries: Levels) -> Levels:
        """The entries that are not known to be other bills; raises `NoResult` naming those when there are no more."""
        if not self.type:
            return entries
        bills = [_bill(entry) for entry in entries]
        wanted = [entry for entry, bill in zip(entries, bills, strict=True) if bill in (None, *self.type)]
        if entries and not wanted:
            extra = {"detected": [name for name in BILLS if name in bills]}
            raise NoResult("The picture shows other documents.", kind="wrong_document", extra=extra, paid=True)
        return wanted

    def _findings(self, entries: Levels, request: VendorRequest, document: Picture) -> list[ExtractedDocument]:
        """A finding for each entry that was read, and one with the bare code for each that was not.

        Raises the first entry's error when none was read.
        """
        read = [self._finding(entry, request, document) for entry in entries if not _failure(entry)]
        failures = [(entry, code) for entry in entries if (code := _failure(entry))]
        if failures and not any(finding.items or finding.rows for finding in read):
            raise _error(failures[0][1])
        return read + [
            ExtractedDocument(type=text(entry.get("type")) or None, items=[Item(label=ENTRY_CODE, text=code)])
            for entry, code in failures
        ]

    def _finding(self, entry: dict[str, Any], request: VendorRequest, document: Picture) -> ExtractedDocument:
        items = [item for field in _fields(entry) if (item := _item(field, document)).text]
        lines = [line for line in _rows(entry, document) if line]
        if self.pid in CLASSIFIED:
            # The number that was asked by is no kind of document.
            said = {name: code_of(entry.get(name)) or text(entry.get(name)) for name in CLASS}
            items += [Item(label=name, text=one) for name, one in said.items() if one not in ("", str(self.pid))]
        if not (items or lines):
            return ExtractedDocument() if FIELDS & entry.keys() else _flat([entry], request)
        return ExtractedDocument(
            type=text(entry.get("type")) or None,
            items=[*items, *_others(entry)],
            rows={"": lines} if lines else {},
            box=upright(entry.get("position"), document, EDGES),
        )


def _bill(entry: dict[str, Any]) -> str | None:
    """Which bill an entry is by its type, else by the labels that only one bill has; None where neither tells."""
    kind = canonical(text(entry.get("type")))
    if named := next((name for name, bill in BILLS.items() if any(word in kind for word in bill.words)), None):
        return named
    found = {canonical(text(field.get("chn_key"))) for field in _fields(entry)}
    matches = {name: len(found & {*map(canonical, bill.labels)}) for name, bill in BILLS.items()}
    best = max(matches, key=lambda name: matches[name])
    return best if matches[best] and list(matches.values()).count(matches[best]) == 1 else None


def _fields(entry: dict[str, Any]) -> Levels:
    """The entry's fields; raises `UnexpectedResponse` where they are not told one by one."""
    fields = entry.get("FieldList")
    if isinstance(fields, dict) and not fields.keys() & {"key", "chn_key", "value"}:
        raise unexplained()
    return _children(fields)


def _parameters(options: Mapping[str, str]) -> dict[str, str]:
    """The options under the vendor's names. Pictures of faces come back only when they are asked for."""
    return {CROPS: "1", **options}


def _link(upload: Upload) -> str:
    """A link to a picture in the bucket for as long as the vendor needs to fetch it."""
    from ocr.platform import aws

    return aws.link(upload.bucket, upload.key, upload.version)


def _levels(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The answer itself, and every page and result in it."""
    yield node
    for name in ("Response", "PageInfo", "Result"):
        for child in _children(node.get(name)):
            yield from _levels(child)


def _children(value: Any) -> Levels:
    """The objects in a member: none, one or a list of them. Raises `UnexpectedResponse` for anything else."""
    if value is None:
        return []
    return [value] if isinstance(value, dict) else parts(value)


def _refuse(levels: Levels, entries: Levels, answer: transport.Answer, options: Mapping[str, str]) -> None:
    """Raise what the first code that is not 0 means, whichever level it stands on.

    The entries' own codes are for whoever reads those: others may stand beside one that could not be read.
    """
    codes = [code_of(level["ErrorCode"]) for level in levels if "ErrorCode" in level]
    code = next((code for code in codes if code != OK), OK if codes else None)
    checked = "1" in options.get("imageCheck", "") and options.get("imageCheckVaule") == "0"
    if checked and code and code != OK and code not in ERRORS and not answer.fault():
        raise _POOR.made(code)
    settle(answer, code, ERRORS, inner=[_failure(entry) for entry in entries])


def _failure(entry: dict[str, Any]) -> str | None:
    """The entry's own code, None when it was read."""
    error_code = entry.get(ENTRY_CODE)
    code = code_of(error_code)
    return None if error_code in (None, "", 0) or code == OK else code or "unknown"


def _error(code: str) -> OcrError:
    return ERRORS[code].made(code) if code in ERRORS else unlisted(code)


def _item(field: dict[str, Any], document: Picture) -> Item:
    key = text(field.get("key"))
    return Item(
        label=text(field.get("chn_key")) or key,
        key=key or None,
        text=text(field.get("value")),
        confidence=share(field.get("score"), 100),
        box=_box(field, document),
    )


def _box(part: dict[str, Any], document: Picture) -> Box | None:
    return quad(part.get("quad"), document) or upright(part.get("position"), document, EDGES)


def _rows(entry: dict[str, Any], document: Picture) -> Iterator[list[Item]]:
    for table in _children(entry.get("DetailList")):
        for row in _children(table.get("DetailData")):
            yield [item for field in _children(row.get("FieldList")) if (item := _item(field, document)).text]


def _others(entry: dict[str, Any]) -> Iterator[Item]:
    """What an entry says beside its fields: seals, results of image checks, pictures that were asked for."""
    for name, value in entry.items():
        if name not in ENVELOPE and text(value):
            yield flagged(FLAGS, name, text(value))


def _around(levels: Levels, *, texts: bool = True) -> list[Item]:
    """What the answer says beside its documents; without `texts`, no lists of those: they are the page's own."""
    parts = [{name: value for name, value in level.items() if texts or not _are_texts(value)} for level in levels]
    return [item for part in parts for item in _others(part)]


def _plate(plate: dict[str, Any], document: Picture) -> ExtractedDocument:
    box = _box(plate, document)
    said = {name: text(value) for name, value in plate.items() if name not in ("quad", "position")}
    items = [Item(label=name, text=value, box=box) for name, value in said.items() if value]
    return ExtractedDocument(items=items if names_plate(said.get("车牌号", "")) else [], box=box)


def _flat(levels: Levels, request: VendorRequest) -> ExtractedDocument:
    """The members beside the envelope, if one of them is a field of the product.

    An answer without pages shows nothing; raises `UnexpectedResponse` where there is no telling.
    """
    items = [item for level in levels for item in _others(level)]
    if any(canonical(item.label) in labels(request.fields) for item in items):
        return ExtractedDocument(items=items)
    if any(level.get(name) == [] for level in levels for name in PAGES):
        return ExtractedDocument()
    raise unexplained()


def _lines(node: dict[str, Any], document: Picture) -> Iterator[Line]:
    """The texts in the lists of an entry, a result or the root: what those lists are called is unconfirmed."""
    for name, value in node.items():
        if name == "FieldList" or (name not in ENVELOPE and _are_texts(value)):
            for part in _children(value):
                confidence, box = share(part.get("score"), 100), _box(part, document)
                for line in (_said(part) or "").splitlines():
                    yield Line(text=line.strip(), confidence=confidence, box=box)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_said(part) is not None for part in value)


def _said(part: Any) -> str | None:
    """The text of an object that has one."""
    texts = (part.get(name) for name in TEXT_NAMES) if isinstance(part, dict) else ()
    return next((text for text in texts if isinstance(text, str)), None)


def _angle(entries: Levels) -> float | None:
    angles = (number(entry.get("angle")) for entry in entries)
    return next((angle for angle in angles if angle is not None and abs(angle) <= 360), None)


def _trace(levels: Levels) -> str | None:
    ids = [level.get("SerialId") for level in levels]
    ids += [recognition.get("responseId") for level in levels for recognition in _children(level.get("recogInfo"))]
    return next((id for id in map(trace, ids) if id), None)
