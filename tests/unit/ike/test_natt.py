"""NAT traversal: who is behind a NAT, the float to 4500, keepalives, who follows whom (RFC 3947, RFC 3948)."""

import pytest
from doubles.am2 import OFFER, answered, arrive, changed
from doubles.handshake import CLIENT, GATEWAY, PORTS, Handshake
from doubles.insider import Insider, client_session, notify, opened

from ezvpn.ike import keys
from ezvpn.ike.endpoint import NAT_KEEPALIVE, NON_ESP_MARKER
from ezvpn.ike.events import ChildUp, PeerMoved, Phase1Up, SessionDown
from ezvpn.ike.natt import FLAVOURS, NatT, flavour_of
from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT
from ezvpn.wire.isakmp import HEADER_BYTES, Exchange, Payload, parse_chain, parse_header
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.payloads import VendorId
from ezvpn.wire.sa import Encapsulation
from ezvpn_hil.gateway.policy import Policy

ELSEWHERE = bytes([203, 0, 113, 66])
BEHIND = {"local": bytes([192, 168, 1, 2])}  # what we think we are; the gateway sees 198.51.100.2


def up(h: Handshake) -> Phase1Up:
    (event,) = h.said(Phase1Up)
    assert isinstance(event, Phase1Up)
    return event


def nat_d(h: Handshake, address: bytes, port: int) -> bytes:
    data = h.flying[0].data
    header = parse_header(data)
    crypto = h.client._core.crypto
    return keys.nat_d(crypto, "sha1", header.initiator_cookie, header.responder_cookie, address, port)


