"""The connections to the hosts of vendors, pictures and webhooks: who they may be made to, how long they are kept.

Each thread has one call at a time. Its deadline cuts the connection off, whatever waits for it.
"""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread, Timer, local
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

# A connection that was idle for longer is not used again: a frozen container does not notice that the vendor closed it,
# and a request that is written into a closed connection looks like one that the vendor received.
REST_SECONDS = 20.0
CONNECTIONS = 32
MOST_ADDRESSES = 3

# Raises for addresses that a call may not go to.
type Allowed = Callable[[Sequence[str]], None]


class _Call:
    """One call: when it has to end, where it may go, and its connection, once it has one, for the timer to cut off."""

    def __init__(self, until: float, allowed: Allowed | None) -> None:
        self.until = until
        self.allowed = allowed
        self.connection: Any = None
        self.socket: Any = None

    def cut(self) -> None:
        """End the connection under whoever waits for it."""
        # One that is not kept alive gives its socket away with the answer's head.
        line: Any = getattr(self.connection, "sock", None) or self.socket
        with suppress(ValueError, OSError, TypeError):  # it was whole at the last moment
            # Below TLS, whose own closing would wait for the vendor.
            socket.socket.shutdown(line, socket.SHUT_RDWR)


_calls = local()


@contextmanager
def cut_at(until: float, allowed: Allowed | None) -> Iterator[None]:
    """End this thread's call at that moment; raises `TimeoutError` where the block was not done by then."""
    _calls.mine = _Call(until, allowed)
    timer = Timer(max(0, until - time.monotonic()), _calls.mine.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _calls.mine = None
    if time.monotonic() > until:
        raise TimeoutError


def shared_session() -> "requests.Session":
    """The container's session, without connections that have rested too long."""
    session, used = _pooled()
    if time.time() - used[0] > REST_SECONDS:
        session.close()
    used[0] = time.time()
    return session


@cache
def _pooled() -> tuple["requests.Session", list[float]]:
    return new_session(), [time.time()]


def new_session() -> "requests.Session":
    """A session that never retries, keeps no cookies and knows no proxy; its connections end with their calls."""
    from http.cookiejar import DefaultCookiePolicy

    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.trust_env = False  # no proxies, no .netrc: where pictures go is decided by the settings alone
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        adapter = HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0)
        adapter.poolmanager.pool_classes_by_scheme = _pools()
        session.mount(scheme, adapter)
    return session


def _pools() -> dict[str, Any]:
    """urllib3's pools of connections, each of which says which call it serves, and is made to an address it may."""
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    def pool(kind: Any) -> Any:
        class Connection(kind.ConnectionCls):  # type: ignore[misc]  # a class that is only known here
            _dns_host: str

            def _new_conn(self) -> Any:
                # The name is looked up once: whoever looked it up again might be told another address than was checked.
                call, name = _calls.mine, self._dns_host
                addresses = _addresses(self, name, call.until)
                if call.allowed:
                    call.allowed(addresses)
                try:
                    for self._dns_host in addresses[:MOST_ADDRESSES]:
                        try:
                            call.socket = super()._new_conn()
                            return call.socket
                        except (ConnectTimeoutError, NewConnectionError) as error:
                            last = error
                finally:
                    self._dns_host = name
                raise last

            def request(self, *arguments: Any, **more: Any) -> None:
                _calls.mine.connection = self
                super().request(*arguments, **more)
                _calls.mine.socket = self.sock

        return type(kind.__name__, (kind,), {"ConnectionCls": Connection})

    return {"http": pool(HTTPConnectionPool), "https": pool(HTTPSConnectionPool)}


def _addresses(connection: Any, name: str, until: float) -> list[str]:
    """The addresses that a name stands for; raises urllib3's errors where there are none, or none in time.

    The system's resolver takes as long as it likes: it is asked in a thread of its own, and left to it.
    """
    from urllib3.exceptions import NameResolutionError, NewConnectionError

    found: SimpleQueue[list[str] | socket.gaierror] = SimpleQueue()

    def look_up() -> None:
        try:
            addresses = socket.getaddrinfo(name.strip("[]"), connection.port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(place[0]) for *_, place in addresses)))
        except (OSError, UnicodeError) as error:
            found.put(socket.gaierror(type(error).__name__))

    Thread(target=look_up, daemon=True).start()
    try:
        addresses = found.get(timeout=max(0.001, until - time.monotonic()))
    except Empty:
        raise NewConnectionError(connection, "its name was not looked up in time") from None
    if isinstance(addresses, socket.gaierror):
        raise NameResolutionError(name, connection, addresses)
    return addresses
