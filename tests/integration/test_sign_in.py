"""Promise: who has signed in reaches what the token names and counts in that plan; no other token opens anything."""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from jwt.utils import base64url_encode

from ocr.entry import callers, identity_provider
from ocr.platform.errors import ConfigurationError
from ocr.platform.settings import settings
from sign_in import tokens
from sign_in.app import Unauthorized, handler
from tests.support.aws import forget_settings
from tests.support.identity_provider import CLIENT, IdentityProvider, new_key, public
from tests.support.scripted import Context
from tests.support.signing_in import OPERATORS, OURS, THEIRS

METHOD = "arn:aws:execute-api:us-east-1:123456789012:api/v1/GET/records"

Change = Callable[[IdentityProvider], str]


def asked(**headers: str) -> dict[str, Any]:
    """What the authorizer says of a request with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return handler({"type": "REQUEST", "methodArn": METHOD, "headers": named}, Context())  # type: ignore[arg-type]


def signed_in(token: str) -> dict[str, Any]:
    return asked(Authorization=f"Bearer {token}")


def effect(answer: dict[str, Any]) -> tuple[str, str]:
    [statement] = answer["policyDocument"]["Statement"]
    return statement["Effect"], statement["Resource"]


@pytest.mark.parametrize(
    ("person", "tenant", "key"), [("anna", "claims", OURS), ("text", "lending", THEIRS), ("olga", "*", OPERATORS)]
)
def test_a_person_is_of_the_tenant_that_the_token_names(
    provider: IdentityProvider, person: str, tenant: str, key: str
) -> None:
    answer = signed_in(provider.token(person))
    assert effect(answer) == ("Allow", METHOD)
    assert answer["context"] == {"tenant": tenant, "person": person}
    assert answer["usageIdentifierKey"] == key


@pytest.mark.parametrize("person", ["nina", "none", "both", "sly", "odd"])
def test_who_belongs_to_no_tenant_or_to_several_is_let_in_nowhere(provider: IdentityProvider, person: str) -> None:
    answer = signed_in(provider.token(person))
    assert effect(answer) == ("Deny", METHOD)
    assert "usageIdentifierKey" not in answer


def test_nobody_is_an_operator_by_signing_in_where_no_group_is_named(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_OPERATOR_GROUP", "")
    forget_settings()
    assert effect(signed_in(provider.token("sly", **{"cognito:groups": ["", "ocr-operators"]})))[0] == "Deny"


def test_a_group_that_is_a_tenants_as_well_makes_nobody_the_operator(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_OPERATOR_GROUP", "claims")
    forget_settings()
    assert effect(signed_in(provider.token("anna")))[0] == "Deny"


@pytest.mark.parametrize(("key", "tenant"), [(OURS, "claims"), ("any other key", "*")])
def test_a_key_is_whose_it_was_and_is_left_to_api_gateway(provider: IdentityProvider, key: str, tenant: str) -> None:
    answer = asked(X_Api_Key=key, Authorization="Bearer of nothing")
    assert answer["context"] == {"tenant": tenant}
    assert answer["usageIdentifierKey"] == key
    assert provider.asked == []


def by_hand(provider: IdentityProvider) -> str:
    """A token that is signed with the provider's public key as if that were a secret: everybody has it."""
    head, claims, _ = provider.token("anna").split(".")
    head = base64url_encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "first"}).encode()).decode()
    secret = json.dumps(public(provider.keys["first"], "first")).encode()
    signature = hmac.digest(secret, f"{head}.{claims}".encode(), "sha256")
    return f"{head}.{claims}.{base64url_encode(signature).decode()}"


