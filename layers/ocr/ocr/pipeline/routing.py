"""Which vendor reads a picture: the first that is configured, healthy and takes it; on its fault, the next."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import batched
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    CircuitBreakerOpenError,
    CircuitState,
    CircuitTransition,
    circuit_breaker,
)
from botocore.exceptions import BotoCoreError, ClientError

from ocr.declare.offers import Offer, Outcome, VendorRequest
from ocr.model.answer import ReceivedAnswer
from ocr.model.picture import Picture
from ocr.model.reading import Reading
from ocr.model.record import Attempt
from ocr.model.tenant import OPERATOR, Tenant
from ocr.pages.resize import Fitted, fit, tighter
from ocr.platform import aws, threads
from ocr.platform.errors import (
    CallerError,
    ConfigurationError,
    InternalError,
    OcrError,
    OutcomeUnknown,
    Remedy,
    TooComplex,
    UnexpectedResponse,
    VendorFault,
    VendorRejected,
    VendorUnavailable,
)
from ocr.platform.settings import settings
from ocr.platform.telemetry import alert, logger, meter, unforeseen
from ocr.storage import circuits, usage
from ocr.storage.usage import Charge, Count
from ocr.vendors import credentials, rate_limit
from ocr.vendors.connections import shared_session

# How long to wait for one vendor's rate while another could be asked.
PATIENCE = 1.0


@dataclass(frozen=True)
class SecondOpinion:
    """When a reading is not the last word on a document: `doubts` says whether the readings so far leave a doubt.

    `combine` makes one of several; `pays` says whether further ones may cost something.
    """

    doubts: Callable[["DocumentRun"], bool]
    combine: Callable[[Sequence[Reading]], Reading]
    pays: bool


@dataclass
class DocumentRun:
    """One document on its way through the vendors: what came of it so far, and what each vendor said of which picture.

    `begin` is called just before a vendor is asked. It raises an `OcrError` where the document may go no further,
    `OutcomeUnknown` where it may go on to vendors that cost nothing only. `keep` is called with the run, and raises
    nothing, as soon as its outcome stands: what was paid for does not wait in memory until the last document of the
    batch is read. `broken` counts the vendors that broke down over it, `late` says that one was not asked because it
    may take longer than there is time. `charge` is what the present call may cost; `counts` say what those before did
    cost, until the ledger does. `opinions` are the readings so far, and `more` says whether anybody is left for a
    second one. `answered_before` knows what a vendor said of the picture earlier, which is not asked and not paid for
    again. Calls are counted as the `tenant`'s.
    """

    document: Picture
    begin: Callable[["DocumentRun", Offer], None]
    keep: Callable[["DocumentRun"], None]
    outcome: Outcome | None = None
    attempts: list[Attempt] = field(default_factory=list)
    raw: dict[str, tuple[ReceivedAnswer, Fitted]] = field(default_factory=dict)
    broken: int = 0
    late: bool = False
    settled: bool = False
    kept: bool = False
    charge: Charge | None = None
    counts: list[Count] = field(default_factory=list)
    second: "SecondOpinion | None" = None
    opinions: list[Reading] = field(default_factory=list)
    more: bool = False
    answered_before: Callable[[Offer], Outcome | None] = lambda _: None
    tenant: Tenant = OPERATOR

    @property
    def spent(self) -> int:
        """How many calls may have been charged without that a reading came of them."""
        return sum(
            attempt.outcome in (VendorUnavailable.default_kind, UnexpectedResponse.default_kind) and attempt.units > 0
            for attempt in self.attempts
        )

    @property
    def unanswered(self) -> bool:
        """Whether a vendor may have charged for an answer that never came."""
        return any(attempt.outcome == VendorUnavailable.default_kind and attempt.units for attempt in self.attempts)


class _Faulted(Exception):
    """All of a vendor's outcomes were faults that count against it: what the circuit breaker counts."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.outcomes = outcomes


