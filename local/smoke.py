"""`make smoke STACK=ocr`: whether a deployed stack does what only AWS can show; docs/aws-checklist.md has the rest.

It sends one sample by each way in, which costs a fraction of a cent, and deletes what came of it. On the local stack it
leaves out what the local AWS does not do.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from time import monotonic, sleep
from typing import Any

import boto3
import requests
from rich.console import Console

from cli.keys import TenantKeys
from local.arguments import Arguments
from local.cloud.aws import ROOT
from local.cloud.sending import salt
from local.cloud.stack import parts_of, point_at
from local.samples import samples

PROBLEM = "application/problem+json"
TOO_LARGE = 7_000_000
SECONDS = 90.0
METRIC_SECONDS = 300.0
TENANT, REFUSED = "smoke-test", {401, 403}
# Below this, Lambda's quota is that of a new account.
CONCURRENCY = 100


@dataclass(frozen=True)
class Target:
    """A deployed stack, as it is reached from here. `local` says that it is on this machine."""

    stack: str
    client: Callable[[Any], Any]
    outputs: Mapping[str, str]
    url: str
    key: str
    local: bool

    def get(self, path: str, **asked: str) -> requests.Response:
        return requests.get(self.url + path, params=asked, headers={"x-api-key": self.key}, timeout=30)

    def post(self, path: str, body: bytes) -> requests.Response:
        headers = {"x-api-key": self.key, "Content-Type": "image/jpeg"}
        return requests.post(self.url + path, data=body, headers=headers, timeout=60)


def main() -> int:
    """Print a line a check; 1 where one failed."""
    parser = Arguments(description="Look at a deployed stack.")
    parser.add_argument("--stack", help="the name of a stack on AWS; without it, that of make up, if that runs")
    found, console, failed = target(parser.parse_args().stack), Console(), 0
    for name, wrong in checks(found):
        console.print(f"[red]✗[/] {name}: {wrong}" if wrong else f"[green]✓[/] {name}", soft_wrap=True)
        failed += bool(wrong)
    return 1 if failed else 0


def target(stack: str | None) -> Target:
    """The stack of this name, where the environment says; without a name that of `make up`, if that runs."""
    name, client = point_at(stack), boto3.client
    [found] = client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    url, here = outputs["Url"], os.environ.get("AWS_ENDPOINT_URL")
    if here:
        api = url.removeprefix("https://").partition(".")[0]
        url = f"{here}/restapis/{api}/v1/_user_request_"
    key = client("apigateway").get_api_key(apiKey=outputs["ApiKeyId"], includeValue=True)["value"]
    return Target(name, client, outputs, url, key, local=bool(here))


def checks(found: Target) -> Iterator[tuple[str, str]]:
    """Each check, with what is wrong; nothing where it holds."""
    slugs = [one["product"] for one in found.get("/products").json()]
    yield "the API refuses who has no key", _is(requests.get(found.url + "/products", timeout=30), 401)
    yield "the API answers who has one", "" if slugs else "GET /products lists nothing"
    yield "what API Gateway refuses is a problem", _is(found.get("/nothing"), 404)
    yield "a request that is too large is told so", _is(found.post(f"/ocr/{slugs[0]}", bytes(TOO_LARGE)), 413)
    yield "a page may ask first", _preflight(found, slugs[0])
    yield "what is long comes compressed", _compressed(found)
    if not found.local:
        yield "Lambda may run enough at once", _concurrency(found)
        yield "alarms wake somebody", _alarms(found)
        yield "a release has all the traffic", _live(found)
    yield "the names of queues are whole", _queues(found)
    yield "the table has its indexes", _indexes(found)
    yield "a tenant's key is known as that", _tenant(found, slugs[0])
    sample = next(iter(samples([slugs[0]])))
    content = sample.picture + salt()
    answer = found.post(f"/ocr/{sample.product}", content)
    yield f"a sample of {sample.product} is read by HTTPS", _read(found, answer)
    yield "the same by S3 is answered from its record", _uploaded(found, sample.product, content)
    yield "an upload that is deleted has its failed record", _deleted(found, sample.product)
    if not found.local:
        yield "what functions count reaches CloudWatch", _counted(found)


def _is(answer: requests.Response, status: int) -> str:
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code == status and kind.startswith(PROBLEM):
        return ""
    return f"{answer.status_code} {kind} in place of {status} {PROBLEM}"


def _preflight(found: Target, slug: str) -> str:
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    answer = requests.options(f"{found.url}/ocr/{slug}", headers=asked, timeout=30)
    origin = answer.headers.get("Access-Control-Allow-Origin")
    return "" if answer.ok and origin else f"{answer.status_code}, allowed origin {origin}"


def _compressed(found: Target) -> str:
    answer = found.get("/products/openapi.json")
    return (
        "" if answer.headers.get("Content-Encoding") == "gzip" else f"{answer.status_code}, {len(answer.content)} bytes"
    )


def _concurrency(found: Target) -> str:
    most = found.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    return "" if most >= CONCURRENCY else f"{most} at once: ask for a higher quota, docs/scale.md says how"


def _alarms(found: Target) -> str:
    pages = found.client("cloudwatch").get_paginator("describe_alarms").paginate()
    ours = [one for page in pages for one in page["MetricAlarms"] if "docs/operating.md#" in one["AlarmDescription"]]
    silent = sum(not one["AlarmActions"] for one in ours)
    return f"{silent} of {len(ours)} have nobody to tell: set AlarmEmail or AlarmTopicArn" if silent or not ours else ""


def _live(found: Target) -> str:
    """Where traffic is shifted: whether an alias still sends some of it to the version before."""
    parts, client = parts_of(found.client, found.stack), found.client("lambda")
    shifted = [name.removesuffix("Live") for name in parts if name.endswith("Live")]
    aliases = {name: client.get_alias(FunctionName=parts[name], Name="live") for name in shifted}
    between = sorted(name for name, alias in aliases.items() if alias.get("RoutingConfig"))
    return f"two versions of {', '.join(between)} are called: look at the deployments in CodeDeploy" if between else ""


def _queues(found: Target) -> str:
    """AWS cuts names that are too long; then the bucket may not send to the queue."""
    addresses = [part for name, part in parts_of(found.client, found.stack).items() if name.endswith("Queue")]
    cut = [one for one in addresses if not one.rpartition("/")[2].startswith(f"{found.stack}-")]
    return f"{len(cut)} of {len(addresses)} do not begin with {found.stack}-" if cut or not addresses else ""


def _indexes(found: Target) -> str:
    table = found.client("dynamodb").describe_table(TableName=found.outputs["RecordsTable"])["Table"]
    there = {one["IndexName"]: one["IndexStatus"] for one in table.get("GlobalSecondaryIndexes", [])}
    wanted = re.findall(r"- IndexName: (\w+)", (ROOT / "template.yaml").read_text())
    return ", ".join(f"{name} is {there.get(name, 'missing')}" for name in wanted if there.get(name) != "ACTIVE")


def _counted(found: Target) -> str:
    """Whether CloudWatch has the sample's record, which takes it a minute or two."""
    deadline = monotonic() + METRIC_SECONDS
    while not _datapoints(found):
        if monotonic() > deadline:
            return f"no metric Records within {METRIC_SECONDS:.0f} s"
        sleep(5)
    return ""


