"""The hub that a command works on: a local one through its hub.json, or a deployed stack through AWS."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.clients import Clients
from chalicelib.aws.secrets import StageSecrets
from ops.auditing import caller, recorder
from ops.hub import aws, running
from ops.partners import Partners, Record

__all__ = ["OperatorClients", "Place", "find_place"]

LOCAL_STACK = "hub3018"
LOCAL_TARGETS = ("127.0.0.1",)


class OperatorClients(Clients):
    """Clients with the operator's credentials, or of the local engine: ``hub`` is its hub.json."""

    def __init__(self, hub: dict[str, Any] | None) -> None:
        super().__init__()
        self._hub = hub

    def _make(self, service: str) -> Any:
        return aws(service, self._hub)


@dataclass(frozen=True)
class Place:
    """``stack`` names the secrets of the deliveries; ``targets`` are hosts that deliveries may reach by http.

    ``shards``: into how many partitions what is owed to a partner is divided.
    """

    clients: Clients
    table: str
    secret_arn: str
    stack: str
    log_group: str
    targets: Collection[str]
    user_pool: str
    local: bool
    shards: int = 1

    @property
    def hashes(self) -> StageSecrets:
        """The keyed hashes under the stage's secret, which the links of the audit trail are made with."""
        return StageSecrets(self.clients, self.secret_arn)

    def partners(self, *, dry_run: bool) -> Partners:
        """The partners' rows; every change is recorded as the caller's."""
        return Partners(self.clients("dynamodb"), self.table, self.recorder("partner"), dry_run=dry_run)

    def recorder(self, kind: str) -> Record:
        """Records what the caller does to partners, counsellors or tables: ``kind`` says which."""
        return recorder(
            self.clients, self.table, self.hashes, lambda: caller(None if self.local else self.clients("sts")), kind
        )


def find_place(stack: str | None) -> Place:
    """The local hub, or the deployed ``stack``. Raises NotRunning and what boto3 raises."""
    if stack is None:
        hub = running()
        engine = hub["engine"]
        return Place(
            OperatorClients(hub), hub["table"], engine["secret_arn"], LOCAL_STACK, engine["api_log_group"],
            LOCAL_TARGETS, engine["user_pool"], local=True,
        )  # fmt: skip
    clients = OperatorClients(None)
    found = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    given = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in found.get("Parameters", ())}
    return Place(
        clients, outputs["Table"], outputs["SecretArn"], stack, outputs["ApiLogGroup"], (), outputs["UserPool"],
        local=False, shards=int(given.get("Shards", 1)),
    )  # fmt: skip
