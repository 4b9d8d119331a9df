"""Promise: a tenant reaches its own records alone, and nobody learns that another tenant has the same picture."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from cli.app import main
from cli.keys import TenantKeys
from local.cloud.aws import ROOT, Aws
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.model.tenant import OPERATOR, Tenant, of_key, tenant_of
from ocr.platform import aws as clients
from tests.support.aws import UPLOADS, World, forget_settings, whole
from tests.support.scripted import Context, calls, picture, product, reading
from tests.support.sending import asked, deliver, of_upload

Command = Callable[..., tuple[int, list[Any]]]


def key(name: str, secret: str) -> str:
    """An API key of a tenant, as `ocr keys create` makes it."""
    return f"ocr-{name}-{secret}"


OURS, THEIRS, STACKS = key("claims", "a" * 40), key("lending", "b" * 40), "QzV0aGVTdGFja3NPd25LZXlPZkZvcnR5TGV0dGVycw"


API = {
    "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "tenants"}},
    "Root": {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
            "HttpMethod": "GET",
            "AuthorizationType": "NONE",
            "Integration": {"Type": "MOCK"},
        },
    },
    "Deployment": {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": "Root",
        "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"},
    },
    "ApiPlan": {
        "Type": "AWS::ApiGateway::UsagePlan",
        "DependsOn": "Deployment",
        "Properties": {
            "ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": "v1"}],
            "Throttle": {"RateLimit": 50, "BurstLimit": 50},
            "Quota": {"Limit": 100000, "Period": "DAY"},
        },
    },
    "Records": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "tenants-records",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    },
    "PeoplesKeys": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": '{"operator": "key"}'}},
    "IdCardQueue": {"Type": "AWS::SQS::Queue"},
    "Undelivered": {"Type": "AWS::SQS::Queue"},
}


@pytest.fixture(scope="module")
def command(emulator: Aws) -> Iterator[Command]:
    """Runs `ocr keys` against a stack of an API, a table and two queues; its lines, parsed where they are JSON."""
    formation = emulator.client("cloudformation")
    formation.create_stack(StackName="tenants", TemplateBody=json.dumps({"Resources": API}))
    formation.get_waiter("stack_create_complete").wait(StackName="tenants", WaiterConfig={"Delay": 1})
    environment = emulator.environment | {"AWS_ENDPOINT_URL": emulator.endpoint, "OCR_STACK": "tenants"}

    def run(*words: str) -> tuple[int, list[Any]]:
        done = CliRunner().invoke(main, ["keys", *words], env=environment)
        return done.exit_code, [json.loads(line) if line.startswith("{") else line for line in done.stdout.splitlines()]

    yield run
    formation.delete_stack(StackName="tenants")


def context(secret: str) -> dict[str, Any]:
    """What API Gateway says beside a request that came with this key."""
    return {"requestId": "request-1", "identity": {"apiKey": secret, "apiKeyId": f"id of {secret[:10]}"}}


def read(kind: Product, secret: str, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer when a caller with this key has a picture read."""
    members = body or {"image": b64encode(picture(4711)).decode()}
    event = {
        "httpMethod": "POST",
        "resource": f"/ocr/{kind.slug}",
        "path": f"/ocr/{kind.slug}",
        "headers": {"content-type": "application/json"} | headers,
        "queryStringParameters": None,
        "requestContext": context(secret),
        "body": json.dumps(members),
        "isBase64Encoded": False,
    }
    answer = serve(kind)(event, Context())  # type: ignore[arg-type]
    return answer["statusCode"], json.loads(answer["body"])


def of(secret: str, method: str, path: str, body: str | None = None, **query: str) -> tuple[int, Any]:
    """Status and body of the answer of the API beside reading, to a caller with this key."""
    more = {"requestContext": context(secret) | {"stage": "v1", "path": path}, "queryStringParameters": query or None}
    return asked(method, path, body, **more)


def listed(secret: str, **query: str) -> list[str]:
    """The ids of the records that a caller with this key is shown, page by page."""
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        status, page = of(secret, "GET", "/records", **query, **more)
        assert status == 200
        found += [one["id"] for one in page["records"]]
        if not page["next"]:
            return found
        more = {"cursor": page["next"]}


