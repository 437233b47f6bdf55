"""The five verbs: cookies to sessions, the order of what goes out, deadlines, bounds, keys at the end."""

import pytest
from doubles.am2 import OFFER, answered
from doubles.handshake import CLIENT, GATEWAY, PORTS, START, Counter, Datagram, Handshake
from doubles.insider import Insider, client_session, notify, opened

from ezvpn.crypto.choose import best
from ezvpn.ike.endpoint import SESSIONS_MAX, Endpoint
from ezvpn.ike.events import ChildDown, ChildUp, Configured, Dropped, Exchanged, Phase1Up, SessionDown
from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT, Attempt, ChildRequest, Selector
from ezvpn.ike.quick_mode import QuickInitiator
from ezvpn.ike.state import State
from ezvpn.log import Debug
from ezvpn.record import Secret
from ezvpn.wire.isakmp import Exchange, parse_header
from ezvpn.wire.notify import NotifyType
from ezvpn_hil.gateway.policy import ESP

IKE = (SOCKET_IKE, GATEWAY, 500)


def attempt(peer: bytes = GATEWAY, **options: object) -> Attempt:
    ports = options.pop("ports", PORTS)
    return Attempt(peer, CLIENT, ports, b"unity", Secret("group-secret"), OFFER, **options)  # type: ignore[arg-type]


def endpoint() -> Endpoint:
    return Endpoint(best(Counter(1)), Counter(2))


def sent(client: Endpoint, now: int = START) -> list[tuple[tuple[int, bytes, int], bytes]]:
    buf, out = bytearray(4096), []
    while size := client.transmit(buf, now):
        out.append((client.to, bytes(buf[:size])))
    return out


def events(client: Endpoint) -> list[object]:
    out = []
    while (event := client.event()) is not None:
        out.append(event)
    return out


# --- sessions ------------------------------------------------------------------------------------------------------


def test_session_ids_count_up_and_are_bounded() -> None:
    client = endpoint()
    assert [client.connect(attempt(), START) for _ in range(SESSIONS_MAX)] == list(range(1, SESSIONS_MAX + 1))
    with pytest.raises(ValueError, match="too many sessions"):
        client.connect(attempt(), START)


def test_several_sessions_each_hear_their_own_gateway() -> None:
    # Two attempts at one gateway (another DH group beside the first): cookies tell them apart.
    h = Handshake(transforms=OFFER)
    second = h.client.connect(attempt(), h.now)
    h.drain()
    assert [d.source for d in h.flying] == [(SOCKET_IKE, CLIENT, 500)] * 2
    h.run()
    assert sorted(e.session for e in h.said(Phase1Up)) == [h.session, second]
    assert len({client.initiator_cookie for client in h.client._sessions}) == 2


def test_unknown_commands_are_our_mistake_unless_the_session_may_just_have_ended() -> None:
    client = endpoint()
    with pytest.raises(ValueError, match="no session 9"):
        client.open_child(9, ChildRequest(Selector(bytes(4), bytes(4)), Selector(bytes(4), bytes(4)), ESP), START)
    client.close(9, START)
    client.abandon(9, START)
    client.note_inbound(9, START)
    assert client.status(9, START) is None


# --- receiving -----------------------------------------------------------------------------------------------------


def test_strangers_allocate_nothing() -> None:
    client = endpoint()
    stranger = Handshake(seed=9, transforms=OFFER).flying[0].data
    for _ in range(5):
        client.receive(stranger, START, IKE)
        client.receive(b"", START, IKE)
        client.receive(b"\xff", START, (SOCKET_NATT, GATEWAY, 4500))
    assert client.dropped == {"unknown-cookie": 5, "malformed": 5}
    assert len([e for e in events(client) if isinstance(e, Dropped)]) == 2, "told once a second, counted always"
    assert sent(client) == [] and client.deadline() is None