def read(offers: Sequence[Offer], request: VendorRequest, runs: Sequence[DocumentRun]) -> None:
    """Have every document of `request` read by the first of `offers` that can; `runs` has one a document, in order.

    A caller's error and an empty result settle a document; a vendor's fault and a picture that does not fit the
    vendor pass it on to the next one.
    """
    end = time.monotonic() + request.seconds
    ready, nobody = _ready(offers, request)
    for number, (offer, secret) in enumerate(ready):
        waiting = [run for run in runs if not run.settled and _wanted(run, offer, request)]
        if not waiting:
            continue
        for run in waiting:
            run.more = any(_helps(run, other, request) for other, _ in ready[number + 1 :])
        waiting = [run for run in waiting if not _answered_before(run, offer)]
        if not waiting:
            continue
        if isinstance(secret, ConfigurationError):
            _set_up_wrongly(offer, secret, waiting)
            break
        now, needs = time.monotonic(), offer.needs(request.options)
        if end - now < needs:
            for run in waiting:
                run.late = True
            continue
        # What it needs; beyond that its part of what the others leave: one that hangs leaves the next one its time.
        others = [other.needs(request.options) for other, _ in ready[number + 1 :]]
        share = max(needs, min((end - now) / (1 + len(others)), end - now - sum(others)))
        patience = PATIENCE if others else share - needs
        _ask(offer, replace(request, secret=secret), waiting, now + share, patience)
    left = [run for run in runs if not run.kept]
    for run in left:
        run.outcome = _in_time(run) or nobody
    _keep(left)


def _answered_before(run: DocumentRun, offer: Offer) -> bool:
    """Whether the vendor has said what the picture is, in which case that stands as if it had been asked now."""
    outcome = run.answered_before(offer)
    if outcome is None:
        return False
    attempt = Attempt(vendor=offer.vendor, outcome="read", code="kept")
    if isinstance(outcome, OcrError):
        attempt.outcome = outcome.kind
    _take(run, outcome, attempt)
    return True


def _set_up_wrongly(offer: Offer, error: ConfigurationError, runs: Sequence[DocumentRun]) -> None:
    """Not a vendor's fault, so that no other vendor covers it up: the operator is told, the picture comes again."""
    unforeseen("A vendor is set up wrongly", error)
    for run in runs:
        run.outcome, run.settled = _wrong(offer, error), True


def _wrong(offer: Offer, error: ConfigurationError) -> InternalError:
    advice = "The operator has to correct it; make doctor names what is wrong. The same picture is then read."
    return InternalError(
        f"This system is set up wrongly: {error}", advice, vendor=offer.vendor, code="configuration", blames="nothing"
    )


def _in_time(run: DocumentRun) -> Outcome | None:
    """What came of a document; that there was too little time, where with more of it a vendor was left to ask."""
    open_still = run.outcome is None or isinstance(run.outcome, VendorUnavailable | VendorRejected)
    return _NO_TIME if run.late and open_still else run.outcome


def _wanted(run: DocumentRun, offer: Offer, request: VendorRequest) -> bool:
    """Whether a document may go to a vendor: for a second opinion to one that charges only if that is worth it."""
    return not run.opinions or _helps(run, offer, request)


def _helps(run: DocumentRun, offer: Offer, request: VendorRequest) -> bool:
    return run.second is not None and (run.second.pays or not offer.units(request.options))


def _keep(runs: Sequence[DocumentRun]) -> None:
    for run in runs:
        run.kept = True
        if run.opinions:
            run.outcome = run.second.combine(run.opinions) if run.second else run.opinions[0]
    threads.each(lambda run: run.keep(run), runs)


def first(offers: Sequence[Offer], request: VendorRequest) -> Offer | None:
    """Who would be asked first, as far as that is known before a picture is looked at."""
    ready, _ = _ready(offers, request)
    return next((offer for offer, secret in ready if not isinstance(secret, ConfigurationError)), None)


def prepare(product: str, offers: Sequence[Offer]) -> None:
    """Load what vendors are asked with, where one that wants a key may be."""
    order = settings().order(product)
    if any(offer.keys and offer.vendor in order for offer in offers):
        aws.secrets()
        shared_session()


def _ready(
    offers: Sequence[Offer], request: VendorRequest
) -> tuple[list[tuple[Offer, Mapping[str, str] | ConfigurationError]], OcrError]:
    """The offers in their order whose vendor has a key, with it; and what is wrong where none of them answers.

    A key that is filled wrongly stands there as what is wrong with it.
    """
    chosen = [*_chosen(offers, request)]
    ready: list[tuple[Offer, Mapping[str, str] | ConfigurationError]] = []
    busy: OcrError | None = None
    for offer in chosen:
        if not offer.takes(request):
            continue
        try:
            secret = _secret(offer)
        except VendorUnavailable as error:
            busy = error
            continue
        if secret is not None:
            ready.append((offer, secret))
    if ready:
        return ready, _NO_TIME
    return [], busy or _nobody(offers, request, chosen)


