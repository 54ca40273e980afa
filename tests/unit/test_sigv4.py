"""The signer against the SDK's own."""

from __future__ import annotations

from datetime import UTC, datetime
from string import ascii_letters, digits
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.sigv4 import Credentials, signed

WORD = st.text(ascii_letters + digits + "-", min_size=1, max_size=20)
SECRET = st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


@given(
    body=st.binary(max_size=300),
    id=WORD,
    secret=SECRET,
    token=st.none() | SECRET,
    target=WORD,
    region=WORD,
    service=WORD,
    port=st.sampled_from(["", ":8000"]),
    at=st.integers(0, 4_000_000_000),
)
def test_a_request_is_signed_as_the_sdk_signs_it(
    body: bytes, id: str, secret: str, token: str | None, target: str, region: str, service: str, port: str, at: int
) -> None:
    host = f"{service.lower()}.example{port}"
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
    ours = signed(headers, body, Credentials(id, secret, token), host=host, region=region, service=service, now=at)
    theirs = AWSRequest("POST", f"http://{host}/", headers=headers, data=body)
    when = datetime.fromtimestamp(at, UTC)
    with patch("botocore.auth.get_current_datetime", return_value=when.replace(tzinfo=None)):
        SigV4Auth(SdkCredentials(id, secret, token), service, region).add_auth(theirs)
    for name in ("X-Amz-Date", "X-Amz-Security-Token", "Authorization"):
        assert ours.get(name) == theirs.headers.get(name), name


def test_a_change_of_any_part_changes_the_signature() -> None:
    who = Credentials("AKIA", "made-up")
    one = {"host": "h", "region": "r", "service": "s", "now": 1.0}

    def of(body: bytes = b"{}", target: str = "T", **changed: str | float) -> str:
        told = {**one, **changed}
        return signed({"X-Amz-Target": target}, body, who, **told)["Authorization"].rsplit("=")[-1]  # type: ignore[arg-type]

    others = {of(b"{} "), of(target="U"), of(host="i"), of(region="q"), of(service="t"), of(now=2.0)}
    assert len(others) == 6 and of() not in others


def test_credentials_show_no_secret() -> None:
    assert repr(Credentials("AKIA", "made-up", "session")) == "Credentials(id='AKIA')"
