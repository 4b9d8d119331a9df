"""The parts of template.yaml that are made from the declarations, each between a mark and its end:

    # generated: NAME (make generate)
    # end of generated: NAME

What all functions share stands once, in the template's Globals and managed policies. What CloudFormation wants said of
each product and each vendor is said here.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched

from local.cloud.stack import FAULTS, logical
from local.generate.openapi import OPEN
from local.generate.refusals import ITS_OWN_WORDS, REFUSALS, Refusal
from ocr.declare.catalogue import offers_by_vendor, products
from ocr.declare.product import Product
from ocr.storage.keyed import LENGTH, MARK_LENGTH, mark

MARK = re.compile(
    r"^(?P<indent> *)# generated: (?P<name>\w+) \(make generate\)\n.*?^(?P=indent)# end of generated: (?P=name)\n",
    re.MULTILINE | re.DOTALL,
)

PRODUCT = """\
{logical}:
  Type: AWS::Serverless::Function
  Condition: Has{logical}
  Properties:
    Handler: {slug}.app.handler
    Layers: [!Ref FilesLayer]
    Role: !GetAtt {logical}Role.Arn
{logical}Uploads:
  Type: AWS::Lambda::EventSourceMapping
  Condition: Has{logical}
  Properties: {{EventSourceArn: !GetAtt {logical}Queue.Arn, \
FunctionName: !If [Versioned, !Ref {logical}Live, !Ref {logical}], FunctionResponseTypes: [ReportBatchItemFailures], \
BatchSize: !Ref BatchSize, MaximumBatchingWindowInSeconds: 1, \
ScalingConfig: {{MaximumConcurrency: !Ref MaximumConcurrency}}}}
{logical}Queue:
  Type: AWS::SQS::Queue
  Condition: Has{logical}
  Properties: {{SqsManagedSseEnabled: !If [HasKmsKey, false, true], \
KmsMasterKeyId: !If [HasKmsKey, !Ref KmsKeyArn, !Ref AWS::NoValue], \
VisibilityTimeout: 360, MessageRetentionPeriod: 1209600, RedrivePolicy: \
{{deadLetterTargetArn: !GetAtt Undelivered.Arn, maxReceiveCount: 1000}}}}
{logical}Role:
  Type: AWS::IAM::Role
  Condition: Has{logical}
  Properties:
    PermissionsBoundary: !If [HasBoundary, !Ref PermissionsBoundary, !Ref AWS::NoValue]
    AssumeRolePolicyDocument: {{Version: "2012-10-17", Statement: [{{Effect: Allow, Action: sts:AssumeRole, \
Principal: {{Service: lambda.amazonaws.com}}}}]}}
    ManagedPolicyArns: [{policies}]
    Policies:
      - PolicyName: own
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - {{Effect: Allow, Action: [s3:GetObject, s3:GetObjectVersion, s3:PutObject, s3:DeleteObject, \
s3:DeleteObjectVersion], \
Resource: !Sub "${{Uploads.Arn}}/uploads/{slug}/*"}}
            - {{Effect: Allow, Action: [s3:GetObject, s3:PutObject, s3:DeleteObject], \
Resource: [!Sub "${{Answers.Arn}}/answers/{slug}/*", !Sub "${{Answers.Arn}}/records/{slug}/*"]}}
            - {{Effect: Allow, Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility, \
sqs:GetQueueAttributes, sqs:GetQueueUrl], Resource: !GetAtt {logical}Queue.Arn}}
            # Its records, contents and tries, by the mark at their ends, its sums, and what products share of vendors.
            - Effect: Allow
              Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:ConditionCheckItem]
              Resource: !GetAtt Records.Arn
              Condition:
                ForAllValues:StringLike:
                  dynamodb:LeadingKeys: ["{record}", "content#{record}", "tries#{record}", "usage#*#*#*#{slug}#*", \
"rate#*", "circuit#*", "budget#*"]
            # So that S3 says 404 of an object that is gone, and not 403.
            - {{Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Uploads.Arn, \
Condition: {{StringLike: {{s3:prefix: "uploads/{slug}/*"}}}}}}
"""
# What callers and queues reach where functions have versions. A version is made anew for each release: what is deployed
# may differ from the version before in a layer or in a parameter's value alone.
LIVE = """\
{logical}Version:
  Type: AWS::Lambda::Version
  Condition: Versioned{product}
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {{FunctionName: !Ref {logical}, Description: !Ref Release}}
{logical}Live:
  Type: AWS::Lambda::Alias
  Condition: Versioned{product}
  UpdatePolicy: !If [Shifts, {{CodeDeployLambdaAliasUpdate: {{ApplicationName: !Ref Shifting, \
DeploymentGroupName: !Ref {logical}Shifting}}}}, !Ref AWS::NoValue]
  Properties: {{Name: live, FunctionName: !Ref {logical}, FunctionVersion: !GetAtt {logical}Version.Version}}
{logical}Shifting:
  Type: AWS::CodeDeploy::DeploymentGroup
  Condition: Shifts{product}
  Properties:
    ApplicationName: !Ref Shifting
    ServiceRoleArn: !GetAtt ShiftingRole.Arn
    DeploymentConfigName: !Sub CodeDeployDefault.Lambda${{TrafficShift}}
    DeploymentStyle: {{DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}}
    AutoRollbackConfiguration: {{Enabled: true, \
Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST]}}
    AlarmConfiguration: {{Enabled: true, Alarms: [{alarms}]}}
