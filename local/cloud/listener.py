"""Hears what the bus announces, through a queue of its own that exists only as long as somebody listens."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

from local.cloud.stack import Stack

# A record's id, and whether it was answered from an earlier reading.
Event = tuple[str, bool]


class Listener:
    """The events of one stack's bus, from the moment it was made."""

    def __init__(self, stack: Stack, queue: str) -> None:
        self.queues = stack.client("sqs")
        self.queue = queue
        self.heard: list[Mapping[str, Any]] = []

    def wait_for(self, events: set[Event], seconds: float) -> set[Event]:
        """Listen until each of these was announced or none came for so long; return those still missing."""
        missing, deadline = set(events), monotonic() + seconds
        while missing := missing - {(one["detail"]["record_id"], one["detail"]["replayed"]) for one in self.heard}:
            if self._receive():
                deadline = monotonic() + seconds
            elif monotonic() > deadline:
                break
        return missing

    def _receive(self) -> bool:
        answer = self.queues.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = answer.get("Messages", [])
        self.heard += [json.loads(message["Body"]) for message in messages]
        if messages:
            taken = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(messages)]
            self.queues.delete_message_batch(QueueUrl=self.queue, Entries=taken)
        return bool(messages)


@contextmanager
def listening(stack: Stack) -> Iterator[Listener]:
    """A listener, with a rule on the bus and a queue that are taken away again."""
    name = f"listener-{uuid4().hex[:8]}"
    queues, events = stack.client("sqs"), stack.client("events")
    queue = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = events.put_rule(Name=name, EventBusName=stack.bus, EventPattern=json.dumps({"source": ["ocr"]}))
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": _from_rule(rule["RuleArn"], arn)})
    events.put_targets(Rule=name, EventBusName=stack.bus, Targets=[{"Id": "queue", "Arn": arn}])
    try:
        yield Listener(stack, queue)
    finally:
        events.remove_targets(Rule=name, EventBusName=stack.bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=stack.bus)
        queues.delete_queue(QueueUrl=queue)


def _from_rule(rule: str, queue: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
