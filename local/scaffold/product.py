"""`make new-product NAME=gift_card`: the folder, the template's block and the sample of one more product.

What it writes passes the house rules as it stands; then it is yours to fill in.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from local.cloud.aws import ROOT
from local.cloud.stack import logical
from ocr.declare.product import Category

SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

APP = '''"""{slug} — say what the document is, which sides or pages it has."""

from ocr.declare.field_types import Text
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded


class {model}(Fields):
    name: Text | None = label("名称", pii=True)


product = Product(
    "{slug}",
    {model},
    name="{slug}",
    category="{category}",
    titles=[],
    sold_by=[embedded.Labels()],
)

handler = serve(product)
'''

SAMPLE = '''"""What {slug} looks like."""

from local.samples.cast import Cast
from local.samples.catalogue import document
from local.samples.flow import sheet
from local.samples.looks import FORM
from local.samples.page import Page
from local.samples.values import field


@document("{slug}", "page", (1000, 400), FORM)
def {slug}(page: Page, cast: Cast) -> None:
    column = sheet(page, 50, indent=160)
    column.heading("{slug}")
    column.row(field("name", "名称", cast.person(1).name))
'''

BLOCK = """\
  {logical}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: {slug}.app.handler
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
    Properties: {{SqsManagedSseEnabled: true, VisibilityTimeout: 360, MessageRetentionPeriod: 1209600, RedrivePolicy: \
{{deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: !Ref MaxReceives}}}}
  {logical}Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{Version: "2012-10-17", Statement: [{{Effect: Allow, Action: sts:AssumeRole, \
Principal: {{Service: lambda.amazonaws.com}}}}]}}
      ManagedPolicyArns: [!Ref Observed, !Ref ReadsDocuments{asks}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{Effect: Allow, Action: [s3:GetObject, s3:GetObjectVersion, s3:PutObject], \
Resource: !Sub "${{Uploads.Arn}}/uploads/{slug}/*"}}
              - {{Effect: Allow, Action: [s3:GetObject, s3:PutObject, s3:DeleteObject], \
Resource: [!Sub "${{Answers.Arn}}/answers/{slug}/*", !Sub "${{Answers.Arn}}/records/{slug}/*"]}}
              - {{Effect: Allow, Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility, \
sqs:GetQueueAttributes, sqs:GetQueueUrl], Resource: !GetAtt {logical}Queue.Arn}}

"""
NOTIFICATION = """\
          - {{Event: "s3:ObjectCreated:*", Queue: !GetAtt {logical}Queue.Arn, \
Filter: {{S3Key: {{Rules: [{{Name: prefix, Value: uploads/{slug}/}}]}}}}}}
"""

QUEUES = "      Queues:\n"
QUEUE = "        - !Ref {logical}Queue\n"


class Refused(ValueError):
    """The name cannot be a product's; the message says why."""


def create(slug: str, category: str, root: Path = ROOT) -> list[Path]:
    """Write a product below `root` and name the files written; raises `Refused` for a name that will not do."""
    app, sample = root / "functions" / slug / "app.py", root / "local/samples/documents" / f"{slug}.py"
    if not SLUG.fullmatch(slug):
        raise Refused(f"{slug!r} is no slug: lower case words joined by _")
    if category not in get_args(Category):
        raise Refused(f"{category!r} is none of the categories {', '.join(get_args(Category))}")
    if app.exists():
        raise Refused(f"{slug} exists already")
    template = root / "template.yaml"
    app.parent.mkdir(parents=True)
    app.write_text(APP.format(slug=slug, model=logical(slug), category=category))
    sample.write_text(SAMPLE.format(slug=slug))
    template.write_text(with_block(template.read_text(), slug, category))
    return [app, sample, template]


def with_block(template: str, slug: str, category: str, vendors: Sequence[str] = ()) -> str:
    """The template with the product's block at the end of its category, its notification and its queue's permission."""
    names = {"slug": slug, "logical": logical(slug), "asks": "".join(f", !Ref Asks{name.title()}" for name in vendors)}
    head = f"  # {category}\n"
    start = template.index(head) + len(head)
    end = min(at for at in (template.find("  # ", start), template.find("\nOutputs:", start) + 1) if at > 0)
    with_function = template[:end] + BLOCK.format(**names) + template[end:]
    notified = _after_last(with_function, "          - {Event: ", NOTIFICATION.format(**names))
    return _after_last(notified, "        - !Ref ", QUEUE.format(**names), within=QUEUES)


def _after_last(text: str, start: str, line: str, within: str = "") -> str:
    """`text` with `line` behind the last of the lines in a row that begin with `start`."""
    lines = text.splitlines(keepends=True)
    first = lines.index(within) + 1 if within else next(n for n, one in enumerate(lines) if one.startswith(start))
    last = next(n for n in range(first, len(lines)) if not lines[n].startswith(start))
    return "".join([*lines[:last], line, *lines[last:]])


def main(name: str, category: str) -> None:
    try:
        written = create(name, category)
    except Refused as refused:
        sys.exit(str(refused))
    # In a process of its own: this one has looked at the folders before.
    subprocess.run([sys.executable, "-m", "local.generate"], check=True, cwd=ROOT)
    for path in written:
        print(path.relative_to(ROOT))
    print(f"and events/{name}, its schema and the README's tables. Fill in {written[0].relative_to(ROOT)}.")


if __name__ == "__main__":
    main(*sys.argv[1:3])
