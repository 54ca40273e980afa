"""Runs the engine inside its own virtual environment. Imports the standard library and, at the end, ministack.

The engine saves its state only when it is asked to stop. So it stops by itself when the runner's end of the pipe on
its standard input closes, which also happens when the runner is killed; and it holds a lock on its state, so that the
next engine waits until this one has saved.
"""

import fcntl
import os
import signal
import sys
import threading


def follow_runner() -> None:
    """Stop this process, orderly, when the runner is gone."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Lock STATE_DIR, then serve until SIGTERM. The functions find their libraries in HUB_LIBRARIES."""
    state = os.environ["STATE_DIR"]
    os.makedirs(state, exist_ok=True)
    lock = os.open(os.path.join(state, "lock"), os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    threading.Thread(target=follow_runner, daemon=True).start()
    sys.argv = ["ministack"]
    # For the functions' workers, which inherit it. This process has its own versions of some of them.
    os.environ["PYTHONPATH"] = os.environ["HUB_LIBRARIES"]
    from ministack.app import main as serve  # of another virtual environment

    serve()


if __name__ == "__main__":
    main()
