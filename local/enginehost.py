"""Runs the engine inside its own virtual environment. Imports the standard library and, at the end, ministack.

The engine saves its state only when it is asked to stop. So it stops by itself when the runner's end of the pipe on
its standard input closes, which also happens when the runner is killed; and it holds a lock on its state, so that the
next engine waits until this one has saved.
"""

import fcntl
import json
import os
import signal
import sys
import threading


def follow_runner() -> None:
    """Stop this process, orderly, when the runner is gone."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def forget_stream_positions(state: str) -> None:
    """The engine saves how far each reader of a stream has come, but not the stream's records.

    Kept, the positions would hide as many new changes as there were old ones; without them reading begins at the end.
    """
    path = os.path.join(state, "lambda.json")
    if not os.path.exists(path):
        return
    with open(path) as file:
        saved = json.load(file)
    if saved.get("payload", {}).pop("dynamodb_stream_positions", None) is not None:
        with open(path + ".new", "w") as file:
            json.dump(saved, file)
        os.replace(path + ".new", path)


def main() -> None:
    """Lock STATE_DIR, then serve until SIGTERM. The functions find their libraries in HUB_LIBRARIES."""
    state = os.environ["STATE_DIR"]
    os.makedirs(state, exist_ok=True)
    lock = os.open(os.path.join(state, "lock"), os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    forget_stream_positions(state)
    threading.Thread(target=follow_runner, daemon=True).start()
    sys.argv = ["ministack"]
    # For the functions' workers, which inherit it. This process has its own versions of some of them.
    os.environ["PYTHONPATH"] = os.environ["HUB_LIBRARIES"]
    from ministack.app import main as serve  # of another virtual environment

    serve()


if __name__ == "__main__":
    main()
