"""A connection whose answer can be made to arrive byte by byte: below HTTP, so that the head drips too."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol


class Wire:
    """A server's connection to one client, as the transport that it is; each request finds it in its `state`."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self._seconds: float | None = None
        self._waiting = bytearray()
        self._dripping: asyncio.Task[None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def drip(self, seconds: float) -> None:
        """Send the next answer one byte at a time, with so many seconds after each."""
        self._seconds = seconds

    def write(self, data: bytes) -> None:
        """As a transport's."""
        if self._seconds is None:
            self.transport.write(data)
            return
        self._waiting += data
        if self._dripping is None:
            self._dripping = asyncio.create_task(self._drip(self._seconds))

    def close(self) -> None:
        """As a transport's; what drips is sent first."""
        if self._dripping is None:
            self.transport.close()
        else:
            self._dripping.add_done_callback(lambda _: self.transport.close())

    async def _drip(self, seconds: float) -> None:
        while self._waiting and not self.transport.is_closing():
            self.transport.write(self._waiting[:1])
            del self._waiting[:1]
            await asyncio.sleep(seconds)
        self._waiting.clear()
        self._seconds = self._dripping = None


class Protocol(H11Protocol):
    """HTTP over a `Wire`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the wire between this protocol and its transport."""
        wire = Wire(transport)
        self.app_state = self.app_state | {"wire": wire}
        super().connection_made(cast(asyncio.Transport, wire))
