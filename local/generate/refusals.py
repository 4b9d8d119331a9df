"""What API Gateway refuses before a function sees it: the template answers as the functions do, with a problem."""

from typing import NamedTuple

from ocr.model.problem import PROBLEM_BASE, Problem
from ocr.platform.errors import PROBLEMS

# API Gateway puts its own words in place of this, quotes included.
ITS_OWN_WORDS = "$context.error.messageString"
_AGAIN = "Send the same request again after the time in Retry-After"
_NOT_TWICE = f"{_AGAIN}: what was read meanwhile is not read twice."


class Refusal(NamedTuple):
    """One gateway response, by API Gateway's name of it, and the kind of problem that it is.

    `retry_after` counts seconds; 0 says nothing.
    """

    response: str
    kind: str
    detail: str
    advice: str
    retry_after: int = 0

    @property
    def status(self) -> int:
        return PROBLEMS[self.kind].status

    def problem(self) -> Problem:
        """The body."""
        return Problem(
            type=PROBLEM_BASE + self.kind,
            title=PROBLEMS[self.kind].title,
            status=self.status,
            detail=self.detail,
            advice=self.advice,
        )


REFUSALS = (
    Refusal(
        "INVALID_API_KEY",
        "unauthorized",
        "The request carries no API key that this API knows.",
        "Send your key in the header x-api-key.",
    ),
    Refusal(
        "MISSING_AUTHENTICATION_TOKEN",
        "unknown_path",
        "This API does not serve that path with that method, or asks for a signature that is missing.",
        "GET /openapi.json lists what it serves.",
    ),
    Refusal(
        "THROTTLED",
        "throttled",
        "More requests a second than this key or this API may send.",
        f"{_AGAIN}, or upload to the bucket: its queue waits.",
        retry_after=1,
    ),
    Refusal(
        "QUOTA_EXCEEDED",
        "quota_exceeded",
        "This key has sent all requests of its usage plan for today.",
        "Wait for tomorrow, or ask the operator for a larger plan.",
    ),
    Refusal(
        "REQUEST_TOO_LARGE",
        "too_large",
        "The request is larger than API Gateway takes.",
        "POST /uploads gives an address for pictures of this size.",
    ),
    Refusal(
        "UNAUTHORIZED",
        "unauthorized",
        "The request carries neither an API key nor the ID token of a sign-in that holds.",
        "Send your key in the header x-api-key, or sign in again.",
    ),
    Refusal(
        "ACCESS_DENIED",
        "forbidden",
        "A policy in front of this API does not let the request through, or your sign-in names no tenant here.",
        "Ask the operator who may send from where, and for whom.",
    ),
    Refusal(
        "INVALID_SIGNATURE",
        "forbidden",
        "The signature of the request does not hold.",
        "Sign the request as it is sent, with the clock set right.",
    ),
    Refusal(
        "EXPIRED_TOKEN",
        "forbidden",
        "The request is signed with credentials that have expired.",
        "Fetch new credentials and send it again.",
    ),
    Refusal(
        "UNSUPPORTED_MEDIA_TYPE",
        "unsupported_format",
        "The content type is not one that API Gateway takes.",
        "Send the picture as the body (image/jpeg, …), as multipart/form-data, or as JSON with base64.",
    ),
    Refusal("INTEGRATION_FAILURE", "gateway_failure", "The function behind the API failed.", _NOT_TWICE, 5),
    Refusal(
        "INTEGRATION_TIMEOUT", "gateway_timeout", "The function behind the API did not answer in time.", _NOT_TWICE, 5
    ),
    # The status of these two is that of every refusal without a row of its own: the body can name no other.
    Refusal("DEFAULT_4XX", "invalid_request", ITS_OWN_WORDS, "Correct the request and send it again."),
    Refusal("DEFAULT_5XX", "internal", "The function behind the API did not answer.", _NOT_TWICE, 5),
)
