"""The desk itself in the operator's hands: the very settings of the deployed API, with the operator's credentials."""

from __future__ import annotations

from chalicelib.desk.base import Desk
from chalicelib.settings import read
from chalicelib.wiring import assemble
from ops.auditing import caller
from ops.hub import running
from ops.place import OperatorClients

__all__ = ["operators_desk"]


def operators_desk(stack: str | None) -> tuple[Desk, str, bool]:
    """The desk of the local hub, or of the deployed ``stack``; who works at it; whether it is local.

    Raises NotRunning and what boto3 raises.
    """
    if stack is None:
        hub = running()
        clients, function = OperatorClients(hub), str(hub["engine"]["api_function"])
    else:
        clients = OperatorClients(None)
        found = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        function = next(output["OutputValue"] for output in found if output["OutputKey"] == "ApiFunction")
    configured = clients("lambda").get_function_configuration(FunctionName=function)
    settings = read(configured["Environment"]["Variables"])
    who = caller(None if stack is None else clients("sts"))
    return assemble(settings, clients=clients), who, settings.local
