"""The whole way over HTTP: handoff, page, desk and status, as their users see them."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import pytest

from chalicelib.contract import check
from tests.conftest import Running
from tests.hub import FICTION, Counsellor, Hub, Youth


@pytest.fixture
def who(hub: Hub) -> Counsellor:
    """A counsellor in front of an empty line."""
    signed_in = hub.counsellor()
    while (session := signed_in.claim()) is not None:
        signed_in.act(session, "close", reason="helped")
    return signed_in


def test_the_file_and_the_health_name_the_same_instance(hub: Hub) -> None:
    assert hub.ask("GET", "/v1/health").json == {"status": "ok", "instance": hub.facts["instance"]}
    assert set(hub.facts) >= {
        "instance", "base_url", "audience", "partners", "counsellors", "console_url", "simulator_url", "docs_url",
        "engine_url", "table", "oidc",
    }  # fmt: skip


def test_every_answer_keeps_its_schema(hub: Hub, who: Counsellor) -> None:
    answer = hub.hand_over()
    assert answer.headers["location"] == answer.json["links"]["self"]
    check("handoff-answer", answer.json)
    check("handoff-status", hub.status(answer.json["id"]).json)
    check("availability", hub.ask("GET", "/v1/availability").json)
    check("health", hub.ask("GET", "/v1/health").json)
    youth = Youth(hub, answer.json["links"]["youth"])
    check("youth-state", youth.ask("here", {}).json)
    check("desk-queue", who.ask("queue").json)
    held = who.claim()
    assert held is not None
    check("desk-session", held)
    check("desk-renewed", who.act(held, "renew").json)
    check("message-taken", who.act(held, "messages", n=1, text="Bonjour").json)
    check("desk-released", who.act(held, "release").json)
    check("problem", who.act(held, "renew").json)


def test_a_chat_all_the_way(hub: Hub, who: Counsellor) -> None:
    answer = hub.hand_over().json
    assert (answer["status"], answer["sequence"], answer["session"]) == ("waiting", 1, "chat")
    youth = Youth(hub, answer["links"]["youth"])
    assert youth.ask("here", {}).json["state"] == "waiting"
    held = who.claim("chat")
    assert held is not None and held["id"] == answer["id"]
    assert youth.ask("messages", {"n": 1, "text": "il y a quelqu'un ?"}).status == 200
    assert who.act(held, "messages", n=1, text="oui, je suis là").status == 200
    state = youth.ask()
    assert [(m["from"], m["text"]) for m in state.json["messages"]] == [
        ("youth", "il y a quelqu'un ?"), ("counsellor", "oui, je suis là"),
    ]  # fmt: skip
    headers = {"Cookie": youth.cookie, "If-None-Match": state.headers["etag"]}
    assert hub.ask("GET", f"{youth.path}/state", None, headers).status == 304
    status = hub.status(answer["id"])
    assert (status.json["status"], status.json["sequence"]) == ("connected", 2)
    unchanged = hub.status(answer["id"], **{"If-None-Match": status.headers["etag"]})
    assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", status.headers["etag"])
    assert who.act(held, "close", reason="helped").status == 200
    assert hub.status(answer["id"], **{"If-None-Match": status.headers["etag"]}).json["status"] == "closed"
    assert youth.ask().json["state"] == "closed"


def test_a_callback_with_two_attempts_of_which_the_platform_learns_nothing(hub: Hub, who: Counsellor) -> None:
    answer = hub.hand_over("instagram", session="callback", kind="call", callback={"number": FICTION}).json
    held = who.claim("callback")
    assert held is not None and held["id"] == answer["id"] and FICTION not in json.dumps(held)
    assert who.act(held, "reveal").json == {"number": FICTION, "dial": f"tel:{FICTION}"}
    during = hub.status(answer["id"], "instagram").json
    tried = who.act(held, "attempts", outcome="no_answer")
    assert tried.json["callback"]["attempts_left"] == 2 and FICTION not in tried.body.decode()
    assert hub.status(answer["id"], "instagram").json == during
    assert who.claim("callback") is None
    time.sleep(3.1)
    again = who.claim("callback")
    assert again is not None and (again["id"], again["epoch"]) == (answer["id"], 2)
    who.act(again, "reveal")
    assert who.act(again, "attempts", outcome="answered").json["state"] == "active"
    assert hub.status(answer["id"], "instagram").json == during
    assert who.act(again, "close", reason="helped").status == 200
    assert hub.status(answer["id"], "instagram").json["status"] == "closed"


def test_cancel_and_availability(hub: Hub) -> None:
    answer = hub.hand_over().json
    path = urlsplit(answer["links"]["cancel"]).path
    for _ in range(2):
        assert hub.send(hub.sign("tiktok", "POST", path)).json["status"] == "closed"
    opened = hub.hand_over().json
    Youth(hub, opened["links"]["youth"]).ask("here", {})
    refused = hub.send(hub.sign("tiktok", "POST", urlsplit(opened["links"]["cancel"]).path))
    assert (refused.status, refused.json["code"]) == (409, "with_youth")
    line = hub.ask("GET", "/v1/availability")
    assert line.headers["cache-control"] == "public, max-age=15"


def test_the_link_is_opened_twice_and_used_once(hub: Hub) -> None:
    answer = hub.hand_over().json
    head = hub.ask("HEAD", urlsplit(answer["links"]["youth"]).path)
    assert (head.status, head.body) == (303, b"")
    first, second = (Youth(hub, answer["links"]["youth"]) for _ in range(2))
    assert second.ask("here", {}).status == 200
    assert first.ask("messages", {"n": 1, "text": "x"}).json["code"] == "link_used"
    page = hub.ask("GET", first.path, None, {"Cookie": first.cookie, "Accept": "text/html"})
    assert page.status == 403 and b"tel:3018" in page.body
    late = Youth(hub, answer["links"]["youth"])
    assert late.cookie == ""


def test_a_post_from_another_site_is_refused(hub: Hub, who: Counsellor) -> None:
    youth = Youth(hub, hub.hand_over().json["links"]["youth"])
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        answer = hub.ask(
            "POST", f"{youth.path}/here", b"{}", {"Cookie": youth.cookie, "Content-Type": "application/json", **headers}
        )
        assert (answer.status, answer.json["code"]) == (403, "stale_form")
        cookie = {"Cookie": f"hub_desk={who.token}", "Content-Type": "application/json", **headers}
        answer = hub.ask("POST", "/v1/desk/claims", b"{}", cookie)
        assert (answer.status, answer.json["code"]) == (403, "cross_site")


def test_an_id_token_and_a_disabled_counsellor_are_signed_out(hub: Hub) -> None:
    idp, pool = hub.aws("cognito-idp"), hub.facts["engine"]["user_pool"]
    who = hub.new_counsellor("leaver")
    assert who.ask("queue").status == 200
    tokens = idp.initiate_auth(
        ClientId=hub.facts["oidc"]["client_id"], AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "leaver", "PASSWORD": "Trial-leaver-3018"},
    )["AuthenticationResult"]  # fmt: skip
    assert Counsellor(hub, tokens["IdToken"], "leaver").ask("queue").json["code"] == "signed_out"
    idp.admin_disable_user(UserPoolId=pool, Username="leaver")
    assert who.ask("claims", {}).json["code"] == "signed_out", "nothing new is given away from that moment"
    time.sleep(5.1)  # how long a process believes the provider's last word
    assert who.ask("queue").json["code"] == "signed_out"


def test_at_the_limit_the_counsellor_is_told(hub: Hub, who: Counsellor) -> None:
    for _ in range(21):
        hub.hand_over()
    held = [who.claim() for _ in range(20)]
    refused = who.ask("claims", {})
    assert (refused.status, refused.json["code"]) == (409, "at_limit")
    for session in held:
        assert session is not None and who.act(session, "close", reason="helped").status == 200


@pytest.mark.parametrize("epoch", [0, 2, -1, 10**18, 10**60])
def test_any_other_integer_is_a_stale_epoch_and_never_a_bad_request(hub: Hub, who: Counsellor, epoch: int) -> None:
    hub.hand_over()
    held = who.claim()
    assert held is not None
    for verb, members in (("renew", {}), ("release", {}), ("close", {"reason": "helped"}), ("reveal", {})):
        refused = who.ask(f"sessions/{held['id']}/{verb}", {"epoch": epoch, **members})
        assert (refused.status, refused.json["code"]) == (409, "taken_over")
    assert who.act(held, "close", reason="helped").status == 200


def test_the_provider_refuses_a_wrong_pkce_verifier(hub: Hub) -> None:
    from urllib.parse import parse_qs, urlencode

    login = hub.ask("GET", "/console/login")
    query = {k: v[0] for k, v in parse_qs(urlsplit(login.headers["location"]).query).items()}
    assert query["code_challenge_method"] == "S256"
    known = hub.facts["counsellors"][0]
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    def new_code() -> str:
        signed = urlencode({**query, "username": known["username"], "password": known["password"]})
        answer = hub.ask("POST", "/login", signed.encode(), form)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    def exchange(code: str, verifier: str) -> int:
        sent = urlencode({
            "grant_type": "authorization_code", "client_id": query["client_id"], "code": code,
            "redirect_uri": query["redirect_uri"], "code_verifier": verifier,
        })  # fmt: skip
        return hub.ask("POST", "/oauth2/token", sent.encode(), form).status

    verifier = login.headers["set-cookie"].split(";")[0].split(".")[1]
    assert exchange(new_code(), "w" * 43) == 400
    assert exchange(new_code(), verifier) == 200


def test_the_sweep_runs_each_minute_without_anybodys_help(running: Running, hub: Hub) -> None:
    group = hub.facts["engine"]["sweep_log_group"]
    for _ in range(90):
        events = hub.aws("logs").filter_log_events(logGroupName=group, filterPattern="swept")["events"]
        if events:
            return
        time.sleep(1)
    raise AssertionError("no sweep in 90 s")
