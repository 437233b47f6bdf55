"""Informational exchanges: what is believed, what is answered, what a Delete may end (RFC 2408 3.14, 3.15; RFC 2409 5.7)."""

import pytest
from doubles.am2 import OFFER, answered
from doubles.handshake import GATEWAY, Handshake
from doubles.insider import Insider, client_session, delete, notify, opened

from ezvpn.ike.child import SHORTEST_LIFE_S
from ezvpn.ike.events import ChildDown, ChildUp, Hint, Phase1Up, Rekey, SessionDown
from ezvpn.ike.params import Phase1Transform
from ezvpn.ike.sa import SEEN_MAX
from ezvpn.ike.state import State
from ezvpn.wire.cursor import Writer
from ezvpn.wire.isakmp import Exchange, MessageWriter, Payload
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.sa import IkeAttribute, LifeType, write_attribute
from ezvpn_hil.gateway.policy import Policy

DAY = 86400
LIVED = (Phase1Transform("aes", 128, "sha1", 2, DAY),)


def tunnel(**options: object) -> tuple[Handshake, Insider, list[ChildUp]]:
    options.setdefault("transforms", OFFER)
    h = Handshake(**options)  # type: ignore[arg-type]
    h.run()
    return h, Insider(h), [e for e in h.said(ChildUp) if isinstance(e, ChildUp)]


def spi(number: int) -> bytes:
    return number.to_bytes(4, "big")


def down(h: Handshake) -> list[int]:
    """The pairs that went down, by child."""
    return [e.child for e in h.said(ChildDown)]  # type: ignore[attr-defined]


# --- Delete ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["spi_out", "spi_in"])
def test_a_delete_may_name_either_spi(which: str) -> None:
    # The text says the sender's inbound SPI; Cisco has sent the other one.
    h, gateway, (pair,) = tunnel()
    gateway.inform(delete(3, spi(getattr(pair, which))))
    assert [(e.child, e.reason) for e in h.said(ChildDown)] == [(pair.child, "deleted by peer")]
    assert h.flying == [], "deletes are not answered"
    assert client_session(h).state == State.UP


def test_one_delete_with_both_spis_is_one_end() -> None:
    # vpnc's way
    h, gateway, (pair,) = tunnel()
    gateway.inform(delete(3, spi(pair.spi_out), spi(pair.spi_in)))
    assert down(h) == [pair.child]


def test_several_spis_and_several_payloads_in_one_message() -> None:
    h, gateway, pairs = tunnel(policy=Policy(split=("203.0.113.0/24", "198.19.1.0/24", "10.0.0.0/8")))
    one, two, three = [spi(pair.spi_out) for pair in pairs]
    gateway.inform(delete(3, one, two), notify(NotifyType.REPLAY_STATUS), delete(3, three))
    assert sorted(down(h)) == sorted(pair.child for pair in pairs)


@pytest.mark.parametrize("doi", [0, 1])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_isakmp_delete_ends_the_session_wherever_it_stands(doi: int, order: tuple[int, int]) -> None:
    # RFC 2408 3.15 says DOI 0 for ISAKMP, most peers send 1.
    h, gateway, (pair,) = tunnel()
    rows = [delete(1, b"".join(gateway.cookies), doi=doi), delete(3, spi(pair.spi_out))]
    gateway.inform(*[rows[i] for i in order])
    assert down(h) == [pair.child]
    assert [e.cause for e in h.said(SessionDown)] == ["deleted-by-peer"]
    assert h.flying == [] and h.client.deadline() is None


def test_a_delete_of_something_else_changes_nothing() -> None:
    h, gateway, _ = tunnel()
    gateway.inform(delete(3, b"\1\2\3\4"))
    gateway.inform(delete(2, b"\1\2\3\4"))
    gateway.inform(delete(1, bytes(16)))
    gateway.inform(delete(1, gateway.cookies[1] + gateway.cookies[0]))
    assert not down(h) and not h.said(SessionDown)


def test_a_delete_of_a_pair_that_is_not_up_yet_waits_for_nothing() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER, policy=Policy(split=("203.0.113.0/24", "10.0.0.0/8")))
    (pending,) = [c for c in client_session(h).children if not c.up]
    gateway.inform(delete(3, spi(pending.spi_in)))
    assert not down(h) and pending in client_session(h).children


