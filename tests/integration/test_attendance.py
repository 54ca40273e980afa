"""Who may work at the desk: out everywhere after signing out, out at once when disabled, and never somebody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from chalice.test import Client

from app import app
from chalicelib.doors.cookies import DESK, SIGNIN, cookie_name
from ops import counsellors as tool
from ops.place import find_place
from tests.integration.conftest import House
from tests.integration.desk_door import Pool, Premises, build, set_cookies
from tests.integration.test_counsellors import CALL
from tests.integration.test_outages import Down
from tests.integration.test_partners import hand_over
from tests.registry import STACK, Registry

OUT = (401, "signed_out")


@pytest.fixture
def premises(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Premises]:
    with Client(app) as client:
        yield build(house, client.http, monkeypatch)


def given(premises: Premises) -> tuple[str, dict[str, Any]]:
    """A counsellor's token, and the callback it holds."""
    token = premises.token()
    hand_over(premises.house, CALL)
    answer = premises.ask("POST", "/v1/desk/claims", {}, Authorization=f"Bearer {token}")
    assert answer.status_code == 200
    return token, json.loads(answer.body)


# signing out


def test_signing_out_ends_every_copy_of_the_cookie_and_every_other_sign_in(premises: Premises) -> None:
    first = premises.token()
    premises.house.clock.pass_seconds(60)
    second = premises.token()
    for token in (first, second):
        assert premises.at_desk(token, "GET", "queue")[0] == 200
    premises.house.clock.pass_seconds(60)
    gone = premises.logout(second)
    assert gone.status_code == 303
    assert str(gone.headers["Set-Cookie"]).startswith(f"{DESK.name}=; Path=/; Max-Age=0; HttpOnly")
    for token in (first, second):
        assert premises.at_desk(token, "GET", "queue") == OUT
        answer = premises.ask("GET", "/v1/desk/queue", Authorization=f"Bearer {token}")
        assert answer.status_code == 401


def test_another_process_knows_of_it_within_two_seconds_and_gives_nothing_away_before(premises: Premises) -> None:
    token, held = given(premises)
    elsewhere = premises.house
    premises.at_desk(token, "GET", "queue")
    premises.serve()  # here, the counsellor signs out; there, nobody has asked since
    premises.house.clock.pass_seconds(1)
    premises.logout(token)
    premises.serve(elsewhere)
    epoch = {"epoch": held["epoch"]}
    here = f"sessions/{held['id']}"
    for path, body in (("claims", {}), (f"{here}/take", {}), (f"{here}/undo", epoch), (f"{here}/reveal", epoch)):
        assert premises.at_desk(token, "POST", path, body) == OUT, path
    premises.house.clock.pass_seconds(2)
    assert premises.at_desk(token, "GET", here) == OUT


def test_after_signing_out_the_next_sign_in_works(premises: Premises) -> None:
    premises.logout(premises.token())
    premises.house.clock.pass_seconds(1)
    again = premises.come_back(premises.token())
    assert (again.status_code, str(again.headers["Location"])) == (303, "/console")
    assert premises.at_desk(premises.token(), "GET", "queue")[0] == 200


def test_a_refresh_token_that_lived_on_makes_tokens_nobody_takes(premises: Premises) -> None:
    """The provider may have been silent when it was told: its new token is as old as the password behind it."""
    before = premises.house.clock.now // 1000
    premises.logout(premises.token())
    premises.house.clock.pass_seconds(600)
    assert premises.at_desk(premises.token(auth_time=before), "GET", "queue") == OUT


def test_signing_out_is_told_to_the_provider_whose_own_cookie_goes_too(premises: Premises) -> None:
    there = urlsplit(str(premises.logout(premises.token()).headers["Location"]))
    assert premises.pool.signed_out == ["counsellor-1"]
    assert f"{there.scheme}://{there.netloc}{there.path}" == premises.house.settings.oidc_logout_url
    assert parse_qs(there.query) == {"client_id": ["client"], "logout_uri": ["http://hub.test/console/signed-out"]}


def test_a_provider_that_is_silent_keeps_nobody_in(premises: Premises) -> None:
    token = premises.token()
    premises.house.desk.provider.enabled("counsellor-1")

    premises.pool.fault = "InternalErrorException"
    assert premises.logout(token).status_code == 303
    assert premises.at_desk(token, "GET", "queue") == OUT


def test_a_sign_out_that_could_not_be_kept_is_told_and_this_browser_is_out_all_the_same(premises: Premises) -> None:
    token = premises.token()
    premises.at_desk(token, "GET", "queue")

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "x")

    store: Any = premises.house.desk.presence
    premises.monkeypatch.setattr(store._clients("dynamodb"), "update_item", fail)
    answer = premises.logout(token)
    assert answer.status_code == 503 and "peut-être pas ailleurs" in answer.body.decode()
    assert str(answer.headers["Set-Cookie"]).startswith(f"{DESK.name}=; Path=/; Max-Age=0")


def test_a_sign_out_that_cannot_be_recorded_is_not_done_by_halves(premises: Premises) -> None:
    token = premises.token()
    premises.at_desk(token, "GET", "queue")

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "x")

    store: Any = premises.house.desk.audit
    with premises.monkeypatch.context() as patch:
        patch.setattr(store._clients("dynamodb"), "put_item", fail)
        assert premises.logout(token).status_code == 503
    assert premises.pool.signed_out == []
    assert premises.at_desk(token, "GET", "queue")[0] == 200, "where the cookie still is, it is believed"
    assert premises.logout(token).status_code == 303
    assert premises.at_desk(token, "GET", "queue") == OUT


