"""MiniStack as this project runs it: the process that plays AWS. `local.cloud.aws` starts it with MiniStack's Python.

What MiniStack 1.5.33 does otherwise than AWS is put right here, so that the template need not know:
- Callers arrive by TLS. Without that the buckets' policy would, rightly, refuse the functions. A request that says
  `X-Forwarded-Proto: http` is taken at its word, so the policy can be tested.
- An OpenAPI body may carry gateway responses, and integrations that answer by themselves (what a browser asks for
  before it asks another origin). A header without a value in them is refused.
- A parameter is text, also where a number is wanted.
- Records of a stream that a function reports as failed come again: here with their whole batch, on AWS with what
  follows them.
- Who may send, delete or hide a message of a queue may do so with several.
- A condition may split and join text.
- A stack may take over a secret that another one has left.
- An alarm may compare several metrics; here it is kept, and stays silent.
- Roles may be held to the partition keys of a table: those of all items of a request count together, a transaction's
  too.
- EventBridge is told the version of a new object.
- A request that is larger than API Gateway takes, or makes a larger event than Lambda takes, is refused: 413. A larger
  answer of a function than Lambda takes is an error of the function.
- A long answer is compressed for a client that accepts that, where the API is set up so.
- An authorizer may name the API key as which a request counts, where the API takes keys from it and none from callers.
- S3 tells who may not list a bucket that an object is forbidden, where there is none.
- A batch of a queue for which no function has room is brought again, until its messages' visibility timeout is over.
- A batch of a queue may have more than ten messages. It is brought at once: the batching window is not waited for.

And four things are easier here than on AWS:
- Functions that share an archive share its files, where MiniStack would unpack it for each of them again. A layer's
  archive (`local.cloud.build.packed`) only names the folder where they are.
- S3 does not tell each queue by a test message that it will be told: that would start all functions at once.
- There is no CodeDeploy: its parts have names and nothing else, and an alias moves to a new version at once.
- Where `WAITING_FUNCTIONS` says so, no more processes of functions wait for another call than that: the one that was
  called longest ago ends.
"""

import gzip
import hashlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from http import HTTPStatus
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from zipfile import ZipFile

from ministack import app as ministack  # type: ignore[import-not-found]  # lives in its own environment
from ministack.core import iam_actions, lambda_runtime  # type: ignore[import-not-found]
from ministack.services import (  # type: ignore[import-not-found]
    apigateway_v1,
    dynamodb,
    eventbridge,
    lambda_svc,
    s3,
    secretsmanager,
    sqs,
)
from ministack.services.cloudformation import engine, provisioners  # type: ignore[import-not-found]

Scope = dict[str, Any]
Channel = Callable[..., Awaitable[Any]]

serve_plain = ministack.app
action_plain = iam_actions.extract_iam_action
table_context_plain = iam_actions.dynamodb_service_context
conditions_plain = engine._evaluate_conditions
alarm_plain = provisioners._cw_metric_alarm_record
create_table_plain = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["create"]
import_plain = apigateway_v1._import_rest_api
import_operation_plain = apigateway_v1._import_operation
route_plain = apigateway_v1._execute_in_scope
authorize_plain = apigateway_v1._authorize_request_v1
ask_authorizer_plain = apigateway_v1._invoke_authorizer_lambda
key_plain = apigateway_v1._api_key_from_request
answer_plain = apigateway_v1._handle_execute_in_scope
execute_plain = lambda_svc._execute_function
run_batch_plain = lambda_svc._run_sqs_batch
concurrency_plain = lambda_svc._sqs_esm_concurrency
receive_plain = sqs._receive_messages_for_esm
event_plain = apigateway_v1._build_lambda_event_v1
invoke_plain = apigateway_v1._invoke_lambda_proxy_v1
fire_plain = s3._fire_s3_event
dispatch_plain = eventbridge._dispatch_event
release_plain = lambda_svc.release_worker
unpack_plain = ZipFile.extractall
unpacking = threading.Lock()
# Of the object that this thread tells of.
version = threading.local()
LINKED = "linked"
# Lambda's quota for the event of a call that waits for its answer.
EVENT_BYTES = 6_291_456
RESULT_BYTES = 6_291_556
# API Gateway's quota for a request's body.
REQUEST_BYTES = 10 << 20
# Between two calls for a batch that was throttled, in seconds; each is twice as long as the one before.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
brought = threading.local()
# The key that the authorizer has named for the request that this task answers; None where keys come from callers.
named_key: ContextVar[str | None] = ContextVar("named_key", default=None)