@pytest.mark.parametrize("body", [b"\0\0\0\1\3\4\0\2\1\2\3\4", b"\0\0\0\1\3\0\0\1", b"\0\0\0\1\3\4\0\0", b"\0\0\0\1\3"])
def test_a_malformed_delete_is_dropped(body: bytes) -> None:
    h, gateway, _ = tunnel()
    gateway.inform((Payload.D, body))
    assert h.client.dropped == {"malformed": 1} and not down(h)


# --- replay and forgery --------------------------------------------------------------------------------------------


def test_an_old_informational_is_not_processed_twice() -> None:
    h, gateway, _ = tunnel()
    gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\1"))
    h.flying.clear()
    gateway.again()
    assert h.flying == [] and h.client.dropped == {"replay": 1}


def test_our_own_informational_reflected_is_a_replay() -> None:
    # The keys and the order of cookies are the same both ways.
    h, gateway, _ = tunnel()
    gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\1"))
    ours = h.flying.pop().data
    gateway.again(ours)
    assert h.client.dropped == {"replay": 1}


def test_probes_do_not_push_quick_modes_out_of_the_memory_of_message_ids() -> None:
    # Hours of DPD, then a stranger replays XAUTH's SET and Mode Config's REPLY.
    h, gateway, _ = tunnel()
    old = [d.data for d in h.seen[2:] if d.to_client]
    h.now += 120_000
    h.client.timeout(h.now)
    for number in range(SEEN_MAX + 10):
        gateway.inform(notify(NotifyType.R_U_THERE, number.to_bytes(4, "big")))
        h.flying.clear()
    events = len(h.events)
    for data in old:
        gateway.again(data)
    assert h.client.dropped == {"replay": len(old)}
    assert len([e for e in h.events[events:] if type(e).__name__ != "Dropped"]) == 0


def test_an_informational_under_a_quick_modes_message_id_is_swallowed() -> None:
    # CONNECTED after the commit bit (RFC 2408 4.8), which we ignore.
    h, gateway, _ = tunnel()
    number = next(e.message_id for e in client_session(h).exchanges if e.kind == Exchange.QUICK)
    gateway.say(Exchange.INFORMATIONAL, notify(NotifyType.CONNECTED), message_id=number)
    assert h.client.dropped == {"state": 1} and client_session(h).state == State.UP


@pytest.mark.parametrize("rows", [[delete(1, bytes(16))], [notify(NotifyType.NO_PROPOSAL_CHOSEN)]], ids=["D", "N"])
def test_nothing_unprotected_is_believed_under_the_isakmp_sa(rows: list[tuple[int, bytes]]) -> None:
    h, gateway, _ = tunnel()
    w = MessageWriter(bytearray(200), *gateway.cookies, Exchange.INFORMATIONAL, 9)
    for kind, body in rows:
        w.add(kind, body)
    gateway.again(bytes(w.buf[: w.finish()]))
    assert h.client.dropped == {"unencrypted": 1} and not h.said(SessionDown)


# --- hints -------------------------------------------------------------------------------------------------------------


def hint(h: Handshake, kind: int, source: bytes = GATEWAY) -> None:
    w = MessageWriter(bytearray(200), h.seen[0].data[:8], b"anything", Exchange.INFORMATIONAL, 9)
    w.add(*notify(kind))
    h.client.receive(bytes(w.buf[: w.finish()]), h.now, (0, source, 500))
    h.drain()


def test_an_unprotected_notify_before_phase_1_is_a_hint() -> None:
    h = answered()
    hint(h, NotifyType.NO_PROPOSAL_CHOSEN)
    assert [(e.notify, e.name) for e in h.said(Hint)] == [(14, "NO-PROPOSAL-CHOSEN")]
    assert client_session(h).state == State.AM1_SENT
    h.step()
    assert h.said(Phase1Up), "the answer still wins"


def test_a_hint_from_elsewhere_is_dropped() -> None:
    h = answered()
    hint(h, NotifyType.NO_PROPOSAL_CHOSEN, bytes(4))
    assert h.client.dropped == {"address": 1} and not h.said(Hint)


