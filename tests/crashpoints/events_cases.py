"""What comes without a request: the minute, the stream, deliverers, the hour of the key sets."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from chalicelib.aws.codec import key
from chalicelib.desk import (
    claims,
    deliveries,
    gauges,
    keysets,
    partners,
    reconcile,
    sweep,
    trail,
    waking,
    youth,
)
from chalicelib.desk.base import Desk
from chalicelib.model.session import LANES
from chalicelib.ports import Sent
from tests.crashpoints.case import Act, case
from tests.crashpoints.deaths import Death, Watch, Way
from tests.crashpoints.people import (
    CALL,
    CHAT,
    FULL,
    UNCHOSEN,
    closed,
    entered,
    held,
    send,
    stored,
    talked,
    tapped,
)
from tests.crashpoints.world import FIRST, PARTNER, World


def run_sweep(desk: Desk) -> None:
    sweep.sweep(desk)


@case(sweep.sweep, again=True)
def the_minute_takes_back_a_lapsed_hold(world: World) -> Act:
    talked(world)
    world.clock.pass_seconds(100)
    return run_sweep


@case(sweep.sweep, again=True)
def the_minute_sets_aside_who_is_gone(world: World) -> Act:
    entered(world, tapped(world, CHAT))
    world.clock.pass_seconds(150)
    return run_sweep


@case(sweep.sweep, again=True)
def the_minute_ends_a_chat_whose_youth_is_gone(world: World) -> Act:
    session = tapped(world, CHAT)
    cookie = entered(world, session)
    youth.say(world.process(), session.id, cookie, 1, "bonjour")
    world.minute(150)
    world.clock.pass_seconds(600)
    return run_sweep


@case(sweep.sweep, again=True)
def the_minute_ends_what_nobody_completed(world: World) -> Act:
    tapped(world, UNCHOSEN)
    world.clock.pass_seconds(31 * 60)
    return run_sweep


@case(sweep.sweep, again=True)
def the_minute_puts_off_a_callback(world: World) -> Act:
    tapped(world, FULL)
    world.dial_hours("Mo-Su 09:00-12:00")
    world.clock.pass_seconds(60)
    return run_sweep


@case(sweep.sweep, again=True)
def the_minute_gives_up_a_callback_after_three_days(world: World) -> Act:
    tapped(world, FULL)
    world.clock.pass_seconds(3 * 24 * 3600)
    return run_sweep


@case(sweep.sweep, again=True)
def the_minute_closes_the_house(world: World) -> Act:
    entered(world, tapped(world, CHAT))
    world.opening_hours("Mo-Su 09:00-12:00")
    world.clock.pass_seconds(16 * 60)
    return run_sweep


@case(sweep.sweep, again=True)
def the_minute_erases_what_was_closed(world: World) -> Act:
    session, _ = closed(world)
    world.clock.pass_seconds(16 * 60)
    assert not stored(world, session).erased
    return run_sweep


@case(trail.keep_trail, again=True)
def the_minute_records_a_claim_whose_process_died(world: World) -> Act:
    tapped(world, CHAT)
    watch = Watch(at=4, way=Way.AFTER)
    with suppress(Death):
        claims.claim(world.process(watch), FIRST, LANES)
    assert watch.calls[-1] == "dynamodb.update_item"
    world.clock.pass_seconds(50)
    return trail.keep_trail


@case(gauges.measure, again=True)
def the_minute_measures(world: World) -> Act:
    tapped(world, CHAT)
    return gauges.measure


@case(reconcile.reconcile, again=True)
def the_minute_finds_damage(world: World) -> Act:
    session, _ = talked(world)
    world.db.update_item(
        TableName="sessions", Key=key(session.id, "session"), UpdateExpression="REMOVE lane_pk, lane_sk"
    )

    def every_segment(desk: Desk) -> int:
        return sum(reconcile.reconcile(desk).repaired for _ in range(reconcile.SEGMENTS))

    return every_segment


@case(waking.wake_due, again=True)
def the_minute_starts_deliverers(world: World) -> Act:
    owed(world)
    return waking.wake_due


@case(waking.wake_changed)
def the_stream_starts_deliverers(world: World) -> Act:
    session = owed(world)
    return lambda desk: waking.wake_changed(desk, [session])


def owed(world: World) -> str:
    """A second status is owed; nobody has been told to send it."""
    session = send(world.process(), CHAT).session
    partners.cancel(world.process(), PARTNER, session.id)
    return session.id


def run_deliverer(world: World, ids: list[str]) -> Act:
    return lambda desk: world.deliver(desk, PARTNER.id, ids)


@case(deliveries.deliver, again=True)
def a_delivery_arrives(world: World) -> Act:
    return run_deliverer(world, [owed(world)])


@case(deliveries.deliver, again=True)
def two_deliveries_arrive(world: World) -> Act:
    owed(world)
    second = send(world.process(), FULL, jti="jti-0123456789abcde2").session
    partners.cancel(world.process(), PARTNER, second.id)
    return run_deliverer(world, [])


@case(deliveries.deliver, again=True)
def a_delivery_fails_once(world: World) -> Act:
    world.answers = [Sent(500), Sent(204)]
    return run_deliverer(world, [owed(world)])


@case(deliveries.deliver, again=True)
def an_endpoint_is_gone(world: World) -> Act:
    world.answers = [Sent(410)]
    return run_deliverer(world, [owed(world)])


@case(deliveries.deliver, again=True)
def a_status_came_by_the_clock_alone(world: World) -> Act:
    world.dial_hours("Mo-Su 13:00-21:00")
    tapped(world, CALL)
    world.clock.pass_seconds(3601)
    return run_deliverer(world, [])


@case(deliveries.deliver, again=True)
def a_status_arrives_while_a_counsellor_holds(world: World) -> Act:
    tapped(world, CALL)
    taken = held(world)
    return run_deliverer(world, [taken.id])


def key_set() -> bytes:
    jwk: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(generate_private_key(SECP256R1()).public_key()))
    return json.dumps({"keys": [{**jwk, "kid": "k1", "alg": "ES256", "use": "sig"}]}).encode()


@case(keysets.refresh_keysets, again=True)
def key_sets_are_fetched(world: World) -> Act:
    world.key_set = key_set()
    return keysets.refresh_keysets


@case(keysets.refresh_keysets, again=True)
def a_key_set_cannot_be_used(world: World) -> Act:
    world.key_set = b"{}"
    return keysets.refresh_keysets
