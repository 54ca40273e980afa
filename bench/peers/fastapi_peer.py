"""With FastAPI behind Mangum: models and answers by pydantic, idempotency and logger of Powertools.

The view is a coroutine though it blocks: a Lambda process serves one request at a time, and a hop into a thread costs.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from mangum import Mangum

from bench.peers.models import Answer, Handoff
from bench.peers.refusals import Refused, told
from bench.peers.remembered import LOG, take
from bench.peers.tokens import Caller, proven

__all__ = ["handler"]

app = FastAPI()


async def caller(request: Request) -> Caller:
    """Who signed the request."""
    return proven(request.headers, await request.body())


@app.post("/v1/handoffs", status_code=201)
async def create(
    handoff: Handoff, who: Annotated[Caller, Depends(caller)], request: Request, response: Response
) -> Answer:
    """One handoff."""
    answer: Any = take(who, handoff, await request.body(), request.scope["aws.context"])
    response.headers["Location"] = answer["links"]["self"]
    return answer  # type: ignore[no-any-return]  # validated as an Answer on its way out


@app.exception_handler(Refused)
async def refuse(request: Request, refused: Refused) -> Response:
    """A refusal of ours."""
    status, headers, body = told(refused, request.scope["aws.event"]["requestContext"]["requestId"])
    return Response(body, status, headers)


@app.exception_handler(RequestValidationError)
async def refuse_body(request: Request, fault: RequestValidationError) -> Response:
    """A body that breaks the contract."""
    broken = [("".join(f"/{part}" for part in one["loc"][1:]), one["type"]) for one in fault.errors()]
    not_json = any(rule == "json_invalid" for _, rule in broken)
    return await refuse(request, Refused("bad_json" if not_json else "bad_request", broken))


# What is not named as text leaves in base64, which API Gateway would pass on as it is.
_serve = Mangum(app, lifespan="off", text_mime_types=["application/json", "application/problem+json"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One API Gateway proxy event."""
    answer: dict[str, Any] = _serve(event, context)
    LOG.info("request", request_id=event["requestContext"]["requestId"], status=answer["statusCode"])
    return answer
