"""Many callers at once over HTTPS, each with ever new pictures of different plates: each gets the answer to its own."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from time import monotonic, sleep

import requests
from rich.progress import Progress

from local.sending import salt
from local.stack import Stack
from local.trials.ground import Ground
from local.trials.pictures import PRODUCT, plates
from local.trials.result import Figure, Result
from local.trials.trial import Trial, scaled

CLIENTS, SECONDS = 200, 60.0
PLATES = 50
# The machine is slower than API Gateway is patient: what is looked for here are wrong answers, not late ones.
PATIENCE = 300.0
# What a caller may be told to come back for; each has to say when.
LATER = {202, 409, 429, 503}


def run(ground: Ground, scale: float) -> Result:
    """A minute of callers: right answers, wrong ones, and answers that the API's document does not name."""
    different = list(plates(PLATES))
    clients, until = scaled(CLIENTS, scale), monotonic() + SECONDS
    with ThreadPoolExecutor(clients) as threads, Progress(console=ground.console, transient=True) as progress:
        bar = progress.add_task("Asking", total=SECONDS)
        shifted = [islice(cycle(different), place, None) for place in range(clients)]
        asking = [threads.submit(_ask, ground.stack, pictures, until) for pictures in shifted]
        while monotonic() < until:
            sleep(1)
            progress.update(bar, completed=SECONDS - (until - monotonic()))
        told = sum((one.result() for one in asking), Counter[str]())
    return Result(
        TRIAL.name,
        f"{clients} clients at once for {SECONDS:.0f} s, {PLATES} different plates",
        [
            Figure("right answers", told["right"], least=1),
            Figure("wrong answers", told["wrong"], most=0),
            Figure("asked to come later", told["later"]),
            Figure("other errors", told["error"], most=0),
            Figure("answers/s", told["right"] / SECONDS),
        ],
    )


def _ask(stack: Stack, pictures: Iterable[tuple[bytes, str]], until: float) -> Counter[str]:
    """One caller: a picture after the other, each until it is answered."""
    told: Counter[str] = Counter()
    with requests.Session() as session:
        session.headers = {"x-api-key": stack.api_key, "Content-Type": "image/jpeg"}
        for content, number in pictures:
            picture = content + salt()
            while (outcome := _one(session, f"{stack.url}/ocr/{PRODUCT}", picture, number)) == "later":
                told[outcome] += 1
                if monotonic() > until:
                    return told
            told[outcome] += 1
            if monotonic() > until:
                break
    return told


def _one(session: requests.Session, url: str, picture: bytes, number: str) -> str:
    answer = session.post(url, data=picture, timeout=PATIENCE)
    if answer.status_code in LATER and "Retry-After" in answer.headers:
        sleep(float(answer.headers["Retry-After"]))
        return "later"
    if answer.status_code != requests.codes.ok:
        return "error"
    return "right" if answer.json()["document"]["fields"].get("plate_number") == number else "wrong"


TRIAL = Trial("clients", run)