def _secret(offer: Offer) -> Mapping[str, str] | ConfigurationError | None:
    try:
        return credentials.secret(offer)
    except ConfigurationError as error:
        return error


def _nobody(offers: Sequence[Offer], request: VendorRequest, chosen: Sequence[Offer]) -> OcrError:
    """Why no vendor can be asked: the options leave none of those that are set up, or none is set up at all."""
    taking = [offer.vendor for offer in chosen if offer.takes(request)]
    plain = replace(request, options={})
    try:
        if taking and all(_secret(offer) is None for offer in _chosen(offers, plain)):
            return _NO_KEY
    except VendorUnavailable as error:
        return error
    detail = "No vendor that is set up here takes these options together."
    if taking:
        detail = f"Of these options some are taken by {', '.join(taking)} only, and that is not set up here."
    return CallerError(
        detail,
        "Leave out options; GET /products/{product} lists which vendor takes which.",
        kind="conflicting_options",
    )


_NO_KEY = VendorRejected(
    "No vendor is set up for this product.",
    "The operator has to fill in a vendor's secret.",
    kind="no_vendor",
)
NO_TIME = "time"
_NO_TIME = VendorUnavailable("There was too little time left to ask a vendor.", code=NO_TIME)


def _chosen(offers: Sequence[Offer], request: VendorRequest) -> Iterator[Offer]:
    """The offers in the caller's order or the settings'; whom the settings leave out nobody can ask."""
    order = settings().order(request.product)
    vendors = request.options.get("vendor")
    by_vendor = {offer.vendor: offer for offer in offers}
    for vendor in vendors.split(",") if vendors else order:
        if vendor in by_vendor and vendor in order:
            yield by_vendor[vendor]


def _ask(offer: Offer, request: VendorRequest, runs: Sequence[DocumentRun], until: float, patience: float) -> None:
    fitting = [(run, fitted) for run in runs if (fitted := _fit(offer, run, request.options))]
    groups = list(batched(fitting, offer.limits.batch, strict=False))
    threads.each(lambda group: _call(offer, request, group, until, patience), groups)


def _fit(offer: Offer, run: DocumentRun, options: Mapping[str, str]) -> Fitted | None:
    try:
        fitted = fit(run.document, offer.limits)
        if not offer.carries(fitted.document, options):
            raise _ALTERED
        return fitted
    except (CallerError, TooComplex) as error:
        run.outcome = run.outcome or error
        run.attempts.append(Attempt(vendor=offer.vendor, outcome="unfit"))
        return None
    except Exception as error:
        unforeseen("A picture could not be made to fit", error)
        run.outcome, run.settled = InternalError("An error of this system, not of the request."), True
        return None


_ALTERED = CallerError(
    "For this vendor the picture has to be turned upright or made smaller, and then no link to the upload shows it.",
    "Leave out the option input, or upload the picture upright and within the vendor's limits.",
    kind="conflicting_options",
)


def _call(
    offer: Offer,
    request: VendorRequest,
    group: Sequence[tuple[DocumentRun, Fitted]],
    until: float,
    patience: float,
    tried: frozenset[Remedy] = frozenset(),
) -> None:
    """Have the vendor read these documents in one request, and once more what it may take otherwise (`Remedy`)."""
    started = time.monotonic()
    going: Sequence[tuple[DocumentRun, Fitted]] = group
    try:
        if started >= until:
            # Its place in the vendor's rate would be lost for others.
            raise _NO_TIME
        # What it needs is not waited away.
        _wait_for_rate(offer, max(0.0, min(patience, until - offer.needs(request.options) - started)))
        begun = threads.each(lambda one: _begun(one[0], offer, request), group)
        going = [one for one, goes in zip(group, begun, strict=True) if goes]
        outcomes = _outcomes_of(offer, request, going, until) if going else []
    except VendorUnavailable as busy:
        outcomes = [busy] * len(going)
    milliseconds = round(1000 * (time.monotonic() - started))
    came = list(zip(going, outcomes, strict=True))
    threads.each(lambda one: _settle(*one[0], offer, request, one[1], milliseconds), came)
    _keep([run for run, _ in going if run.settled])
    for (run, fitted), outcome in came:
        remedy = outcome.remedy if isinstance(outcome, OcrError) else None
        if remedy is None or remedy in tried or until - time.monotonic() < offer.needs(request.options):
            continue
        otherwise = _otherwise(offer, fitted, remedy)
        if otherwise and offer.carries(otherwise.document, request.options):
            _call(offer, request, [(run, otherwise)], until, until - time.monotonic(), tried | {remedy})