def test_keys_are_made_listed_and_revoked(command: Command, emulator: Aws) -> None:
    code, [made] = command("create", "--name", "claims", "--per-second", "2", "--per-day", "500", "--json")
    assert (code, of_key(made["key"])) == (0, Tenant("claims"))
    [plain] = command("create", "--name", "claims-north")[1]
    assert of_key(plain) == Tenant("claims-north")
    second = command("create", "--name", "claims", "--per-day", "600", "--json")[1][0]
    assert second["key"] != made["key"]
    listed = command("list", "--json")[1]
    limits = [(one["tenant"], one["per_second"], one["per_day"]) for one in listed]
    assert limits == [("claims", 2, 600), ("claims", 2, 600), ("claims-north", 50, 100_000)]
    assert made["key"] not in json.dumps(listed)
    assert command("revoke", "--name", "claims", "--id", made["id"])[0] == 0
    assert [one["id"] for one in command("list", "--json")[1] if one["tenant"] == "claims"] == [second["id"]]
    assert command("revoke", "--name", "claims")[0] == 0
    assert command("revoke", "--name", "claims-north")[0] == 0
    assert command("list", "--json") == (0, [])
    # The stack's own plan stays as it was.
    plans = emulator.client("apigateway").get_usage_plans()["items"]
    assert [plan["quota"]["limit"] for plan in plans if plan.get("apiStages")] == [100_000]
    assert command("revoke", "--name", "claims")[0] == 1
    command("create", "--name", "claims")
    TenantKeys("tenants", emulator.client).revoke_all()
    assert command("list", "--json") == (0, [])
    assert command("create", "--name", "Claims North")[0] == 2


def test_a_tenants_people_count_as_a_key_that_nobody_is_shown(command: Command, emulator: Aws) -> None:
    def known() -> dict[str, str]:
        [secret] = [
            one
            for one in emulator.client("secretsmanager").list_secrets()["SecretList"]
            if "PeoplesKeys" in one["Name"]
        ]
        value = emulator.client("secretsmanager").get_secret_value(SecretId=secret["ARN"])["SecretString"]
        return dict(json.loads(value))

    made = [command("create", "--name", "claims", "--people", "--json")[1][0] for _ in range(2)]
    assert [{*one} for one in made] == [{"tenant", "id"}] * 2
    assert of_key(known()["claims"]) == Tenant("claims")
    # The one before counts no more: to revoke it changes nothing for anybody.
    assert command("revoke", "--name", "claims", "--id", made[0]["id"])[0] == 0
    assert {*known()} == {"operator", "claims"}
    assert command("revoke", "--name", "claims")[0] == 0
    assert known() == {"operator": "key"}


