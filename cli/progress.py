"""What is printed of pictures while they are read: progress and problems to standard error, JSON to standard output."""

import json
from collections import Counter
from threading import Lock
from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console
from rich.text import Text

from cli.reading import SUCCEEDED, Outcome
from cli.results import Results, plain


class Progress:
    """Takes outcomes from any thread, while it is open: keeps them in `results` or in mind, and shows how far it is."""

    def __init__(self, total: int, results: Results | None, *, as_json: bool) -> None:
        self.counts: Counter[str] = Counter()
        self.outcomes: list[Outcome] = []
        self._results, self._as_json = results, as_json
        self._lock = Lock()
        self._console = Console(stderr=True, soft_wrap=True, highlight=False)
        counter = (progress.BarColumn(), progress.MofNCompleteColumn(), progress.TextColumn("pictures"))
        one_or_unseen = total < 2 or not self._console.is_terminal
        columns = (*counter, progress.TimeRemainingColumn())
        self._bar = progress.Progress(*columns, console=self._console, transient=True, disable=one_or_unseen)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()
        if self._results:
            self._results.close()

    def keep(self, outcome: Outcome) -> None:
        """One more picture is done."""
        with self._lock:
            self.counts[outcome.status] += 1
            if self._results:
                self._results.add(outcome)
            if self._as_json:
                print(json.dumps(plain(outcome), ensure_ascii=False), flush=True)
            if not (self._results or self._as_json):
                self.outcomes.append(outcome)
        if outcome.status != SUCCEEDED:
            self.note(f"{outcome.file}: {outcome.status}: {outcome.reason}")
        self._bar.advance(self._task)

    def note(self, line: str) -> None:
        """Tell the person at the terminal, above the progress."""
        self._console.print(Text(line))