async def serve(scope: Scope, receive: Channel, send: Channel) -> None:
    """The ASGI application, behind what ends TLS on AWS."""
    if scope["type"] == "http" and b"x-forwarded-proto" not in dict(scope["headers"]):
        scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
    await serve_plain(scope, receive, send)


def action(service: str, *request: Any) -> str | None:
    """The action that a caller needs the permission for."""
    found: str | None = action_plain(service, *request)
    return found.removesuffix("Batch") if found and service == "sqs" else found


# The parts of a request to DynamoDB that hold items or their keys.
PARTS = {"TransactItems", "Put", "Update", "Delete", "Get", "ConditionCheck", "PutRequest", "DeleteRequest"}


def table_context(body: bytes) -> dict[str, Any]:
    """What conditions may ask of a request to DynamoDB; the partition keys of all its items as well."""
    context: dict[str, Any] = table_context_plain(body)
    try:
        keys = [*leading_keys(json.loads(body or b"{}"))]
    except ValueError:
        return context
    return context | ({"dynamodb:leadingkeys": keys} if keys else {})


def leading_keys(request: Any, table: str = "") -> Iterator[str]:
    """The partition keys of the items that a request to DynamoDB, or a part of it, names."""
    if isinstance(request, list):
        for one in request:
            yield from leading_keys(one, table)
    if not isinstance(request, dict):
        return
    table = request.get("TableName", table)
    name = (dynamodb._tables.get(table) or {}).get("pk_name")
    for member, part in request.items():
        if member in {"Key", "Item"}:
            yield from part.get(name, {}).values()
        elif member == "Keys":
            yield from (value for key in part for value in key.get(name, {}).values())
        elif member == "RequestItems":
            for other, wanted in part.items():
                yield from leading_keys(wanted, other)
        elif member in PARTS:
            yield from leading_keys(part, table)


def import_rest_api(spec: dict[str, Any], *rest: Any) -> str:
    """An API's id, imported with its gateway responses; raises `ValueError` for a header without a value."""
    for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
        _refuse_empty(kind, response)
    api: str = import_plain(spec, *rest)
    apigateway_v1._rest_apis[api]["apiKeySource"] = spec.get("x-amazon-apigateway-api-key-source", "HEADER")
    for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
        apigateway_v1._put_gateway_response(api, kind, response)
    return api


def import_operation(api: str, resource: str, method: str, operation: dict[str, Any], *rest: Any) -> None:
    """Import one method of an API; what an integration answers by itself is kept as well."""
    import_operation_plain(api, resource, method, operation, *rest)
    integration = operation.get("x-amazon-apigateway-integration", {})
    if str(integration.get("type")).upper() != "MOCK":
        return
    methods = apigateway_v1._resources[api][resource]["resourceMethods"]
    methods[method]["methodIntegration"]["requestTemplates"] = integration.get("requestTemplates", {})
    for pattern, response in integration.get("responses", {}).items():
        _refuse_empty(f"{method} {pattern}", response)
        selected = response | {"selectionPattern": "" if pattern == "default" else pattern}
        apigateway_v1._put_integration_response(api, resource, method, str(response["statusCode"]), selected)


def _refuse_empty(where: str, response: dict[str, Any]) -> None:
    empty = [name for name, value in response.get("responseParameters", {}).items() if value in ("", "''")]
    if empty:
        raise ValueError(f"Invalid mapping expression specified: {where}: {', '.join(empty)}")


async def route(request: dict[str, Any], api: str, stage: str, method: str, path: str, *rest: Any) -> Any:
    """What an API answers to a request; a refusal where its body is larger than API Gateway takes."""
    _headers, body, *_ = rest
    if len(body or b"") > REQUEST_BYTES:
        request["stage"] = apigateway_v1._stages_v1.get(api, {}).get(stage)
        return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
    return await route_plain(request, api, stage, method, path, *rest)