FORGED: dict[str, Change] = {
    "another client's": lambda one: one.token("anna", aud="another"),
    "no client's": lambda one: one.token("anna", aud=[]),
    "several clients', of which another asked": lambda one: one.token("anna", aud=[CLIENT, "other"], azp="other"),
    "another provider's": lambda one: one.token("anna", iss="https://idp.example.com"),
    "over": lambda one: one.token("anna", exp=int(time.time()) - 60),
    "not yet": lambda one: one.token("anna", nbf=int(time.time()) + 600),
    "from the future": lambda one: one.token("anna", iat=int(time.time()) + 600),
    "without an end": lambda one: one.signed({**one.claims("anna"), "exp": None}, one.keys["first"], "first"),
    "of nobody": lambda one: one.token(""),
    "of somebody with a line break": lambda one: one.token("an\nna"),
    "an access token": lambda one: one.token("anna", token_use="access"),
    "unsigned": lambda one: jwt.encode(one.claims("anna"), "", "none", headers={"kid": "first"}),
    "signed with what is public": by_hand,
    "signed with another key": lambda one: one.signed(one.claims("anna"), new_key(), "first"),
    "signed with a key of another kind": lambda one: one.signed(one.claims("anna"), new_key("ES256"), "first"),
    "of a key that is not the provider's": lambda one: one.signed(one.claims("anna"), new_key(), "another"),
    "without a key's id": lambda one: jwt.encode(one.claims("anna"), one.keys["first"], "RS256"),
    "changed on its way": lambda one: "{}.{}A.{}".format(*one.token("anna").split(".")),
    "without a signature": lambda one: one.token("anna").rpartition(".")[0] + ".",
    "endless": lambda one: one.token("anna", more="x" * 10_240),
    "no token": lambda one: "x.y.z",
    "nothing": lambda one: "",
}


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_does_not_hold_opens_nothing(provider: IdentityProvider, forge: Change) -> None:
    with pytest.raises(Unauthorized, match="^Unauthorized$"):
        signed_in(forge(provider))


@pytest.mark.parametrize("header", ["", "Basic YTpi", "Bearer", "bearer "])
def test_a_request_without_a_key_and_a_token_is_refused(provider: IdentityProvider, header: str) -> None:
    with pytest.raises(Unauthorized):
        asked(Authorization=header)
    assert provider.asked == []


def test_keys_that_nobody_has_are_asked_for_once_a_minute(provider: IdentityProvider) -> None:
    for number in range(20):
        with pytest.raises(Unauthorized):
            signed_in(provider.signed(provider.claims("anna"), provider.keys["first"], f"key-{number}"))
    assert provider.asked.count("/keys") == 1
    assert effect(signed_in(provider.token("anna")))[0] == "Allow"


def test_a_new_key_of_the_provider_holds_beside_the_old_one(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = provider.token("anna")
    assert effect(signed_in(old))[0] == "Allow"
    monkeypatch.setattr(tokens, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(provider, "keys", {**provider.keys, "second": new_key("ES256")})
    assert effect(signed_in(provider.token("anna")))[0] == "Allow"
    assert effect(signed_in(old))[0] == "Allow"


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", f"{provider.url}/")
    forget_settings()
    with pytest.raises(identity_provider.Unavailable):
        signed_in(provider.token("anna"))


def test_a_provider_is_reached_by_https_alone(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "http://idp.example.com")
    forget_settings()
    with pytest.raises(ConfigurationError, match="OIDC_ISSUER"):
        settings()


def test_the_authorizers_word_counts_and_a_missing_one_makes_nobody_the_operator() -> None:
    def event(authorizer: dict[str, str] | None) -> Any:
        identity = {"apiKey": THEIRS, "apiKeyId": "id"}
        return {"requestContext": {"identity": identity, "authorizer": authorizer}}

    assert callers.tenant(event(None)).name == "lending"
    assert callers.tenant(event({"tenant": "claims", "person": "anna"})).name == "claims"
    assert callers.identity(event({"tenant": "claims", "person": "anna"})) == "oidc:anna"
    assert callers.identity(event({"tenant": "claims"})) == "id"
    with pytest.raises(KeyError):
        callers.tenant(event({"principalId": "caller"}))
