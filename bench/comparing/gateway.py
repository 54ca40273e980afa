"""Signed requests as the events that API Gateway's proxy integration makes of them (REST API, payload 1.0)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from ops.signer import Signed
from tests.hub import Hub

__all__ = ["claim", "close", "event", "handoff", "poll", "sent"]

CHAT = {"platform": "tiktok", "kind": "report", "session": "chat", "locale": "fr-FR", "age_band": "15_17"}
"""What is handed over unless told otherwise: a tap after a report, straight into a chat."""


def event(
    method: str, path: str, headers: Mapping[str, str], body: bytes | None, *, resource: str = "",
    parameters: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """One request; ``resource`` is the path with its parameters named, where it has any."""
    sent = {"Host": "hub.example", "User-Agent": "platform/1", "X-Forwarded-Proto": "https", **headers}
    request_id = str(uuid.uuid4())
    return {
        "resource": resource or path, "path": path, "httpMethod": method, "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None, "multiValueQueryStringParameters": None,
        "pathParameters": dict(parameters) if parameters else None, "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123", "resourcePath": resource or path, "httpMethod": method, "path": f"/api{path}",
            "protocol": "HTTP/1.1", "stage": "api", "accountId": "000000000000", "apiId": "bench",
            "requestId": request_id, "extendedRequestId": request_id, "requestTimeEpoch": 0,
            "requestTime": "01/Jan/2026:00:00:00 +0000", "domainName": "hub.example", "domainPrefix": "hub",
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "platform/1"},
        },
        "body": None if body is None else body.decode(), "isBase64Encoded": False,
    }  # fmt: skip


def handoff(hub: Hub, jti: str | None = None, **members: Any) -> dict[str, Any]:
    """A handoff signed just now: another one at each call, unless it names its jti."""
    return sent(hub.sign("tiktok", "POST", "/v1/handoffs", {**CHAT, **members}, jti))


def sent(signed: Signed) -> dict[str, Any]:
    """A signed request without parameters in its path."""
    return event(signed.method, signed.path, signed.headers, signed.body)


def poll(hub: Hub, id: str, known: int | None = None) -> dict[str, Any]:
    """A poll of the status, by who knows it already where ``known`` says its sequence."""
    signed = hub.sign("tiktok", "GET", f"/v1/handoffs/{id}")
    headers = dict(signed.headers) if known is None else {**signed.headers, "If-None-Match": f'"{known}"'}
    return event("GET", signed.path, headers, None, resource="/v1/handoffs/{id}", parameters={"id": id})


def claim(token: str) -> dict[str, Any]:
    """A counsellor takes the next session."""
    return event("POST", "/v1/desk/claims", _by(token), b"{}")


def close(token: str, session: Mapping[str, Any]) -> dict[str, Any]:
    """The counsellor closes a session that was claimed."""
    body = json.dumps({"epoch": session["epoch"], "reason": "helped"}).encode()
    resource = "/v1/desk/sessions/{id}/close"
    path = resource.format(id=session["id"])
    return event("POST", path, _by(token), body, resource=resource, parameters={"id": session["id"]})


def _by(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