"""
NOTIFICATION = """\
- !If
  - Has{logical}
  - {{Event: "s3:ObjectCreated:*", Queue: !GetAtt {logical}Queue.Arn, \
Filter: {{S3Key: {{Rules: [{{Name: prefix, Value: uploads/{slug}/}}]}}}}}}
  - !Ref AWS::NoValue
"""
# CloudFormation cannot ask whether a list has a member, but it can split a text: what has no such part stays whole.
CONDITION = """\
Has{logical}: !Or [!Equals [!Ref Products, all], !Not [!Equals [!Select [0, !Split [",{slug},", \
!Sub ",${{Products}},"]], !Sub ",${{Products}},"]]]
"""
VERSIONED = """\
Shifts{logical}: !And [!Condition Shifts, !Condition Has{logical}]
Versioned{logical}: !And [!Condition Versioned, !Condition Has{logical}]
"""
# API Gateway takes on a role to call the functions, in place of a permission for each route: a stack has 500 resources.
# The path of a product that is not set up stands as well: what it reaches says so.
ROUTE = """\
{path}:
{calls}"""
CALL = """\
  {method}: {{{security}responses: {{}}, x-amazon-apigateway-integration: {{type: aws_proxy, httpMethod: POST, \
credentials: !GetAtt ApiCalls.Arn, uri: !Sub ["arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/\
2015-03-31/functions/${{Function}}/invocations", {{Function: {function}}}]}}}}
"""
SIGNED = (
    "security: !If [Signs, [{api_key: []}, {AWS_IAM: []}], "
    "!If [SignsIn, [{api_key: []}, {people: []}], [{api_key: []}]]], "
)
# An alarm compares ten metrics at most.
OLDEST = """\
OldestUpload{number}:
  Type: AWS::CloudWatch::Alarm
  Condition: HasOldestUpload{number}
  Properties:
    AlarmDescription: "An upload has waited for an hour: docs/operating.md#oldestupload"
    ComparisonOperator: GreaterThanThreshold
    Threshold: 3600
    EvaluationPeriods: 2
    TreatMissingData: notBreaching
    AlarmActions: !If [HasAlarmActions, [!If [HasAlarmTopic, !Ref AlarmTopicArn, !Ref AlarmTopic]], !Ref AWS::NoValue]
    Metrics:
      - {{Id: oldest, Expression: MAX(METRICS()), Label: seconds}}
{metrics}"""
OLDEST_METRIC = """\
      - !If
        - Has{logical}
        - {{Id: q{place}, ReturnData: false, MetricStat: {{Stat: Maximum, Period: 300, Metric: {{Namespace: AWS/SQS, \
MetricName: ApproximateAgeOfOldestMessage, Dimensions: \
[{{Name: QueueName, Value: !GetAtt {logical}Queue.QueueName}}]}}}}}}
        - !Ref AWS::NoValue