def test_who_comes_back_with_a_sign_in_that_has_ended_is_led_to_a_new_one_and_not_round_and_round(
    premises: Premises,
) -> None:
    before = premises.house.clock.now // 1000
    premises.logout(premises.token())
    premises.house.clock.pass_seconds(60)
    again = premises.come_back(premises.token(auth_time=before))
    assert again.status_code == 403
    assert f'href="{premises.house.settings.oidc_logout_url}?client_id=client&amp;logout_uri=' in again.body.decode()


def test_who_signed_out_is_not_at_the_console_any_more(premises: Premises) -> None:
    token = premises.token()
    premises.at_desk(token, "GET", "queue")
    assert [one.seen > 0 for one in premises.house.desk.presence.everybody()] == [True]
    premises.logout(token)
    assert [one.seen for one in premises.house.desk.presence.everybody()] == [0]
    premises.house.clock.pass_seconds(1)
    back = premises.token()
    premises.at_desk(back, "GET", "queue")
    assert [one.seen for one in premises.house.desk.presence.everybody()] == [premises.house.clock.now]


def test_an_old_cookie_can_sign_nobody_out(premises: Premises) -> None:
    old = premises.token()
    premises.logout(old)
    premises.house.clock.pass_seconds(5)
    new = premises.token()
    premises.logout(old)
    assert premises.at_desk(new, "GET", "queue")[0] == 200


# disabled at once


def test_a_disabled_counsellor_takes_and_reveals_nothing_from_that_moment_and_is_out_within_five_seconds(
    premises: Premises,
) -> None:
    token, held = given(premises)
    assert premises.at_desk(token, "GET", "queue")[0] == 200
    premises.pool.enabled["counsellor-1"] = False
    epoch = {"epoch": held["epoch"]}
    here = f"sessions/{held['id']}"
    for path, body in (("claims", {}), (f"{here}/take", {}), (f"{here}/undo", epoch), (f"{here}/reveal", epoch)):
        assert premises.at_desk(token, "POST", path, body) == OUT, path
    premises.house.clock.pass_seconds(5)
    assert premises.at_desk(token, "POST", f"{here}/renew", epoch) == OUT


def test_an_operator_whose_disabling_stopped_half_way_is_told_so_and_types_it_again(
    registry: Registry, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account was disabled, and the operator read that nothing was done."""
    place, pool, username = find_place(STACK), Pool(), "counsellor-1"
    place.clients._made["cognito-idp"] = pool
    monkeypatch.setattr(tool, "find_place", lambda _: place)
    with monkeypatch.context() as broken:
        broken.setattr(tool, "TablePresence", lambda *_: Down(None, "sign_out"))
        assert tool.main(["disable", username]) == 1
    said = capsys.readouterr().err
    assert (pool.enabled[username], pool.signed_out) == (False, [])
    assert "in part" in said and "type it again" in said and "not done" not in said
    assert (tool.main(["disable", username]), pool.signed_out) == (0, [username])
    assert [what for _, what, _ in registry.audit()] == ["counsellor.disable"] * 2


def test_an_account_that_is_gone_is_a_disabled_one(premises: Premises) -> None:
    token = premises.token()
    del premises.pool.enabled["counsellor-1"]
    assert premises.at_desk(token, "GET", "queue") == OUT


def test_a_provider_that_does_not_answer_keeps_nobody_from_a_child_who_waits(premises: Premises) -> None:
    token = premises.token()
    hand_over(premises.house, CALL)
    premises.at_desk(token, "GET", "queue")

    premises.pool.fault = "TooManyRequestsException"
    assert premises.at_desk(token, "POST", "claims", {})[0] == 200


# fixation


def test_every_sign_in_sets_a_cookie_of_its_own_whatever_the_browser_had(premises: Premises) -> None:
    planted, own = premises.token("supervisor-1"), premises.token()
    answer = premises.come_back(own, cookies={DESK.name: planted})
    kept = [one for one in set_cookies(answer) if one.startswith(f"{DESK.name}=")]
    assert [one.split(";")[0] for one in kept] == [f"{DESK.name}={own}"]


def test_a_sign_in_begun_in_another_browser_is_not_finished_in_this_one(premises: Premises) -> None:
    answer = premises.come_back(premises.token(), state="0" * 32)
    assert answer.status_code == 403
    assert [one.split("=")[0] for one in set_cookies(answer)] == [SIGNIN.name], "and what was begun here is over"
    assert premises.ask("GET", "/console/callback?code=c&state=").status_code == 403


def test_over_https_no_other_host_can_plant_the_consoles_cookies(premises: Premises) -> None:
    premises.serve(base_url="https://hub.test", stage="live", oidc_logout_url="https://idp.test/logout")
    token = premises.token()
    assert premises.ask("GET", "/v1/desk/queue", cookies={DESK.name: token}).status_code == 401
    assert cookie_name(DESK, premises.house.settings) == "__Host-hub_desk"
    assert premises.at_desk(token, "GET", "queue")[0] == 200
    begun = {SIGNIN.name: "s.v"}
    assert premises.ask("GET", "/console/callback?code=c&state=s", cookies=begun).status_code == 403


def test_who_signs_in_and_out_is_in_the_audit_trail(premises: Premises) -> None:
    premises.come_back(premises.token())
    premises.house.clock.pass_seconds(1)
    premises.logout(premises.token())
    trail = [item for item in premises.house.items() if item["pk"]["S"].startswith("audit#")]
    told = [
        (item["who"]["S"], item["what"]["S"], item["session"]["S"])
        for item in sorted(trail, key=lambda i: i["sk"]["S"])
    ]
    assert told == [("counsellor-1", "sign-in", "console"), ("counsellor-1", "sign-out", "console")]