def test_a_wrong_responder_cookie_is_a_stranger_once_it_is_known() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.cookies = gateway.cookies[0], bytes(8)
    gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\1"))
    assert h.client.dropped == {"unknown-cookie": 1}


def test_the_view_is_not_kept() -> None:
    # The runtime receives the next datagram into the same buffer.
    h = answered()
    buf = bytearray(h.flying[0].data)
    h.client.receive(memoryview(buf), h.now, h.flying.pop().source)
    for i in range(len(buf)):
        buf[i] = 0
    h.settle(h.client)
    h.run()
    assert len(h.said(ChildUp)) == 1


# --- the order of what goes out --------------------------------------------------------------------------------------


def test_messages_go_out_in_the_order_they_were_made() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    for number in (1, 2, 3):
        h.client.receive(
            gateway.seal(Exchange.INFORMATIONAL, [notify(NotifyType.R_U_THERE, bytes([0, 0, 0, number]))], 90 + number),
            h.now,
            gateway.source,
        )
    h.client.close(h.session, h.now)
    h.drain()
    said = gateway.heard()
    assert [m.notify().data[-1] for m in said[:3]] == [1, 2, 3]
    assert [m.delete().protocol for m in said[3:]] == [3, 1]


def test_what_a_dead_session_had_to_say_still_goes_out() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    h.client.close(h.session, h.now)
    assert h.client.status(h.session, h.now) is None
    assert len(sent(h.client, h.now)) == 2
    assert sent(h.client, h.now) == []


def test_what_ended_is_remembered_for_a_minute_and_not_more_than_four() -> None:
    client = endpoint()
    assert client.deleted(START) == []
    for i in range(6):
        client.close(client.connect(attempt(), START + i), START + i)
    found = client.deleted(START + 6)
    assert [one.session for one in found] == [3, 4, 5, 6]
    assert {(one.peer, one.local, one.state, one.initiator) for one in found} == {
        (GATEWAY, CLIENT, "MM_NO_STATE", True)
    }
    assert [one.session for one in client.deleted(START + 3 + 60000)] == [5, 6]
    assert client.deleted(START + 5 + 60000) == []


def test_abandon_says_nothing() -> None:
    client = endpoint()
    session = client.connect(attempt(), START)
    pair = client._sessions[0].aggressive.pair
    client.abandon(session, START)
    assert sent(client) == [] and events(client) == [] and client.deadline() is None
    assert not any(pair.exponent), "but it forgets its secrets"


@pytest.mark.parametrize("local", [CLIENT, None])
def test_forced_nat_traversal_starts_on_4500_and_finds_a_nat(local: bytes | None) -> None:
    # Ports 500 and 4500 were not to be had: raw ESP is out of the question, so both sides must find a NAT.
    h = Handshake(transforms=OFFER)
    h.flying.clear()
    ports = (40500, 44500)
    session = h.client.connect(
        Attempt(GATEWAY, local, ports, b"unity", Secret("group-secret"), OFFER, force_natt=True), h.now
    )
    ((to, am1),) = sent(h.client, h.now)
    assert to == (SOCKET_NATT, GATEWAY, 4500) and am1[:4] == bytes(4)
    h.flying.append(Datagram(False, am1, (SOCKET_NATT, CLIENT, 44500)))
    while not h.said(Phase1Up):
        assert h.step()
    (up,) = h.said(Phase1Up)
    assert isinstance(up, Phase1Up)
    assert (up.session, up.natt, up.behind_nat, up.port) == (session, True, True, 4500)


# --- time ------------------------------------------------------------------------------------------------------------


def test_early_and_double_timeouts_change_nothing() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER, local=bytes([10, 0, 0, 1]))
    gateway.heard()
    while h.client.deadline() is not None:
        at = h.client.deadline()
        assert at is not None
        for early in (h.now, at - 1):
            h.client.timeout(early)
            assert sent(h.client, early) == [] and events(h.client) == []
        h.now = at
        h.client.timeout(at)
        sent(h.client, at)
        events(h.client)
        h.client.timeout(at)
        assert sent(h.client, at) == [] and events(h.client) == [], "twice is once"
        if h.now > START + 4_000_000:
            break