"""
MOST_METRICS = 10
ORDER = """\
Vendors:
  Type: String
  Default: {vendors}
  Description: Vendors in the order they are tried, for all products. One without a key is skipped.
"""
CALLED = '- !If [Has{logical}, !Sub "${{{logical}.Arn}}*", !Ref AWS::NoValue]\n'
PREFIX = "- !If [Has{logical}, uploads/{slug}/, !Ref AWS::NoValue]\n"
QUEUE = "- !If [Has{logical}, !Ref {logical}Queue, !Ref AWS::NoValue]\n"
KEY = """\
{logical}Key:
  Type: AWS::SecretsManager::Secret
  DeletionPolicy: RetainExceptOnCreate
  UpdateReplacePolicy: Retain
  Properties: {{Name: !Sub "${{AWS::StackName}}/{slug}", SecretString: "{{}}", \
KmsKeyId: !If [HasKmsKey, !Ref KmsKeyArn, !Ref AWS::NoValue]}}
"""
ASKS = """\
Asks{logical}:
  Type: AWS::IAM::ManagedPolicy
  Properties:
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - {{Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: !GetAtt {logical}Key.Id}}
        - Effect: Allow
          Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]
          Resource: !GetAtt Records.Arn
          Condition: {{ForAllValues:StringLike: {{dynamodb:LeadingKeys: ["token#{slug}/*"]}}}}
"""
RECORDS = "RecordsApi"
GET = ("get", "head")
# By path: the function that is called, and the methods.
PATHS = {
    "/records": (RECORDS, GET),
    "/records/by-source": (RECORDS, GET),
    "/records/{id}": (RECORDS, (*GET, "delete", "patch")),
    "/records/{id}/picture": (RECORDS, GET),
    "/records/{id}/pages/{number}": ("DrawPages", GET),
    "/records/{id}/claim": (RECORDS, ("post",)),
    "/records/{id}/renormalize": (RECORDS, ("post",)),
    "/usage": (RECORDS, GET),
    "/vendors": (RECORDS, GET),
    "/queues": (RECORDS, GET),
    "/keys": (RECORDS, GET),
    "/products": (RECORDS, GET),
    "/products/openapi.json": (RECORDS, GET),
    "/products/{slug}": (RECORDS, GET),
    "/uploads/{product}": (RECORDS, ("post",)),
    # A browser sends no key with a page that it opens. Whether anybody sees one is for the function to say.
    **dict.fromkeys(OPEN, (RECORDS, GET)),
    "/ocr/{product}": (RECORDS, ("post",)),
    "/ocr/{product}/batch": (RECORDS, ("post",)),
}
# Besides the products, what callers wait for. What works behind the records is updated at once, and starts by itself.
ALIASED = (RECORDS, "DrawPages", "Engine")
REFUSAL = """\
{response}:
  StatusCode: {status}
  ResponseParameters: {{Headers: {{Content-Type: "'application/problem+json'", Cache-Control: "'no-store'", \
X-Content-Type-Options: "'nosniff'", Strict-Transport-Security: "'max-age=31536000'", X-Request-Id: context.requestId, \
Access-Control-Allow-Origin: !If [HasCorsOrigin, !Sub "'${{CorsOrigin}}'", "'https://none.invalid'"]{retry_after}}}}}
  ResponseTemplates:
    application/json: '{body}'
"""


def template(text: str) -> str:
    """The template with its generated parts made anew; raises `ValueError` where a part's marks are missing."""
    made = _parts()
    if missing := made.keys() - {found["name"] for found in MARK.finditer(text)}:
        raise ValueError(f"template.yaml has no marks for these generated parts: {', '.join(sorted(missing))}")

    def anew(found: re.Match[str]) -> str:
        name, indent = found["name"], found["indent"]
        lines = "".join(f"{indent}{line}" if line.strip() else line for line in made[name].splitlines(keepends=True))
        return f"{indent}# generated: {name} (make generate)\n{lines}{indent}# end of generated: {name}\n"

    return MARK.sub(anew, text)


