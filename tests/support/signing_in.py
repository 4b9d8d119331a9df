"""People and teams of a stack where people sign in."""

from typing import Any

OURS, THEIRS, OPERATORS = f"ocr-claims-{'a' * 40}", f"ocr-lending-{'b' * 40}", "Op3ratorsPeopleCountInThisPlan"
SECRET = "peoples-keys"
PEOPLE: dict[str, dict[str, Any]] = {
    "anna": {"cognito:groups": ["staff", "claims"]},
    "text": {"cognito:groups": "lending"},
    "olga": {"cognito:groups": ["ocr-operators", "claims"]},
    "nina": {"cognito:groups": ["staff"]},
    "none": {},
    "both": {"cognito:groups": ["claims", "lending"]},
    "sly": {"cognito:groups": ["operator"]},
    "odd": {"cognito:groups": {"claims": True}},
}
