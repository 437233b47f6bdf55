"""Answering R-U-THERE, and what counts as a sign of life (RFC 3706 5, 6; protocol 10)."""

import pytest
from doubles.am2 import OFFER
from doubles.handshake import Handshake
from doubles.insider import Insider, client_session, notify, opened

from ezvpn.ike.dpd import Scheme, agreed
from ezvpn.ike.events import ChildUp, Hint, Phase1Up
from ezvpn.wire.notify import NotifyType, parse_notify


def tunnel() -> tuple[Handshake, Insider]:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    return h, gateway


def probe(gateway: Insider, number: int, spi: bytes | None = None) -> list[int]:
    """The numbers of the answers."""
    spi = b"".join(gateway.cookies) if spi is None else spi
    gateway.inform(notify(NotifyType.R_U_THERE, number.to_bytes(4, "big"), spi))
    return numbers(gateway)


def numbers(gateway: Insider) -> list[int]:
    said = [m.notify() for m in gateway.heard()]
    assert {n.type for n in said} <= {NotifyType.R_U_THERE_ACK}
    return [int.from_bytes(n.data, "big") for n in said]


def test_an_answer_echoes_the_number_in_network_order_and_names_the_cookies() -> None:
    h, gateway = tunnel()
    gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\1\2", b"".join(gateway.cookies)))
    (message,) = gateway.heard()
    ack = message.notify()
    assert (ack.doi, ack.protocol, ack.type, ack.data) == (1, 1, 36137, b"\0\0\1\2")
    assert ack.spi == b"".join(gateway.cookies)
    assert [kind for kind, _ in message.payloads] == [11], "HASH, N and nothing else"


@pytest.mark.parametrize("number", [0, 1, 2**31 - 1, 2**31, 2**32 - 1])
def test_every_number_is_answered(number: int) -> None:
    _, gateway = tunnel()
    assert probe(gateway, number) == [number]


def test_old_and_equal_numbers_are_answered_but_prove_no_life() -> None:
    # RFC 3706 5.2 MUST over 6.2 SHOULD.
    h, gateway = tunnel()
    dpd, fresh = client_session(h).dpd, []
    hello = dpd.hello
    dpd.hello = lambda notify, now: fresh.append(hello(notify, now)) or fresh[-1]  # type: ignore[method-assign,func-returns-value]
    assert [probe(gateway, n) for n in (7, 7, 6, 8)] == [[7], [7], [6], [8]]
    assert fresh == [True, False, False, True]
    assert (dpd.highest, dpd.answered) == (8, 4)


def test_an_empty_spi_is_let_pass_a_wrong_one_is_not() -> None:
    # RFC 3706 6.1; RFC 2408 3.14 has the SPI of an ISAKMP notify ignored.
    _, gateway = tunnel()
    assert probe(gateway, 1, b"") == [1]
    assert probe(gateway, 2, gateway.cookies[1] + gateway.cookies[0]) == []
    assert probe(gateway, 3, bytes(16)) == []


@pytest.mark.parametrize("data", [b"", b"\0\0\1", b"\0\0\0\0\1"])
def test_a_number_of_the_wrong_size_is_ignored(data: bytes) -> None:
    _, gateway = tunnel()
    gateway.inform(notify(NotifyType.R_U_THERE, data))
    assert numbers(gateway) == []


def test_several_probes_in_one_message_are_answered_in_order() -> None:
    _, gateway = tunnel()
    gateway.inform(*[notify(NotifyType.R_U_THERE, bytes([0, 0, 0, n])) for n in (1, 2, 3)])
    assert numbers(gateway) == [1, 2, 3]


def test_each_answer_is_a_message_of_its_own() -> None:
    h, gateway = tunnel()
    probe_ids = []
    for n in (1, 2, 3):
        gateway.inform(notify(NotifyType.R_U_THERE, bytes([0, 0, 0, n])))
        probe_ids += [m.message_id for m in gateway.heard()]
    assert len(set(probe_ids)) == 3


def test_probes_are_answered_during_xauth_too() -> None:
    h, gateway = opened(Phase1Up, transforms=OFFER, answer=False)
    h.flying.clear()
    gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\5"))
    said = [parse_notify(body, 0, len(body)) for m in gateway.heard() for _, body in m.payloads]
    assert [n.type for n in said] == [NotifyType.INITIAL_CONTACT, NotifyType.R_U_THERE_ACK]


def test_an_answer_that_nobody_asked_for_is_refused() -> None:
    h, gateway = tunnel()
    gateway.inform(notify(NotifyType.R_U_THERE_ACK, b"\0\0\0\1"))
    assert gateway.heard() == [] and h.client.dropped == {"dpd-number": 1}


@pytest.mark.parametrize("kind", [NotifyType.IOS_KEEP_ALIVE_REQ, NotifyType.IOS_KEEP_ALIVE_ACK])
def test_keepalives_of_ios_are_named_and_not_answered(kind: int) -> None:
    h, gateway = tunnel()
    gateway.inform(notify(kind))
    assert gateway.heard() == []
    assert [e.notify for e in h.said(Hint)] == [kind]


@pytest.mark.parametrize(
    ("peer_dpd", "peer_ios", "easy_vpn", "scheme"),
    [
        (True, False, True, Scheme.DPD),
        (True, True, False, Scheme.DPD),
        (False, True, False, Scheme.IOS),
        (False, True, True, Scheme.NONE),  # "IOS keepalives are not supported for Easy VPN remote configurations"
        (False, False, False, Scheme.NONE),
    ],
)
def test_what_is_agreed(peer_dpd: bool, peer_ios: bool, easy_vpn: bool, scheme: str) -> None:
    assert agreed(peer_dpd, peer_ios, easy_vpn) == scheme
