"""Deploy the template to the local AWS with SAM CLI, as anybody would to AWS."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic

from botocore.exceptions import ClientError
from rich.console import Console
from rich.status import Status

from local.cloud.aws import Aws
from local.cloud.build import Failed, alone, build, packed, parameters, sam
from local.cloud.stack import NAME, Stack


def deploy(aws: Aws, console: Console, given: Mapping[str, str] | None = None) -> Stack:
    """The stack, built and deployed with these template parameters over the defaults; raises `Failed`."""
    with alone():
        with _stage(console, "sam build"):
            build()
            template = packed(aws.folder)
        quietly = ["--no-progressbar", *parameters(given or {})]
        with _stage(console, "sam deploy") as status:
            _follow(sam("deploy", "-t", str(template), *quietly, environment=aws.environment), aws, status)
    return Stack.of(aws)


def _follow(lines: Iterator[str], aws: Aws, status: Status) -> None:
    """Count the resources as they get ready."""
    done = 0
    try:
        for line in lines:
            done += line.startswith(("CREATE_COMPLETE", "UPDATE_COMPLETE"))
            status.update(f"sam deploy: {done} resources")
    except Failed as failure:
        raise Failed(_reasons(aws) or str(failure)) from failure


def _reasons(aws: Aws) -> str:
    """What CloudFormation says of the parts that failed."""
    with suppress(ClientError):
        events = aws.client("cloudformation").describe_stack_events(StackName=NAME)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return "\n".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)
    return ""


@contextmanager
def _stage(console: Console, name: str) -> Iterator[Status]:
    begun = monotonic()
    with console.status(name) as status:
        yield status
    console.print(f"[green]✓[/] {name} [dim]{monotonic() - begun:.1f} s[/]")
