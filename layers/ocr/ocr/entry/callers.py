"""Whose request it is, by the API key that API Gateway has checked and names beside the request."""

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from ocr.model.tenant import Tenant, of_key


def tenant(event: APIGatewayProxyEvent) -> Tenant:
    """The tenant whose key came with the request; the operator for any other key."""
    return of_key(str(_identity(event, "apiKey")))


def caller(event: APIGatewayProxyEvent) -> str:
    """Who calls: the same Idempotency-Key from two callers is not the same request, from two keys of a tenant it is."""
    if name := tenant(event).name:
        return f"tenant {name}"
    # With AWS's own signatures, all callers have the stack's one key besides.
    return " ".join(filter(None, (_identity(event, "apiKeyId"), _identity(event, "userArn"))))


def identity(event: APIGatewayProxyEvent) -> str:
    """Whose key or principal a request is, by its id."""
    return _identity(event, "apiKeyId") or _identity(event, "userArn") or "unknown"


def _identity(event: APIGatewayProxyEvent, name: str) -> str:
    return str(((event.get("requestContext") or {}).get("identity") or {}).get(name) or "")
