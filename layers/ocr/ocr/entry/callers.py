"""Whose request it is, by what API Gateway has checked and names beside it: an API key, or who has signed in."""

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from ocr.model.tenant import OPERATOR, Tenant, of_key

# What the authorizer says of each request, where people may sign in (`functions/sign_in`).
TENANT, PERSON = "tenant", "person"
# The operator, where it says whose a request is: no tenant can have this name.
EVERY = "*"


def tenant(event: APIGatewayProxyEvent) -> Tenant:
    """The tenant whose key came with the request, or who has signed in; the operator for any other key.

    Where there is an authorizer, its word counts and no key: it names a tenant for whomever it lets in, or the
    operator. Raises `KeyError` where it names none: nobody becomes the operator by an omission.
    """
    said = _context(event, "authorizer")
    if not said:
        return of_key(_identity(event, "apiKey"))
    return OPERATOR if said[TENANT] == EVERY else Tenant(said[TENANT])


def caller(event: APIGatewayProxyEvent) -> str:
    """Who calls: the same Idempotency-Key from two callers is not the same request, from two keys of a tenant it is."""
    if name := tenant(event).name:
        return f"tenant {name}"
    # With AWS's own signatures, all callers have the stack's one key besides.
    return " ".join(filter(None, (_identity(event, "apiKeyId"), _identity(event, "userArn"))))


def identity(event: APIGatewayProxyEvent) -> str:
    """Whose key, principal or sign-in a request is, by its id."""
    return principal(event) or _identity(event, "apiKeyId") or "unknown"


def principal(event: APIGatewayProxyEvent) -> str | None:
    """Who has signed the request or signed in: the ARN, or the provider's own id of a person; None for a key alone."""
    person = _context(event, "authorizer").get(PERSON)
    return f"oidc:{person}" if person else _identity(event, "userArn") or None


def key_id(event: APIGatewayProxyEvent) -> str | None:
    """The id of the API key whose plan the request counts in."""
    return _identity(event, "apiKeyId") or None


def _identity(event: APIGatewayProxyEvent, name: str) -> str:
    return str(_context(event, "identity").get(name) or "")


def _context(event: APIGatewayProxyEvent, name: str) -> dict[str, str]:
    return dict((event.get("requestContext") or {}).get(name) or {})