def test_an_unprotected_probe_is_not_answered() -> None:
    # RFC 3706 5.2: MUST be rejected.
    h = answered()
    h.flying.clear()
    hint(h, NotifyType.R_U_THERE)
    assert h.flying == []


# --- lifetimes -------------------------------------------------------------------------------------------------------


def lifetime(seconds: int) -> tuple[int, bytes]:
    w = Writer(bytearray(64))
    write_attribute(w, IkeAttribute.LIFE_TYPE, LifeType.SECONDS)
    write_attribute(w, IkeAttribute.LIFE_DURATION, seconds)
    return notify(NotifyType.RESPONDER_LIFETIME, bytes(w.buf[: w.at]), bytes(16))


@pytest.mark.parametrize(("said", "life_s"), [(3600, 3600), (2 * DAY, DAY), (1, SHORTEST_LIFE_S)])
def test_responder_lifetime_of_the_isakmp_sa_only_shortens(said: int, life_s: int) -> None:
    h, gateway, _ = tunnel(transforms=LIVED)
    began = h.now
    h.now += 10_000
    gateway.inform(lifetime(said))
    assert client_session(h).status(h.now).remaining_s == life_s - 10
    rekey = h.client.deadline()
    assert rekey is not None and rekey < began + life_s * 900 + 1


def test_a_life_that_is_over_already_ends_at_once_and_not_in_circles() -> None:
    h, gateway, _ = tunnel(transforms=LIVED)
    h.now += 600_000
    gateway.inform(lifetime(60))
    h.client.timeout(h.now)
    h.drain()
    assert [e.what for e in h.said(Rekey) if e.what == "phase1"] == ["phase1"]  # type: ignore[attr-defined]
    assert [e.cause for e in h.said(SessionDown)] == ["lifetime"]
    assert h.client.deadline() is None


def test_a_renewal_that_was_asked_for_is_not_asked_for_twice() -> None:
    h, gateway, _ = tunnel(transforms=LIVED)
    h.now = client_session(h).started + 85_000_000
    h.client.timeout(h.now)
    gateway.inform(lifetime(86_000))
    h.client.timeout(h.now)
    h.drain()
    assert len([e for e in h.said(Rekey) if e.what == "phase1"]) == 1  # type: ignore[attr-defined]


# --- what we send ----------------------------------------------------------------------------------------------------


def test_initial_contact_goes_out_once_alone_and_protected() -> None:
    # RFC 2407 4.6.3: under the ISAKMP SA; not in AM3, which authenticates nothing.
    h, gateway = opened(Phase1Up, transforms=OFFER, answer=False)
    h.flying.clear()
    for _ in range(3):
        gateway.inform(notify(NotifyType.REPLAY_STATUS))
    said = [m.notify() for m in gateway.heard()]
    assert [(n.type, n.protocol, n.spi) for n in said] == [(24578, 1, b"".join(gateway.cookies))]


def test_a_close_sends_one_spi_a_message_esp_first() -> None:
    # Two SPIs in one Delete have killed a real gateway.
    h, gateway, pairs = tunnel(policy=Policy(split=("203.0.113.0/24", "10.0.0.0/8")))
    h.client.close(h.session, h.now)
    h.drain()
    said = [m.delete() for m in gateway.heard()]
    assert [(d.doi, d.protocol, len(d.spis)) for d in said] == [(1, 3, 1), (1, 3, 1), (1, 1, 1)]
    assert [d.spis[0] for d in said[:2]] == [spi(pair.spi_in) for pair in pairs]


def test_informationals_are_never_repeated() -> None:
    # RFC 2408 5.14
    h, gateway, _ = tunnel()
    gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\1"))
    h.flying.clear()
    h.now += 60_000
    h.client.timeout(h.now)
    h.drain()
    assert h.flying == []


def test_keepalives_of_ios_and_unknown_notifies_are_ignored() -> None:
    h, gateway, _ = tunnel()
    for kind in (32768, 32769, 40500, 40501, 40502, 30000, 65535, 24577):
        gateway.inform(notify(kind, b"\1\2\3\4"))
    assert h.flying == [] and h.client.dropped == {} and client_session(h).state == State.UP
