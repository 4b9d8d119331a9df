"""Promise: the proxy that makes AWS fail does what is ordered to the requests that are meant, and else nothing."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from local.cloud.aws import REGION, Aws
from local.cloud.faults import BROKEN, CUT, LOST, PARTIAL, SLOW_DOWN, THROTTLED, Fault, Faults, faulty
from tests.support.aws import failing

Clients = Callable[..., Any]
QUEUE = "heard"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with failing(tmp_path_factory.mktemp("aws")) as started:
        yield started


@pytest.fixture(scope="module")
def proxy(aws: Aws) -> Iterator[Faults]:
    with faulty(aws) as faults:
        yield faults


@pytest.fixture
def faults(proxy: Faults) -> Iterator[Faults]:
    yield proxy
    proxy.reset()


@pytest.fixture(scope="module")
def through(proxy: Faults) -> Clients:
    """Clients that try once and reach AWS through the proxy, as functions do."""

    def client(service: str, key: str = "local", secret: str = "local") -> Any:
        once = Config(retries={"total_max_attempts": 1})
        session = boto3.Session(key, secret, region_name=REGION)
        return session.client(service, endpoint_url=proxy.endpoint, config=once)  # type: ignore[call-overload]

    return client


@pytest.fixture(scope="module")
def url(aws: Aws) -> str:
    """A queue that hears what the default bus is told."""
    queues, events = aws.client("sqs"), aws.client("events")
    url: str = queues.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=QUEUE, EventPattern=json.dumps({"source": ["test"]}))
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [anybody]})})
    events.put_targets(Rule=QUEUE, Targets=[{"Id": QUEUE, "Arn": arn}])
    return url


def event(name: str) -> dict[str, str]:
    return {"Source": "test", "DetailType": name, "Detail": "{}"}


def test_without_orders_it_is_not_there(faults: Faults, through: Clients) -> None:
    s3 = through("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="照片 1+2.png", Body=b"a picture")
    assert s3.get_object(Bucket="bucket", Key="照片 1+2.png")["Body"].read() == b"a picture"
    assert faults.hits() == []


def test_what_was_signed_for_aws_reaches_it_so(aws: Aws, through: Clients) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="somebody")
    lists = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    iam.put_user_policy(UserName="somebody", PolicyName="lists", PolicyDocument=json.dumps({"Statement": [lists]}))
    given = iam.create_access_key(UserName="somebody")["AccessKey"]
    key, secret = given["AccessKeyId"], given["SecretAccessKey"]
    through("sqs", key, secret).list_queues()
    with pytest.raises(ClientError, match="AccessDenied"):
        through("sqs", key, secret).create_queue(QueueName="forbidden")
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        through("sqs", key, "not the secret").list_queues()


@pytest.mark.parametrize(
    ("service", "call", "fault"),
    [
        ("dynamodb", "list_tables", THROTTLED),
        ("sqs", "list_queues", THROTTLED),
        ("lambda", "list_functions", BROKEN),
        ("s3", "list_buckets", SLOW_DOWN),
    ],
)
def test_an_error_is_one_of_the_service(
    faults: Faults, through: Clients, service: str, call: str, fault: Fault
) -> None:
    faults.order(service, fault, times=1)
    with pytest.raises(ClientError) as raised:
        getattr(through(service), call)()
    assert raised.value.response["Error"]["Code"] == fault.code
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == fault.status
    getattr(through(service), call)()
    assert len(faults.hits()) == 1


def test_an_order_is_for_what_it_names_only(faults: Faults, through: Clients) -> None:
    faults.order("sqs.CreateQueue", BROKEN, holding="unwanted")
    faults.order("s3.PUT", SLOW_DOWN, path="/unwanted")
    through("sqs").create_queue(QueueName="wanted")
    through("s3").create_bucket(Bucket="wanted")
    assert faults.hits() == []
    with pytest.raises(ClientError):
        through("sqs").create_queue(QueueName="unwanted")
    with pytest.raises(ClientError):
        through("s3").create_bucket(Bucket="unwanted")
    assert faults.hits() == ["sqs.CreateQueue", "s3.PUT"]


@pytest.mark.parametrize(("fault", "done"), [(CUT, False), (LOST, True)])
def test_a_connection_ends_before_or_after_aws_did_it(
    aws: Aws, faults: Faults, through: Clients, fault: Fault, done: bool
) -> None:
    name = f"of-{fault.how}"
    faults.order("sqs.CreateQueue", fault)
    with pytest.raises(ConnectionClosedError):
        through("sqs").create_queue(QueueName=name)
    assert bool(aws.client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls")) is done


def test_of_several_events_the_first_is_not_taken(aws: Aws, faults: Faults, through: Clients, url: str) -> None:
    faults.order("events.PutEvents", PARTIAL)
    answer = through("events").put_events(Entries=[event("first"), event("second"), event("third")])
    assert answer["FailedEntryCount"] == 1
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [PARTIAL.code, None, None]
    heard: set[str] = set()
    while len(heard) < 2:
        [message] = aws.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
        heard.add(json.loads(message["Body"])["detail-type"])
    assert heard == {"second", "third"}


def test_an_aws_that_knows_of_no_proxy_gets_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = Aws(pid=0, port=1, folder=tmp_path_factory.mktemp("alone"))
    with pytest.raises(ValueError, match="proxied"), faulty(alone):
        pass
