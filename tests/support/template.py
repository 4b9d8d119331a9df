"""The template as tests look at it: its short forms written out, its conditions settled."""

import json
from functools import cache
from typing import Any

from cfnlint.decode import cfn_yaml

from local.cloud.aws import ROOT
from local.cloud.stack import logical
from ocr.declare.catalogue import products

Resource = dict[str, Any]
NOTHING = {"Ref": "AWS::NoValue"}
THERE = {f"Has{logical(slug)}" for slug in products()} | {"HasVpc", "HasApiLogs"}


@cache
def template(*, own_key: bool = False) -> Resource:
    """The template with its short forms written out, without a key of the operator's own or with one."""
    loaded = json.loads(json.dumps(cfn_yaml.load(str(ROOT / "template.yaml"))))
    settled: Resource = _settled(loaded, own_key)
    return settled


def _settled(part: Any, own_key: bool) -> Any:
    """What is left of a part when it is known whether there is a key, and every product and a subnet are there."""
    if isinstance(part, list):
        return [one for one in (_settled(each, own_key) for each in part) if one is not None]
    if not isinstance(part, dict):
        return part
    if "Fn::If" in part:
        condition, then, otherwise = part["Fn::If"]
        holds = own_key if condition == "HasKmsKey" else True if condition in THERE else None
        if holds is None:
            return part
        chosen = then if holds else otherwise
        return None if chosen == NOTHING else _settled(chosen, own_key)
    return {name: one for name, each in part.items() if (one := _settled(each, own_key)) is not None}


def resources(kind: str, *, own_key: bool = False) -> dict[str, Resource]:
    """Properties of every resource of a type, by logical id."""
    found = template(own_key=own_key)["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


def properties(name: str) -> Resource:
    found: Resource = template()["Resources"][name]["Properties"]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def alarms() -> dict[str, Resource]:
    return resources("AWS::CloudWatch::Alarm")