def test_the_operator_sees_the_tenants_keys_but_never_their_values(
    command: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TABLE", "tenants-records")
    forget_settings()
    made = [command("create", "--name", name, "--json")[1][0] for name in ("north", "north", "south")]
    command("create", "--name", "north", "--per-day", "700")
    command("revoke", "--name", "north", "--id", made[0]["id"])
    status, body = of(STACKS, "GET", "/keys")
    shown = {one["id"]: one for one in body["keys"]}
    assert status == 200
    assert [(shown[one["id"]]["tenant"], shown[one["id"]]["per_day"]) for one in made] == [
        ("north", 700),
        ("north", 700),
        ("south", 100_000),
    ]
    assert [one for one in shown if "revoked_at" in shown[one] and one in {key["id"] for key in made}] == [
        made[0]["id"]
    ]
    assert not [one["key"] for one in made if one["key"] in json.dumps(body)]
    assert of(OURS, "GET", "/keys")[0] == 403
    TenantKeys("tenants", world.emulator.client).revoke_all()


def test_the_operator_sees_what_waits_in_the_queues_and_for_how_long(
    command: Command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STACK", "tenants")
    forget_settings()
    queue = part_of(world.emulator, "IdCardQueue")
    for _ in range(2):
        clients.queues().send_message(QueueUrl=queue, MessageBody="{}")
    whole("sqs").receive_message(QueueUrl=queue, VisibilityTimeout=60)
    # As SQS tells it on AWS.
    age: Any = {"MetricName": "ApproximateAgeOfOldestMessage", "Value": 90, "Timestamp": datetime.now(UTC)}
    age["Dimensions"] = [{"Name": "QueueName", "Value": queue.rpartition("/")[2]}]
    whole("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[age])
    status, body = of(STACKS, "GET", "/queues")
    empty = {"waiting": 0, "delayed": 0, "in_progress": 0}
    assert status == 200
    assert body["queues"] == [
        {"queue": "id_card"} | empty | {"waiting": 1, "in_progress": 1, "oldest_seconds": 90},
        {"queue": "undelivered"} | empty,
    ]
    assert of(OURS, "GET", "/queues")[0] == 403


def part_of(emulator: Aws, name: str) -> str:
    """The physical id of a part of the stack."""
    found = emulator.client("cloudformation").describe_stack_resource(StackName="tenants", LogicalResourceId=name)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def test_the_same_picture_is_read_and_paid_for_by_each_tenant(world: World) -> None:
    kind = product([reading])
    (one, ours), (two, theirs), (three, own) = (read(kind, secret) for secret in (OURS, THEIRS, STACKS))
    assert (one, two, three) == (200, 200, 200)
    assert [record["replayed"] for record in (ours, theirs, own)] == [False] * 3
    assert len({record["id"] for record in (ours, theirs, own)}) == 3
    assert [record.get("tenant") for record in (ours, theirs, own)] == ["claims", "lending", None]
    assert calls(kind) == 3
    # No name of the one's picture is the other's, so that not even what is kept tells that it is the same.
    names = [{item[name] for name in ("id", "content", "picture") if name in item} for item in world.items()]
    assert not any(a & b for a in names for b in names if a is not b and _tenants(world, a) != _tenants(world, b))
    again = read(kind, OURS)[1]
    assert (again["id"], again["replayed"]) == (ours["id"], True)
    assert calls(kind) == 3


def _tenants(world: World, names: set[str]) -> set[str | None]:
    """Whose the records are that one of these names stands in."""
    return {
        item.get("tenant")
        for item in world.items()
        if "status" in item and names & {item["id"], item.get("content"), f"content#{item.get('content')}"}
    }


PATHS = json.loads((ROOT / "functions/records/openapi.json").read_text())["paths"]


@pytest.mark.parametrize(
    ("method", "path"), [(method.upper(), path) for path, at in PATHS.items() if "{id}" in path for method in at]
)
def test_a_record_of_another_tenant_is_as_none(world: World, method: str, path: str) -> None:
    """Whatever the API does with a record of an id."""
    kind = product([reading])
    record = read(kind, OURS)[1]
    answers = [of(THEIRS, method, path.format(id=id, number=1), "{}") for id in (record["id"], "0" * 32)]
    assert answers[0] == answers[1]
    assert answers[0][0] in {404, 400, 428}
    assert of(OURS, "GET", f"/records/{record['id']}")[0] == 200
    assert of(STACKS, "GET", f"/records/{record['id']}")[0] == 200
    assert of(OURS, "DELETE", f"/records/{record['id']}")[0] == 204
    assert of(OURS, "GET", f"/records/{record['id']}")[0] == 410
    assert of(THEIRS, "GET", f"/records/{record['id']}")[0] == 404


def test_a_list_shows_a_tenant_its_own_records_and_the_operator_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = product([reading])
    monkeypatch.setattr("ocr.declare.catalogue.exists", lambda slug: slug == "ticket")
    pictures = [{"image": b64encode(picture(number)).decode()} for number in range(3)]
    mine = [read(kind, OURS, one)[1]["id"] for one in pictures]
    other, own = read(kind, THEIRS)[1]["id"], read(kind, STACKS)[1]["id"]
    assert listed(OURS) == mine[::-1]
    assert listed(OURS, limit="1", product="ticket") == mine[::-1]
    assert listed(THEIRS) == [other]
    assert {*listed(STACKS)} == {*mine, other, own}


def test_uploads_of_a_tenant_are_its_own(world: World) -> None:
    kind = product([reading])
    status, form = of(OURS, "POST", "/uploads/id_card", "{}")
    assert (status, form["key"]) == (201, f"uploads/id_card/tenants/claims/{form['id']}")
    assert of(THEIRS, "GET", f"/records/{form['id']}")[0] == 404
    upload = world.upload("uploads/ticket/tenants/claims/a.png", picture(1))
    deliver(kind, upload)
    record = of_upload(upload)
    assert record
    assert record.tenant == "claims"
    address = f"s3://{UPLOADS}/uploads/ticket/tenants/claims/a.png"
    assert of(OURS, "GET", "/records/by-source", uri=address)[0] == 200
    assert of(THEIRS, "GET", "/records/by-source", uri=address)[0] == 404
    assert read(kind, OURS, {"s3_uri": address})[0] == 200
    for stolen in (address, f"s3://{UPLOADS}/uploads/ticket/tenants/lending/../claims/a.png"):
        assert read(kind, THEIRS, {"s3_uri": stolen})[1]["type"].endswith("invalid_request")


def test_an_idempotency_key_is_a_tenants_own(world: World) -> None:
    kind = product([reading])
    first = read(kind, OURS, **{"Idempotency-Key": "one"})[1]
    other = read(kind, THEIRS, {"image": b64encode(picture(2)).decode()}, **{"Idempotency-Key": "one"})
    assert other[0] == 200
    # Another key of the same tenant is the same caller.
    renewed = read(kind, key("claims", "c" * 40), **{"Idempotency-Key": "one"})[1]
    assert renewed["id"] == first["id"]


def test_what_a_tenant_does_not_wait_for_stays_its_own(world: World) -> None:
    kind = product([reading])
    pending = read(kind, OURS, Prefer="respond-async")[1]
    assert of(THEIRS, "GET", f"/records/{pending['id']}")[0] == 404
    place = f"uploads/ticket/tenants/claims/later/{pending['id']}"
    [one] = world.emulator.client("s3").list_object_versions(Bucket=UPLOADS, Prefix=place)["Versions"]
    notification = {"s3": {"bucket": {"name": UPLOADS}, "object": {"key": one["Key"], "versionId": one["VersionId"]}}}
    assert deliver(kind, notification) == []
    record = of(OURS, "GET", f"/records/{pending['id']}")[1]
    assert (record["status"], record["tenant"]) == ("succeeded", "claims")


def test_a_deletion_reaches_a_tenants_own_records_alone(world: World) -> None:
    kind = product([reading])
    ours, theirs = read(kind, OURS)[1], read(kind, THEIRS)[1]
    assert of(OURS, "DELETE", f"/records/{ours['id']}")[0] == 204
    assert of(THEIRS, "GET", f"/records/{theirs['id']}")[1]["document"]["fields"]


def test_readings_are_shared_where_the_operator_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_READINGS", "true")
    forget_settings()
    kind = product([reading])
    ours, theirs = read(kind, OURS)[1], read(kind, THEIRS)[1]
    assert (calls(kind), theirs["replayed"]) == (1, True)
    assert ours["id"] != theirs["id"]
    assert of(THEIRS, "GET", f"/records/{ours['id']}")[0] == 404
    assert of(OURS, "DELETE", f"/records/{ours['id']}")[0] == 204
    assert of(THEIRS, "GET", f"/records/{theirs['id']}")[1]["document"]["fields"]
    assert of(THEIRS, "DELETE", f"/records/{theirs['id']}")[0] == 204
    assert not [item for item in world.items() if item["id"].startswith("content#")]


@pytest.mark.parametrize(
    ("secret", "tenant"),
    [
        (OURS, Tenant("claims")),
        (key("claims-north", "d" * 40), Tenant("claims-north")),
        (STACKS, OPERATOR),
        ("0b0e8a9c-1f5e-4f0e-9f1c-0f8a1c2d3e4f", OPERATOR),
        ("ocr-claims-short", OPERATOR),
        ("", OPERATOR),
    ],
)
def test_a_key_says_whose_it_is(secret: str, tenant: Tenant) -> None:
    assert of_key(secret) == tenant


@pytest.mark.parametrize(
    ("place", "tenant"),
    [
        ("uploads/ticket/tenants/claims/a.png", Tenant("claims")),
        ("uploads/ticket/tenants/claims/later/" + "0" * 32, Tenant("claims")),
        ("uploads/ticket/tenants/claims", OPERATOR),
        ("uploads/ticket/tenants/No Name/a.png", OPERATOR),
        ("uploads/ticket/scans/tenants/claims/a.png", OPERATOR),
        ("uploads/ticket/a.png", OPERATOR),
    ],
)
def test_a_folder_says_whose_an_upload_is(place: str, tenant: Tenant) -> None:
    assert tenant_of(place) == tenant
