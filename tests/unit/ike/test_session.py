"""One session from AM1 to its end: states, waits, lifetimes, fragments (state.TRANSITIONS; protocol 12.3)."""

import pytest
from doubles.am2 import OFFER, answered
from doubles.handshake import CLIENT, GATEWAY, START, Handshake
from doubles.insider import client_session, notify, opened, unmarked

from ezvpn.ike.events import ChildUp, Configured, Event, Phase1Up, Rekey, SessionDown, XauthRequest, XauthResult
from ezvpn.ike.fragment import BYTES_MAX, FRAGMENTS_MAX, PATIENCE_MS
from ezvpn.ike.params import Phase1Transform
from ezvpn.ike.phase1_session import answers_to
from ezvpn.ike.session import STEP_WAIT_MS
from ezvpn.ike.state import STEP, State
from ezvpn.ike.timers import Slot
from ezvpn.wire.cursor import Writer
from ezvpn.wire.isakmp import Exchange, Header, MessageWriter, Payload, parse_header
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.payloads import VendorId
from ezvpn_hil.gateway.policy import Policy

LIFE_S = 3600
LIVED = (Phase1Transform("aes", 128, "sha1", 2, LIFE_S),)
IKE = (0, GATEWAY, 500)


def causes(h: Handshake) -> list[tuple[str, str]]:
    return [(e.cause, e.step) for e in h.said(SessionDown)]  # type: ignore[attr-defined]


def at(h: Handshake, ms: int) -> None:
    h.now = START + ms
    h.client.timeout(h.now)
    h.drain()


# --- from AM1 to QM_IDLE -----------------------------------------------------------------------------------------------


def test_the_states_and_events_of_a_whole_negotiation() -> None:
    h = Handshake(transforms=OFFER)
    states: list[str] = []
    while True:
        if client_session(h).state not in states[-1:]:
            states.append(client_session(h).state)
        if not h.step():
            break
    assert states == ["AG_INIT_EXCH", "AG_AUTH", "CONF_XAUTH", "CONF_ADDR", "QM_IDLE"]
    assert [type(e) for e in h.events] == [Phase1Up, XauthRequest, XauthResult, Configured, ChildUp]


def test_the_status_tells_what_is_known() -> None:
    h = answered()
    status = h.client.status(h.session, h.now)
    assert status is not None
    assert (status.state, status.transform, status.responder_cookie) == (State.AM1_SENT, None, bytes(8))
    h.run()
    status = h.client.status(h.session, h.now)
    assert status is not None
    assert (status.state, status.transform, status.peer, status.local) == (State.UP, OFFER[0], GATEWAY, CLIENT)
    assert (status.xauth, status.config_mode, status.dpd, status.auth) == (True, True, True, "psk")
    assert (status.peer_id, status.peer_port, status.local_port) == ("198.51.100.11", 500, 500)
    assert any(status.initiator_cookie) and any(status.responder_cookie)


def test_a_transition_that_the_table_lacks_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="no transition"):
        client_session(answered()).move(State.UP)


# --- silence, step by step -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "cause", "step", "after_ms"),
    [
        (None, "no-answer", "phase1", 15_000),
        (Phase1Up, "no-answer", "phase1", 15_000),
        (XauthRequest, "xauth-timeout", "xauth", STEP_WAIT_MS),
        (XauthResult, "config-failed", "config", 15_000),
    ],
    ids=["AM1", "AM3", "REPLY of XAUTH", "REQUEST of Mode Config"],
)
def test_a_gateway_that_falls_silent(until: type[Event] | None, cause: str, step: str, after_ms: int) -> None:
    h = Handshake(transforms=OFFER)
    if until is not None:
        h.run(until)
    h.flying.clear()
    at(h, after_ms - 1)
    assert causes(h) == []
    h.flying.clear()
    at(h, after_ms)
    assert causes(h) == [(cause, step)]
    assert h.client.deadline() is None


