"""A local AWS with the table and the buckets of the template, for the handlers as they are, without Lambda."""

import json
from collections.abc import Iterator

import pytest

from local.cloud.aws import Aws
from ocr.entry import identity_provider
from sign_in import tokens
from tests.support.aws import (
    ANSWERS,
    DEAD_LETTERS,
    PREFIX,
    TABLE,
    UPLOADS,
    World,
    create_table,
    empty_bucket,
    empty_table,
    forget_secrets,
    forget_settings,
    renew_clients,
    whole,
)
from tests.support.identity_provider import CLIENT, IdentityProvider, signing_in
from tests.support.signing_in import OPERATORS, OURS, PEOPLE, SECRET, THEIRS
from tests.support.vendors import SECRETS, Host, host


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    from local.cloud.aws import stop

    folder = tmp_path_factory.mktemp("aws")
    started = Aws.start(folder)
    s3 = started.client("s3")
    for bucket in (UPLOADS, ANSWERS):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration={"Status": "Enabled"})
    create_table(started)
    started.client("sqs").create_queue(QueueName=DEAD_LETTERS)
    yield started
    stop(folder)


@pytest.fixture
def world(emulator: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty table, and settings that point at the local AWS; vendors are called `first` and `second`."""
    environment = emulator.environment | {
        "TABLE": TABLE,
        "UPLOADS_BUCKET": UPLOADS,
        "ANSWERS_BUCKET": ANSWERS,
        "ENGINE_FUNCTION": "none",
        "DEAD_LETTERS": f"{emulator.endpoint}/000000000000/{DEAD_LETTERS}",
        "SECRETS_PREFIX": PREFIX,
        "VENDORS": "first,second",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    renew_clients(emulator.endpoint)
    empty_table()
    whole("sqs").purge_queue(QueueUrl=environment["DEAD_LETTERS"])
    # A kept answer would be found where a test lets its reader die.
    empty_bucket(ANSWERS)
    yield World(emulator)
    forget_settings()


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Host]:
    with host() as found:
        yield found


@pytest.fixture
def vendor(world: World, stand_in: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    """One host that is every vendor, with the vendors' secrets filled in."""
    secrets = world.emulator.client("secretsmanager")
    present = {secret["Name"] for secret in secrets.list_secrets()["SecretList"]}
    for name, secret in SECRETS.items():
        if f"{PREFIX}/{name}" not in present:
            secrets.create_secret(Name=f"{PREFIX}/{name}", SecretString=json.dumps(secret))
    monkeypatch.setenv("VENDORS", ",".join(SECRETS))
    monkeypatch.setenv("VENDOR_URLS", ",".join(f"{name}={stand_in.url}" for name in SECRETS))
    monkeypatch.setenv("CIRCUIT_FAILURES", "1000")
    forget_settings()
    forget_secrets()
    return stand_in


@pytest.fixture(scope="session")
def served_provider() -> Iterator[IdentityProvider]:
    with signing_in() as provider:
        provider.people = PEOPLE
        yield provider


@pytest.fixture
def provider(served_provider: IdentityProvider, world: World, monkeypatch: pytest.MonkeyPatch) -> IdentityProvider:
    """The provider that the operator has named; what was known of it before is forgotten."""
    named = {
        "OIDC_ISSUER": served_provider.url,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_OPERATOR_GROUP": "ocr-operators",
        "PEOPLES_KEYS": SECRET,
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    monkeypatch.setattr(identity_provider, "_kept", None)
    monkeypatch.setattr(tokens, "_keys", tokens.Keys())
    keys = json.dumps({"operator": OPERATORS, "claims": OURS, "lending": THEIRS})
    secrets = whole("secretsmanager")
    try:
        secrets.create_secret(Name=SECRET, SecretString=keys)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=SECRET, SecretString=keys)
    forget_secrets()
    served_provider.asked.clear()
    return served_provider
