"""What the deployed stack does for security beside the code: the provider's rules, and what the gateway says itself."""

from __future__ import annotations

from typing import Any

from chalicelib.doors.headers import ALWAYS


def deployed(value: Any) -> Any:
    """What a stage that is not local gets."""
    return value["Fn::If"][2] if isinstance(value, dict) and "Fn::If" in value else value


def test_what_the_gateway_says_itself_carries_the_table_of_the_doors(packaged: dict[str, Any]) -> None:
    responses = packaged["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    assert len(responses) >= 6
    for kind, response in responses.items():
        headers = {name: value.strip("'") for name, value in response["ResponseParameters"]["Headers"].items()}
        for name, value in ALWAYS.items():
            if name != "Content-Security-Policy":
                assert headers[name] == value, (kind, name)
        assert (headers["Content-Security-Policy"], headers["X-Frame-Options"]) == ("sandbox", "DENY"), kind


def test_counsellors_sign_in_with_a_second_factor_and_a_long_password_that_is_not_known(
    packaged: dict[str, Any],
) -> None:
    resources = packaged["Resources"]
    pool = resources["Counsellors"]["Properties"]
    assert deployed(pool["MfaConfiguration"]) == "ON"
    assert deployed(pool["EnabledMfas"]) == ["SOFTWARE_TOKEN_MFA"]
    assert (deployed(pool["UserPoolTier"]), deployed(pool["UserPoolAddOns"])) == (
        "PLUS", {"AdvancedSecurityMode": "ENFORCED"},
    )  # fmt: skip
    rules = pool["Policies"]["PasswordPolicy"]
    assert rules["MinimumLength"] >= 15 and rules["TemporaryPasswordValidityDays"] <= 3
    assert not any(value for name, value in rules.items() if name.startswith("Require"))
    risks = resources["CounsellorsRisks"]
    assert risks["Condition"] == "Deployed"
    assert risks["Properties"]["CompromisedCredentialsRiskConfiguration"]["Actions"] == {"EventAction": "BLOCK"}


def test_nobody_signs_themselves_up_or_gets_in_by_having_forgotten_the_password(packaged: dict[str, Any]) -> None:
    pool = packaged["Resources"]["Counsellors"]["Properties"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["AccountRecoverySetting"] == {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}


def test_a_sign_in_is_over_after_an_hour_and_leads_only_to_our_own_addresses(packaged: dict[str, Any]) -> None:
    client = packaged["Resources"]["Console"]["Properties"]
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (60, "minutes")
    assert client["CallbackURLs"] == [{"Fn::Sub": "${BaseUrl}/console/callback"}]
    assert client["LogoutURLs"] == [{"Fn::Sub": "${BaseUrl}/console/signed-out"}]
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_the_api_may_look_up_a_counsellor_and_sign_one_out_and_no_more(packaged: dict[str, Any]) -> None:
    allowed: dict[str, set[str]] = {}
    for name, resource in packaged["Resources"].items():
        for policy in resource.get("Properties", {}).get("Policies", []) if name.endswith("Role") else []:
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                allowed.setdefault(name, set()).update(one for one in actions if one.startswith("cognito"))
    assert {name: actions for name, actions in allowed.items() if actions} == {
        "ApiHandlerRole": {"cognito-idp:AdminGetUser", "cognito-idp:AdminUserGlobalSignOut"}
    }
