"""`make counsellor-token NAME=<username>`: a counsellor's access token from the local provider, alone on its line."""

from __future__ import annotations

import sys
from typing import Any

from botocore.exceptions import ClientError

from ops.hub import NotRunning, aws, running

__all__ = ["main", "token"]


def token(hub: dict[str, Any], username: str, password: str) -> str:
    """Sign in with a password, which only the local stage's provider allows; a JWT access token."""
    answer = aws("cognito-idp", hub).initiate_auth(
        ClientId=hub["oidc"]["client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    found: str = answer["AuthenticationResult"]["AccessToken"]
    return found


def main(arguments: list[str]) -> int:
    """The token on standard output; all else on standard error."""
    try:
        hub = running()
        known = {one["username"]: one["password"] for one in hub["counsellors"]}
        name = arguments[0] if arguments and arguments[0] else ""
        if name not in known:
            print(f"NAME= must be one of {', '.join(sorted(known))}", file=sys.stderr)
            return 2
        print(token(hub, name, known[name]))
    except NotRunning as failure:
        print(failure, file=sys.stderr)
        return 1
    except ClientError as error:
        print(f"the provider refused: {error.response['Error']['Code']}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