def after_am2(*found: bytes, payload: int = Payload.NAT_D, port: int = 500) -> Handshake:
    """An AM2 with these NAT-D payloads has arrived, from this source port."""
    h = answered()

    def change(rows: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        return [row for row in rows if row[0] != Payload.NAT_D] + [(payload, body) for body in found]

    arrive(h, changed(h, change), (SOCKET_IKE, GATEWAY, port))
    return h


# --- detection -----------------------------------------------------------------------------------------------------


def test_no_nat() -> None:
    h = answered()
    h.step()
    assert not up(h).natt and not up(h).behind_nat
    assert h.flying[0].source[0] == SOCKET_IKE, "AM3 stays on 500"


@pytest.mark.parametrize(
    ("destination", "sources", "ours", "theirs"),
    [
        ("right", ["right"], False, False),
        ("wrong", ["right"], True, False),
        ("right", ["wrong"], False, True),
        ("wrong", ["wrong"], True, True),
        ("right", ["wrong", "right"], False, False),
        ("right", ["wrong", "wrong"], False, True),
    ],
    ids=["none", "we", "peer", "both", "peer has two addresses", "peer has two others"],
)
def test_the_first_nat_d_is_about_us_the_others_about_the_peer(
    destination: str, sources: list[str], ours: bool, theirs: bool
) -> None:
    # RFC 3947 3.2
    h = answered()
    us = nat_d(h, CLIENT if destination == "right" else ELSEWHERE, 500)
    peers = [nat_d(h, GATEWAY if word == "right" else ELSEWHERE, 500) for word in sources]
    h = after_am2(us, *peers)
    natt = client_session(h).natt
    assert (natt.we_are_behind, natt.peer_is_behind) == (ours, theirs)
    assert up(h).natt is (ours or theirs)
    assert h.flying[-1].source[0] == (SOCKET_NATT if ours or theirs else SOCKET_IKE)


def test_a_nat_that_changes_the_peers_port_only() -> None:
    # The NAT-D says 500, the datagram came from 61000: the source of this very packet counts.
    h = answered()
    h = after_am2(nat_d(h, CLIENT, 500), nat_d(h, GATEWAY, 500), port=61000)
    assert client_session(h).natt.peer_is_behind and up(h).natt


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_nat_d_mean_no_nat_traversal(count: int) -> None:
    h = answered()
    h = after_am2(*[nat_d(h, ELSEWHERE, 500)] * count)
    assert not up(h).natt and client_session(h).natt.flavour is None


def test_without_the_vendor_id_nat_d_means_nothing() -> None:
    # RFC 3947 3.1: both sides must have sent it.
    h = answered(**BEHIND)
    arrive(h, changed(h, lambda rows: [row for row in rows if row != (Payload.VID, VendorId.NATT_RFC)]))
    assert not up(h).natt


def test_unknown_local_address_and_forced_nat_traversal_look_like_a_nat() -> None:
    h = answered(local=None)
    h.step()
    assert up(h).behind_nat and h.flying[0].source[0] == SOCKET_NATT


def test_am3_names_the_peer_first_then_us_on_the_floated_ports() -> None:
    h = answered(**BEHIND)
    responder = h.gateway.sessions[0]
    h.step()
    protection = responder.sealed()
    data = h.flying[0].data[4:]
    plain, _ = protection.open(memoryview(data), parse_header(data), responder._iv)
    parts, _ = parse_chain(memoryview(plain), HEADER_BYTES, len(plain), parse_header(data).next_payload)
    found = [plain[p.start : p.end] for p in parts if p.type == Payload.NAT_D]
    cookies = responder.initiator_cookie, responder.responder_cookie
    assert found == [
        keys.nat_d(protection.crypto, "sha1", *cookies, GATEWAY, 4500),
        keys.nat_d(protection.crypto, "sha1", *cookies, BEHIND["local"], 4500),
    ]


# --- flavours ------------------------------------------------------------------------------------------------------


def test_the_best_flavour_that_both_name_is_used() -> None:
    assert flavour_of([]) is None
    assert flavour_of([VendorId.NATT_00, VendorId.NATT_08]) is None
    for i in range(len(FLAVOURS)):
        named = [flavour.vendor_id for flavour in reversed(FLAVOURS[i:])]
        assert flavour_of(named) is FLAVOURS[i]


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda f: f"{f.nat_d}-{f.udp_tunnel}")
def test_each_flavour_with_its_numbers(flavour) -> None:
    h = answered(**BEHIND)

    def change(rows: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        rows = [(kind, flavour.vendor_id if body == VendorId.NATT_RFC else body) for kind, body in rows]
        return [(flavour.nat_d if kind == Payload.NAT_D else kind, body) for kind, body in rows]

    arrive(h, changed(h, change))
    assert up(h).natt and client_session(h).natt.encapsulation() == flavour.udp_tunnel


def test_encapsulation_numbers() -> None:
    natt = NatT()
    assert natt.encapsulation() == Encapsulation.TUNNEL
    natt.we_are_behind = True
    assert natt.encapsulation() == Encapsulation.TUNNEL, "no flavour, no encapsulation"
    natt.flavour = FLAVOURS[0]
    assert natt.encapsulation() == Encapsulation.UDP_TUNNEL == 3
    natt.flavour = FLAVOURS[1]
    assert natt.encapsulation() == Encapsulation.UDP_TUNNEL_DRAFT == 61443


# --- the float -----------------------------------------------------------------------------------------------------


def test_everything_after_am2_goes_over_4500_behind_the_marker() -> None:
    h = Handshake(transforms=OFFER, **BEHIND)  # type: ignore[arg-type]
    h.run()
    assert [d.source[0] for d in h.seen[:2]] == [SOCKET_IKE] * 2
    for datagram in h.seen[2:]:
        assert datagram.source[0] == SOCKET_NATT and datagram.data[:4] == NON_ESP_MARKER
    (child,) = h.said(ChildUp)
    assert isinstance(child, ChildUp) and child.encap and child.peer_port == 4500


def test_am2_repeated_on_500_after_the_float_gets_am3_on_4500() -> None:
    h = answered(**BEHIND)
    am2 = h.flying[0]
    h.step()
    am3 = h.flying.pop()
    h.deliver(am2)
    assert [(d.data, d.source[0]) for d in h.flying] == [(am3.data, SOCKET_NATT)]


def test_the_peer_without_nat_traversal_keeps_us_on_500() -> None:
    h = Handshake(transforms=OFFER, policy=Policy(natt=False), **BEHIND)  # type: ignore[arg-type]
    h.run()
    assert {d.source[0] for d in h.seen} == {SOCKET_IKE}


# --- keepalives ------------------------------------------------------------------------------------------------------


def tunnel(**options: object) -> tuple[Handshake, Insider]:
    h, gateway = opened(ChildUp, transforms=OFFER, **options)
    gateway.heard()
    (pair,) = (e for e in h.said(ChildUp) if isinstance(e, ChildUp))
    h.client.note_inbound(h.session, h.now, pair.spi_in)  # quick 3 need not go out again
    return h, gateway


def keepalives(h: Handshake, until: int) -> list[int]:
    """When 0xFF went out, in ms from now; time goes from deadline to deadline."""
    start, found = h.now, []
    while (at := h.client.deadline()) is not None and at <= start + until:
        h.now = at
        h.client.timeout(at)
        h.drain()
        found += [at - start for d in h.flying if d.data == NAT_KEEPALIVE and d.source[0] == SOCKET_NATT]
        h.flying.clear()
    return found


def test_a_keepalive_every_20_s_behind_a_nat() -> None:
    h, _ = tunnel(**BEHIND)
    assert keepalives(h, 100_000) == [20_000, 40_000, 60_000, 80_000, 100_000]


def test_no_keepalive_without_a_nat_on_our_side() -> None:
    h, _ = tunnel()
    assert keepalives(h, 100_000) == []


def test_a_keepalive_only_if_nothing_else_was_sent() -> None:
    # RFC 3948 4. An R-U-THERE is answered at 15 s.
    h, gateway = tunnel(**BEHIND)
    h.now += 15_000
    gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\1", b"".join(gateway.cookies)))
    h.flying.clear()
    assert keepalives(h, 25_000) == [20_000]


def test_received_keepalives_are_swallowed() -> None:
    h, _ = tunnel(**BEHIND)
    before = dict(h.client.dropped), h.client.deadline()
    h.client.receive(NAT_KEEPALIVE, h.now, (SOCKET_NATT, GATEWAY, 4500))
    assert (dict(h.client.dropped), h.client.deadline()) == before


@pytest.mark.parametrize("data", [b"", b"\xff\xff", b"\0\0\0\0\xff", b"\0\0\0\1esp packet", b"\0\0\0\0"])
def test_what_is_neither_ike_nor_keepalive_is_counted(data: bytes) -> None:
    h, _ = tunnel(**BEHIND)
    h.client.receive(data, h.now, (SOCKET_NATT, GATEWAY, 4500))
    assert sum(h.client.dropped.values()) == 1


# --- moving peers ------------------------------------------------------------------------------------------------------


def peer_behind_nat() -> tuple[Handshake, Insider]:
    """Only the gateway is behind a NAT: we follow it."""
    h = answered()
    h = after_am2(nat_d(h, CLIENT, 500), nat_d(h, ELSEWHERE, 500))
    h.flying.clear()
    gateway = Insider(h)
    assert gateway.source == (SOCKET_NATT, GATEWAY, PORTS[SOCKET_NATT])
    return h, gateway


MOVED = [(SOCKET_NATT, GATEWAY, 4501), (SOCKET_NATT, ELSEWHERE, 4500)]


@pytest.mark.parametrize("source", MOVED, ids=["port 4501", "another address"])
def test_an_authenticated_message_moves_the_peer(source: tuple[int, bytes, int]) -> None:
    h, gateway = peer_behind_nat()
    gateway.say(Exchange.INFORMATIONAL, notify(NotifyType.REPLAY_STATUS), source=source)
    (moved,) = h.said(PeerMoved)
    assert isinstance(moved, PeerMoved) and (moved.peer, moved.port) == source[1:]
    h.client.close(h.session, h.now)
    buf = bytearray(2000)
    h.client.transmit(buf, h.now)
    assert h.client.to == source, "what we send follows"


@pytest.mark.parametrize("source", MOVED, ids=["port 4501", "another address"])
def test_an_old_or_forged_message_does_not(source: tuple[int, bytes, int]) -> None:
    h, gateway = peer_behind_nat()
    gateway.say(Exchange.INFORMATIONAL, notify(NotifyType.REPLAY_STATUS))
    forged = gateway.last[:-1] + bytes([gateway.last[-1] ^ 1])
    for data in (gateway.last, forged, NAT_KEEPALIVE):
        h.client.receive(data, h.now, source)
    h.drain()
    assert not h.said(PeerMoved)


@pytest.mark.parametrize("source", MOVED, ids=["port 4501", "another address"])
def test_behind_a_nat_ourselves_we_follow_nobody(source: tuple[int, bytes, int]) -> None:
    # RFC 3947 7: the end behind the NAT MUST NOT.
    h, gateway = tunnel(**BEHIND)
    gateway.say(Exchange.INFORMATIONAL, notify(NotifyType.REPLAY_STATUS), source=source)
    assert not h.said(PeerMoved) and client_session(h).peer == GATEWAY
    assert not h.said(SessionDown)


def test_a_late_informational_on_500_moves_nobody() -> None:
    # RFC 3947 4: after the float it may be processed, no more.
    h, gateway = peer_behind_nat()
    packet = gateway.seal(Exchange.INFORMATIONAL, [notify(NotifyType.R_U_THERE, b"\0\0\0\1")], 77)
    h.client.receive(packet[4:], h.now, (SOCKET_IKE, ELSEWHERE, 500))
    h.drain()
    assert not h.said(PeerMoved) and client_session(h).socket == SOCKET_NATT
