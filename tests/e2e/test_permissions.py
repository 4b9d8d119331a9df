"""What the roles may do and, above all, may not, as IAM decides it on the deployed stack."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.cloud.aws import REGION
from local.cloud.stack import NAME, Stack, logical
from local.simulators import SECRETS
from ocr.storage.keyed import marked

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"}
FUNCTIONS_ONLY = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
ROOT_TOO = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}
PICTURE = b"a picture"

Clients = Callable[[str], Any]


@pytest.fixture(scope="module")
def of(stack: Stack) -> Iterator[Callable[[str], Clients]]:
    """AWS clients that act as the function with this logical id."""
    roles = stack.client("iam")
    lent: dict[str, boto3.Session] = {}

    def trust(role: str, *statements: dict[str, Any]) -> None:
        document = {"Version": "2012-10-17", "Statement": [*statements]}
        roles.update_assume_role_policy(RoleName=stack.parts[role], PolicyDocument=json.dumps(document))

    def acting(function: str) -> Clients:
        role = f"{function}Role"
        if role not in lent:
            trust(role, FUNCTIONS_ONLY, ROOT_TOO)
            arn = roles.get_role(RoleName=stack.parts[role])["Role"]["Arn"]
            given = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
            lent[role] = boto3.Session(
                given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=REGION
            )
        return lambda service: lent[role].client(service, endpoint_url=stack.aws.endpoint)

    yield acting
    for role in lent:
        trust(role, FUNCTIONS_ONLY)


@pytest.fixture
def id_card(of: Callable[[str], Clients]) -> Clients:
    return of(logical("id_card"))


@pytest.fixture(scope="module")
def uploads(stack: Stack) -> dict[str, dict[str, str]]:
    """One upload of each of two products, as what `get_object` takes. Folder markers: nobody tries to read them."""
    keys = {product: f"uploads/{product}/mine/" for product in ("id_card", "license_plate")}
    s3 = stack.client("s3")
    return {
        product: {
            "Bucket": stack.uploads,
            "Key": key,
            "VersionId": s3.put_object(Bucket=stack.uploads, Key=key, Body=PICTURE)["VersionId"],
        }
        for product, key in keys.items()
    }


def denied(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whether IAM refuses this call; any other error is not a refusal."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] in DENIED
    return False


def test_a_product_reads_its_own_uploads(id_card: Clients, uploads: dict[str, dict[str, str]]) -> None:
    assert id_card("s3").get_object(**uploads["id_card"])["Body"].read() == PICTURE


def test_a_product_reads_back_its_own_long_records_and_nobody_elses(id_card: Clients, stack: Stack) -> None:
    for product in ("id_card", "license_plate"):
        key = f"answers/{product}/0/record.json"
        stack.client("s3").put_object(Bucket=stack.answers, Key=key, Body=PICTURE)
    s3 = id_card("s3")
    assert s3.get_object(Bucket=stack.answers, Key="answers/id_card/0/record.json")["Body"].read() == PICTURE
    assert denied(s3.get_object, Bucket=stack.answers, Key="answers/license_plate/0/record.json")


def test_a_product_reads_nobody_elses_uploads(id_card: Clients, uploads: dict[str, dict[str, str]]) -> None:
    assert denied(id_card("s3").get_object, **uploads["license_plate"])


def test_a_product_puts_pictures_by_and_deletes_them_for_itself_only_and_lists_none(
    id_card: Clients, stack: Stack, uploads: dict[str, dict[str, str]]
) -> None:
    s3 = id_card("s3")
    s3.put_object(Bucket=stack.uploads, Key="uploads/id_card/later/", Body=b"")

    assert denied(s3.list_objects_v2, Bucket=stack.uploads)
    assert denied(s3.put_object, Bucket=stack.uploads, Key=uploads["license_plate"]["Key"], Body=b"")
    assert denied(s3.delete_object, **uploads["license_plate"])


def test_a_product_keeps_answers_below_its_own_prefix_only(id_card: Clients, stack: Stack) -> None:
    s3 = id_card("s3")
    s3.put_object(Bucket=stack.answers, Key="answers/id_card/1/a.json", Body=b"{}")

    assert denied(s3.put_object, Bucket=stack.answers, Key="answers/license_plate/1/a.json", Body=b"{}")
    assert denied(s3.get_object, Bucket=stack.answers, Key="answers/license_plate/1/a.json")


def test_a_product_writes_records_and_neither_scans_nor_drops_the_table(id_card: Clients, stack: Stack) -> None:
    table, own = id_card("dynamodb"), {"id": {"S": marked("0" * 32, "id_card")}}
    table.put_item(TableName=stack.table, Item=own)
    assert table.get_item(TableName=stack.table, Key=own)["Item"] == own

    assert denied(table.scan, TableName=stack.table)
    assert denied(table.query, TableName=stack.table, IndexName="by_product")
    assert denied(table.delete_item, TableName=stack.table, Key=own)
    assert denied(table.delete_table, TableName=stack.table)


@pytest.mark.parametrize("kind", ["", "content#", "tries#"])
def test_a_product_reaches_no_other_products_records(id_card: Clients, stack: Stack, kind: str) -> None:
    table, name = id_card("dynamodb"), stack.table
    own, other = ({"id": {"S": kind + marked("0" * 32, product)}} for product in ("id_card", "license_plate"))
    assert denied(table.get_item, TableName=name, Key=other)
    assert denied(table.put_item, TableName=name, Item=other)
    assert denied(table.update_item, TableName=name, Key=other)
    both = [{"Put": {"TableName": name, "Item": item}} for item in (own, other)]
    assert denied(table.transact_write_items, TransactItems=both)
    assert not denied(table.transact_write_items, TransactItems=both[:1])


def test_a_product_reads_the_key_of_a_vendor_that_sells_it(id_card: Clients) -> None:
    secret = id_card("secretsmanager").get_secret_value(SecretId=f"{NAME}/ctyun")

    assert json.loads(secret["SecretString"]) == SECRETS["ctyun"]


def test_a_product_reads_no_other_vendors_key(id_card: Clients) -> None:
    secrets = id_card("secretsmanager")

    assert denied(secrets.get_secret_value, SecretId=f"{NAME}/juhe")
    assert denied(secrets.put_secret_value, SecretId=f"{NAME}/ctyun", SecretString="{}")


def test_a_product_does_not_speak_on_the_bus(id_card: Clients, stack: Stack) -> None:
    entry = {"EventBusName": stack.bus, "Source": "ocr", "DetailType": "Record finished", "Detail": "{}"}

    assert denied(id_card("events").put_events, Entries=[entry])


def test_a_product_takes_from_its_own_queue_only(id_card: Clients, stack: Stack) -> None:
    queues = id_card("sqs")
    queues.receive_message(QueueUrl=stack.queue("id_card"))

    assert denied(queues.receive_message, QueueUrl=stack.queue("license_plate"))
    assert denied(queues.receive_message, QueueUrl=stack.dead_letters)
    assert denied(queues.send_message, QueueUrl=stack.queue("id_card"), MessageBody="{}")


def test_a_product_invokes_the_engine_only(id_card: Clients, stack: Stack) -> None:
    assert denied(id_card("lambda").invoke, FunctionName=stack.parts["Announce"], Payload=b"{}")


def test_the_announcer_sees_neither_pictures_nor_keys(
    of: Callable[[str], Clients], uploads: dict[str, dict[str, str]]
) -> None:
    announcer = of("Announce")

    assert denied(announcer("s3").get_object, **uploads["id_card"])
    assert denied(announcer("secretsmanager").get_secret_value, SecretId=f"{NAME}/ctyun")


def test_the_engine_touches_nothing(
    of: Callable[[str], Clients], stack: Stack, uploads: dict[str, dict[str, str]]
) -> None:
    engine = of("Engine")

    assert denied(engine("s3").get_object, **uploads["id_card"])
    assert denied(engine("dynamodb").get_item, TableName=stack.table, Key={"id": {"S": "permission"}})


def test_the_records_api_reads_no_keys(of: Callable[[str], Clients]) -> None:
    records = of("RecordsApi")

    assert denied(records("secretsmanager").get_secret_value, SecretId=f"{NAME}/ctyun")
    assert denied(records("secretsmanager").get_secret_value, SecretId=f"{NAME}/webhooks")


def test_webhooks_read_their_endpoints_and_neither_records_nor_pictures_nor_keys(
    of: Callable[[str], Clients], stack: Stack, uploads: dict[str, dict[str, str]]
) -> None:
    webhooks = of("PostWebhooks")

    assert webhooks("secretsmanager").get_secret_value(SecretId=f"{NAME}/webhooks")
    assert denied(webhooks("secretsmanager").get_secret_value, SecretId=f"{NAME}/ctyun")
    assert denied(webhooks("s3").get_object, **uploads["id_card"])
    assert denied(webhooks("dynamodb").get_item, TableName=stack.table, Key={"id": {"S": "permission"}})


def test_what_does_not_come_by_tls_is_refused(id_card: Clients, uploads: dict[str, dict[str, str]]) -> None:
    s3 = id_card("s3")
    s3.meta.events.register(
        "before-sign.s3", lambda request, **_: request.headers.add_header("X-Forwarded-Proto", "http")
    )

    assert denied(s3.get_object, **uploads["id_card"])
