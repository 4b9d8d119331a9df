"""The deployed stack: where its parts are, and clients for them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from local.cloud.aws import UP, Aws

NAME = "ocr"
# The alarms that rise when this system fails, whichever vendor does what.
FAULTS = ("InternalFailure", "ApiFails", "DeadLetter")


@dataclass(frozen=True)
class Stack:
    """What `sam deploy` made. `parts` maps logical ids of the template to physical ones."""

    aws: Aws
    outputs: Mapping[str, str]
    parts: Mapping[str, str]
    api_key: str

    @classmethod
    def of(cls, aws: Aws) -> Self:
        """The stack as it stands in this AWS."""
        [stack] = aws.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        key = aws.client("apigateway").get_api_key(apiKey=outputs["ApiKeyId"], includeValue=True)
        return cls(aws, outputs, parts_of(aws.client, NAME), key["value"])

    @property
    def url(self) -> str:
        """The API's address, as the local AWS serves it."""
        return f"{self.aws.endpoint}/restapis/{self.parts['Api']}/v1/_user_request_"

    @property
    def uploads(self) -> str:
        """The bucket that pictures are uploaded to."""
        return self.outputs["UploadsBucket"]

    @property
    def answers(self) -> str:
        """The bucket of the vendors' raw answers."""
        return self.outputs["AnswersBucket"]

    @property
    def table(self) -> str:
        return self.outputs["RecordsTable"]

    @property
    def bus(self) -> str:
        return self.outputs["BusName"]

    @property
    def dead_letters(self) -> str:
        """URL of the dead-letter queue."""
        return self.outputs["DeadLettersUrl"]

    def reads(self, product: str) -> bool:
        """Whether it has a product of this slug."""
        return logical(product) + "Queue" in self.parts

    def function(self, product: str) -> str:
        """Name of a product's Lambda."""
        return self.parts[logical(product)]

    def queue(self, product: str) -> str:
        """URL of a product's queue of uploads."""
        return self.parts[logical(product) + "Queue"]

    def client(self, name: Any) -> Any:
        """A boto3 client with root's rights."""
        return self.aws.client(name)


def logical(slug: str) -> str:
    """The logical id of a product's function: `id_card` is `IdCard` in the template."""
    return "".join(word.capitalize() for word in slug.split("_"))


def point_at(stack: str | None) -> str:
    """Have this process's AWS clients find a stack, and return its name.

    One that is named is where the environment says, so on AWS; else it is that of `make up`, if that runs.
    """
    running = Aws.running(UP)
    if running and not stack and "AWS_ENDPOINT_URL" not in os.environ:
        os.environ.update(running.environment)
    return stack or NAME


def parts_of(client: Callable[[Any], Any], stack: str) -> dict[str, str]:
    """The physical ids of a stack's resources by their logical ids; `client` makes clients."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        part["LogicalResourceId"]: part["PhysicalResourceId"]
        for page in pages
        for part in page["StackResourceSummaries"]
        if "PhysicalResourceId" in part
    }


def settings_of(client: Callable[[Any], Any], function: str) -> dict[str, str]:
    """The settings that a deployed function has in its environment; `client` makes clients."""
    variables: dict[str, str] = client("lambda").get_function_configuration(FunctionName=function)["Environment"][
        "Variables"
    ]
    return variables
