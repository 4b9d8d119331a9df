"""Requests as API Gateway hands them to a function."""

from base64 import b64encode

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff picture"


def event(kind: str, body: bytes | str, query: dict[str, str] | None = None) -> APIGatewayProxyEvent:
    """A request of this content type; a body of bytes goes as base64."""
    binary = isinstance(body, bytes)
    return APIGatewayProxyEvent(
        {
            "headers": {"content-type": kind},
            "queryStringParameters": query,
            "body": b64encode(body).decode() if isinstance(body, bytes) else body,
            "isBase64Encoded": binary,
        }
    )