def _parts() -> Mapping[str, str]:
    named = [{"logical": logical(slug), "slug": slug} for slug in products()]
    asked = [{"logical": logical(slug), "slug": slug} for slug, offers in offers_by_vendor().items() if offers[0].keys]
    return {
        "order": ORDER.format(vendors=",".join(offers_by_vendor())),
        "vendors": "".join(KEY.format(**one) + ASKS.format(**one) for one in asked),
        "conditions": "".join((CONDITION + VERSIONED).format(**one) for one in named) + "".join(_any_of(named)),
        "oldest": "".join(_oldest(named)),
        "routes": "".join(_routes(named)),
        "called": "".join(CALLED.format(**one) for one in named),
        "others": "".join(map(_live, ALIASED)),
        "notifications": "".join(NOTIFICATION.format(**one) for one in named),
        "queues": "".join(QUEUE.format(**one) for one in named),
        "prefixes": "".join(PREFIX.format(**one) for one in named),
        "refusals": "".join(map(_refusal, REFUSALS)),
        "products": "\n".join(_products()),
    }


def _any_of(named: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """For each alarm of ten queues, whether there is one of them."""
    for number, ten in enumerate(batched(named, MOST_METRICS, strict=False), start=1):
        conditions = ", ".join(f"!Condition Has{one['logical']}" for one in ten)
        yield f"HasOldestUpload{number}: !Or [{conditions}]\n"


def _oldest(named: Sequence[Mapping[str, str]]) -> Iterator[str]:
    for number, ten in enumerate(batched(named, MOST_METRICS, strict=False), start=1):
        metrics = "".join(OLDEST_METRIC.format(place=place, **one) for place, one in enumerate(ten))
        yield OLDEST.format(number=number, metrics=metrics)


def _routes(named: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Every path of the API with the function that each of its methods reaches."""
    for path, (function, methods) in PATHS.items():
        security = "" if path in OPEN else SIGNED
        calls = (CALL.format(method=one, security=security, function=_live_or_plain(function)) for one in methods)
        yield ROUTE.format(path=path, calls="".join(calls))
    for one in named:
        function = f"!If [Has{one['logical']}, {_live_or_plain(one['logical'])}, {_live_or_plain(RECORDS)}]"
        for path in (f"/ocr/{one['slug']}", f"/ocr/{one['slug']}/batch"):
            yield ROUTE.format(path=path, calls=CALL.format(method="post", security=SIGNED, function=function))


def _live_or_plain(name: str) -> str:
    return f"!If [Versioned, !Ref {name}Live, !GetAtt {name}.Arn]"


def _live(name: str, product: str = "") -> str:
    """Version, alias and deployment group of one function, of a product where it is one's."""
    alarms = ", ".join(f"{{Name: !Ref {alarm}}}" for alarm in FAULTS)
    return LIVE.format(logical=name, product=product, alarms=alarms)


def _products() -> Iterator[str]:
    """The blocks, a category's behind its name."""
    before = None
    for product in products().values():
        yield f"# {product.category}\n{_product(product)}" if product.category != before else _product(product)
        before = product.category


def _product(product: Product) -> str:
    asks = [f"Asks{logical(offer.vendor)}" for offer in product.offers if offer.keys]
    policies = ", ".join(f"!Ref {name}" for name in ("Observed", "ReadsDocuments", *asks))
    name = logical(product.slug)
    record = "?" * (LENGTH - MARK_LENGTH) + mark(product.slug)
    return PRODUCT.format(logical=name, slug=product.slug, record=record, policies=policies) + _live(name, name)


def _refusal(refusal: Refusal) -> str:
    body = json.dumps(refusal.problem().model_dump(exclude_none=True), separators=(",", ":"), ensure_ascii=False)
    # It comes quoted.
    body = body.replace(f'"{ITS_OWN_WORDS}"', ITS_OWN_WORDS).replace("'", "''")
    wait = f", Retry-After: \"'{refusal.retry_after}'\"" if refusal.retry_after else ""
    return REFUSAL.format(response=refusal.response, status=refusal.status, retry_after=wait, body=body)
