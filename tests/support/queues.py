"""A queue that behaves as SQS does, at its worst, in a time of the test's own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

VISIBILITY = 360.0


@dataclass
class Message:
    """One message."""

    id: str
    body: str
    receives: int = 0
    visible_at: float = 0.0


@dataclass
class Queue:
    """Messages that come at least once, up to `most` times; then they lie in `dead`."""

    name: str
    clock: Callable[[], float]
    most: int
    messages: dict[str, Message] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)
    sent: int = 0
    buried: int = 0

    def send(self, body: str) -> None:
        self.sent += 1
        id = f"{self.name}-{self.sent}"
        self.messages[id] = Message(id, body)

    def waiting(self) -> list[str]:
        """The ids of the messages that may be received now."""
        return [one.id for one in self.messages.values() if one.visible_at <= self.clock()]

    def receive(self, ids: Iterable[str]) -> list[Message]:
        """The messages, hidden for a while; those that came too often are dead instead."""
        found = [self.messages[id] for id in ids]
        for one in found:
            if one.receives >= self.most:
                self.dead.append(self.messages.pop(one.id))
            else:
                one.receives += 1
                one.visible_at = self.clock() + VISIBILITY
        return [one for one in found if one.id in self.messages]

    def hide(self, id: str, seconds: float) -> None:
        """Let a message be received again after so many seconds."""
        if id in self.messages:
            self.messages[id].visible_at = self.clock() + seconds

    def delete(self, ids: Iterable[str]) -> None:
        for id in ids:
            self.messages.pop(id, None)

    def bury(self, body: str) -> None:
        """Put a message among the dead, as who reads the queue does."""
        self.buried += 1
        self.dead.append(Message(f"{self.name}-dead-{self.buried}", body))

    def event(self, messages: Iterable[Message]) -> dict[str, Any]:
        """The Lambda event of a batch."""
        return {"Records": [self._record(one) for one in messages]}

    def _record(self, message: Message) -> Mapping[str, Any]:
        return {
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.receives)},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{self.name}",
        }
