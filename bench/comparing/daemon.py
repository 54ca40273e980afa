"""What an X-Ray daemon would hear: a UDP port that counts the segments sent to it and keeps none."""

from __future__ import annotations

import socket
from types import TracebackType

__all__ = ["Daemon"]


class Daemon:
    """A port on 127.0.0.1, open until the end of the ``with``."""

    def __enter__(self) -> Daemon:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    @property
    def address(self) -> str:
        """As the daemon's address stands in a function's environment."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def heard(self) -> int:
        """How many segments came since the last time."""
        count = 0
        while True:
            try:
                self._socket.recv(65536)
            except BlockingIOError:
                return count
            count += 1