def _datapoints(found: Target) -> Sequence[Any]:
    now = datetime.now(UTC)
    points: Sequence[Any] = found.client("cloudwatch").get_metric_statistics(
        Namespace="OCR",
        MetricName="Records",
        Dimensions=[{"Name": "service", "Value": "ocr"}, {"Name": "status", "Value": "succeeded"}],
        StartTime=now - timedelta(minutes=15),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return points


def _read(found: Target, answer: requests.Response) -> str:
    body = answer.json()
    id = body.get("record_id") or body.get("id")
    deadline = monotonic() + SECONDS
    while answer.status_code == requests.codes.accepted or body.get("status") == "pending":
        if monotonic() > deadline:
            return "its record is still pending"
        sleep(1)
        answer = found.get(f"/records/{id}")
        body = answer.json()
    return (
        "" if body.get("status") == "succeeded" else f"{answer.status_code} {body.get('title') or body.get('status')}"
    )


def _uploaded(found: Target, slug: str, content: bytes) -> str:
    record, problem = _upload(found, slug, content, then=lambda key, version: None)
    if problem:
        return problem
    found_again = "" if record.get("replayed") else "it was read anew"
    return found_again if record.get("status") == "succeeded" else f"its record is {record.get('status')}"


def _tenant(found: Target, slug: str) -> str:
    """Have a form made under a key that is made for it; a new key takes AWS a while."""
    keys, deadline = TenantKeys(found.stack, found.client), monotonic() + SECONDS
    _, secret = keys.create(TENANT, None, None)
    headers = {"x-api-key": secret}
    try:
        answer = requests.post(f"{found.url}/uploads/{slug}", headers=headers, timeout=30)
        while answer.status_code in REFUSED and monotonic() < deadline:
            sleep(2)
            answer = requests.post(f"{found.url}/uploads/{slug}", headers=headers, timeout=30)
        if answer.status_code != requests.codes.created:
            return f"{answer.status_code} in place of 201"
        form = answer.json()
        requests.delete(f"{found.url}/records/{form['id']}", headers=headers, timeout=30)
        return "" if f"/tenants/{TENANT}/" in form["key"] else f"its upload would be the operator's: {form['key']}"
    finally:
        keys.revoke(TENANT)


def _deleted(found: Target, slug: str) -> str:
    def delete(key: str, version: str) -> None:
        found.client("s3").delete_object(Bucket=found.outputs["UploadsBucket"], Key=key, VersionId=version)

    record, problem = _upload(found, slug, salt(), then=delete)
    return problem or ("" if record.get("status") == "failed" else f"its record is {record.get('status')}")


def _upload(
    found: Target, slug: str, content: bytes, then: Callable[[str, str], None]
) -> tuple[Mapping[str, Any], str]:
    """The record that an upload ended in, after something was done with it; else what is wrong."""
    bucket, key = found.outputs["UploadsBucket"], f"uploads/{slug}/smoke-{token_hex(4)}.jpg"
    version = found.client("s3").put_object(Bucket=bucket, Key=key, Body=content)["VersionId"]
    then(key, version)
    deadline = monotonic() + SECONDS
    while monotonic() < deadline:
        answer = found.get("/records/by-source", uri=f"s3://{bucket}/{key}", version=version)
        if answer.ok:
            requests.delete(f"{found.url}/records/{answer.json()['id']}", headers={"x-api-key": found.key}, timeout=30)
            return answer.json(), ""
        sleep(1)
    return {}, f"no record within {SECONDS:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
