"""`make run`: engine, stack, seed, simulator and front, until Ctrl-C or SIGTERM. The composition root of this room."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import secrets
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from local import hubfile, seed, stack
from local.engine import REGION, Engine, EngineFailed
from local.front import Front, application, reporter
from local.options import Options, OptionsRefused
from local.package import LOCAL_ONLY, SHARED, Package, PackagingFailed, build
from local.progress import card, step
from local.simulator import Simulator

__all__ = ["Refused", "main", "serve"]

STAGE = "api"
WARM_WITHIN = 30.0


class Refused(Exception):
    """The hub cannot run here now; the text is one sentence for the terminal."""


async def serve(options: Options, stop: asyncio.Event) -> int:
    """Run one hub until ``stop`` is set or the engine ends; the exit status."""
    options.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = _lock(options)
    hubfile.remove(options.home)
    engine = Engine(options.home, SHARED)
    runner: web.AppRunner | None = None
    try:
        _refuse_taken_port(options)
        starting = asyncio.create_task(_start(options, engine))
        if not await _first(starting, stop):
            return 0
        runner = starting.result()
        ended = asyncio.create_task(engine.ended())
        if await _first(ended, stop):
            raise EngineFailed(f"the engine stopped by itself (status {ended.result()}); see {engine.log}")
        ended.cancel()
        return 0
    finally:
        # Ready ends here: the file goes before anything stops answering.
        hubfile.remove(options.home)
        if runner is not None:
            with step("stop the front"):
                await runner.cleanup()
        if engine.running:
            with step("save the state"):
                await engine.stop()
        os.close(lock)


async def _first(task: asyncio.Task[Any], stop: asyncio.Event) -> bool:
    """Wait for the task or for ``stop``; True if the task came first (its failure is raised)."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        task.result()
        return True
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return False


