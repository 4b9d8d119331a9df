"""What a caller gets when something went wrong: an RFC 9457 problem."""

from pydantic import BaseModel, ConfigDict

from ocr.platform.errors import OcrError

PROBLEM_BASE = "urn:ocr:problem:"


class Problem(BaseModel):
    """An RFC 9457 problem document, with `advice` (what to do) as an extension member."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    advice: str
    instance: str | None = None

    @property
    def kind(self) -> str:
        """Its type in one word."""
        return self.type.removeprefix(PROBLEM_BASE)


def problem_of(error: OcrError) -> Problem:
    """The problem document for an error."""
    return Problem(
        type=PROBLEM_BASE + error.kind,
        title=error.title,
        status=error.status,
        detail=error.detail,
        advice=error.advice,
        **({"vendor": error.vendor} if error.vendor else {}),
        **({"code": error.code} if error.code else {}),
        **error.extra,
    )
