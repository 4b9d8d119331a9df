"""What the template promises, read off the template itself. Whether it deploys and holds is tested in tests/e2e."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest

from local.cloud.aws import ROOT
from local.cloud.build import TOOLS
from local.cloud.stack import FAULTS, logical
from local.generate.openapi import OPEN
from local.simulators import SECRETS
from ocr.declare.catalogue import products
from ocr.model.picture import MEDIA_TYPES
from ocr.model.problem import PROBLEM_BASE
from ocr.platform.errors import PROBLEMS
from ocr.storage.keyed import marked
from tests.support.template import NOTHING, Resource, alarms, listed, properties, resources, template

KEY = {"Ref": "KmsKeyArn"}
PRIVATE = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
# X-Ray's write actions have no resources that a policy could name.
NAMELESS_ACTIONS = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# Nor has what Lambda does in a function's name to reach a subnet.
SUBNET_ACTIONS = {
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
}
# Nor have metrics.
METRIC_ACTIONS = {"cloudwatch:GetMetricData"}
VISIBILITY_FACTOR = 6
MOST_RECEIVES = 1000
TEMPLATE_BYTES = 1_000_000


def grants() -> Iterator[tuple[str, Resource]]:
    """Every statement that allows something, with the logical id of where it stands."""
    for name, resource in template(own_key=True)["Resources"].items():
        properties_of_it = resource.get("Properties", {})
        documents = [
            properties_of_it.get("PolicyDocument"),
            *(policy["PolicyDocument"] for policy in properties_of_it.get("Policies", [])),
        ]
        for document in filter(None, documents):
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    yield name, statement


def test_an_endpoint_reaches_containers_and_there_is_none_on_aws() -> None:
    variable = template()["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"]
    assert variable["Fn::If"][:2] == ["HasEndpoint", {"Ref": "Endpoint"}]
    assert template()["Parameters"]["Endpoint"]["Default"] == ""


def test_the_formats_that_are_read_are_binary_also_for_who_knows_no_wildcards() -> None:
    assert {*MEDIA_TYPES.values()} < {*properties("Api")["BinaryMediaTypes"]}


def test_nobody_may_do_everything_of_a_service() -> None:
    assert [name for name, grant in grants() for action in listed(grant["Action"]) if "*" in action] == []


def test_nobody_has_every_resource_but_for_tracing_subnets_and_metrics() -> None:
    boundless = [set(listed(grant["Action"])) for _, grant in grants() if "*" in listed(grant["Resource"])]

    assert boundless == [NAMELESS_ACTIONS, SUBNET_ACTIONS, METRIC_ACTIONS]


def test_only_the_policies_of_this_template_are_attached_to_functions() -> None:
    functions = resources("AWS::Serverless::Function")
    roles = resources("AWS::IAM::Role")

    for name, function in functions.items():
        role = roles[function["Role"]["Fn::GetAtt"][0]]
        assert all("Ref" in policy for policy in role["ManagedPolicyArns"]), name
        assert "Policies" not in function, name


@pytest.mark.parametrize("slug", products())
def test_a_product_has_its_route_its_queue_and_its_prefix(slug: str) -> None:
    name = logical(slug)
    notified = [
        configuration["Filter"]["S3Key"]["Rules"]
        for configuration in properties("Uploads")["NotificationConfiguration"]["QueueConfigurations"]
        if configuration["Queue"] == {"Fn::GetAtt": [f"{name}Queue", "Arn"]}
    ]

    assert properties(name)["Handler"] == f"{slug}.app.handler"
    assert properties(f"{name}Uploads")["EventSourceArn"] == {"Fn::GetAtt": [f"{name}Queue", "Arn"]}
    assert notified == [[{"Name": "prefix", "Value": f"uploads/{slug}/"}]]
    assert {"Ref": f"{name}Queue"} in properties("UploadsNotify")["Queues"]


@pytest.mark.parametrize("slug", products())
def test_a_product_may_use_its_own_things_only(slug: str) -> None:
    name = logical(slug)
    own = [listed(grant["Resource"]) for holder, grant in grants() if holder == f"{name}Role"]

    assert own == [
        [{"Fn::Sub": f"${{Uploads.Arn}}/uploads/{slug}/*"}],
        [{"Fn::Sub": f"${{Answers.Arn}}/{kind}/{slug}/*"} for kind in ("answers", "records")],
        [{"Fn::GetAtt": [f"{name}Queue", "Arn"]}],
        [{"Fn::GetAtt": ["Records", "Arn"]}],
        [{"Fn::GetAtt": ["Uploads", "Arn"]}],
    ]


def test_what_draws_pages_may_only_look() -> None:
    allowed = [listed(grant["Action"]) for holder, grant in grants() if holder == "DrawPagesRole"]
    looks = [["dynamodb:GetItem"], ["s3:GetObject", "s3:GetObjectVersion"], ["s3:ListBucket"], ["s3:GetObject"]]
    assert allowed == looks


@pytest.mark.parametrize("slug", products())
def test_a_product_may_read_the_keys_of_who_sells_it_and_no_other(slug: str) -> None:
    vendors = {offer.vendor for offer in products()[slug].offers} - {"embedded"}
    attached = {policy["Ref"] for policy in properties(f"{logical(slug)}Role")["ManagedPolicyArns"]}

    assert {policy for policy in attached if policy.startswith("Asks")} == {
        f"Asks{vendor.capitalize()}" for vendor in vendors
    }


@pytest.mark.parametrize("slug", products())
def test_a_queue_hides_a_message_long_enough_and_gives_up_in_one_place(slug: str) -> None:
    queue = properties(f"{logical(slug)}Queue")
    mapping = properties(f"{logical(slug)}Uploads")

    assert queue["VisibilityTimeout"] >= VISIBILITY_FACTOR * template()["Globals"]["Function"]["Timeout"]
    # Functions give up by themselves. SQS counts deliveries, also those that Lambda throttled: its count says nothing.
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["Undelivered", "Arn"]}
    assert queue["RedrivePolicy"]["maxReceiveCount"] == MOST_RECEIVES
    assert queue["SqsManagedSseEnabled"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "MaximumConcurrency" in mapping["ScalingConfig"]


def encryption(bucket: Resource) -> Resource:
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    found: Resource = rule["ServerSideEncryptionByDefault"]
    return found


# Where each kind of resource that keeps something names the key.
KEEPERS = {
    "AWS::DynamoDB::Table": lambda table: table["SSESpecification"]["KMSMasterKeyId"],
    "AWS::S3::Bucket": lambda bucket: encryption(bucket)["KMSMasterKeyID"],
    "AWS::SQS::Queue": lambda queue: queue["KmsMasterKeyId"],
    "AWS::Logs::LogGroup": lambda group: group["KmsKeyId"],
    "AWS::SecretsManager::Secret": lambda secret: secret["KmsKeyId"],
}


@pytest.mark.parametrize("kind", KEEPERS)
def test_whatever_keeps_something_does_so_under_the_operators_key(kind: str) -> None:
    found = resources(kind, own_key=True)
    assert found
    assert [name for name, resource in found.items() if KEEPERS[kind](resource) != KEY] == []
    assert all("KeyArn" not in json.dumps(resource) for resource in resources(kind).values())


def test_functions_use_the_operators_key_through_the_stores_alone() -> None:
    [(holder, grant)] = [(name, grant) for name, grant in grants() if grant["Resource"] == KEY]
    assert holder == "Observed"
    assert {action.partition(":")[0] for action in grant["Action"]} == {"kms"}
    [services] = grant["Condition"]["StringEquals"].values()
    assert [one["Fn::Sub"].partition(".")[0] for one in services] == [
        "dynamodb",
        "lambda",
        "s3",
        "secretsmanager",
        "sqs",
    ]
    assert template(own_key=True)["Globals"]["Function"]["KmsKeyArn"] == KEY
    roles = resources("AWS::IAM::Role")
    for function in resources("AWS::Serverless::Function").values():
        assert {"Ref": holder} in roles[function["Role"]["Fn::GetAtt"][0]]["ManagedPolicyArns"]


@pytest.mark.parametrize("bucket", resources("AWS::S3::Bucket"))
def test_a_bucket_is_encrypted_private_expiring_and_tls_only(bucket: str) -> None:
    declared = properties(bucket)
    policies = [policy for policy in resources("AWS::S3::BucketPolicy").values() if policy["Bucket"] == {"Ref": bucket}]
    [refusal] = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    assert encryption(declared) == {"SSEAlgorithm": "AES256"}
    assert declared["PublicAccessBlockConfiguration"] == PRIVATE
    assert "ExpirationInDays" in declared["LifecycleConfiguration"]["Rules"][0]
    assert refusal["Effect"] == "Deny"
    assert refusal["Action"] == "s3:*"
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_the_uploads_are_versioned_and_old_versions_expire() -> None:
    declared = properties("Uploads")

    assert declared["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "NoncurrentVersionExpiration" in declared["LifecycleConfiguration"]["Rules"][0]


def test_the_table_streams_expires_and_can_be_restored() -> None:
    table = properties("Records")

    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize("name", ["Records", "RecordKey", *(f"{vendor.capitalize()}Key" for vendor in SECRETS)])
def test_what_was_paid_for_or_filled_in_outlives_its_stack_and_can_be_taken_over(name: str) -> None:
    resource = template()["Resources"][name]

    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"
    # CloudFormation finds it again by its name.
    assert resource["Properties"].keys() & {"Name", "TableName"}


def test_what_is_not_announced_is_tried_again_and_then_kept() -> None:
    mapping = properties("Announce")["Events"]["Outcomes"]["Properties"]

    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] > 0
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    late = properties("Announce")["Events"]["Announcements"]["Properties"]
    assert late["Queue"] == {"Fn::GetAtt": ["Announcements", "Arn"]}
    assert late["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties("Announcements")["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}


def test_what_sqs_gives_up_has_its_record_written_before_it_is_a_dead_letter() -> None:
    mapping = properties("GiveUp")["Events"]["Undelivered"]["Properties"]

    assert mapping["Queue"] == {"Fn::GetAtt": ["Undelivered", "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    # It is the end: there a message waits for as long as it takes.
    assert "RedrivePolicy" not in properties("Undelivered")
    sends = [grant for holder, grant in grants() if holder == "GiveUpRole" and grant["Action"] == "sqs:SendMessage"]
    assert [grant["Resource"] for grant in sends] == [{"Fn::GetAtt": ["DeadLetters", "Arn"]}]


def test_an_access_log_line_names_no_person() -> None:
    line = json.loads(properties("Api")["AccessLogSetting"]["Format"])

    assert set(line.values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLatency",
        "$context.responseLength",
        "$context.identity.apiKeyId",
        "$context.error.responseType",
    }


REFUSALS = {
    "INVALID_API_KEY": 401,
    "UNAUTHORIZED": 401,
    "ACCESS_DENIED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "REQUEST_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "INTEGRATION_FAILURE": 502,
    "INTEGRATION_TIMEOUT": 504,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
    "INVALID_SIGNATURE": 403,
    "EXPIRED_TOKEN": 403,
}


def test_every_refusal_of_api_gateway_is_known_here() -> None:
    assert properties("Api")["GatewayResponses"].keys() == REFUSALS.keys()


@pytest.mark.parametrize(("kind", "status"), REFUSALS.items())
def test_what_api_gateway_refuses_is_a_problem_document(kind: str, status: int) -> None:
    response = properties("Api")["GatewayResponses"][kind]
    # The only variable in these is text that API Gateway quotes itself.
    body = json.loads(response["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '""'))

    assert response["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"
    assert body.keys() == {"type", "title", "status", "detail", "advice"}
    assert body["status"] == response["StatusCode"] == status
    problem = PROBLEMS[body["type"].removeprefix(PROBLEM_BASE)]
    assert (body["status"], body["title"]) == (problem.status, problem.title)


def test_the_template_fits_into_one_stack() -> None:
    assert (ROOT / "template.yaml").stat().st_size < TEMPLATE_BYTES


@pytest.mark.parametrize("layer", ["ocr", "engine", "files", "sign_in"])
def test_a_layer_carries_the_locked_files_and_no_others(layer: str) -> None:
    exported = subprocess.run(
        ["make", "--silent", "layer-requirements", f"LAYER={layer}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    kept = (ROOT / f"layers/{layer}/requirements.txt").read_text().splitlines()
    assert "--require-hashes" in (ROOT / f"layers/{layer}/Makefile").read_text()
    assert sum("--hash=sha256:" in line for line in kept) >= sum("==" in line for line in kept) > 0

    assert [line for line in kept if not line.startswith("#")] == exported.stdout.splitlines()


ORIGIN = {"Fn::If": ["HasCorsOrigin", {"Fn::Sub": "'${CorsOrigin}'"}, "'https://none.invalid'"]}


SAM = """
import json, sys
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

