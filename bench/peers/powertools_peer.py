"""With Powertools for AWS Lambda: its resolver with validation by pydantic, its idempotency, its logger."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.event_handler.openapi.params import Body

from bench.peers.models import Answer, Handoff
from bench.peers.refusals import Refused, told
from bench.peers.remembered import LOG, take
from bench.peers.tokens import proven

__all__ = ["handler"]

app = APIGatewayRestResolver(enable_validation=True)


@app.post("/v1/handoffs")
def create(handoff: Annotated[Handoff, Body()]) -> Response[Answer]:
    """One handoff."""
    event = app.current_event
    body = (event.body or "").encode()
    answer: Any = take(proven(event.headers, body), handoff, body, app.lambda_context)
    return Response(201, "application/json", answer, {"Location": answer["links"]["self"]})


@app.exception_handler(Refused)
def refuse(refused: Refused) -> Response[str]:
    """A refusal of ours."""
    status, headers, body = told(refused, app.current_event.request_context.request_id)
    return Response(status, headers["Content-Type"], body, headers)


@app.exception_handler(RequestValidationError)
def refuse_body(fault: RequestValidationError) -> Response[str]:
    """A body that breaks the contract."""
    broken = [("".join(f"/{part}" for part in one["loc"][1:]), one["type"]) for one in fault.errors()]
    not_json = any(rule == "json_invalid" for _, rule in broken)
    refused: Response[str] = refuse(Refused("bad_json" if not_json else "bad_request", broken))
    return refused


@app.exception_handler(RequestUnsupportedContentType)
def refuse_kind(_: RequestUnsupportedContentType) -> Response[str]:
    """Another content type than the resolver reads, found before the body."""
    refused: Response[str] = refuse(Refused("wrong_content_type", [("", "content_type")]))
    return refused


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One API Gateway proxy event."""
    answer = app.resolve(event, context)
    LOG.info("request", request_id=event["requestContext"]["requestId"], status=answer["statusCode"])
    return answer
