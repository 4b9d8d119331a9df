"""A tenant: a team whose API keys reach its own records alone. Whoever has another key of the stack is the operator.

A tenant's name stands in its keys, which API Gateway checks, so that nobody has to look it up, and in the folder of its
uploads. `ocr keys create` makes such keys; one that was made otherwise, as the stack's own, is an operator's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_KEY = re.compile(rf"ocr-({NAME.pattern})-[0-9a-f]{{40}}")
_FOLDER = "tenants"


@dataclass(frozen=True)
class Tenant:
    """Whose a request, an upload or a record is; without a name the operator's, who sees all of them."""

    name: str = ""

    def sees(self, item: Mapping[str, Any]) -> bool:
        """Whether a record's item is this tenant's."""
        return not self.name or item.get("tenant") == self.name

    def folder(self, product: str) -> str:
        """Where its uploads for a product are, without a slash at the end."""
        return f"uploads/{product}/{_FOLDER}/{self.name}" if self.name else f"uploads/{product}"


OPERATOR = Tenant()


def of_key(value: str) -> Tenant:
    """Whose an API key is."""
    found = _KEY.fullmatch(value)
    return Tenant(found[1]) if found else OPERATOR


def tenant_of(key: str) -> Tenant:
    """Whose an upload is, by its key in the bucket."""
    match key.split("/"):
        case ["uploads", _, folder, name, _, *_] if folder == _FOLDER and NAME.fullmatch(name):
            return Tenant(name)
    return OPERATOR