def test_a_gateway_that_speaks_after_am3_but_asks_for_nothing() -> None:
    h, gateway = opened(Phase1Up, transforms=OFFER)
    h.flying.clear()
    gateway.inform(notify(NotifyType.REPLAY_STATUS))
    at(h, STEP_WAIT_MS - 1)
    assert causes(h) == []
    at(h, STEP_WAIT_MS)
    assert causes(h) == [("no-answer", "phase1")]


@pytest.mark.parametrize("until", [Phase1Up, XauthRequest, XauthResult, ChildUp])
def test_closing_tells_the_gateway_wherever_it_stands(until: type[Event]) -> None:
    h, gateway = opened(until, transforms=OFFER, answer=until is not XauthRequest)
    gateway.h.flying.clear()
    step = STEP[client_session(h).state]
    h.client.close(h.session, h.now, "closed")
    h.drain()
    assert causes(h) == [("closed", step)]
    assert gateway.heard()[-1].delete().protocol == 1


def test_closing_before_phase_1_says_nothing() -> None:
    h = answered()
    h.flying.clear()
    h.client.close(h.session, h.now)
    h.drain()
    assert h.flying == [] and causes(h) == [("closed", "phase1")]


def test_closing_twice_is_closing_once() -> None:
    h, _ = opened(ChildUp, transforms=OFFER)
    h.client.close(h.session, h.now)
    h.client.close(h.session, h.now)
    h.drain()
    assert len(causes(h)) == 1


# --- lifetimes ---------------------------------------------------------------------------------------------------------


def test_phase_1_asks_for_its_renewal_once_and_ends_with_its_life() -> None:
    h = Handshake(transforms=LIVED)
    h.run()
    due = client_session(h).timers.at(Slot.PHASE1_REKEY)
    assert due is not None and LIFE_S * 800 <= due - START < LIFE_S * 900
    h.events.clear()
    for now in (due - 1, due, due, due + 1):
        at(h, now - START)
    assert [e.what for e in h.said(Rekey)].count("phase1") == 1  # type: ignore[attr-defined]
    at(h, LIFE_S * 1000)
    assert causes(h) == [("lifetime", "up")]


def test_a_clock_that_passes_2_to_the_30_changes_nothing() -> None:
    # MicroPython's small ints end there; the run starts 5 s before.
    assert START == 2**30 - 5000
    h = Handshake(transforms=LIVED)
    h.now += 4000
    h.client.timeout(h.now)
    h.drain()
    h.run()
    at(h, 20_000)
    assert h.said(ChildUp) and not h.said(SessionDown)


# --- cookies -------------------------------------------------------------------------------------------------------------


def test_the_responder_cookie_is_fixed_by_a_proven_am2() -> None:
    h = answered()
    session = client_session(h)
    am2 = parse_header(h.flying[0].data)
    other = Header(am2.initiator_cookie, b"strange!", 1, 4, 0, 0, 100)
    assert answers_to(session, am2) and answers_to(session, other)
    h.step()
    assert answers_to(session, am2) and not answers_to(session, other)
    assert not answers_to(session, Header(b"another!", am2.responder_cookie, 1, 4, 0, 0, 100))


# --- fragments -----------------------------------------------------------------------------------------------------------


def pieces(data: bytes, size: int, fragment_id: int = 1, exchange: int | None = None) -> list[bytes]:
    """A message in Cisco's fragments: unencrypted headers with message ID 0 and the phase 1 exchange (strongSwan's way)."""
    header = parse_header(data)
    out = []
    count = (len(data) + size - 1) // size
    for number in range(1, count + 1):
        w = Writer(bytearray(size + 8))
        w.u16(fragment_id)
        w.u8(number)
        w.u8(1 if number == count else 0)
        w.put(data[(number - 1) * size : number * size])
        m = MessageWriter(
            bytearray(size + 64), header.initiator_cookie, header.responder_cookie, exchange or Exchange.AGGRESSIVE, 0
        )
        m.add(Payload.FRAG, bytes(w.buf[: w.at]))
        out.append(bytes(m.buf[: m.finish()]))
    return out


def with_fragmentation(h: Handshake) -> None:
    """As if the gateway had sent the vendor ID."""
    accepted = client_session(h).accepted
    assert accepted is not None
    accepted.vendor_ids.append(VendorId.FRAGMENTATION)


