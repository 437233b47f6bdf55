"""Quick mode payloads by hand: what an insider answers to the client's quick 1, honest or not."""

from __future__ import annotations

from collections.abc import Callable

from doubles.handshake import Handshake
from doubles.insider import Insider, Message, opened, sa

from ezvpn.ike import selectors
from ezvpn.ike.events import ChildFailed, ChildUp, Configured
from ezvpn.ike.params import Phase1Transform, Selector
from ezvpn.wire.cursor import Writer
from ezvpn.wire.inet import ipv4_bytes, mask_bytes
from ezvpn.wire.isakmp import Exchange, Payload
from ezvpn.wire.payloads import Identity, write_id
from ezvpn.wire.sa import Proposal, Protocol, Transform, parse_sa

OFFER = (Phase1Transform("aes", 128, "sha1", 2, 0),)
SPI = bytes.fromhex("c0ffee01")
NR = bytes(range(20))
Attributes = tuple[tuple[int, int | bytes], ...]


def net(text: str, protocol: int = 0, port: int = 0) -> Selector:
    address, length = text.split("/")
    return Selector(ipv4_bytes(address), mask_bytes(int(length)), protocol, port)


def identity(selector: Selector) -> tuple[int, bytes]:
    return raw_identity(selectors.to_identity(selector))


def raw_identity(value: Identity) -> tuple[int, bytes]:
    w = Writer(bytearray(64))
    write_id(w, value)
    return Payload.ID, bytes(w.buf[: w.at])


def quick1(pfs: int = 0) -> tuple[Handshake, Insider, Message]:
    """The client's Q1 is out and in our hands."""
    h, gateway = opened(Configured, transforms=OFFER, pfs=pfs)
    (q1,) = gateway.heard()
    assert q1.kind == Exchange.QUICK
    return h, gateway, q1


def offered(q1: Message) -> Proposal:
    body = q1.body(Payload.SA)
    return parse_sa(body, 0, len(body)).proposals[0]


def ids(q1: Message) -> list[tuple[int, bytes]]:
    return [payload for payload in q1.payloads if payload[0] == Payload.ID]


def answer_sa(q1: Message, index: int = 0, change: Callable[[Attributes], Attributes] = lambda a: a, spi: bytes = SPI):
    chosen = offered(q1).transforms[index]
    return sa(Proposal(1, Protocol.ESP, spi, (Transform(chosen.number, chosen.id, change(chosen.attributes)),)))


def answer(gateway: Insider, q1: Message, *payloads: tuple[int, bytes], nonce: bytes = b"") -> None:
    """Q2 with a valid HASH(2)."""
    gateway.say(Exchange.QUICK, *payloads, message_id=q1.message_id, nonce=nonce or q1.body(Payload.NONCE))


def whole(q1: Message, *more: tuple[int, bytes], **changes: object) -> tuple[tuple[int, bytes], ...]:
    """The payloads of an honest Q2, with `more` at the end."""
    return (answer_sa(q1, **changes), (Payload.NONCE, NR), *ids(q1), *more)  # type: ignore[arg-type]


def failures(h: Handshake) -> list[tuple[str, int]]:
    return [(e.cause, e.notify) for e in h.said(ChildFailed)]  # type: ignore[attr-defined]


def up(h: Handshake) -> ChildUp:
    (event,) = h.said(ChildUp)
    assert isinstance(event, ChildUp)
    return event
