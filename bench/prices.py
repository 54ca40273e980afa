"""AWS's list prices, USD per million, on demand in us-east-1 after the DynamoDB price cut of November 2024."""

from __future__ import annotations

__all__ = ["FUNCTION", "GATEWAY", "KMS", "READ", "SOURCE", "WRITE", "cost"]

READ, WRITE, GATEWAY, FUNCTION, KMS = 0.125, 0.625, 3.50, 0.20, 3.00
SOURCE = (
    f"on-demand use (us-east-1, November 2024, to be checked: {READ} USD a million RCU, {WRITE} WCU, {GATEWAY:.2f} REST"
    f" requests, {FUNCTION:.2f} Lambda requests; Lambda's running time left out)"
)


def cost(requests: float, reads: float, writes: float) -> tuple[float, float]:
    """USD for DynamoDB, and for API Gateway (REST) and Lambda's requests."""
    return (reads * READ + writes * WRITE) / 1e6, requests * (GATEWAY + FUNCTION) / 1e6
