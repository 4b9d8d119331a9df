"""API keys of tenants, in API Gateway: each tenant has a usage plan of its own, with one key or several.

A tenant's name stands in its keys: by that alone, the stack's functions know whose a request is. They may read no key:
what the operator sees of the keys, `note` and `revoke` write into the stack's table. The keys as which people count who
have signed in are in a secret, which the function that lets them in reads.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from cli.exit_codes import Failed

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
MOST_LETTERS = 32
# No tenant has this name: `GET /usage` calls whoever is none so.
OPERATOR = "operator"
# What says in API Gateway whose a plan is; its name may be anything.
_MARK = "OCR gateway: keys of "
# Where the API finds what is known of the keys.
_ITEM = "tenant-keys"
# The secret of the keys of people, in a stack where people sign in.
_PEOPLE = "PeoplesKeys"


@dataclass(frozen=True)
class TenantKey:
    """A key of a tenant, without its value, and what the tenant's keys may do together."""

    tenant: str
    id: str
    per_second: float
    per_day: int
    created_at: str


class TenantKeys:
    """The tenants' keys of one stack; `client` makes clients of the AWS where it is."""

    def __init__(self, stack: str, client: Callable[[Any], Any]) -> None:
        self.stack, self.gateway, self.tables = stack, client("apigateway"), client("dynamodb")
        self._client = client
        self.own = self.gateway.get_usage_plan(usagePlanId=self._part("ApiPlan"))
        self.stage, self.table = self.own["apiStages"][0], self._part("Records")

    def _part(self, name: str) -> str:
        found = self._client("cloudformation").describe_stack_resource(StackName=self.stack, LogicalResourceId=name)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def create(self, tenant: str, per_second: float | None, per_day: int | None) -> tuple[str, str]:
        """One more key of a tenant: its id and its value, which is shown this once; limits hold for all of its keys."""
        plan = self._limited(tenant, per_second, per_day)
        made = self.gateway.create_api_key(
            name=f"{self.stack}-{tenant}",
            description=f"{_MARK}{tenant}",
            value=f"ocr-{tenant}-{secrets.token_hex(20)}",
            enabled=True,
        )
        self.gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=made["id"], keyType="API_KEY")
        return made["id"], made["value"]

    def create_for_people(self, tenant: str, per_second: float | None, per_day: int | None) -> str:
        """The id of one more key of a tenant, as which its people count who have signed in, in place of any before.

        Nobody is shown it. Raises `Failed` where nobody signs in.
        """
        name = self._peoples_keys()
        if name is None:
            raise Failed("Nobody signs in to this stack.", "Deploy it with OidcIssuer and OidcClientId.")
        id, value = self.create(tenant, per_second, per_day)
        secret = self._client("secretsmanager")
        known = json.loads(secret.get_secret_value(SecretId=name)["SecretString"])
        secret.put_secret_value(SecretId=name, SecretString=json.dumps(known | {tenant: value}))
        return id

    def _peoples_keys(self) -> str | None:
        """The secret of the keys of people; None in a stack where nobody signs in."""
        try:
            return self._part(_PEOPLE)
        except ClientError as error:
            # What CloudFormation says of a part that a stack has not.
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            return None

    def _forget_people(self, tenant: str, gone: Sequence[str]) -> None:
        """Let a tenant's people sign in no more, where the key as which they count is among these ids."""
        name = self._peoples_keys()
        if name is None:
            return
        secret = self._client("secretsmanager")
        known = json.loads(secret.get_secret_value(SecretId=name)["SecretString"])
        values = {self.gateway.get_api_key(apiKey=id, includeValue=True)["value"] for id in gone}
        if known.get(tenant) in values:
            del known[tenant]
            secret.put_secret_value(SecretId=name, SecretString=json.dumps(known))

    def note(self) -> None:
        """Write down which keys there are, without their values, for who asks the API."""
        for one in self.all():
            self._write(one.id, asdict(one))

    def all(self) -> Iterator[TenantKey]:
        """Every key, tenant by tenant."""
        for tenant, plan in sorted(self._plans().items()):
            for key in self._keys(plan):
                made = self.gateway.get_api_key(apiKey=key["id"], includeValue=False)
                throttle, quota = plan["throttle"], plan["quota"]
                at = made["createdDate"].astimezone(UTC).isoformat(timespec="seconds")
                yield TenantKey(tenant, key["id"], float(throttle["rateLimit"]), int(quota["limit"]), at)

    def revoke(self, tenant: str, id: str | None = None) -> int:
        """How many keys of a tenant were revoked: this one, or all of them and its usage plan too.

        Raises `Failed` where there is no such tenant or key.
        """
        plan = self._plans().get(tenant)
        if plan is None:
            raise Failed(f"There is no tenant {tenant}.", "`ocr keys list` shows them.")
        keys = self._keys(plan)
        gone = [key["id"] for key in keys if id in (None, key["id"])]
        if id and not gone:
            raise Failed(f"{tenant} has no key with this id.", "`ocr keys list` shows them.")
        known = {one.id: asdict(one) for one in self.all()}
        self._forget_people(tenant, gone)
        for key in gone:
            self.gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=key)
            self.gateway.delete_api_key(apiKey=key)
            self._write(key, known[key] | {"revoked_at": datetime.now(UTC).isoformat(timespec="seconds")})
        if len(gone) == len(keys):
            stage = f"{self.stage['apiId']}:{self.stage['stage']}"
            self._change(plan, "remove", {"/apiStages": stage})
            self.gateway.delete_usage_plan(usagePlanId=plan["id"])
        return len(gone)

    def revoke_all(self) -> None:
        """Revoke the keys of all tenants, before their stack is deleted."""
        for tenant in self._plans():
            self.revoke(tenant)

    def _limited(self, tenant: str, per_second: float | None, per_day: int | None) -> dict[str, Any]:
        """The usage plan of a tenant, with these limits; a new one has the stack's own where none are said."""
        plan = self._plans().get(tenant)
        if plan is None:
            rate, limit = per_second or self.own["throttle"]["rateLimit"], per_day or self.own["quota"]["limit"]
            made: dict[str, Any] = self.gateway.create_usage_plan(
                name=f"{self.stack}-{tenant}",
                description=f"{_MARK}{tenant}",
                apiStages=[{name: self.stage[name] for name in ("apiId", "stage")}],
                throttle={"rateLimit": float(rate), "burstLimit": max(1, round(float(rate)))},
                quota={"limit": int(limit), "period": "DAY"},
            )
            return made
        changes: dict[str, str] = {}
        if per_second:
            changes["/throttle/rateLimit"] = f"{per_second:g}"
            changes["/throttle/burstLimit"] = str(max(1, round(per_second)))
        if per_day:
            changes["/quota/limit"] = str(per_day)
        if changes:
            self._change(plan, "replace", changes)
        return plan

    def _plans(self) -> dict[str, dict[str, Any]]:
        """The tenants' usage plans of this stack, by tenant."""
        pages = self.gateway.get_paginator("get_usage_plans").paginate()
        plans = [plan for page in pages for plan in page["items"] if plan.get("description", "").startswith(_MARK)]
        return {
            plan["description"].removeprefix(_MARK): plan
            for plan in plans
            if any(one["apiId"] == self.stage["apiId"] for one in plan.get("apiStages", []))
        }

    def _keys(self, plan: dict[str, Any]) -> list[dict[str, Any]]:
        pages = self.gateway.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan["id"])
        return [key for page in pages for key in page["items"]]

    def _write(self, id: str, known: Mapping[str, Any]) -> None:
        """Keep what is known of one key beside what is known of the others."""
        told = {
            name: {"S": value} if isinstance(value, str) else {"N": str(value)}
            for name, value in known.items()
            if name != "id"
        }
        self.tables.update_item(
            TableName=self.table,
            Key={"id": {"S": _ITEM}},
            UpdateExpression="SET #id = :known",
            ExpressionAttributeNames={"#id": id},
            ExpressionAttributeValues={":known": {"M": told}},
        )

    def _change(self, plan: dict[str, Any], operation: str, changes: dict[str, str]) -> None:
        patch = [{"op": operation, "path": path, "value": value} for path, value in changes.items()]
        self.gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=patch)
