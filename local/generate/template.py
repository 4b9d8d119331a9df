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

from local.cloud.stack import logical
from local.generate.refusals import ITS_OWN_WORDS, REFUSALS, Refusal
from ocr.declare.catalogue import offers_by_vendor, products
from ocr.declare.product import Product

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
    Events:
      Https: {{Type: Api, Properties: {{RestApiId: !Ref Api, Path: /ocr/{slug}, Method: post}}}}
      Batch: {{Type: Api, Properties: {{RestApiId: !Ref Api, Path: /ocr/{slug}/batch, Method: post}}}}
      Uploads:
        Type: SQS
        Properties: {{Queue: !GetAtt {logical}Queue.Arn, FunctionResponseTypes: [ReportBatchItemFailures], \
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
            # So that S3 says 404 of an object that is gone, and not 403.
            - {{Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt Uploads.Arn, \
Condition: {{StringLike: {{s3:prefix: "uploads/{slug}/*"}}}}}}
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
        "conditions": "".join(CONDITION.format(**one) for one in named) + "".join(_any_of(named)),
        "oldest": "".join(_oldest(named)),
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


def _products() -> Iterator[str]:
    """The blocks, a category's behind its name."""
    before = None
    for product in products().values():
        yield f"# {product.category}\n{_product(product)}" if product.category != before else _product(product)
        before = product.category


def _product(product: Product) -> str:
    asks = [f"Asks{logical(offer.vendor)}" for offer in product.offers if offer.keys]
    policies = ", ".join(f"!Ref {name}" for name in ("Observed", "ReadsDocuments", *asks))
    return PRODUCT.format(logical=logical(product.slug), slug=product.slug, policies=policies)


def _refusal(refusal: Refusal) -> str:
    body = json.dumps(refusal.problem().model_dump(exclude_none=True), separators=(",", ":"), ensure_ascii=False)
    # It comes quoted.
    body = body.replace(f'"{ITS_OWN_WORDS}"', ITS_OWN_WORDS).replace("'", "''")
    wait = f", Retry-After: \"'{refusal.retry_after}'\"" if refusal.retry_after else ""
    return REFUSAL.format(response=refusal.response, status=refusal.status, retry_after=wait, body=body)
