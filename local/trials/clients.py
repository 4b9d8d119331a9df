"""Many callers at once over HTTPS, each with ever new pictures of different plates: each gets the answer to its own.

They ask for more than this machine can do. What is too much API Gateway turns away, at the rate that the stack is
deployed with; whoever is told when to come again waits a little longer than that, so that not all come at once.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from time import monotonic, sleep

import requests
from rich.progress import Progress

from local.cloud.sending import salt
from local.cloud.stack import Stack
from local.simulators import reader
from local.simulators.pictures import opened
from local.trials.harness import Harness
from local.trials.pictures import PRODUCT, plates
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

CLIENTS, SECONDS = 200, 60.0
PLATES = 50
# What two cores that play all of AWS keep up with.
REQUESTS_PER_SECOND = 5
# Callers before the minute begins: each new function instance takes a core for a second.
FIRST_CLIENTS, FIRST_REQUESTS = 6, 4
# No answer takes longer: API Gateway gives up after 29 s.
PATIENCE = 60.0
# What a caller may be told to come back for; each has to say when.
LATER = {202, 409, 429, 503}


def run(harness: Harness, scale: float) -> Result:
    """A minute of callers: right answers, wrong ones, and answers that the API's document does not name."""
    different = list(plates(PLATES))
    for content, _ in different:
        reader.plates(opened(content))  # the simulated vendor looks at each only once, and not in this minute
    counts = _first(harness.stack, different)
    clients, until = scaled(CLIENTS, scale), monotonic() + SECONDS
    with ThreadPoolExecutor(clients) as threads, Progress(console=harness.console, transient=True) as progress:
        bar = progress.add_task("Asking", total=SECONDS)
        shifted = [islice(cycle(different), place, None) for place in range(clients)]
        asking = [threads.submit(_ask, harness.stack, pictures, until) for pictures in shifted]
        while monotonic() < until:
            sleep(1)
            progress.update(bar, completed=SECONDS - (until - monotonic()))
        counts = sum((one.result() for one in asking), counts)
    others = {name: count for name, count in counts.items() if name.startswith("status")}
    return Result(
        TRIAL.name,
        f"{clients} clients at once for {SECONDS:.0f} s, {PLATES} different plates",
        [
            Figure("right answers", counts["right"], least=1),
            Figure("wrong answers", counts["wrong"], most=0),
            Figure("asked to come later", counts["later"]),
            Figure("other answers", sum(others.values()), most=0),
            *(Figure(name, count) for name, count in others.items()),
            Figure("answers/s", counts["right"] / SECONDS),
        ],
    )


def _first(stack: Stack, different: Sequence[tuple[bytes, str]]) -> Counter[str]:
    """What a few callers are told, one request after the other each."""
    with ThreadPoolExecutor(FIRST_CLIENTS) as threads:
        pictures = different[:FIRST_REQUESTS]
        asking = [threads.submit(_ask, stack, pictures, monotonic() + SECONDS) for _ in range(FIRST_CLIENTS)]
        return sum((one.result() for one in asking), Counter[str]())


def _ask(stack: Stack, pictures: Iterable[tuple[bytes, str]], until: float) -> Counter[str]:
    """One caller: a picture after the other, each until it is answered."""
    counts: Counter[str] = Counter()
    with requests.Session() as session:
        session.headers = {"x-api-key": stack.api_key, "Content-Type": "image/jpeg"}
        for content, number in pictures:
            picture = content + salt()
            while (outcome := _one(session, f"{stack.url}/ocr/{PRODUCT}", picture, number)) == "later":
                counts[outcome] += 1
                if monotonic() > until:
                    return counts
            counts[outcome] += 1
            if monotonic() > until:
                break
    return counts


def _one(session: requests.Session, url: str, picture: bytes, number: str) -> str:
    try:
        answer = session.post(url, data=picture, timeout=PATIENCE)
    except requests.Timeout:
        return "status none"
    if answer.status_code in LATER and "Retry-After" in answer.headers:
        sleep(float(answer.headers["Retry-After"]) * random.uniform(1, 4))
        return "later"
    if answer.status_code != requests.codes.ok:
        return f"status {answer.status_code}"
    return "right" if answer.json()["document"]["fields"].get("plate_number") == number else "wrong"


TRIAL = Trial("clients", run, {"RequestsPerSecond": str(REQUESTS_PER_SECOND)})