class Nothing:
    def load(self):
        return {}

template = yaml_parse(open(sys.argv[1]).read())
for part in template["Resources"].values():
    if part["Type"] == "AWS::Serverless::LayerVersion":
        part["Properties"]["ContentUri"] = "s3://bucket/key"
template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
print(json.dumps(transform(template, {"CorsOrigin": sys.argv[2]}, Nothing())["Resources"]))
"""


@cache
def transformed(origin: str = "") -> Resource:
    """The resources that SAM makes of the template, with this value of CorsOrigin."""
    python = TOOLS / "envs/aws-sam-cli/bin/python"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    shown = subprocess.run(
        [python, "-c", SAM, ROOT / "template.yaml", origin],
        env=plain | {"AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    made: Resource = json.loads(shown.stdout.splitlines()[-1])
    return made


def chosen(part: Any, holds: frozenset[str]) -> Any:
    """A part of the template where these conditions hold and no other does."""
    if isinstance(part, list):
        return [one for one in (chosen(each, holds) for each in part) if one != NOTHING]
    if not isinstance(part, dict):
        return part
    if "Fn::If" in part:
        condition, then, otherwise = part["Fn::If"]
        return chosen(then if condition in holds else otherwise, holds)
    return {name: one for name, each in part.items() if (one := chosen(each, holds)) != NOTHING}


def methods(*conditions: str) -> Iterator[tuple[str, str, Resource]]:
    """Path, method and definition of every route where these conditions hold."""
    for path, operations in transformed()["Api"]["Properties"]["Body"]["paths"].items():
        for name, method in operations.items():
            yield path, name, chosen(method, frozenset(conditions))


@pytest.mark.parametrize(
    ("asked", "needs"),
    [((), {"api_key"}), (("Signs",), {"api_key", "AWS_IAM"}), (("SignsIn",), {"api_key", "people"})],
)
def test_every_request_needs_a_key_and_a_signature_where_the_operator_says_so(
    asked: tuple[str, ...], needs: set[str]
) -> None:
    routes = list(methods(*asked))
    asking = [method for path, name, method in routes if path not in OPEN and name != "options"]
    assert len(asking) > 2 * len(products())
    assert all({name for one in method["security"] for name in one} == needs for method in asking)
    assert template()["Conditions"]["Signs"] == {"Fn::Equals": [{"Ref": "ApiAuth"}, "AWS_IAM"]}
    schemes = chosen(properties("Api")["DefinitionBody"]["components"]["securitySchemes"], frozenset(asked))
    assert schemes.keys() == {"api_key", "AWS_IAM"} | needs
    for path, name, method in routes:
        # A browser asks first whether it may ask, without a key.
        if path in OPEN or name == "options":
            assert "security" not in method
        if name == "options":
            [response] = method["x-amazon-apigateway-integration"]["responses"].values()
            allowed = {name.rpartition("-")[2]: value for name, value in response["responseParameters"].items()}
            assert allowed["Origin"] == chosen(ORIGIN, frozenset(asked))
            assert "Idempotency-Key" in allowed["Headers"]


def test_an_authorizer_is_asked_only_where_a_provider_is_named_and_nothing_it_says_is_kept() -> None:
    source = "x-amazon-apigateway-api-key-source"
    plain, people = (chosen(properties("Api")["DefinitionBody"], frozenset(holds)) for holds in ((), ("SignsIn",)))
    assert (plain[source], people[source]) == ("HEADER", "AUTHORIZER")
    authorizer = people["components"]["securitySchemes"]["people"]["x-amazon-apigateway-authorizer"]
    # What is said of one request would hold for others; and a request has a key or a token, none has both.
    assert authorizer["authorizerResultTtlInSeconds"] == 0
    assert "identitySource" not in authorizer
    assert template()["Conditions"]["SignsIn"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "OidcIssuer"}, ""]}]}
    of_people = {"SignIn", "SignInRole", "SignInLayer", "PeoplesKeys", "OperatorsPeopleKey", "OperatorsPeoplePlanKey"}
    found = template()["Resources"].items()
    assert {name for name, one in found if one.get("Condition") == "SignsIn"} == of_people


def called(method: Resource) -> str:
    """The logical id of the function or alias that a route reaches."""
    [target] = method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"][1].values()
    return str(target["Ref"] if "Ref" in target else target["Fn::GetAtt"][0])


def test_api_gateway_calls_the_functions_by_itself_and_not_as_the_caller() -> None:
    [grant] = [grant for holder, grant in grants() if holder == "ApiCalls"]
    every = frozenset(f"Has{logical(slug)}" for slug in products())
    allowed = {one["Fn::Sub"].removeprefix("${").removesuffix(".Arn}*") for one in chosen(grant["Resource"], every)}
    routes = [method for _, name, method in methods(*every) if name != "options"]
    assert {json.dumps(one["x-amazon-apigateway-integration"]["credentials"]) for one in routes} == {
        '{"Fn::GetAtt": ["ApiCalls", "Arn"]}'
    }
    assert {called(one) for one in routes} == allowed
    assert not [one for one in transformed().values() if one["Type"] == "AWS::Lambda::Permission"]


@pytest.mark.parametrize("slug", products())
def test_callers_and_uploads_reach_the_alias_where_functions_have_versions_and_else_the_function(slug: str) -> None:
    name, made = logical(slug), transformed()
    paths = [
        made["Api"]["Properties"]["Body"]["paths"][path]["post"] for path in (f"/ocr/{slug}", f"/ocr/{slug}/batch")
    ]

    def reached(*conditions: str) -> set[str]:
        return {called(chosen(path, frozenset(conditions))) for path in paths}

    versioned = (f"Has{name}", "Versioned", f"Versioned{name}")
    for conditions, target in (((f"Has{name}",), name), (versioned, f"{name}Live")):
        assert reached(*conditions) == {target}
        mapping = chosen(made[f"{name}Uploads"], frozenset(conditions))["Properties"]
        assert mapping["FunctionName"] == {"Ref": target}
    # Of a product that is not set up, the paths stand and say so.
    assert reached() == {"RecordsApi"}


def test_traffic_is_shifted_step_by_step_and_back_where_an_alarm_of_ours_rises() -> None:
    made, settled = transformed(), template()
    shifted = {name.removesuffix("Live") for name, one in made.items() if one["Type"] == "AWS::Lambda::Alias"}
    assert shifted == {"RecordsApi", "DrawPages", "Engine", *map(logical, products())}
    for name in shifted:
        version, alias, group = (made[f"{name}{part}"] for part in ("Version", "Live", "Shifting"))
        product = name if f"Shifts{name}" in settled["Conditions"] else ""
        assert [one["Condition"] for one in (version, alias, group)] == [
            f"Versioned{product}",
            f"Versioned{product}",
            f"Shifts{product}",
        ]
        # A release makes a version, whatever it changes; the one before stays until traffic has left it.
        assert version["Properties"] == {"FunctionName": {"Ref": name}, "Description": {"Ref": "Release"}}
        assert version["UpdateReplacePolicy"] == "Retain"
        assert chosen(made[name], frozenset({"Versioned"}))["Properties"]["Description"] == {"Ref": "Release"}
        assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [f"{name}Version", "Version"]}
        groups = {"ApplicationName": {"Ref": "Shifting"}, "DeploymentGroupName": {"Ref": f"{name}Shifting"}}
        assert chosen(alias["UpdatePolicy"], frozenset({"Shifts"})) == {"CodeDeployLambdaAliasUpdate": groups}
        assert chosen(alias["UpdatePolicy"], frozenset()) == NOTHING
        assert group["Properties"]["AlarmConfiguration"] == {
            "Enabled": True,
            "Alarms": [{"Name": {"Ref": alarm}} for alarm in FAULTS],
        }
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]
    assert set(FAULTS) <= alarms().keys()
    assert settled["Parameters"]["TrafficShift"]["Default"] == "AllAtOnce"


def test_functions_start_from_snapshots_where_the_parameter_says_so() -> None:
    """Lambda takes snapshots of versions, of functions with a zip and no more than the 512 MB of disk that all have."""
    settled = template()
    assert settled["Parameters"]["SnapStart"]["Default"] == "false"
    assert settled["Conditions"]["Snapshots"] == {"Fn::Equals": [{"Ref": "SnapStart"}, "true"]}
    either = [{"Condition": "Shifts"}, {"Condition": "Snapshots"}]
    assert settled["Conditions"]["Versioned"] == {"Fn::Or": either}
    for name, one in transformed().items():
        if one["Type"] != "AWS::Lambda::Function":
            continue
        asked = one["Properties"]["SnapStart"]
        assert chosen(asked, frozenset({"Snapshots"})) == {"ApplyOn": "PublishedVersions"}, name
        assert chosen(asked, frozenset()) == NOTHING
        assert not one["Properties"].keys() & {"EphemeralStorage", "FileSystemConfigs", "ImageConfig"}
    assert not [one for one in transformed().values() if "ProvisionedConcurrencyConfig" in one.get("Properties", {})]


def deployment(resources: Resource) -> str:
    [name] = [name for name, one in resources.items() if one["Type"] == "AWS::ApiGateway::Deployment"]
    return name


def test_another_origin_is_deployed() -> None:
    """What is only told to the API and not deployed to its stage, nobody meets."""
    assert properties("Api")["AlwaysDeploy"] is True
    assert deployment(transformed()) != deployment(transformed("https://a.example.com"))


def test_no_header_of_api_gateway_is_mapped_to_an_empty_value() -> None:
    # Counted, since pytest takes minutes to show where in so long a text it stands.
    assert json.dumps(transformed()["Api"]).count("\"''\"") == 0
    for response in properties("Api")["GatewayResponses"].values():
        assert response["ResponseParameters"]["Headers"]["Access-Control-Allow-Origin"] == ORIGIN


def test_a_key_is_held_to_its_rate_and_what_needs_none_to_less() -> None:
    """Pages of megabytes that anybody may fetch are a bill that anybody may write."""
    every, *pages = properties("Api")["MethodSettings"]
    assert (every["ResourcePath"], every["HttpMethod"]) == ("/*", "*")
    assert every["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert properties("ApiPlan")["Throttle"]["RateLimit"] == {"Ref": "RequestsPerSecond"}
    assert {page["ResourcePath"] for page in pages} == set(OPEN)
    assert all(page["ThrottlingRateLimit"] <= 5 for page in pages)
    # API Gateway compresses them for who accepts that.
    assert properties("Api")["MinimumCompressionSize"] > 0


def test_an_account_wide_role_is_set_for_who_asks_for_it_alone() -> None:
    assert template()["Parameters"]["ApiLogRole"]["Default"] == "none"
    assert {template()["Resources"][name]["Condition"] for name in ("ApiLogAccount", "ApiLogAccountRole")} == {
        "CreateApiLogRole"
    }


def test_no_log_level_ends_the_metrics() -> None:
    """A metric is a line without a level: Lambda takes it for INFO, and drops it above that."""
    logs = [template()["Globals"]["Function"]["LoggingConfig"], properties("RecordsApi")["LoggingConfig"]]
    levels = [one["ApplicationLogLevel"] for one in logs]
    assert levels == [{"Fn::If": ["LogsDebug", "DEBUG", "INFO"]}, "INFO"]
    assert {one["SystemLogLevel"] for one in logs} == {"INFO"}
    assert template()["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] == {"Ref": "LogLevel"}


def test_no_name_of_a_resource_is_of_one_partition() -> None:
    """In China names begin with arn:aws-cn."""
    assert "arn:aws" not in (ROOT / "template.yaml").read_text()
    assert "arn:aws" not in json.dumps(transformed())
    code = [file for folder in ("layers/ocr/ocr", "functions", "cli") for file in (ROOT / folder).rglob("*.py")]
    assert [str(file) for file in code if "arn:aws" in file.read_text()] == []


def test_nothing_traces_where_there_is_no_tracing() -> None:
    assert template()["Globals"]["Function"]["Tracing"] == {"Fn::If": ["InChina", "PassThrough", "Active"]}
    assert properties("Api")["TracingEnabled"] == {"Fn::If": ["InChina", False, True]}


def test_the_stack_keeps_its_distance_from_the_quotas_of_cloudformation() -> None:
    # Conditions leave nothing out here: what is declared counts. A product has seven, so there is room for ten more.
    made = transformed()
    assert len(made) <= 500 - 10 * 7
    assert len(json.dumps(made)) < TEMPLATE_BYTES * 0.8
    assert len(template()["Parameters"]) < 200


@pytest.mark.parametrize("slug", products())
def test_a_product_that_is_not_asked_for_leaves_nothing_that_is_paid_for(slug: str) -> None:
    name, made = logical(slug), transformed()
    own = {part: made[name + part].get("Condition") for part in ("", "Queue", "Role", "Uploads")}
    assert set(own.values()) == {f"Has{name}"}
    assert f'",{slug},"' in json.dumps(template()["Conditions"][f"Has{name}"])
    for condition in ("Shifts", "Versioned"):
        both = {"Fn::And": [{"Condition": condition}, {"Condition": f"Has{name}"}]}
        assert template()["Conditions"][f"{condition}{name}"] == both


def test_every_role_has_the_boundary_that_the_account_asks_for() -> None:
    asked = {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    assert {json.dumps(role["PermissionsBoundary"]) for role in resources("AWS::IAM::Role").values()} == {
        json.dumps(asked)
    }


def test_every_alarm_wakes_somebody_and_has_its_section_in_the_runbook() -> None:
    runbook = (ROOT / "docs/operating.md").read_text()
    sections = {re.sub(r"[^a-z]", "", line.lower()) for line in runbook.splitlines() if line.startswith("### ")}
    assert len(alarms()) > 10
    for name, alarm in alarms().items():
        assert alarm["AlarmActions"]["Fn::If"][0] == "HasAlarmActions"
        assert alarm["TreatMissingData"] == "notBreaching"
        anchor = alarm["AlarmDescription"].rpartition("#")[2]
        assert name.lower().startswith(anchor)
        assert anchor in sections


def test_the_oldest_upload_of_every_product_is_watched() -> None:
    watched = [
        one["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for name, alarm in alarms().items()
        for one in alarm.get("Metrics", [])
        if name.startswith("OldestUpload") and "MetricStat" in one
    ]
    assert sorted(watched) == sorted(f"{logical(slug)}Queue" for slug in products())
    # CloudWatch's quota for one alarm.
    assert all(len(alarm.get("Metrics", [])) <= 11 for alarm in alarms().values())


def _reaches(slug: str, action: str, key: str) -> bool:
    """Whether a product's function may do this with the item of the table that has this key, as IAM decides it."""
    role = properties(f"{logical(slug)}Role")
    policies = [properties(one["Ref"])["PolicyDocument"] for one in role["ManagedPolicyArns"]]
    own = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
    return any(
        action in listed(statement["Action"])
        and statement["Resource"] == {"Fn::GetAtt": ["Records", "Arn"]}
        and any(fnmatchcase(key, pattern) for pattern in _leading_keys(statement))
        for document in policies + own
        for statement in document["Statement"]
    )