@pytest.mark.parametrize("order", ["forward", "backward"])
def test_am2_in_pieces(order: str) -> None:
    h = answered()
    parts = pieces(h.flying.pop().data, 100)
    assert len(parts) > 2
    for part in parts if order == "forward" else reversed(parts):
        h.client.receive(part, h.now, IKE)
    h.settle(h.client)
    assert h.said(Phase1Up) and h.client.dropped == {}


def test_a_protected_message_in_pieces() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    with_fragmentation(h)
    for part in pieces(
        unmarked(gateway.seal(Exchange.INFORMATIONAL, [notify(NotifyType.R_U_THERE, b"\0\0\0\1")], 7)), 30
    ):
        h.client.receive(part, h.now, IKE)
    h.drain()
    assert len(gateway.heard()) == 1


def test_fragments_of_a_peer_that_never_said_so_are_dropped() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    data = gateway.seal(Exchange.INFORMATIONAL, [notify(NotifyType.R_U_THERE, b"\0\0\0\1")], 7)
    for part in pieces(data, 60):
        h.client.receive(part, h.now, IKE)
    assert set(h.client.dropped) == {"fragment"}


def test_fragments_from_elsewhere_are_dropped() -> None:
    h = answered()
    for part in pieces(h.flying[0].data, 200):
        h.client.receive(part, h.now, (0, CLIENT, 500))
    assert set(h.client.dropped) == {"address"}


def test_an_incomplete_message_is_given_up_after_10_s() -> None:
    h = answered()
    parts = pieces(h.flying.pop().data, 200)
    h.client.receive(parts[0], h.now, IKE)
    assert h.client.deadline() is not None
    h.now += PATIENCE_MS
    h.client.timeout(h.now)
    h.flying.clear()
    for part in parts[1:]:
        h.client.receive(part, h.now, IKE)
    assert not h.said(Phase1Up)
    assert client_session(h).reassembly._bytes <= BYTES_MAX


def test_the_message_inside_must_be_this_sessions() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    with_fragmentation(h)
    good = bytearray(gateway.seal(Exchange.INFORMATIONAL, [notify(NotifyType.R_U_THERE, b"\0\0\0\1")], 7))
    good[8:16] = b"strange!"
    for part in pieces(bytes(good), 60):
        fixed = bytearray(part)
        fixed[8:16] = gateway.cookies[1]
        h.client.receive(bytes(fixed), h.now, IKE)
    h.drain()
    assert h.client.dropped == {"fragment": 1} and h.flying == []


def test_a_fragment_inside_a_fragment_is_refused() -> None:
    h = answered()
    inner = pieces(h.flying[0].data, 400)[0]
    for part in pieces(inner, 200):
        h.client.receive(part, h.now, IKE)
    assert h.client.dropped == {"fragment": 1}


def test_a_flood_of_fragments_is_bounded() -> None:
    h = answered()
    data = h.flying[0].data[:28] + bytes(20_000)
    for number in range(40):
        w = Writer(bytearray(2000))
        w.u16(7)
        w.u8(number + 1)
        w.u8(0)
        w.put(data[:1500])
        m = MessageWriter(bytearray(2000), data[:8], data[8:16], Exchange.AGGRESSIVE, 0)
        m.add(Payload.FRAG, bytes(w.buf[: w.at]))
        h.client.receive(bytes(m.buf[: m.finish()]), h.now, IKE)
    assert len(client_session(h).reassembly._pieces) <= FRAGMENTS_MAX
    assert client_session(h).reassembly._bytes <= BYTES_MAX
    h.step()
    assert h.said(Phase1Up), "the whole AM2 is still taken"


# --- the practice gateway without XAUTH ------------------------------------------------------------------------------


def test_a_gateway_without_xauth_is_believed() -> None:
    h = Handshake(transforms=OFFER, policy=Policy(xauth=False))
    h.run()
    status = h.client.status(h.session, h.now)
    assert status is not None and not status.xauth and status.state == State.UP
