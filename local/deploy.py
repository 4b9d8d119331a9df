"""`make deploy STACK=name`: the stack is built and deployed to AWS with SAM CLI, with the tools of this checkout.

The first time SAM CLI asks for region and parameters. The answers are kept in `samconfig.NAME.toml`, which git ignores.
IMPORT=1 makes a stack anew with the table and the secrets that a deleted one of this name has left behind.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.exceptions import ClientError, WaiterError

from local.arguments import Arguments
from local.cloud.aws import ROOT
from local.cloud.build import TOOLS, Failed
from local.cloud.stack import FAULTS, parts_of

Client = Callable[[Any], Any]
Template = Mapping[str, Any]
Identifier = dict[str, str]
BUILT = ROOT / ".aws-sam/build"
TABLE, SECRET = "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"
# Buckets and queues are named after the stack. SQS takes 80 characters, and CloudFormation cuts what is longer: the
# policy that lets the bucket send to the stack's queues would not know such a name.
NAME = re.compile(r"[a-z][a-z0-9-]{0,25}")
RULES = "a stack's name has 1 to 26 characters: lower-case letters, digits and hyphens, a letter first"
# CloudFormation watches five alarms at most, for three hours at most.
WATCHED, MOST_MINUTES = (*FAULTS, "StreamLags"), 180
# The machine in the head of an ELF file.
MACHINES = {0xB7: "arm64", 0x3E: "x86_64"}


def main() -> None:
    """Build and deploy; says what is missing."""
    parser = Arguments("make deploy")
    parser.add_argument("stack", type=named)
    parser.add_argument("--guided", action="store_true", help="ask again for what was answered before")
    parser.add_argument("--import", action="store_true", dest="adopts", help="take over what a deleted stack has left")
    parser.add_argument("--rollback", type=minutes, help="how long alarms are watched that roll an update back")
    asked = parser.parse_args()
    if address := os.environ.get("AWS_ENDPOINT_URL"):
        raise Failed(f"AWS_ENDPOINT_URL is {address}, as .local/env sets it. Deploy from a shell without it.")
    answers = ROOT / f"samconfig.{asked.stack}.toml"
    if not answers.exists():
        answers.write_text(seed((ROOT / "samconfig.toml").read_text(), asked.stack))
    sam("build", "--config-file", str(answers))
    agree(BUILT)
    answered_before = tomllib.loads(answers.read_text())["default"]["deploy"]["parameters"]
    session = boto3.Session(profile_name=answered_before.get("profile"), region_name=answered_before.get("region"))
    if session.get_credentials() is None:
        raise Failed("It is built. AWS credentials are missing: set AWS_PROFILE, or run aws configure; then once more.")
    template = yaml.safe_load((BUILT / "template.yaml").read_text())
    answered = parameters(answered_before)
    left = leftovers(session.client, template, asked.stack, answered) if session.region_name else {}
    if left and not asked.adopts:
        raise Failed(
            f"A deleted stack of this name has left {', '.join(left)}. make deploy STACK={asked.stack} IMPORT=1 takes "
            "that over; under another name a stack begins anew."
        )
    if left:
        adopt(session.client, template, asked.stack, left, answered)
    if asked.rollback is not None:
        watch(session.client, asked.stack, asked.rollback)
    print(f"SAM CLI asks for the name again: {RULES}.")
    sam(
        "deploy",
        "--config-file",
        str(answers),
        "--parameter-overrides",
        with_release(answered_before.get("parameter_overrides", ""), time.gmtime()),
        *(["--guided"] if asked.guided or "region" not in answered_before else []),
    )


def named(text: str) -> str:
    """An argument that can be a stack's name."""
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"STACK={text} is no name for a stack: {RULES}")
    return text


def minutes(text: str) -> int:
    """An argument that can be a time which CloudFormation watches alarms for."""
    if not text.isdigit() or int(text) > MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"ROLLBACK={text} is no number of minutes from 0 to {MOST_MINUTES}")
    return int(text)


def watch(client: Client, stack: str, minutes: int) -> None:
    """Have this and every later update of a stack rolled back when one of its alarms rises meanwhile or soon after.

    CloudFormation keeps that with the stack, so SAM CLI need not say it. With 0 minutes nothing is watched any more.
    """
    if not _stands(client, stack):
        raise Failed(f"There is no stack {stack} yet: alarms watch over its updates. Deploy it without ROLLBACK first.")
    formation, parts = client("cloudformation"), parts_of(client, stack)
    found = client("cloudwatch").describe_alarms(AlarmNames=[parts[name] for name in WATCHED if minutes])
    triggers = [{"Arn": one["AlarmArn"], "Type": "AWS::CloudWatch::Alarm"} for one in found["MetricAlarms"] if minutes]
    [standing] = formation.describe_stacks(StackName=stack)["Stacks"]
    formation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": one["ParameterKey"], "UsePreviousValue": True} for one in standing.get("Parameters", [])
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        RollbackConfiguration={"RollbackTriggers": triggers, "MonitoringTimeInMinutes": minutes},
    )
    formation.get_waiter("stack_update_complete").wait(StackName=stack)


