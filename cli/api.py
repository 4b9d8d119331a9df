"""The HTTPS API as its caller sees it: requests, which are retried when an answer asks for it, answers and problems."""

from collections.abc import Callable, Iterator, Mapping
from threading import Event
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import click
import requests
from requests.adapters import HTTPAdapter
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    sleep_using_event,
    stop_before_delay,
    stop_when_event_set,
    wait_random_exponential,
)

from cli.exit_codes import Failed, NoStack, NotAllowed
from cli.stack import Endpoint

# API Gateway answers within 29 s.
ANSWER_SECONDS = 60
# Seconds after which a picture that is busy, or waits in a queue, is given up.
PATIENCE = 600.0
# How often a server that does not answer, or fails, is asked.
CALLS = 3
BROKEN = {500, 502, 504}
PAGE = 100
CONNECTIONS = 64
BAD_REQUEST, SERVER_ERROR = 400, 500
REFUSED_STATUS, REFUSED_KINDS = {401, 403}, {"quota_exceeded"}

Answer = requests.Response
Json = Mapping[str, Any]


class Api:
    """One stack's API, for any number of threads. Setting `stopped` ends every wait."""

    def __init__(self, endpoint: Endpoint, patience: float = PATIENCE) -> None:
        self.endpoint = endpoint
        self.stopped = Event()
        self._patience = patience
        self._session = requests.Session()
        self._session.mount(endpoint.url, HTTPAdapter(pool_maxsize=CONNECTIONS))

    def ask(self, method: str, path: str, query: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """The answer to a request, sent again as often as an error names a time for that.

        Raises `NoStack` where nobody answers, and `NotAllowed` where the key or its quota does not do.
        """
        # A signature covers the query as it is sent, and takes a space for %20 only.
        address = self.endpoint.url + path + ("?" + urlencode(query, quote_via=quote) if query else "")
        return self._sent(_is_to_be_retried, method, address, auth=self.endpoint.auth, **more)

    def record(self, id: str) -> Answer:
        """The record of this id once it is finished; a pending one when patience runs out."""
        address = f"{self.endpoint.url}/records/{quote(id, safe='')}"
        return self._sent(_is_not_finished, "GET", address, auth=self.endpoint.auth)

    def upload(self, form: Json, content: bytes, media_type: str) -> Answer:
        """The bucket's answer to a picture that is uploaded by a form of `POST /uploads`."""
        fields = {"Content-Type": media_type, **form["fields"]}
        return self._sent(_is_to_be_retried, "POST", form["url"], data=fields, files={"file": ("picture", content)})

    def records(self, query: Mapping[str, str], limit: int) -> Iterator[Json]:
        """Up to `limit` records as lists show them, newest first, page by page."""
        cursor: Mapping[str, str] = {}
        while limit > 0:
            page = body(self.ask("GET", "/records", {**query, **cursor, "limit": str(min(limit, PAGE))}))
            yield from page["records"]
            limit -= len(page["records"])
            if not page.get("next"):
                return
            cursor = {"cursor": page["next"]}

    def _sent(self, again: Callable[[Answer], bool], method: str, address: str, **more: Any) -> Answer:
        retrying = Retrying(
            retry=retry_if_result(again) | retry_if_exception_type((requests.ConnectionError, requests.Timeout)),
            wait=_wait,
            stop=self._is_enough,
            sleep=sleep_using_event(self.stopped),
            retry_error_callback=lambda state: state.outcome and state.outcome.result(),
        )
        try:
            # A redirect would take the key along: to another host, or to one without TLS.
            more["allow_redirects"] = "auth" not in more
            answer: Answer = retrying(self._session.request, method, address, timeout=ANSWER_SECONDS, **more)
        except requests.RequestException as error:
            raise NoStack(
                f"{_server(address)} does not answer ({type(error).__name__}).", "Check --url or --stack."
            ) from None
        if answer.is_redirect:
            raise _stranger(answer)
        if more.get("auth"):
            _refuse(answer)
        return answer

    def _is_enough(self, state: RetryCallState) -> bool:
        late = stop_before_delay(self._patience) | stop_when_event_set(self.stopped)
        return (state.attempt_number >= CALLS and _is_broken(state)) or late(state)


def body(answer: Answer) -> Any:
    """What an answer says, None where it says nothing; raises the error that a problem ends the command with."""
    if answer.ok:
        return _json(answer) if answer.content else None
    failed = problem(answer)
    if answer.status_code >= SERVER_ERROR:
        raise NoStack(failed["detail"], failed.get("advice", ""))
    if answer.status_code == BAD_REQUEST:
        raise click.UsageError(f"{failed['detail']} {failed.get('advice', '')}")
    raise Failed(failed["detail"], failed.get("advice", ""))


def problem(answer: Answer) -> Json:
    """The problem that an answer is; raises `NoStack` for what no such API answers."""
    found = _json(answer)
    if not isinstance(found, dict) or "detail" not in found:
        raise _stranger(answer)
    return {"type": "", **found}


def kind(failed: Json) -> str:
    """The end of a problem's type: `damaged`, `no_result`, …"""
    return str(failed["type"]).rpartition(":")[2]


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise _stranger(answer) from None


def _server(address: str) -> str:
    """The part of an address that names no record."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _stranger(answer: Answer) -> NoStack:
    return NoStack(
        f"{_server(answer.url)} answered {answer.status_code}, and not as an OCR gateway does.",
        "Check --url or --stack.",
    )


def _refuse(answer: Answer) -> None:
    if not answer.ok and kind(problem(answer)) == "unknown_path":
        # API Gateway says so of a path that it does not know, and of one that it wants to be signed.
        raise NoStack(
            "There is no OCR gateway at this address.", "Use --stack in place of --url if its requests are signed."
        )
    if answer.status_code in REFUSED_STATUS or (not answer.ok and kind(problem(answer)) in REFUSED_KINDS):
        failed = problem(answer)
        raise NotAllowed(failed["detail"], failed.get("advice", ""))


def _is_to_be_retried(answer: Answer) -> bool:
    return not answer.ok and "Retry-After" in answer.headers


def _is_not_finished(answer: Answer) -> bool:
    return "Retry-After" in answer.headers


def _is_broken(state: RetryCallState) -> bool:
    """Whether there was no answer, or one of a failure that nobody foresaw."""
    outcome = state.outcome
    return outcome is not None and (outcome.failed or outcome.result().status_code in BROKEN)


_unasked = wait_random_exponential(multiplier=0.5, max=8)


def _wait(state: RetryCallState) -> float:
    """Seconds until the next call: those that were asked for, else ever more of them."""
    outcome = state.outcome
    asked = "" if outcome is None or outcome.failed else outcome.result().headers["Retry-After"]
    return float(asked) if asked.isdecimal() else _unasked(state)