@pytest.mark.parametrize("until", [Phase1Up, Configured, ChildUp, None], ids=["AM3", "quick 1", "up", "AM1"])
@pytest.mark.parametrize("jump", [1, 999, 1000, 2999, 8000, 14_999, 15_000, 60_000, 7_200_000, 2**31])
def test_no_deadline_lies_in_the_past_after_timeout(until: type | None, jump: int) -> None:
    # Or the loop would spin.
    h = Handshake(transforms=OFFER)
    if until is not None:
        h.run(until)
    h.flying.clear()
    h.now += jump
    h.client.timeout(h.now)
    at = h.client.deadline()
    assert at is None or at > h.now
    h.drain()
    h.client.timeout(h.now)
    again = h.client.deadline()
    assert again is None or again > h.now


def test_a_year_of_silence_ends_and_stays_ended() -> None:
    h = Handshake(transforms=OFFER)
    h.flying.clear()
    h.now += 365 * 86_400_000
    h.client.timeout(h.now)
    h.drain()
    assert [e.cause for e in h.said(SessionDown)] == ["no-answer"]
    assert h.client.deadline() is None


# --- the end -----------------------------------------------------------------------------------------------------------


def test_every_key_is_zero_after_the_end() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER, pfs=2)
    gateway.heard()
    session = client_session(h)
    h.client.open_child(
        h.session, ChildRequest(Selector(bytes(4), bytes(4)), Selector(bytes(4), bytes(4)), ESP, 2), h.now
    )
    h.drain()
    tasks = [e.task for e in session.exchanges if isinstance(e.task, QuickInitiator)]
    keys = session.sealed().keys
    secrets = [
        keys.skeyid,
        keys.skeyid_d,
        keys.skeyid_a,
        keys.skeyid_e,
        keys.cipher_key,
        session.aggressive.pair.exponent,
    ]
    secrets += [task.pair.exponent for task in tasks if task.pair is not None]
    assert len(secrets) == 8 and any(any(secret) for secret in secrets)
    h.client.close(h.session, h.now)
    assert not any(any(secret) for secret in secrets)
    assert session.protection is None and session.state == State.DEAD
    assert h.client._core._spis == [], "and its SPIs are free"


def test_pairs_go_down_before_their_session() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    h.client.close(h.session, h.now, "because")
    h.drain()
    kinds = [type(e) for e in h.events[-2:]]
    assert kinds == [ChildDown, SessionDown]
    assert h.said(SessionDown)[0].cause == "because"  # type: ignore[attr-defined]


# --- tracing -----------------------------------------------------------------------------------------------------------


def test_a_trace_names_every_message_and_no_secret() -> None:
    h = Handshake(transforms=OFFER)
    h.client.trace = Debug.EXCHANGES
    assert h.client.trace
    h.run()
    shown = [e for e in h.events if isinstance(e, Exchanged)]
    assert [(e.outbound, e.exchange) for e in shown[:2]] == [(False, 4), (True, 4)]
    assert len(shown) == len(h.seen) - 1, "all but AM1, which was sent before"
    gateway = Insider(h)
    text = repr(h.events)
    for secret in (b"group-secret", b"alice-pass", bytes(gateway.protection.keys.cipher_key)):
        assert secret.hex() not in text and repr(secret)[2:-1] not in text
    for up in h.said(ChildUp):
        assert isinstance(up, ChildUp) and bytes(up.key_in).hex() not in text and repr(bytes(up.key_in)) not in text


def test_a_prepared_key_pair_is_used() -> None:
    client = endpoint()
    client.prepare(2, START)
    spare = client._core._pairs[2]
    client.connect(attempt(), START)
    assert client._sessions[0].aggressive.pair is spare
    assert parse_header(sent(client)[0][1]).exchange == Exchange.AGGRESSIVE