def _lock(options: Options) -> int:
    handle = os.open(options.home / "run.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Refused(f"a hub runs already with its state in {options.home}; HUB_LOCAL= chooses another") from None
    return handle


def _refuse_taken_port(options: Options) -> None:
    """Fail before the slow steps; the front binds it for good at the end."""
    import socket

    with socket.socket() as probe:
        # As the front does, so that a port in TIME_WAIT is not taken for a busy one.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", options.port))
        except OSError as error:
            raise _taken(options, error) from None


def _taken(options: Options, error: OSError) -> Refused:
    if error.errno == errno.EADDRINUSE:
        return Refused(f"port {options.port} on 127.0.0.1 is taken; choose another: make run PORT={options.port + 1}")
    return Refused(f"port {options.port} on 127.0.0.1 cannot be opened: {error.strerror}")


async def _start(options: Options, engine: Engine) -> web.AppRunner:
    instance = secrets.token_hex(8)
    package = await asyncio.to_thread(_package, options)
    with step("start the engine"):
        await engine.start()
    with step("deploy the stack"):
        outputs = await asyncio.to_thread(
            stack.deploy, engine.client, package, _parameters(options, engine, instance), _local_only(options)
        )
    with step("register partners and counsellors"):
        partners, counsellors = await asyncio.to_thread(_seed, options, engine, outputs)
    gateway = f"{engine.url}/restapis/{outputs['RestAPIId']}/{STAGE}/_user_request_"
    with step("first answer"):
        await asyncio.to_thread(_warm, gateway, instance)
    content = _hub(options, engine, instance, outputs, partners, counsellors)
    runner = await _serve_front(options, Front(gateway, engine.url), Simulator(content))
    hubfile.write(options.home, content)
    card(options.base_url, counsellors, options.hours)
    return runner


def _package(options: Options) -> Package:
    with step("package the functions") as notes:
        package = build(options.home / "package", local=True)
        notes.append(f"{package.archive.stat().st_size / 1e6:.1f} MB" if package.fresh else "unchanged")
    return package


def _parameters(options: Options, engine: Engine, instance: str) -> Mapping[str, str]:
    return {
        "Stage": "local",
        "BaseUrl": options.base_url,
        "Instance": instance,
        "Hours": options.hours,
        "DialHours": options.dial_hours,
        "LeaseSeconds": str(options.lease),
        "SilentSeconds": str(options.silent),
        "CallbackRetrySeconds": str(options.callback_retry),
        "CounsellorLimit": str(options.limit),
        "EngineUrl": engine.url,
    }


def _local_only(options: Options) -> Mapping[str, str]:
    """What no deployed hub may have: webhooks to this machine, and their waits made short."""
    return {LOCAL_ONLY: "127.0.0.1", "WEBHOOK_PACE": str(options.pace)}


def _seed(
    options: Options, engine: Engine, outputs: Mapping[str, str]
) -> tuple[list[seed.SeededPartner], list[seed.Counsellor]]:
    partners = seed.partners(engine.client("dynamodb"), outputs["Table"], options.home)
    return partners, seed.counsellors(engine.client("cognito-idp"), outputs["UserPool"], options.home)


def _warm(gateway: str, instance: str) -> None:
    """Wake the function and make sure that it is this run's; raises StackFailed with its status otherwise."""
    try:
        with urllib.request.urlopen(f"{gateway}/v1/health", timeout=WARM_WITHIN) as answer:
            answered = json.load(answer).get("instance")
    except urllib.error.HTTPError as error:
        raise stack.StackFailed(f"the function answers {error.code} to /v1/health; its log group says why") from error
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise stack.StackFailed(f"the function does not answer /v1/health ({type(error).__name__})") from error
    if answered != instance:
        raise stack.StackFailed("the function answers for another run")


async def _serve_front(options: Options, front: Front, simulator: Simulator) -> web.AppRunner:
    app = application(front)
    simulator.join(app)
    app.router.add_route("*", "/{path:(?s:.*)}", front.handle)  # a path may hold a line feed
    runner = web.AppRunner(
        app, access_log=None, logger=reporter(), keepalive_timeout=75, handle_signals=False, shutdown_timeout=2
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", options.port, backlog=512, reuse_address=True).start()
    except OSError as error:
        await runner.cleanup()
        raise _taken(options, error) from None
    return runner


def _hub(
    options: Options,
    engine: Engine,
    instance: str,
    outputs: Mapping[str, str],
    partners: Sequence[seed.SeededPartner],
    counsellors: Sequence[seed.Counsellor],
) -> dict[str, Any]:
    base = options.base_url
    return {
        "instance": instance,
        "base_url": base,
        "audience": base,
        "partners": [
            {
                "id": one.id,
                "platforms": list(one.platforms),
                "kid": one.kid,
                "alg": one.alg,
                "private_key": str(one.private_key),
            }
            for one in partners
        ],
        "counsellors": [{"username": one.username, "password": one.password} for one in counsellors],
        "console_url": f"{base}/console",
        "simulator_url": f"{base}/simulator",
        "docs_url": f"{base}/docs",
        "engine_url": engine.url,
        "table": outputs["Table"],
        "oidc": {
            "issuer": f"https://cognito-idp.{REGION}.amazonaws.com/{outputs['UserPool']}",
            "client_id": outputs["ClientId"],
        },
        "engine": {
            "pid": engine.pid,
            "region": REGION,
            "api_id": outputs["RestAPIId"],
            "api_stage": STAGE,
            "keys_table": outputs["KeysTable"],
            "user_pool": outputs["UserPool"],
            "api_function": outputs["ApiFunction"],
            "sweep_function": outputs["SweepFunction"],
            "reconcile_function": outputs["ReconcileFunction"],
            "deliver_function": outputs["DeliverFunction"],
            "wake_function": outputs["WakeFunction"],
            "deliver_log_group": outputs["DeliverLogGroup"],
            "wake_log_group": outputs["WakeLogGroup"],
            "api_log_group": outputs["ApiLogGroup"],
            "sweep_log_group": outputs["SweepLogGroup"],
            "reconcile_log_group": outputs["ReconcileLogGroup"],
            "secret_arn": outputs["SecretArn"],
            "kms_key": outputs["KmsKey"],
        },
    }


async def _until_signal(options: Options) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Asking again changes nothing: the state is being saved.
        loop.add_signal_handler(name, stop.set)
    return await serve(options, stop)


def main() -> int:
    """`python -m local.run`; the variables are in local/options.py."""
    try:
        return asyncio.run(_until_signal(Options.read(os.environ)))
    except (Refused, OptionsRefused, EngineFailed, PackagingFailed, stack.StackFailed) as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
