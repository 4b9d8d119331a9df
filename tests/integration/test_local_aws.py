"""Promise: where AWS is strict, the AWS on this machine is: what works here does not fail there for that."""

import gzip
import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from local.cloud.aws import REGION, Aws

ORIGIN = "https://onboarding.example.com"
LONG, SHORT = "x" * 2000, "x" * 20
BUCKET = "strict-bucket"
SIGNED = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
}


def api(origin: str = f"'{ORIGIN}'") -> dict[str, Any]:
    """A REST API that answers by itself: a preflight, a long and a short text; what it refuses names the origin."""
    allowed = {"method.response.header.Access-Control-Allow-Origin": origin}

    def mock(text: str, parameters: dict[str, str]) -> dict[str, Any]:
        response = {
            "statusCode": "200",
            "responseParameters": parameters,
            "responseTemplates": {"application/json": text},
        }
        return {
            "x-amazon-apigateway-integration": {
                "type": "mock",
                "requestTemplates": {"application/json": '{"statusCode": 200}'},
                "responses": {"default": response},
            }
        }

    refusal = {
        "statusCode": "413",
        "responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": origin},
    }
    body = {
        "openapi": "3.0.1",
        "info": {"title": "strict"},
        "paths": {
            "/long": {"get": mock(LONG, {}), "post": mock(LONG, {}), "options": mock("{}", allowed)},
            "/short": {"get": mock(SHORT, {})},
            "/signed": {"get": mock(SHORT, {}) | {"security": [{"sigv4": []}]}},
        },
        "components": {"securitySchemes": {"sigv4": SIGNED}},
        "x-amazon-apigateway-gateway-responses": {"REQUEST_TOO_LARGE": refusal},
    }
    stage = {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}
    properties = {"Body": body, "MinimumCompressionSize": 1000}
    return {
        "Resources": {
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": properties},
            "Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": stage},
        },
        "Outputs": {"Api": {"Value": {"Ref": "Api"}}},
    }


@pytest.fixture(scope="module")
def url(emulator: Aws) -> Iterator[str]:
    """The address of the API."""
    formation = emulator.client("cloudformation")
    formation.create_stack(StackName="strict", TemplateBody=json.dumps(api()))
    formation.get_waiter("stack_create_complete").wait(StackName="strict", WaiterConfig={"Delay": 0.1})
    [output] = formation.describe_stacks(StackName="strict")["Stacks"][0]["Outputs"]
    yield f"{emulator.endpoint}/restapis/{output['OutputValue']}/v1/_user_request_"
    formation.delete_stack(StackName="strict")


def user(emulator: Aws, name: str, statements: list[dict[str, Any]]) -> boto3.Session:
    """A session of a new user who may do this and nothing else."""
    iam = emulator.client("iam")
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)


def test_a_preflight_is_answered_with_the_origin_that_may_ask(url: str) -> None:
    answer = httpx.options(f"{url}/long", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, ORIGIN)


def test_what_is_long_is_compressed_for_who_accepts_it(url: str) -> None:
    with httpx.stream("GET", f"{url}/long", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join(answer.iter_raw())) == LONG.encode()
    assert "content-encoding" not in httpx.get(f"{url}/short", headers={"Accept-Encoding": "gzip"}).headers
    assert "content-encoding" not in httpx.get(f"{url}/long", headers={"Accept-Encoding": "identity"}).headers


def test_a_body_beyond_ten_megabytes_is_refused_with_the_headers_of_a_refusal(url: str) -> None:
    assert httpx.post(f"{url}/long", content=b"x" * (10 << 20)).status_code == 200
    answer = httpx.post(f"{url}/long", content=b"x" * ((10 << 20) + 1))
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (413, ORIGIN)


def test_a_header_without_a_value_is_no_api(emulator: Aws) -> None:
    formation = emulator.client("cloudformation")
    formation.create_stack(StackName="empty", TemplateBody=json.dumps(api(origin="''")))
    with pytest.raises(Exception, match="Waiter"):
        formation.get_waiter("stack_create_complete").wait(StackName="empty", WaiterConfig={"Delay": 0.1})
    events = formation.describe_stack_events(StackName="empty")["StackEvents"]
    assert any("Invalid mapping expression" in one.get("ResourceStatusReason", "") for one in events)
    formation.delete_stack(StackName="empty")


@pytest.mark.parametrize(("action", "status"), [("execute-api:Invoke", 200), ("lambda:InvokeFunction", 403)])
def test_a_route_that_asks_for_signatures_takes_those_of_who_may_invoke_it(
    emulator: Aws, url: str, action: str, status: int
) -> None:
    assert httpx.get(f"{url}/signed").status_code == 403
    session = user(emulator, f"caller-{status}", [{"Effect": "Allow", "Action": action, "Resource": "*"}])
    request = AWSRequest("GET", f"{url}/signed")
    SigV4Auth(session.get_credentials(), "execute-api", REGION).add_auth(request)
    assert httpx.get(f"{url}/signed", headers=dict(request.headers)).status_code == status


@pytest.mark.parametrize(
    ("prefix", "code"), [(None, "AccessDenied"), ("others/*", "AccessDenied"), ("mine/*", "NoSuchKey")]
)
def test_who_may_not_list_is_forbidden_what_is_not_there(emulator: Aws, prefix: str | None, code: str) -> None:
    emulator.client("s3").create_bucket(Bucket=BUCKET)
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    ]
    if prefix:
        condition = {"StringLike": {"s3:prefix": prefix}}
        listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}
        statements.append(listing | {"Condition": condition})
    session = user(emulator, f"reader-{len(prefix or '')}", statements)
    with pytest.raises(ClientError) as caught:
        session.client("s3", endpoint_url=emulator.endpoint).get_object(Bucket=BUCKET, Key="mine/a.jpg")
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("length", "too_long"), [(6_291_500, False), (6_291_600, True)])
def test_a_result_beyond_lambdas_quota_is_an_error_of_the_function(emulator: Aws, length: int, too_long: bool) -> None:
    archive = io.BytesIO()
    with ZipFile(archive, "w") as packed:
        packed.writestr("long.py", f"def handler(event, context):\n    return 'x' * {length}\n")
    role = {"Version": "2012-10-17", "Statement": []}
    name = f"long-{too_long}"
    made = emulator.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(role))["Role"]
    functions = emulator.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="long.handler",
        Role=made["Arn"],
        Code={"ZipFile": archive.getvalue()},
    )
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert ("FunctionError" in answer) == too_long
    assert (b"ResponseSizeTooLarge" in answer["Payload"].read()) == too_long
