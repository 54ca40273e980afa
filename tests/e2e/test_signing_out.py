"""Out everywhere, over HTTP against the deployed stack: by the console's button, and by the operator's command."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from botocore.exceptions import ClientError

from tests.conftest import Running
from tests.hub import Answer, Counsellor, Hub

ROOT = Path(__file__).parents[2]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def operate(running: Running, *arguments: str) -> str:
    """The operator's command on this hub; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.counsellors", *arguments], cwd=ROOT,
        env={**os.environ, "HUB_LOCAL": str(running.folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def cookie_of(hub: Hub, who: Counsellor) -> str:
    """The console's cookie after a sign-in through the provider's page."""
    login = hub.ask("GET", "/console/login")
    query = dict(parse_qsl(urlsplit(login.headers["location"]).query))
    known = {**query, "username": who.username, "password": f"Trial-{who.username}-3018"}
    signed = hub.ask("POST", "/login", urlencode(known).encode(), FORM)
    back = urlsplit(signed.headers["location"])
    # Two cookies come back, and one header keeps one of them.
    connection = HTTPConnection(urlsplit(hub.base).netloc, timeout=60)
    mine = {"Cookie": login.headers["set-cookie"].split(";")[0]}
    connection.request("GET", f"{back.path}?{back.query}", None, mine)
    kept = connection.getresponse().headers.get_all("Set-Cookie") or []
    connection.close()
    (cookie,) = (one.split(";")[0] for one in kept if one.startswith("hub_desk="))
    return cookie


def press(hub: Hub, cookie: str) -> Answer:
    """The button."""
    return hub.ask("POST", "/console/logout", b"", {"Cookie": cookie, "Origin": hub.base})


def test_the_button_ends_the_cookie_its_copies_and_what_the_provider_gave(
    hub: Hub,
) -> None:
    who = hub.new_counsellor("parting")
    tokens = hub.aws("cognito-idp").initiate_auth(
        ClientId=hub.facts["oidc"]["client_id"], AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "parting", "PASSWORD": "Trial-parting-3018"},
    )["AuthenticationResult"]  # fmt: skip
    cookie = cookie_of(hub, who)
    desk = {"Cookie": cookie}
    assert hub.ask("GET", "/v1/desk/queue", None, desk).status == 200
    time.sleep(1.1)  # the provider's clock has whole seconds: of this one, nothing is believed after a sign-out
    gone = press(hub, cookie)
    there = urlsplit(gone.headers["location"])
    assert (gone.status, there.path) == (303, "/logout")
    back = hub.ask("GET", f"{there.path}?{there.query}")
    assert (back.status, back.headers["location"]) == (302, parse_qs(there.query)["logout_uri"][0])
    assert hub.ask("POST", "/v1/desk/claims", b"", {**desk, "Origin": hub.base}).json["code"] == "signed_out"
    time.sleep(2.1)  # how long another process believes what it read
    assert hub.ask("GET", "/v1/desk/queue", None, desk).json["code"] == "signed_out"
    assert Counsellor(hub, tokens["AccessToken"], "parting").ask("queue").json["code"] == "signed_out"
    try:
        again = hub.aws("cognito-idp").initiate_auth(
            ClientId=hub.facts["oidc"]["client_id"], AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )  # fmt: skip
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NotAuthorizedException"
    else:
        raise AssertionError(again.keys())
    assert hub.counsellor("parting", "Trial-parting-3018").ask("queue").status == 200


def test_an_operator_disables_somebody_who_is_at_work(running: Running, hub: Hub) -> None:
    who = hub.new_counsellor("dismissed")
    hub.hand_over()
    held = who.claim()
    assert held is not None
    time.sleep(1.1)
    assert "disabled" in operate(running, "disable", "dismissed")
    for path, members in (("claims", {}), (f"sessions/{held['id']}/reveal", {"epoch": held["epoch"]})):
        assert who.ask(path, members).json["code"] == "signed_out"
    time.sleep(2.1)
    assert who.act(held, "renew").json["code"] == "signed_out"
    try:
        hub.counsellor("dismissed", "Trial-dismissed-3018")
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("NotAuthorizedException", "UserNotConfirmedException")
    else:
        raise AssertionError("a disabled counsellor signed in")
    operate(running, "enable", "dismissed")
    back = hub.counsellor("dismissed", "Trial-dismissed-3018")
    late = time.monotonic() + 10  # how long another process believes what it read of the provider, and some
    while (answer := back.act(held, "close", reason="helped")).status == 401 and time.monotonic() < late:
        time.sleep(0.5)
    assert answer.status == 200
    audit = [item for item in hub.rows() if item["pk"]["S"].startswith("audit#")]
    told = {item["what"]["S"] for item in audit if item.get("session") == {"S": "counsellor#dismissed"}}
    assert told == {"counsellor.disable", "counsellor.enable"}


def test_nobody_signs_a_counsellor_out_from_another_site(hub: Hub) -> None:
    who = hub.new_counsellor("staying")
    for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        refused = hub.ask("POST", "/console/logout", b"", {"Cookie": f"hub_desk={who.token}", **headers})
        assert (refused.status, refused.json["code"]) == (403, "cross_site")
    assert who.ask("queue").status == 200
