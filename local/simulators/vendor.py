"""What all simulated vendors have in common: check the call, look at the picture, count the charge, answer."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from local.simulators.calls import Body, Call, Code, Question, Refusal
from local.simulators.faults import BODILESS, faulty
from local.simulators.pictures import Picture
from local.simulators.state import Order, Settings, State

LIMITED = Order(fault="http429", seconds=1)


class Simulator[S: Settings]:
    """One vendor: how it checks a call, what it answers, how it words an error.

    secret          the members of the vendor's secret that it accepts
    code_key        the member of an answer that carries its code
    errors          its tables: code → message
    maybe_charged   codes that its document warns may have been charged
    nested_default  the code that `nested_code` tells when the order names none
    unauthorized    its code for a key or secret that is wrong
    """

    name: ClassVar[str]
    secret: ClassVar[Mapping[str, str]]
    code_key: ClassVar[str]
    errors: ClassVar[Mapping[Code, str]]
    maybe_charged: ClassVar[frozenset[Code]] = frozenset()
    nested_default: ClassVar[Code]
    unauthorized: ClassVar[Code]

    def __init__(self, settings: type[S]) -> None:
        self.state = State(settings)

    def check(self, call: Call) -> Question:
        """What is asked; raises Refusal for what the vendor would not take."""
        raise NotImplementedError

    def answer(self, question: Question) -> Body:
        """The truth about the pictures; raises Refusal where the vendor has a code for finding nothing."""
        raise NotImplementedError

    def error(self, code: Code, message: str | None, question: Question | None) -> tuple[Body, int]:
        """The vendor's wording of an error, and the HTTP status that it comes with."""
        raise NotImplementedError

    def nested(self, code: Code, order: Order, question: Question) -> Body:
        """An answer that says success at its root and carries `code` further down."""
        raise NotImplementedError

    def shortened(self, body: Body) -> Body:
        """An answer that has lost the last of its pictures; whole where a vendor takes one picture at a time."""
        return body

    def orderable(self, path: str) -> bool:
        """Whether orders without a path of their own are about this path."""
        return True

    @property
    def clock(self) -> float:
        """What the vendor's clock says, in seconds since 1970."""
        return time.time() + getattr(self.state.settings, "ahead", 0)

    def reset(self) -> None:
        self.state.reset()

    def respond(self, call: Call) -> Response:
        """The whole of one call: check, read, count, answer."""
        facts: dict[str, Any] = {"method": call.method, "path": call.path, "media_type": call.media_type}
        if self.orderable(call.path) and not self.state.takes():
            self.state.called(call.path, facts)
            return faulty(LIMITED, {}, HTTPStatus.OK, self.code_key)
        try:
            question = self.check(call)
        except Refusal as refusal:
            self.state.called(call.path, facts)
            return self._refused(call, refusal)
        self.state.called(call.path, facts | question.facts())
        hashes = [picture.sha256 for picture in question.pictures if isinstance(picture, Picture)]
        order = self.state.order(call.path, hashes) if self.orderable(call.path) else Order()
        return self._ordered(call, question, order)

    def _ordered(self, call: Call, question: Question, order: Order) -> Response:
        for picture in question.pictures:
            if isinstance(picture, Refusal) and picture.violation:
                self.state.violation(call.path, picture.violation)
        try:
            body, status = self._body(order, question)
        except Refusal as refusal:
            return self._refused(call, refusal, question, order)
        if order.charges(maybe=order.code in self.maybe_charged):
            paid = [picture for number, picture in enumerate(question.pictures) if number != order.picture]
            self.state.charge(question, (one for one in paid if isinstance(one, Picture)))
        return faulty(order, body, order.status or status, self.code_key)

    def _body(self, order: Order, question: Question) -> tuple[Body, int]:
        if order.fault in BODILESS:
            return {}, HTTPStatus.OK
        if order.fault == "nested_code" or order.picture is not None:
            code = self.nested_default if order.code is None else order.code
            return self.nested(code, order, question), HTTPStatus.OK
        if order.fault == "wrong_secret":
            return self.error(self.unauthorized, order.message, question)
        if order.code is not None:
            return self.error(order.code, order.message, question)
        body = self.answer(question)
        return (self.shortened(body) if order.fault == "short_batch" else body), HTTPStatus.OK

    def _refused(
        self, call: Call, refusal: Refusal, question: Question | None = None, order: Order | None = None
    ) -> Response:
        if refusal.violation:
            self.state.violation(call.path, refusal.violation)
        if refusal.code is None:
            return JSONResponse({"simulator": refusal.violation}, HTTPStatus.BAD_REQUEST)
        body, status = self.error(refusal.code, refusal.message, question)
        return faulty(order or Order(), body, status, self.code_key)
