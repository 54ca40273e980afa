"""Two partners, a sandbox and three counsellors, with keys of their own. Made once per state directory, then found."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chalicelib.identity import read_key
from ops.keys import thumbprint
from ops.partners import Partners
from ops.row import Partner

__all__ = ["Counsellor", "SeededPartner", "counsellors", "partners"]

SANDBOX = "sandbox"
DEMO_PARTNERS = (
    ("tiktok", "TikTok (démo)", ("tiktok",), ("https://www.tiktok.com/", "snssdk1233://")),
    ("meta", "Meta (démo)", ("instagram", "messenger"), ("https://www.instagram.com/", "fb-messenger://")),
    (SANDBOX, "Bac à sable", ("sandbox_app",), ("https://app.example/",)),
)
DEMO_COUNSELLORS = (
    ("counsellor-1", "Écoutant 1", ("psychologist",)),
    ("counsellor-2", "Écoutant 2", ("lawyer", "digital")),
    ("supervisor-1", "Superviseur 1", ("supervisor",)),
)


@dataclass(frozen=True)
class SeededPartner:
    """A partner whose private key this machine has, at ``private_key`` (PEM)."""

    id: str
    platforms: Sequence[str]
    kid: str
    alg: str
    private_key: Path


@dataclass(frozen=True)
class Counsellor:
    """A demo login and its groups at the provider."""

    username: str
    password: str
    groups: Sequence[str]


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _signing_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        _write_private(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not an elliptic key; remove it and start again")
    return key


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def partners(dynamodb: Any, table: str, home: Path) -> list[SeededPartner]:
    """Register the demo partners unless they are; their keys lie in ``home``/keys, for this user alone."""
    rows = Partners(dynamodb, table)
    seeded = []
    for name, title, platforms, prefixes in DEMO_PARTNERS:
        path = (home / "keys" / f"{name}.pem").absolute()
        key = read_key(_public(_signing_key(path)))
        kid = f"{name}-{thumbprint(key)[:8]}"
        if rows.get(name) is None:
            rows.add(Partner(name, title, platforms, {kid: key}, prefixes, sandbox=name == SANDBOX))
        else:
            rows.add_key(name, kid, key)
        seeded.append(SeededPartner(name, platforms, kid, key.alg, path))
    return seeded


def _passwords(path: Path) -> dict[str, str]:
    if not path.exists():
        made = {name: f"Demo-{secrets.token_hex(4)}-3018" for name, _, _ in DEMO_COUNSELLORS}
        _write_private(path, json.dumps(made, indent=2).encode())
    found: dict[str, str] = json.loads(path.read_text())
    return found


def counsellors(idp: Any, pool: str, home: Path) -> list[Counsellor]:
    """Create the demo counsellors in the user pool unless they are there; passwords lie in ``home``."""
    passwords = _passwords(home / "counsellors.json")
    for username, name, groups in DEMO_COUNSELLORS:
        if _create(idp, pool, username, name, passwords[username]):
            idp.admin_set_user_password(
                UserPoolId=pool, Username=username, Password=passwords[username], Permanent=True
            )  # fmt: skip
        for group in groups:
            idp.admin_add_user_to_group(UserPoolId=pool, Username=username, GroupName=group)
    return [Counsellor(name, passwords[name], groups) for name, _, groups in DEMO_COUNSELLORS]


def _create(idp: Any, pool: str, username: str, name: str, password: str) -> bool:
    """Whether the user is new. The engine's own first password would be too short for the pool's policy."""
    try:
        idp.admin_create_user(
            UserPoolId=pool, Username=username, MessageAction="SUPPRESS", TemporaryPassword=password,
            UserAttributes=[{"Name": "name", "Value": name}],
        )  # fmt: skip
    except ClientError as error:
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
        return False
    return True
