"""What DynamoDB refuses, as botocore tells it."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

__all__ = ["ConditionalCheckFailedException", "Exceptions", "ResourceNotFoundException", "invalid", "refuse"]


class ConditionalCheckFailedException(ClientError):
    """A condition did not hold."""


class ResourceNotFoundException(ClientError):
    """There is no such table."""


class Exceptions:
    """What a client has under ``exceptions``: those that the hub names."""

    ClientError = ClientError
    ConditionalCheckFailedException = ConditionalCheckFailedException
    ResourceNotFoundException = ResourceNotFoundException


def refuse(code: str, message: str, operation: str, **more: Any) -> ClientError:
    """A refusal with its code; ``more`` stands beside ``Error`` in the answer."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    made: type[ClientError] = getattr(Exceptions, code, ClientError)
    return made(answer, operation)


def invalid(message: str) -> ClientError:
    """A request that DynamoDB does not understand."""
    return refuse("ValidationException", message, "Request")
