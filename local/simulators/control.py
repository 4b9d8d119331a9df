"""The other side of `/_control`, for tests and the demo."""

from typing import Any

import requests


class Control:
    """One running simulator, by its base URL."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/_control"
        self.session = requests.Session()
        self.session.trust_env = False

    def order(self, **order: Any) -> None:
        """Have the next call (or `times` of them) answered as ordered; see `state.Order`."""
        self._put(orders=[order])

    def forget(self) -> None:
        """Drop the orders that wait; what was seen and how the vendor is set stay."""
        self._put(forget=True)

    def set(self, **settings: Any) -> None:
        """Change how the vendor words its answers; see each vendor's `Settings`."""
        self._put(settings=settings)

    def report(self) -> dict[str, Any]:
        """Calls, charges, violations and the last call's facts since the last reset."""
        return self._json(self.session.get(self.url))

    def reset(self) -> None:
        """Forget orders, settings and everything seen."""
        self._json(self.session.delete(self.url))

    def _put(self, **instructions: Any) -> None:
        self._json(self.session.put(self.url, json=instructions))

    @staticmethod
    def _json(answer: requests.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json()
        if not answer.ok:
            raise ValueError(body["error"])
        return body