def _otherwise(offer: Offer, fitted: Fitted, remedy: Remedy) -> Fitted | None:
    """The picture as the vendor may take it after all; None where it cannot be made so."""
    if remedy == "alone":
        return fitted
    try:
        return tighter(fitted, offer.limits)
    except CallerError:
        return None


def _wait_for_rate(offer: Offer, patience: float) -> None:
    """Wait until the vendor may be sent a request; raises `VendorUnavailable`, unpaid, where that takes too long."""
    try:
        mine, seconds = rate_limit.place(offer.vendor, patience)
    except (ClientError, BotoCoreError) as error:
        logger.warning("The vendors' rates cannot be had", error=type(error).__name__)
        raise VendorUnavailable(
            "The vendor's rate cannot be had right now.", vendor=offer.vendor, code="rate"
        ) from None
    if not mine:
        wait = math.ceil(seconds)
        raise VendorUnavailable(
            "The vendor's rate is used up.", vendor=offer.vendor, code="rate", retry_after=wait, blames="nothing"
        )
    if seconds:
        time.sleep(seconds)


def _further(offer: Offer, until: float) -> None:
    _wait_for_rate(offer, until - time.monotonic())


def _begun(run: DocumentRun, offer: Offer, request: VendorRequest) -> bool:
    """Whether the document goes to this vendor: there is money for it, and the call is written down."""
    run.charge = usage.charge(request.product, offer, request.options, run.tenant)
    try:
        if run.charge:
            run.charge = usage.taken(run.charge)
        run.begin(run, offer)
        return True
    except VendorUnavailable as spent:
        run.outcome = _sooner(run.outcome, spent)
        run.attempts.append(Attempt(vendor=offer.vendor, outcome=spent.kind, code=spent.code))
    except OutcomeUnknown as error:
        run.outcome = run.outcome or error
    except OcrError as error:
        run.outcome, run.settled = error, True
    except Exception as error:
        unforeseen("A call could not be written down", error)
        run.outcome, run.settled = VendorUnavailable("The table does not answer right now.", code="table"), True
    _free(run.charge)
    return False


def _account(run: DocumentRun, attempt: Attempt, *, sure: bool) -> None:
    """Say what a call cost in the end; what is not `sure` to be charged stays as possibly charged."""
    charge = run.charge
    if charge is None:
        return
    if not attempt.units:
        run.counts.append(charge.given_back)
        _free(charge)
        return
    attempt.cost = float(charge.cost)
    if sure:
        run.counts.append(charge.charged)


def _free(charge: Charge | None) -> None:
    try:
        if charge:
            usage.free(charge)
    except (ClientError, BotoCoreError) as error:
        # Its budgets allow less than they could, and never more.
        unforeseen("A budget could not be given back what a call did not cost", error)


def _outcomes_of(
    offer: Offer, request: VendorRequest, group: Sequence[tuple[DocumentRun, Fitted]], until: float
) -> Sequence[Outcome]:
    """What the vendor makes of each document, or what went wrong for all of them."""
    documents = [fitted.document for _, fitted in group]
    left = until - time.monotonic()
    going = replace(request, documents=documents, seconds=left, wait_for_rate=lambda: _further(offer, until))
    try:
        outcomes: Sequence[Outcome] = _guarded(offer)(offer, going)
        return outcomes
    except _Faulted as fault:
        return fault.outcomes
    except CircuitBreakerOpenError:
        wait = settings().circuit_seconds
        open_now = "The vendor's circuit breaker is open."
        busy = VendorUnavailable(open_now, vendor=offer.vendor, code="circuit", retry_after=wait, blames="nothing")
        return [busy] * len(documents)
    except ConfigurationError as error:
        unforeseen("A vendor is set up wrongly", error)
        return [_wrong(offer, error)] * len(documents)
    except (ClientError, BotoCoreError) as error:
        # Nobody asks AWS for anything while a vendor has a picture.
        logger.warning("AWS failed in a vendor's turn", vendor=offer.vendor, error=type(error).__name__)
        return [VendorUnavailable("AWS does not answer right now.", vendor=offer.vendor, code="aws")] * len(documents)
    except Exception as error:
        unforeseen("A vendor's turn failed", error)
        # Nobody knows how far it came: a vendor that charges may have charged.
        failed = VendorUnavailable("This system failed while asking.", vendor=offer.vendor, code="internal", paid=True)
        return [failed] * len(documents)


