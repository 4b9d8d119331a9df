"""Sign-in: whose a request is, where people may sign in. API Gateway asks before each request, and keeps no answer.

A request with an API key is whose that key is, as without this function: API Gateway then checks the key. A request
with an ID token of the operator's provider is of the tenant that the token names. It counts in that tenant's usage
plan: the answer names an API key of that plan, which API Gateway checks as it checks any other.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ocr.entry.callers import EVERY, PERSON, TENANT
from ocr.model.tenant import NAME, OPERATOR, Tenant, of_key
from ocr.platform import aws
from ocr.platform.settings import settings
from ocr.platform.telemetry import logger
from sign_in import tokens

Answer = dict[str, Any]

KEY, AUTHORIZATION, SCHEME = "x-api-key", "authorization", "bearer "
# How long a key that was revoked may still be named; API Gateway refuses it meanwhile.
KEYS_SECONDS = 60.0
# How the operator's key is called among the people's keys; no tenant may have this name.
OPERATORS = "operator"


class Unauthorized(Exception):
    """What API Gateway takes for 401, by exactly this message."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Answer:
    """Say whose one request is; raises `Unauthorized` where nobody's."""
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    if key := headers.get(KEY):
        return _answer(event, of_key(key), key)
    token = headers.get(AUTHORIZATION, "")
    if not token.lower().startswith(SCHEME):
        raise Unauthorized
    try:
        claims = tokens.verified(token[len(SCHEME) :].strip())
    except tokens.Refused as refusal:
        # Why is for the operator: whoever forges tokens is told nothing.
        logger.info("A token was refused", extra={"reason": str(refusal)})
        raise Unauthorized from None
    keys: Mapping[str, str] = json.loads(aws.secrets().text(settings().peoples_keys, KEYS_SECONDS))
    named = [*_tenants(claims, keys)]
    if len(named) != 1:
        logger.info("Who signed in belongs to no tenant, or to several", extra={"tenants": len(named)})
        return _policy(event, "Deny")
    [tenant] = named
    return _answer(event, tenant, keys[tenant.name or OPERATORS], {PERSON: claims["sub"]})


def _tenants(claims: Mapping[str, Any], keys: Mapping[str, str]) -> Iterator[Tenant]:
    """The tenants, among those whose people may sign in, that a token names; the operator alone where it names that."""
    told = claims.get(settings().oidc_tenant_claim)
    listed = told if isinstance(told, list) else [told]
    names = {one for one in listed if isinstance(one, str)}
    tenants = keys.keys() - {OPERATORS}
    if (group := settings().oidc_operator_group) in names - {""}:
        # A name that is a tenant's as well makes nobody the operator, and nothing else.
        if group not in tenants:
            yield OPERATOR
        return
    for name in sorted(names & tenants):
        if NAME.fullmatch(name) and of_key(keys[name]) == Tenant(name):
            yield Tenant(name)


def _answer(event: Mapping[str, Any], tenant: Tenant, key: str, person: Mapping[str, str] | None = None) -> Answer:
    """Let a request in: whose it is, and the key in whose plan it counts."""
    said = {TENANT: tenant.name or EVERY, **(person or {})}
    return _policy(event, "Allow") | {"context": said, "usageIdentifierKey": key}


def _policy(event: Mapping[str, Any], effect: str) -> Answer:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": "caller", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