def _leading_keys(statement: Resource) -> list[str]:
    condition = statement.get("Condition", {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["*"]}})
    keys: list[str] = listed(condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
    return keys


TOKEN, RECORD = "token#esign/7438000000", "0123456789abcdef" * 2
WRITES = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")


@pytest.mark.parametrize("slug", products())
def test_a_product_reaches_no_item_of_the_table_that_is_none_of_its_business(slug: str) -> None:
    asks = any(offer.vendor == "esign" for offer in products()[slug].offers)
    assert [_reaches(slug, action, TOKEN) for action in WRITES] == [asks] * len(WRITES)
    for key in (*_items(slug), "rate#juhe", "circuit#juhe#plate", "budget#juhe#2026-11"):
        assert all(_reaches(slug, action, key) for action in WRITES), key
    others = [key for other in products() if other != slug for key in _items(other)]
    for key in (*others, "token#other/1", "webhook#1", f"0{marked(RECORD, slug)}", "anything"):
        assert not any(_reaches(slug, action, key) for action in WRITES), key
    for action in ("Query", "Scan", "DeleteItem"):
        assert not any(_reaches(slug, f"dynamodb:{action}", key) for key in _items(slug))


def _items(slug: str) -> list[str]:
    """Keys of what is a product's own: a record, a content, tries, a sum of usage."""
    record = marked(RECORD, slug)
    return [record, f"content#{record}", f"tries#{record}", f"usage#2026-11-28#acme#juhe#{slug}#3"]


def test_what_products_keep_in_the_table_they_reach() -> None:
    """Each kind of key that the code of the layer makes; one that products have no part in is left out here."""
    code = [path.read_text(encoding="utf-8") for path in (ROOT / "layers/ocr/ocr").rglob("*.py")]
    kinds = {kind for text in code for kind in re.findall(r'f"([a-z]+#)\{', text)} - {"token#", "claim#"}
    assert kinds >= {"content#", "tries#", "rate#", "circuit#"}
    reached = {key.partition("#")[0] + "#" for key in (*_items("id_card"), "rate#x", "circuit#x", "budget#x")}
    assert kinds <= reached