def _settle(
    run: DocumentRun, fitted: Fitted, offer: Offer, request: VendorRequest, outcome: Outcome, milliseconds: int
) -> None:
    if outcome.raw is not None:
        run.raw[offer.vendor] = outcome.raw, fitted
    attempt = Attempt(vendor=offer.vendor, outcome="read", milliseconds=milliseconds)
    if isinstance(outcome, Reading):
        outcome = fitted.restored(outcome)
        attempt.units, attempt.trace = outcome.units, outcome.trace
    else:
        attempt.outcome, attempt.code, attempt.trace = outcome.kind, outcome.code, outcome.trace
        attempt.units = offer.units(request.options) if outcome.paid else 0
        run.broken += outcome.blames == "picture"
        if isinstance(outcome, VendorRejected) and outcome.blames == "vendor":
            credentials.doubt(offer.vendor)
        _alert(request.product, offer.vendor, outcome)
    _account(run, attempt, sure=not isinstance(outcome, VendorFault))
    _take(run, outcome, attempt)
    _meter(request.product, attempt)


def _take(run: DocumentRun, outcome: Outcome, attempt: Attempt) -> None:
    """Go by what a vendor says: it settles the document, unless another one may know better."""
    run.attempts.append(attempt)
    run.settled = not isinstance(outcome, VendorFault)
    if isinstance(outcome, Reading):
        run.outcome = outcome
        run.opinions.append(outcome)
        run.settled = not (run.second and run.more and run.second.doubts(run))
        return
    run.outcome = _sooner(run.outcome, outcome)
    if run.opinions:
        # A second opinion that nobody gives takes nothing from the first.
        run.settled = not run.more


def _alert(product: str, vendor: str, error: OcrError) -> None:
    properties = {"product": product, "vendor": vendor, "code": str(error.code)}
    if isinstance(error, VendorRejected):
        alert("VendorRejected", properties)
    if isinstance(error, UnexpectedResponse):
        alert("UnexpectedResponse", properties)


def _sooner(before: Outcome | None, now: OcrError) -> OcrError:
    """Of what two vendors said the one that lets the picture be read first, at the soonest time that either told.

    Where one has no room, the picture waits, whatever is wrong with the other.
    """
    if not isinstance(before, VendorUnavailable) or not isinstance(now, VendorFault):
        return now
    waits = [
        fault.retry_after
        for fault in (before, now)
        if isinstance(fault, VendorUnavailable) and fault.retry_after is not None
    ]
    first = now if isinstance(now, VendorUnavailable) and not before.waits else before
    return replace(first, retry_after=min(waits, default=None))


def _meter(product: str, attempt: Attempt) -> None:
    meter(
        {"vendor": attempt.vendor, "outcome": attempt.outcome},
        {"product": product, "yuan": str(attempt.cost)},
        VendorCalls=(MetricUnit.Count, 1),
        VendorUnits=(MetricUnit.Count, attempt.units),
        VendorTime=(MetricUnit.Milliseconds, attempt.milliseconds),
    )


def _outcomes(offer: Offer, request: VendorRequest) -> list[Outcome]:
    outcomes = offer.read(request)
    # A key or a quota is refused by a vendor that is well: no time heals that, and an operator's hand does at once.
    if all(
        isinstance(outcome, VendorUnavailable | UnexpectedResponse) and outcome.blames == "vendor"
        for outcome in outcomes
    ):
        raise _Faulted(outcomes)
    return outcomes


@cache
def _guarded(offer: Offer) -> Any:
    """`_outcomes` behind the interface's circuit, whose state is shared through the table."""
    return circuit_breaker(
        name=circuits.name(offer),
        persistence_store=_circuits(),
        on_transition=_note,
        config=CircuitBreakerConfig(
            failure_threshold=settings().circuit_failures,
            recovery_timeout=settings().circuit_seconds,
            success_threshold=1,
            handled_exceptions=_Faulted,
        ),
    )(_outcomes)


@cache
def _circuits() -> Any:  # it has the calls of Powertools' own class, which cannot be imported without boto3
    return circuits.Circuits()


def _note(change: CircuitTransition) -> None:
    logger.warning("A vendor's circuit changed", circuit=change.circuit_name, state=str(change.to_state))
    if change.to_state == CircuitState.OPEN:
        alert("CircuitOpened", {"circuit": change.circuit_name})
