"""One check's result on one document, as it stands in a record."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Outcome = Literal["passed", "failed", "not_applicable"]


class Check(BaseModel):
    """One check's result on one document. `fields` are the names concerned; a row's field is `items[0].tax`."""

    model_config = ConfigDict(frozen=True)

    name: str
    fields: list[str]
    outcome: Outcome
    detail: str = ""