def seed(settings: str, stack: str) -> str:
    """What SAM CLI starts from for a stack of this name: the settings of this checkout."""
    return re.sub(r'^stack_name = ".*"$', f'stack_name = "{stack}"', settings, flags=re.MULTILINE)


def sam(*words: str) -> None:
    """Run SAM CLI as somebody at the terminal would; raises `Failed` where it fails."""
    apart = {"LAYER_PLATFORM", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in apart}
    path = [TOOLS / "bin", environment.get("PATH", ""), TOOLS / "uv/bin"]
    environment |= {"PATH": os.pathsep.join(map(str, path)), "PYTHONPYCACHEPREFIX": "", "SAM_CLI_TELEMETRY": "0"}
    if subprocess.run([TOOLS / "bin/sam", *words], cwd=ROOT, env=environment, check=False).returncode:
        raise Failed(f"sam {words[0]} failed, see above.")


def agree(built: Path) -> None:
    """Raise `Failed` where a layer's libraries are for another machine than the functions."""
    functions = set(re.findall(r"^ +- (arm64|x86_64)$", (built / "template.yaml").read_text(), re.MULTILINE))
    for library in built.glob("*Layer/python/**/*.so*"):
        with library.open("rb") as file:
            head = file.read(20)
        machine = MACHINES.get(int.from_bytes(head[18:20], "little"), "another machine")
        if head.startswith(b"\x7fELF") and {machine} != functions:
            raise Failed(
                f"{library.relative_to(built)} is for {machine}, the functions are for {', '.join(functions)}."
            )


def leftovers(client: Client, template: Template, stack: str, parameters: Mapping[str, str]) -> dict[str, Identifier]:
    """What a deleted stack of this name has left: by logical id, how CloudFormation identifies it.

    Nothing while a stack of this name stands. The parameters may name another table than the one it had.
    """
    if _stands(client, stack):
        return {}
    found = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == TABLE:
            found[name] = _table(client, parameters.get("TableName") or f"{stack}-records")
        elif resource["Type"] == SECRET and resource["DeletionPolicy"] != "Delete":
            own = resource["Properties"]["Name"]["Fn::Sub"].replace("${AWS::StackName}", stack)
            found[name] = _secret(client, own)
    return {name: identifier for name, identifier in found.items() if identifier}


def _stands(client: Client, stack: str) -> bool:
    try:
        client("cloudformation").describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return False
    return True


def _table(client: Client, name: str) -> Identifier | None:
    try:
        client("dynamodb").describe_table(TableName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None
    return {"TableName": name}


def _secret(client: Client, name: str) -> Identifier | None:
    try:
        return {"Id": client("secretsmanager").describe_secret(SecretId=name)["ARN"]}
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None


def parameters(answers: Mapping[str, str]) -> dict[str, str]:
    """The template's parameters as they were answered."""
    pairs = (word.partition("=") for word in shlex.split(answers.get("parameter_overrides", "")))
    return {name: value for name, _, value in pairs}


def with_release(overrides: str, now: time.struct_time) -> str:
    """The answers in the form in which SAM CLI keeps them, with a release that no deployment had before.

    Where traffic is shifted, a deployment with the release of the one before would leave its functions as they are.
    """
    kept = [word for word in shlex.split(overrides) if not word.startswith("Release=")]
    named = [*kept, time.strftime("Release=%Y-%m-%dT%H:%M:%SZ", now)]
    return " ".join(f'{name}="{_quoted(value)}"' for name, _, value in (word.partition("=") for word in named))


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def adopt(
    client: Client, template: Template, stack: str, left: Mapping[str, Identifier], parameters: Mapping[str, str]
) -> None:
    """Make a stack that has what an earlier one has left and nothing else; a deployment then adds the rest.

    CloudFormation imports only without creating anything. Raises `Failed` with its reason.
    """
    formation, name = client("cloudformation"), "import"
    only = {
        part: template[part] for part in ("AWSTemplateFormatVersion", "Parameters", "Conditions") if part in template
    }
    resources = {logical: template["Resources"][logical] for logical in left}
    try:
        formation.create_change_set(
            StackName=stack,
            ChangeSetName=name,
            ChangeSetType="IMPORT",
            TemplateBody=json.dumps(only | {"Resources": resources}),
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in parameters.items()
                if key in template["Parameters"]
            ],
            ResourcesToImport=[
                {
                    "ResourceType": resources[logical]["Type"],
                    "LogicalResourceId": logical,
                    "ResourceIdentifier": identifier,
                }
                for logical, identifier in left.items()
            ],
        )
        formation.get_waiter("change_set_create_complete").wait(StackName=stack, ChangeSetName=name)
        formation.execute_change_set(StackName=stack, ChangeSetName=name)
        formation.get_waiter("stack_import_complete").wait(StackName=stack)
    except WaiterError as error:
        reason = error.last_response.get("StatusReason") or "see its events in the console of CloudFormation"
        raise Failed(f"What an earlier {stack} has left could not be imported: {reason}") from error


if __name__ == "__main__":
    main()
