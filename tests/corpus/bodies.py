"""Bad bodies of a handoff by name, for unit tests and over HTTP: what must be answered, and where it points."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["JSON", "BadBody", "bad_bodies", "good_bodies"]

JSON = "application/json"
SMALLEST: dict[str, Any] = {"platform": "tiktok", "kind": "call", "locale": "fr"}


@dataclass(frozen=True)
class BadBody:
    """``statuses`` that are right answers, the problem's ``code``, and a ``pointer`` that errors must name."""

    name: str
    body: bytes
    code: str
    pointer: str
    statuses: frozenset[int] = frozenset({400})
    content_type: str | None = JSON


def good_bodies(platform: str = "tiktok") -> Iterator[tuple[str, bytes]]:
    """Bodies that must be taken."""
    smallest = {**SMALLEST, "platform": platform}
    yield "smallest", _json(smallest)
    yield "with spaces and line ends", json.dumps(smallest, indent=4).encode() + b"\r\n"
    yield (
        "escaped and not",
        json.dumps({**smallest, "report": {"contents": [{"url": "https://x.example/\u00e9"}]}}).encode(),
    )
    yield (
        "pairs of surrogates",
        _json(smallest)[:-1] + b',"report":{"contents":[{"url":"https://x.example/\\ud83d\\ude00"}]}}',
    )
    yield (
        "20 contents",
        _json({**smallest, "report": {"contents": [{"content_id": str(n)} for n in range(20)]}}),
    )
    yield "everything at its limit", _json(_fullest(platform))


def _fullest(platform: str) -> dict[str, Any]:
    url = "https://x.example/"
    content = {"url": url.ljust(2048, "a"), "content_id": "c" * 128, "type": "t" * 32}
    return {
        "platform": platform,
        "kind": "report",
        "session": "callback",
        "locale": "fr-FR-" + "x" * 8,
        "role": "witness",
        "age_band": "unknown",
        "subject": "s" * 128,
        "danger": False,
        "callback": {
            "number": "+33639981234",
            "not_before": "2026-11-22T17:00:00.123456789+01:00",
            "not_after": "2026-11-22T18:00:00z",
            "voicemail": True,
            "caller_id": "3018",
        },
        "report": {"platform_report_ref": "r" * 128, "category": "c" * 64, "contents": [content] * 20},
    }


def bad_bodies() -> Iterator[BadBody]:
    """Every bad body we know of, each under its own name."""
    yield from _not_json()
    yield from _wrong_members()
    yield from _wrong_callback()
    yield from _wrong_report()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _text(extra: str) -> bytes:
    return _json(SMALLEST)[:-1] + b"," + extra.encode() + b"}"


def _not_json() -> Iterator[BadBody]:
    good = _json(SMALLEST)
    for name, body in {
        "empty": b"",
        "white space": b" \r\n",
        "truncated": good[:-1],
        "followed by more": good + good,
        "an array": b"[" + good + b"]",
        "a string": b'"tiktok"',
        "null": b"null",
        "NaN": _text('"danger":NaN'),
        "Infinity": _text('"danger":-Infinity'),
        "number out of range": _text('"danger":1e999'),
        "duplicate member": _text('"platform":"instagram"'),
        "duplicate member, escaped": _text('"\\u0070latform":"instagram"'),
        "nested duplicate member": _text('"callback":{"voicemail":true,"voicemail":false}'),
        "nested 33 deep": _text('"report":' + "[" * 33 + "]" * 33),
        "nested 20000 deep": b"[" * 20_000 + b"]" * 20_000,
        "20000 open brackets": b'{"a":' + b"[" * 20_000,
        "half a character": _text('"subject":"\\ud800"'),
        "half a character in a name": _text('"\\udfff":1'),
        "half a character, turned round": _text('"subject":"\\ude00\\ud83d"'),
        "byte order mark": b"\xef\xbb\xbf" + good,
        "UTF-16": good.decode().encode("utf-16"),
        "UTF-16 without mark": good.decode().encode("utf-16-le"),
        "UTF-32": good.decode().encode("utf-32"),
        "not UTF-8": good.replace(b"tiktok", b"tikt\xf6k"),
        "encoded surrogate": good.replace(b"tiktok", b"\xed\xa0\x80"),
        "overlong encoding": good.replace(b"tiktok", b"\xc0\xaf"),
        "raw control character": good.replace(b"tiktok", b"tik\ntok"),
        "raw zero byte": good + b"\x00",
        "single quotes": good.replace(b'"', b"'"),
        "trailing comma": good[:-1] + b",}",
        "comment": good[:-1] + b"/**/}",
        "a form": b"platform=tiktok&kind=call&locale=fr",
        "hexadecimal number": _text('"danger":0x1'),
        "leading zero": _text('"danger":01'),
        "unpaired quotes": b'{"' + b'\\"' * 20_000,
    }.items():
        yield BadBody(name, body, "bad_json", "")
    large = b'{"a":"' + b"x" * 1_000_000 + b'"}'
    yield BadBody("1 MB", large, "too_large", "", frozenset({413}))
    yield BadBody("64 KiB and a byte", good.ljust(65_537), "too_large", "", frozenset({413}))
    for name, kind in {
        "no content type": None,
        "a form's content type": "application/x-www-form-urlencoded",
        "text": "text/plain",
        "text/json": "text/json",
        "another charset": "application/json; charset=latin-1",
        "problem+json": "application/problem+json",
        "two types": "application/json, text/html",
        "a longer name": "application/jsonp",
    }.items():
        yield BadBody(name, good, "wrong_content_type", "", frozenset({415}), kind)


