"""Where a deployed stack's API is, and what its requests have to carry: found by the
stack's name, on AWS or on this machine.
"""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    SSOError,
)
from botocore.session import get_session
from requests import PreparedRequest
from requests.auth import AuthBase

from cli.exit_codes import Failed, NoStack, NotAllowed

AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
QUICKLY = Config(connect_timeout=5, retries={"total_max_attempts": 3})
FORBIDDEN = {401, 403}
NOBODY = "Say --profile and --region, or set them in the environment, or start a stack on this machine with `make up`."


@dataclass(frozen=True)
class Endpoint:
    """An API's address, without a slash at its end, and what its requests have to carry."""

    url: str
    auth: AuthBase


@dataclass(frozen=True)
class Key(AuthBase):
    """Requests that carry an API key."""

    value: str = field(repr=False)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["x-api-key"] = self.value
        return request


@dataclass(frozen=True)
class Signature(AuthBase):
    """Requests that carry an API key and are signed with AWS credentials (SigV4), for a stack with ApiAuth=AWS_IAM."""

    key: Key
    credentials: Credentials
    region: str

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        signed = AWSRequest(request.method, request.url, data=request.body)
        SigV4Auth(self.credentials, "execute-api", self.region).add_auth(signed)
        request.headers.update(dict(signed.headers))
        return self.key(request)


@dataclass(frozen=True)
class StackRef:
    """Where to look for a stack: its name, and AWS's profile and region if not the environment's own.

    Without AWS credentials it is looked for in the AWS that `make up` keeps in `folder`.
    """

    stack: str
    profile: str | None = None
    region: str | None = None
    folder: Path | None = None


def find(place: StackRef, key: str | None = None) -> Endpoint:
    """The endpoint of a stack, with this API key or the stack's own; raises as `on` does."""
    return on(place, lambda session, endpoint: _endpoint(place.stack, key, session, endpoint))


def on[Result](place: StackRef, use: Callable[[boto3.Session, str | None], Result]) -> Result:
    """What `use` makes of a session where a stack is, and its endpoint; None is what the session's own settings say.

    Raises `NoStack` where there is no such stack, and `NotAllowed` where the credentials do not do.
    """
    try:
        return use(*_aws(place))
    except ClientError as error:
        raise _refusal(place.stack, error) from None
    except (NoCredentialsError, NoRegionError):
        raise NoStack("No stack can be looked for: AWS credentials or a region are missing.", NOBODY) from None
    except (SSOError, CredentialRetrievalError) as error:
        raise NotAllowed(str(error)) from None
    except BotoCoreError as error:
        raise NoStack(str(error), "Check --profile, --region and AWS_ENDPOINT_URL.") from None


def invoke(place: StackRef, function: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What the stack's function of this name answers to this payload; raises as `on` does, and `Failed`."""
    name = f"{place.stack}-{function}"

    def asked(session: boto3.Session, endpoint: str | None) -> Any:
        client: Any = session.client("lambda", endpoint_url=endpoint, config=QUICKLY)
        return client.invoke(FunctionName=name, Payload=json.dumps(payload).encode())

    answer = on(place, asked)
    content: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise Failed(f"{name} failed: {content.get('errorType', 'its log says why')}.")
    return content


def _aws(place: StackRef) -> tuple[boto3.Session, str | None]:
    """A session and the endpoint it is for; None is what the session's own settings say."""
    if not (place.profile or "AWS_ENDPOINT_URL" in os.environ):
        # There is no local AWS where the command is installed apart from a checkout.
        with suppress(ModuleNotFoundError):
            from local.cloud.aws import UP, Aws

            running = Aws.running(place.folder or UP)
            if running and not _has_credentials():
                return running.session(), running.endpoint
    return boto3.Session(profile_name=place.profile, region_name=place.region), None


def _has_credentials() -> bool:
    """Whether credentials are set. A role of the host itself does not count: asking for it takes seconds."""
    session = get_session()
    session.get_component("credential_provider").remove("iam-role")
    return session.get_credentials() is not None


def _endpoint(name: str, key: str | None, session: boto3.Session, endpoint: str | None) -> Endpoint:
    formation: Any = session.client("cloudformation", endpoint_url=endpoint, config=QUICKLY)
    [stack] = formation.describe_stacks(StackName=name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if "Url" not in outputs:
        raise NoStack(f"The stack {name} has no API, or is not deployed yet.")
    if key is None:
        gateway: Any = session.client("apigateway", endpoint_url=endpoint, config=QUICKLY)
        key = str(gateway.get_api_key(apiKey=outputs["ApiKeyId"], includeValue=True)["value"])
    return Endpoint(_address(outputs["Url"], formation.meta.endpoint_url), _auth(stack, Key(key), session))


def _auth(stack: Mapping[str, Any], key: Key, session: boto3.Session) -> AuthBase:
    parameters = {one["ParameterKey"]: one.get("ParameterValue") for one in stack.get("Parameters", [])}
    credentials = session.get_credentials()
    if parameters.get("ApiAuth") == "AWS_IAM" and credentials:
        return Signature(key, credentials, session.region_name)
    return key


def _address(url: str, endpoint: str) -> str:
    """The API's address as the stack tells it, or as the emulator at this endpoint serves it."""
    host = urlsplit(endpoint).hostname or ""
    if host.endswith(AWS_HOSTS):
        return url.rstrip("/")
    api = urlsplit(url)
    return f"{endpoint}/restapis/{(api.hostname or '').partition('.')[0]}{api.path}/_user_request_"


def _refusal(name: str, error: ClientError) -> Failed:
    reason = f"AWS says {error.response['Error']['Code']}: {error.response['Error']['Message']}"
    if error.response["ResponseMetadata"]["HTTPStatusCode"] in FORBIDDEN:
        return NotAllowed(
            reason,
            "It takes cloudformation:DescribeStacks, and apigateway:GET on the stack's key.",
        )
    return NoStack(f"The stack {name} was not found. {reason}", "Check --stack, --profile and --region.")
