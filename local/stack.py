"""The hub's stack on the engine: the packaged template, created or updated through CloudFormation."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.package import Package

__all__ = ["NAME", "StackFailed", "deploy"]

NAME = "hub3018"
BUCKET = "hub3018-packages"
DEPLOY_WITHIN = 120.0


class StackFailed(Exception):
    """CloudFormation refused or rolled back; the text carries its reasons."""


def deploy(
    client: Callable[[str], Any], package: Package, parameters: Mapping[str, str], extra: Mapping[str, str]
) -> dict[str, str]:
    """Create or update the stack; its outputs by name. Raises StackFailed.

    ``extra`` goes into the functions' environment: what only the local stage may have, so no template knows it.
    """
    template = json.loads(package.template.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["Environment"]["Variables"].update(extra)
    address = _upload(client("s3"), package, template)
    formation = client("cloudformation")
    outputs = _apply(formation, address, parameters)
    _answer_for_gateway(client("apigateway"), outputs["RestAPIId"], template, parameters)
    _expire(client("dynamodb"), outputs)
    return outputs


def _upload(s3: Any, package: Package, template: dict[str, Any]) -> str:
    """The zip and the template; the template's address, because a body of its size is refused (51,200 bytes)."""
    key = f"{package.digest}.zip"
    try:
        s3.head_object(Bucket=BUCKET, Key=key)
    except ClientError:
        buckets = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
        if BUCKET not in buckets:
            place = {"LocationConstraint": s3.meta.region_name}
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        s3.upload_file(str(package.archive), BUCKET, key)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{BUCKET}/{key}"
    body = json.dumps(template).encode()
    named = f"{hashlib.sha256(body).hexdigest()}.json"
    s3.put_object(Bucket=BUCKET, Key=named, Body=body)
    return f"{s3.meta.endpoint_url}/{BUCKET}/{named}"


def _apply(formation: Any, address: str, parameters: Mapping[str, str]) -> dict[str, str]:
    request = {
        "StackName": NAME,
        "TemplateURL": address,
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    status = _status(formation)
    if status in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"):
        formation.delete_stack(StackName=NAME)
        _settle(formation)
        status = None
    try:
        if status in (None, "DELETE_COMPLETE"):
            formation.create_stack(**request)
        else:
            formation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise StackFailed(str(error)) from error
    stack = _settle(formation)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise StackFailed(f"{stack['StackStatus']}: {'; '.join(_reasons(formation))}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _status(formation: Any) -> str | None:
    try:
        found: str = formation.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"]
    except ClientError:
        return None
    return found


def _settle(formation: Any) -> dict[str, Any]:
    deadline = time.monotonic() + DEPLOY_WITHIN
    while True:
        try:
            stack: dict[str, Any] = formation.describe_stacks(StackName=NAME)["Stacks"][0]
        except ClientError:
            return {"StackStatus": "DELETE_COMPLETE"}
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        if time.monotonic() > deadline:
            raise StackFailed(f"still {stack['StackStatus']} after {DEPLOY_WITHIN:.0f} s")
        time.sleep(0.05)


def _reasons(formation: Any) -> list[str]:
    events = formation.describe_stack_events(StackName=NAME)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed[:5]]


def _answer_for_gateway(gateway: Any, api: str, template: dict[str, Any], parameters: Mapping[str, str]) -> None:
    """Give the engine's API Gateway the template's own error bodies.

    The template hands them over inside the OpenAPI document, where API Gateway takes them from and the engine does not.
    """
    wanted = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    for kind, response in wanted.items():
        headers = response["ResponseParameters"]["Headers"]
        bodies = {
            media: body["Fn::Sub"].replace("${BaseUrl}", parameters["BaseUrl"])
            for media, body in response["ResponseTemplates"].items()
        }
        status = {"statusCode": str(response["StatusCode"])} if "StatusCode" in response else {}
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
            responseTemplates=bodies,
            **status,
        )
    stage = template["Resources"]["RestAPI"]["Properties"]["StageName"]
    gateway.create_deployment(restApiId=api, stageName=stage)


def _expire(dynamodb: Any, outputs: Mapping[str, str]) -> None:
    """Turn on the expiry that the template asks for; the engine's CloudFormation leaves it out."""
    for table in (outputs["Table"], outputs["KeysTable"]):
        found = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if found["TimeToLiveStatus"] == "DISABLED":
            wanted = {"AttributeName": "expires_at", "Enabled": True}
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)