def _wrong_members() -> Iterator[BadBody]:
    for name in SMALLEST:
        missing = {key: value for key, value in SMALLEST.items() if key != name}
        yield BadBody(f"{name} missing", _json(missing), "bad_request", f"/{name}")
    yield BadBody("unknown member", _json({**SMALLEST, "plattform": "x"}), "bad_request", "/plattform")
    yield BadBody("unknown member that is data", _json({**SMALLEST, "0639981234": "x"}), "bad_request", "")
    yield BadBody("unknown member that is a path", _json({**SMALLEST, "a/b~c": "x"}), "bad_request", "")
    yield BadBody(
        "30 unknown members",
        _json({**SMALLEST, **{f"u{'x' * n}": n for n in range(30)}}),
        "bad_request",
        "/u",
    )
    wrong: dict[str, list[Any]] = {
        "platform": ["", "Tik Tok", "TIKTOK", "tiktok\n", "tiktok\u0661", "x" * 33, 1, None, ["tiktok"], {}],
        "kind": ["", "CALL", "chat", 1, None, True, ["call"]],
        "session": ["", "phone", "CHAT", 1, None, False],
        "locale": ["", "f", "fr_", "fr-FR\n", "français", "-fr", "fr--FR", "x" * 36, 33, None],
        "role": ["victim", "", None, 1],
        "age_band": ["12", 12, "", None, "13-14"],
        "subject": ["", "x" * 129, "two words", "é", "a\u0000", "a\n", 1, None],
        "danger": ["true", 1, 0, None, "yes", []],
        "callback": [None, "+33639981234", [], 1, True],
        "report": [None, "R-1", [], 1],
        "return_url": [
            "",
            "app",
            "//x.example",
            "https://x.example/ a",
            "https://x.example/\n",
            ":x",
            1,
            None,
        ],
    }
    for name, values in wrong.items():
        for value in values:
            yield BadBody(
                f"{name} {json.dumps(value)[:50]}",
                _json({**SMALLEST, name: value}),
                "bad_request",
                f"/{name}",
            )
    long = {**SMALLEST, "return_url": "https://x.example/".ljust(513, "a")}
    yield BadBody("return_url too long", _json(long), "bad_request", "/return_url")


def _wrong_callback() -> Iterator[BadBody]:
    wrong: dict[str, list[Any]] = {
        "number": ["", "0" * 33, "06\n39", "06\u000039", 33639981234, None, ["+33639981234"]],
        "not_before": [
            "", "now", "2026-11-22", "2026-11-22T17:00:00", "2026-11-22 17:00:00Z", "2026-11-22T17:00:00Z\n",
            "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T17:60:00Z",
            "2026-11-22T17:00:00+24:00", "2026-11-22T17:00:00+0100", "2026-W47-7T17:00:00Z",
            "0000-01-01T00:00:00Z", "\u0662\u0660\u0662\u0666-11-22T17:00:00Z", 1790000000, None,
        ],
        "not_after": ["tomorrow", "2026-11-22T17:00Z", "2026-11-22T17:00:00.Z", 0],
        "voicemail": ["no", 0, None, "false"],
        "caller_id": ["", "visible", 3018, None],
        "unknown": [1],
    }  # fmt: skip
    for name, values in wrong.items():
        for value in values:
            body = _json({**SMALLEST, "callback": {name: value}})
            yield BadBody(f"callback {name} {json.dumps(value)[:40]}", body, "bad_request", f"/callback/{name}")


def _wrong_report() -> Iterator[BadBody]:
    def report(name: str, value: Any, pointer: str) -> BadBody:
        return BadBody(f"report {name}", _json({**SMALLEST, "report": value}), "bad_request", f"/report{pointer}")

    yield report("unknown member", {"text": "x"}, "/text")
    yield report("reference too long", {"platform_report_ref": "x" * 129}, "/platform_report_ref")
    yield report("reference with a space", {"platform_report_ref": "R 1"}, "/platform_report_ref")
    yield report("category with capitals", {"category": "Hate"}, "/category")
    yield report("category with a line end", {"category": "hate\n"}, "/category")
    yield report("contents an object", {"contents": {"0": {}}}, "/contents")
    yield report("21 contents", {"contents": [{"content_id": "1"}] * 21}, "/contents")
    yield report("3000 empty contents", {"contents": [{}] * 3000}, "/contents")
    yield report("an empty content", {"contents": [{"content_id": "1"}, {}]}, "/contents/1")
    yield report("a content that is a link", {"contents": ["https://x.example/"]}, "/contents/0")
    for name, value in {
        "script": "javascript:alert(1)",
        "data": "data:text/html,x",
        "file": "file:///etc/passwd",
        "relative": "/video/1",
        "space": "https://x.example/a b",
        "line end": "https://x.example/\n",
        "zero byte": "https://x.example/\u0000",
        "nothing after the scheme": "https://",
        "too long": "https://x.example/".ljust(2049, "a"),
    }.items():
        yield report(f"url {name}", {"contents": [{"url": value}]}, "/contents/0/url")
    yield report("content type in capitals", {"contents": [{"type": "Video"}]}, "/contents/0/type")
    yield report("content unknown member", {"contents": [{"bytes": "AAAA"}]}, "/contents/0/bytes")