async def authorize(api: str, *request: Any) -> Any:
    """What an authorizer says of a request: a refusal, or what the function is told. The key that it names is kept."""
    named_key.set("" if apigateway_v1._rest_apis[api].get("apiKeySource") == "AUTHORIZER" else None)
    return await authorize_plain(api, *request)


async def ask_authorizer(*request: Any) -> Any:
    """What an authorizer's function answers."""
    result = await ask_authorizer_plain(*request)
    body = result.get("body") if result else None
    if isinstance(body, dict) and named_key.get() is not None:
        named_key.set(str(body.get("usageIdentifierKey") or ""))
    return result


def key_of(headers: dict[str, Any]) -> str:
    """The API key of a request: the one that its authorizer has named, or its own."""
    named = named_key.get()
    return str(key_plain(headers)) if named is None else named


async def answer(api: str, stage: str, method: str, path: str, headers: dict[str, str], *rest: Any) -> Any:
    """What an API answers, compressed where it is long, the API says so and the client accepts it."""
    status, sent, content = await answer_plain(api, stage, method, path, headers, *rest)
    least = (apigateway_v1._rest_apis.get(api) or {}).get("minimumCompressionSize")
    names = {name.lower() for name in sent}
    accepted = "gzip" in headers.get("accept-encoding", "")
    if least is None or not accepted or "content-encoding" in names or len(content) < int(least):
        return status, sent, content
    plain = {name: value for name, value in sent.items() if name.lower() != "content-length"}
    return status, plain | {"Content-Encoding": "gzip"}, gzip.compress(content, 1)


