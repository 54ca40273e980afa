"""The documentation: complete, true to the code, and every link leads somewhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from markupsafe import Markup

from app import app
from chalicelib import pages
from chalicelib.contract.shapes import faults
from chalicelib.doors.door import tell
from chalicelib.identity import REASONS, BadToken, content_digest, partner_caller, read_key
from chalicelib.model.delivery import JITTER, SCHEDULE
from chalicelib.model.partner import Partner
from chalicelib.model.rehearsal import SCRIPTS
from chalicelib.model.session import Status
from chalicelib.pages.docs.book import CHAPTERS
from chalicelib.pages.docs.changes import CHANGES
from chalicelib.pages.docs.listings import KINDS, sample, samples
from chalicelib.pages.docs.paint import LANGUAGES, paint
from chalicelib.pages.docs.reference import SHOWN
from chalicelib.pages.docs.refusals import AUDIENCES, REFUSALS, REQUEST_ID, example
from chalicelib.pages.docs.render import docs_page
from chalicelib.pages.docs.statuses import STATUSES
from chalicelib.pages.docs.tokens import NOT_PARTNERS, UNTOLD, USUAL
from chalicelib.problems import CODES, Place, Problem
from conformance.cli import _parser as kit_parser
from conformance.receiver.standard import secret_key
from ops.partner import _parser as operator_parser
from tests.corpus.recipe import Recipe, b64, sign_text
from tests.corpus.tokens import bad_tokens
from tests.unit.documentation import BASE, MATERIAL, PAGES
from tests.unit.reader import Reader

ROOT = Path(__file__).parents[2]
UNFINISHED = re.compile(r"\b(todo|tbd|fixme|xxx|lorem|coming soon|to be (done|written|defined|continued))\b|\?\?", re.I)
AT, DAY = 1_790_000_000, 86_400_000
WIDEST = 96
"""Characters of a sample's line that a desk's screen shows without scrolling."""


def readers() -> dict[str, Reader]:
    return {slug: Reader(page) for slug, page in PAGES.items()}


READERS = readers()


def ids(slug: str) -> set[str | None]:
    return {attributes.get("id") for _, attributes in READERS[slug].elements}


def served(path: str) -> bool:
    """Whether a route of the app takes this path; a sample and a page must exist, too."""
    if path.startswith("/docs/samples/"):
        return path.removeprefix("/docs/samples/") in samples()
    if path in {chapter.path for chapter in CHAPTERS.values()}:
        return True
    if path.startswith("/static/"):
        return pages.static(path.removeprefix("/static/").split("?")[0]) is not None
    return any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path) for route in app.routes if "/docs/{" not in route)


@pytest.mark.parametrize("slug", PAGES)
def test_every_link_and_anchor_leads_somewhere(slug: str) -> None:
    links = [attributes.get("href") or "" for tag, attributes in READERS[slug].elements if tag in ("a", "link")]
    assert len(links) > len(CHAPTERS)
    for link in links:
        path, _, anchor = link.partition("#")
        if link.startswith(("tel:", "sms:", "https://e-enfance.org")):
            continue
        assert path == "" or path.startswith("/"), link
        assert path == "" or served(path), link
        if anchor:
            target = slug if path == "" else path.removeprefix("/docs").removeprefix("/")
            assert anchor in ids(target), link


@pytest.mark.parametrize("slug", PAGES)
def test_headings_stand_in_order_below_one_title(slug: str) -> None:
    levels = [int(tag[1]) for tag, _ in READERS[slug].elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert READERS[slug].headings == [CHAPTERS[slug].title]


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_is_finished_and_speaks_of_this_hub(slug: str) -> None:
    assert "hub.example" not in PAGES[slug]
    words = _bare(re.sub(r"<(pre|code).*?</\1>", "", PAGES[slug], flags=re.DOTALL))
    assert not UNFINISHED.search(words)
    assert not re.search(r"[{}`]|%\}|>None<", words)


def test_there_is_no_other_page() -> None:
    for slug in ("docs", "macros", "quickstart", "../render", "Token", "nothing"):
        assert docs_page(slug, MATERIAL) is None


def test_the_list_marks_where_one_is_and_leads_everywhere() -> None:
    for slug, reader in READERS.items():
        current = reader.having("aria-current", "page")
        assert [found["href"] for found in current] == [CHAPTERS[slug].path]
        listed = [attributes.get("href") for tag, attributes in reader.elements if tag == "a"]
        assert {chapter.path for chapter in CHAPTERS.values()} <= set(listed)


# problems


def test_every_problem_is_explained_where_its_type_leads() -> None:
    assert set(REFUSALS) == set(CODES)
    reader = READERS["problems"]
    for code, fact in CODES.items():
        assert len(reader.having("id", code)) == 1
        assert fact.title in reader.shown
        assert REFUSALS[code].who in AUDIENCES


def test_partners_come_first() -> None:
    order = [REFUSALS[found["id"] or ""].who for _, found in READERS["problems"].elements if found.get("id") in CODES]
    assert order == sorted(order, key=list(AUDIENCES).index)


@pytest.mark.parametrize("code", REFUSALS)
def test_an_example_is_what_the_hub_would_send(code: str) -> None:
    refusal = REFUSALS[code]
    problem = Problem(code, errors=[Place(*place) for place in refusal.places], retry_after=refusal.retry_after)
    answer = tell(problem, REQUEST_ID, BASE)
    assert json.loads(answer.body) == example(code, BASE)
    assert answer.headers.get("Retry-After") == (str(refusal.retry_after) if refusal.retry_after else None)
    assert not list(faults("problem", example(code, BASE)))


def test_what_may_be_sent_again_is_what_passes() -> None:
    again = {code for code, refusal in REFUSALS.items() if refusal.again}
    assert again == {code for code in REFUSALS if CODES[code].status == 429 or CODES[code].status >= 500}


# tokens


def test_every_reason_that_a_partner_can_meet_is_told() -> None:
    reader = READERS["token"]
    for reason, told in REASONS.items():
        assert bool(reader.having("id", reason)) == (reason not in NOT_PARTNERS)
        assert (told in reader.shown) == (reason not in NOT_PARTNERS)
    assert set(USUAL) <= set(REASONS) - set(NOT_PARTNERS)
    assert set(UNTOLD) <= set(REASONS) - set(NOT_PARTNERS)


KEY, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


def known(id: str) -> Partner | None:
    """A registry of one partner, of the sandbox."""
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return Partner("my-app", frozenset({"my_app"}), {"key-1": read_key(pem)}, sandbox=True) if id == "my-app" else None


def test_the_reasons_that_the_sandbox_cannot_tell_are_marked() -> None:
    recipe = Recipe(KEY, "key-1", "my-app", STRANGER, "k2", "other", BASE, AT)
    told: dict[str, set[bool]] = {}
    for tap in bad_tokens(recipe):
        with pytest.raises(BadToken) as refused:
            partner_caller(
                tap.authorization, method=tap.method, path=tap.path, body=tap.body, now=AT * 1000, find=known,
                scope="handoff:create" if tap.method == "POST" else "handoff:read", audience=BASE,
            )  # fmt: skip
        answer = json.loads(tell(refused.value, REQUEST_ID, BASE).body)
        words = [place["code"] for place in answer["errors"]]
        assert words in ([], [refused.value.reason]), tap.name
        told.setdefault(refused.value.reason, set()).add(bool(words))
    assert {reason for reason, ways in told.items() if False in ways} == UNTOLD
    assert all(len(ways) == 1 for ways in told.values())
    for reason in set(REASONS) - set(NOT_PARTNERS):
        row = re.search(rf'<tr id="{reason}">.*?</th>', PAGES["token"], re.DOTALL)
        assert row is not None and ("not told" in row[0]) == (reason in UNTOLD), reason


def shown(slug: str, name: str) -> str:
    """The code of that name on a page."""
    found = re.search(rf"<figcaption>{name}</figcaption>.*?<code>(.*?)</code>", PAGES[slug], re.DOTALL)
    assert found is not None, name
    return _bare(found[1])


def test_the_hub_takes_the_token_to_check_ones_code_with() -> None:
    body, signed = shown("token", "body").encode(), shown("token", "what is signed")
    claims = json.loads(shown("token", "claims"))
    assert content_digest(body) == shown("token", "content_digest") == claims["content_digest"]
    assert signed == f"{b64(shown('token', 'header').encode())}.{b64(shown('token', 'claims').encode())}"
    assert hashlib.sha256(signed.encode()).hexdigest() == shown("token", "its SHA-256, hexadecimal")
    caller = partner_caller(
        f"Bearer {sign_text(signed, KEY)}", method="POST", path="/v1/handoffs", body=body, scope="handoff:create",
        audience=claims["aud"], now=claims["iat"] * 1000, find=known,
    )  # fmt: skip
    assert caller.jti == claims["jti"]


# statuses, the sandbox, webhooks


def test_every_status_has_a_meaning_and_words_in_both_languages() -> None:
    assert list(STATUSES) == list(Status)
    for status, meaning in STATUSES.items():
        assert READERS["status"].having("id", status)
        assert set(meaning.words) == {"fr", "en"}
        for words in meaning.words.values():
            assert words.endswith(".") and words in READERS["status"].shown
    assert [status for status, meaning in STATUSES.items() if meaning.last] == ["closed"]


def test_every_script_of_the_sandbox_is_told() -> None:
    for name, script in SCRIPTS.items():
        assert READERS["sandbox"].having("id", name)
        assert f"sandbox:{name}" in READERS["sandbox"].shown
        assert script.told[1:] in READERS["sandbox"].shown


def test_the_attempts_are_those_of_the_schedule() -> None:
    rows = re.findall(r"<tr><td>(\d+)</td><td>([^<]+)</td><td>([^<]+)</td></tr>", PAGES["webhooks"])
    assert len(rows) == len(SCHEDULE)
    assert rows[0] == ("1", "at once", "at once")
    assert rows[3] == ("4", "30 min", "35 min 5 s")
    assert rows[-1] == ("10", "1 d", "3 d 3 h")
    assert 3 * DAY < sum(SCHEDULE) < sum(SCHEDULE) * (1 + JITTER) < 4 * DAY
    assert "Ten attempts in a little over three days" in READERS["webhooks"].shown
    assert "a fifth at most" in READERS["webhooks"].shown and JITTER == 1 / 5
    kit = (ROOT / "conformance" / "receiver" / "deliveries.py").read_text("utf-8")
    assert "ten attempts in a little over three days" in kit


def test_the_delivery_to_check_ones_code_with_is_signed_right() -> None:
    told = dict(
        re.findall(r"<tr><th.*?>(?:<code>)?([\w -]+).*?</th><td><code>(.*?)</code></td></tr>", PAGES["webhooks"])
    )
    body = Markup(told["Body"]).unescape()
    signed = f"{told['webhook-id']}.{told['webhook-timestamp']}.{body}".encode()
    key = base64.b64decode(told["Secret"].removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert told["webhook-signature"] == f"v1,{signature}"
    assert json.loads(body)["type"] == "handoff.status"
    assert not list(faults("delivery", json.loads(body)))
    example = shown("webhooks", "HTTP")
    assert example.endswith(f"\n\n{body}") and f"webhook-signature: {told['webhook-signature']}\n" in example


# what is typed


def typed(start: str) -> list[tuple[str, list[str]]]:
    """Every command on the pages that starts so, taken apart as a shell does."""
    found = []
    for slug, page in PAGES.items():
        for code in re.findall(r"<code>(.*?)</code>", page, re.DOTALL):
            lines = _bare(code).replace("\\\n", " ").split("\n")
            found += [(slug, shlex.split(line)) for line in lines if line.startswith(start)]
    return found


def test_the_kit_understands_every_command_that_is_shown() -> None:
    commands = [words for _, words in typed("python conformance.py ") if ">" not in words[-1]]
    assert len(commands) == 2
    secret = re.search(r"export WEBHOOK_SECRET=(\S+)", _bare(PAGES["conformance"]))
    assert secret is not None
    for words in commands:
        asked = kit_parser().parse_args([word.replace("$WEBHOOK_SECRET", secret[1]) for word in words[2:]])
        assert (asked.base_url, asked.partner, asked.platform) == (BASE, "my-app", "my_app")
        assert asked.kid and asked.key
        assert bool(asked.receiver) == bool(asked.secret)
        assert not asked.secret or len(secret_key(asked.secret)) == 32
    for _, words in typed("python conformance.py --show"):
        assert kit_parser().parse_args(words[2:4]).show in ("integration", "receiver")


def test_the_operators_command_understands_every_line_that_is_shown() -> None:
    for slug in ("", "token", "webhooks"):
        lines = [words for found, words in typed("make partner ") if found == slug]
        assert lines
        for make, partner, arguments, *file in lines:
            asked = operator_parser().parse_args(shlex.split(arguments.removeprefix("ARGS=")))
            assert (make, partner, asked.id) == ("make", "partner", "my-app")
            assert file in ([], [">", "/path/to/webhook-secret"])


# code


@pytest.mark.parametrize("name", samples())
def test_a_sample_is_shown_as_it_is_downloaded(name: str) -> None:
    text = sample(name, BASE)
    assert text is not None
    assert Path(name).suffix in KINDS
    assert max(len(line) for line in text.replace(BASE, "").split("\n")) <= WIDEST
    shown = [_bare(found) for page in PAGES.values() for found in re.findall(r"<code>(.*?)</code>", page, re.DOTALL)]
    assert text.strip("\n") in shown


def _bare(markup: str) -> str:
    return Markup(re.sub("<[^>]+>", "", markup)).unescape()


def test_no_other_file_is_a_sample() -> None:
    for name in ("", "..", "../render.py", "ruff.toml", "sign.rb", "SIGN.PY"):
        assert sample(name, BASE) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_colours_change_no_letter(language: str) -> None:
    hostile = 'a < b && "c\\"d" \'e\' # f\n// g <script>alert(1)</script> 12 if `x` ${y} /* z */ """q""" é\n'
    for text in (hostile, *(sample(name, BASE) or "" for name in samples())):
        painted = paint(language, text)
        assert _bare(str(painted)) == text
        assert set(re.findall(r"<(\w+)", painted)) <= {"span"}


def test_a_group_of_tabs_has_one_choice_and_a_panel_for_each() -> None:
    for page in PAGES.values():
        for group in re.findall(r'<div class="tabs">(.*?)</div>', page, re.DOTALL):
            choices = re.findall(r'type="radio" name="([\w-]+)" id="[\w-]+" value="(\w+)"( checked)?', group)
            assert len({name for name, _, _ in choices}) == 1
            assert [bool(checked) for _, _, checked in choices] == [True] + [False] * (len(choices) - 1)
            assert re.findall(r'data-language="(\w+)"', group) == [language for _, language, _ in choices]


# the contract and its changes


def test_the_reference_names_every_request_that_platforms_make() -> None:
    found = 0
    for path, item in MATERIAL.contract["paths"].items():
        for method, operation in item.items():
            if method != "parameters" and set(operation["tags"]) & set(SHOWN):
                row = f'<td><b class="method">{method.upper()}</b></td><td><code>{path}</code></td>'
                assert row in PAGES["reference"]
                found += 1
    assert found > 5
    script = pages.static("reference.js")
    assert script is not None and json.dumps(list(SHOWN)) in script[1]


def test_every_member_of_a_handoff_is_told() -> None:
    members: dict[str, Any] = MATERIAL.contract["components"]["schemas"]["HandoffRequest"]["properties"]
    for name, member in members.items():
        assert f"<code>{name}</code>" in PAGES["handoffs"]
        assert member["description"] in READERS["handoffs"].shown


def test_the_changes_are_those_of_the_changelog_and_of_the_contract() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert CHANGES[0].version == MATERIAL.contract["info"]["version"]
    for change in CHANGES:
        assert f"### {change.version}, {change.day}" in changelog
        for point in change.points:
            assert f"- {point}" in re.sub(r"\n  +", " ", changelog)
            assert point in READERS["versions"].shown


def test_the_viewer_is_the_packages_own_and_asks_nobody() -> None:
    found = pages.static("rapidoc.js")
    assert found is not None
    kind, body, etag = found
    assert kind.startswith("text/javascript") and re.fullmatch('"[0-9a-f]{32}"', etag)
    assert "RapiDoc 9.3.8" in body[:200]
    assert f'src="/static/rapidoc.js?v={etag[1:13]}"' in PAGES["reference"]
    assert not [slug for slug, page in PAGES.items() if "rapidoc" in page and slug != "reference"]