def hides_what_is_missing(read: Callable[..., Any]) -> Callable[..., Any]:
    """In place of a reading of an object: 403 in place of 404 for who may not list what begins with its key."""

    def read_or_forbid(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Any:
        found = read(bucket, key, headers, query or {})
        if found[0] != HTTPStatus.NOT_FOUND:
            return found
        asked = {"service_context": {"s3:prefix": key}, "resource_arn": f"arn:aws:s3:::{bucket}"}
        forbidden = ministack._enforce_data_plane("s3", "s3:ListBucket", headers, query or {}, "", **asked)
        return forbidden or found

    return read_or_forbid


def conditions(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
    """What each condition says, with the text in it worked out before."""

    def plain(part: Any) -> Any:
        match part:
            case list():
                return [plain(one) for one in part]
            case {"Ref": "AWS::Partition"}:
                return "aws"
            case {"Ref": str(name)} if name in parameters:
                return parameters[name]["Value"]
            case {"Fn::Sub": str(text)}:
                for name, parameter in parameters.items():
                    text = text.replace(f"${{{name}}}", str(parameter["Value"]))
                return text
            case {"Fn::Split": [separator, text]}:
                return str(plain(text)).split(separator)
            case {"Fn::Select": [place, parts]}:
                return plain(parts)[int(place)]
            case {"Fn::Join": [separator, parts]}:
                found = plain(parts)
                return separator.join(found) if isinstance(found, list) else str(found).replace(",", separator)
            case dict():
                return {name: plain(one) for name, one in part.items()}
            case _:
                return part

    settled = {name: plain(one) for name, one in template.get("Conditions", {}).items()}
    found: dict[str, bool] = conditions_plain({**template, "Conditions": settled}, parameters)
    return found


def alarm(name: str, properties: dict[str, Any]) -> Any:
    """The alarm as it is kept; one that compares several metrics with the first of them in its own place, too."""
    if not properties.get("Metrics"):
        return alarm_plain(name, properties)
    metric = next(one["MetricStat"] for one in properties["Metrics"] if "MetricStat" in one)
    plain = {"Namespace": metric["Metric"]["Namespace"], "MetricName": metric["Metric"]["MetricName"]}
    kept = alarm_plain(name, {key: one for key, one in properties.items() if key != "Metrics"} | plain)
    return kept | {"Metrics": properties["Metrics"]}


def create_table(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
    """Physical id and attributes of a table, whose indexes say that they are there."""
    indexes = [index | {"IndexStatus": "ACTIVE"} for index in properties.get("GlobalSecondaryIndexes", [])]
    return create_table_plain(logical_id, properties | {"GlobalSecondaryIndexes": indexes}, stack)


def import_secret(identifier: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Physical id and attributes of a secret that a stack takes over, by its ARN."""
    [name] = [name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == identifier["Id"]]
    return name, {"Id": identifier["Id"], "Arn": identifier["Id"]}


def create_name(logical_id: str, _properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
    """Physical id and attributes of a part of a stack that has a name and nothing else."""
    return f"{stack}-{logical_id}", {}


def delete_name(*_: Any) -> None:
    """Nothing is left of it."""


def sqs_concurrency(mapping: dict[str, Any], *rest: Any) -> int:
    """Batches in flight that an event source mapping allows."""
    scaling = mapping.get("ScalingConfig") or {}
    if "MaximumConcurrency" in scaling:
        scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
    limit: int = concurrency_plain(mapping, *rest)
    return limit


def run_batch(mapping: dict[str, Any], function: dict[str, Any], event: Any, batch: Any, queue: str, name: str) -> None:
    """Bring a batch of a queue to its function; while it is throttled, as often as its messages are hidden."""
    visible = float(sqs._queues[queue]["attributes"].get("VisibilityTimeout", "30"))
    brought.until = time.monotonic() + visible
    try:
        run_batch_plain(mapping, function, event, batch, queue, name)
    finally:
        brought.until = 0.0


def receive(queue: str, most: int) -> list[dict[str, Any]]:
    """A batch of a queue's messages: as many as a call for them gives, and more calls until it is full."""
    batch: list[dict[str, Any]] = receive_plain(queue, most)
    while len(batch) < most and (more := receive_plain(queue, most - len(batch))):
        batch += more
    return batch


def execute(function: dict[str, Any], event: Any) -> dict[str, Any]:
    """What becomes of an invocation; a batch of a stream fails when one of its records does."""
    pause = FIRST_PAUSE
    result: dict[str, Any] = execute_plain(function, event)
    while result.get("throttle") and time.monotonic() + pause < getattr(brought, "until", 0.0):
        time.sleep(pause * random.uniform(0.5, 1))
        pause = min(LONGEST_PAUSE, 2 * pause)
        result = execute_plain(function, event)
    body = result.get("body")
    if len(json.dumps(body, default=str)) > RESULT_BYTES:
        kind = "Function.ResponseSizeTooLarge"
        return result | {"error": True, "body": {"errorType": kind, "errorMessage": "Response payload size exceeded"}}
    failed = isinstance(body, dict) and body.get("batchItemFailures")
    if failed and event["Records"][0]["eventSource"] == "aws:dynamodb":
        result["error"] = True
    return result


def event_with_key(*request: Any, **more: Any) -> dict[str, Any]:
    """The event of an HTTPS request, which names the API key that was checked, as AWS does."""
    event: dict[str, Any] = event_plain(*request, **more)
    if found := apigateway_v1._resolve_api_key(key_of(event["headers"])):
        event["requestContext"]["identity"] |= {"apiKey": found["value"], "apiKeyId": found["id"]}
    return event


async def invoke(integration: dict[str, Any], *request: Any, **more: Any) -> Any:
    """What a function answers to an HTTPS request; a refusal where its event is larger than Lambda takes."""
    members = ("binary_media_types", "authorizer_context", "caller_identity")
    event = apigateway_v1._build_lambda_event_v1(*request, **{name: more.get(name) for name in members})
    if len(json.dumps(event)) > EVENT_BYTES:
        return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
    return await invoke_plain(integration, *request, **more)


def release(waiting: int) -> Callable[[Any], None]:
    """In place of `release_worker`: gives a process back, and ends those beyond `waiting` that wait longest."""

    def given_back(worker: Any) -> None:
        release_plain(worker)
        with lambda_runtime._lock:
            pools = lambda_runtime._workers.values()
            idle = [one for pool in pools for one in pool if not one.in_use]
            ended = sorted(idle, key=lambda one: one.last_used)[: max(0, len(idle) - waiting)]
            for pool in pools:
                pool[:] = [one for one in pool if one not in ended]
        lambda_runtime.kill_workers(ended)

    return given_back


def fire(*given: Any, version_id: str | None = None, **named: Any) -> None:
    """In place of `_fire_s3_event`: keeps the version for the event that EventBridge gets of it."""
    version.id = version_id
    try:
        fire_plain(*given, version_id=version_id, **named)
    finally:
        version.id = None


def dispatch(event: dict[str, Any], *rest: Any) -> None:
    """In place of `_dispatch_event`: S3's events name the object's version."""
    if event["Source"] == "aws.s3" and getattr(version, "id", None):
        detail = json.loads(event["Detail"])
        detail["object"]["version-id"] = version.id
        event = event | {"Detail": json.dumps(detail)}
    dispatch_plain(event, *rest)


def no_test_event(bucket: str) -> None:
    """In place of the message that S3 sends to a queue that it is to tell of uploads."""


def unpack_once(archive: ZipFile, path: str, *_: Any) -> None:
    """In place of `ZipFile.extractall`: links to the one copy of this archive's content."""
    for entry in _shared(archive).iterdir():
        (Path(path) / entry.name).symlink_to(entry)
    Path(str(archive.filename)).unlink()


def _shared(archive: ZipFile) -> Path:
    if archive.namelist() == [LINKED]:
        return Path(archive.read(LINKED).decode())
    content = repr([(entry.filename, entry.CRC) for entry in archive.infolist()])
    shared = Path(gettempdir()) / "unpacked" / hashlib.sha256(content.encode()).hexdigest()
    with unpacking:
        if not shared.exists():
            unpack_plain(archive, shared)
    return shared


def end_with(parent: int, stays: Path) -> None:
    """End this process when the one that started it is gone, however it went, unless that has left the file `stays`."""
    while os.getppid() == parent:
        time.sleep(0.5)
    if not stays.exists():
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=(os.getppid(), Path(os.environ.pop("STAYS"))), daemon=True).start()
    ministack.app = serve
    apigateway_v1._import_rest_api = import_rest_api
    lambda_svc._sqs_esm_concurrency = sqs_concurrency
    for module in sys.modules.values():
        if getattr(module, "_evaluate_conditions", None) is conditions_plain:
            module._evaluate_conditions = conditions  # type: ignore[attr-defined]
        if getattr(module, "extract_iam_action", None) is action_plain:
            module.extract_iam_action = action  # type: ignore[attr-defined]
    iam_actions.dynamodb_service_context = table_context
    provisioners._cw_metric_alarm_record = alarm
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["create"] = create_table
    provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]["import"] = import_secret
    for kind in ("Application", "DeploymentGroup"):
        provisioners._RESOURCE_HANDLERS[f"AWS::CodeDeploy::{kind}"] = {"create": create_name, "delete": delete_name}
    lambda_svc._execute_function = execute
    lambda_svc._run_sqs_batch = run_batch
    sqs._receive_messages_for_esm = receive
    apigateway_v1._build_lambda_event_v1 = event_with_key
    apigateway_v1._invoke_lambda_proxy_v1 = invoke
    apigateway_v1._import_operation = import_operation
    apigateway_v1._execute_in_scope = route
    apigateway_v1._authorize_request_v1 = authorize
    apigateway_v1._invoke_authorizer_lambda = ask_authorizer
    apigateway_v1._api_key_from_request = key_of
    apigateway_v1._handle_execute_in_scope = answer
    s3._get_object, s3._head_object = hides_what_is_missing(s3._get_object), hides_what_is_missing(s3._head_object)
    s3._fire_s3_test_event = no_test_event
    s3._fire_s3_event = fire
    eventbridge._dispatch_event = dispatch
    if waiting := os.environ.pop("WAITING_FUNCTIONS", None):
        lambda_svc.release_worker = release(int(waiting))
    ZipFile.extractall = unpack_once  # type: ignore[method-assign,assignment]
    ministack.main()
