"""The practice gateway's AM2, taken apart and put together again: what a test changes of it, proven or not.

HASH_R covers nonces, KE, cookies, the offer and IDir only (RFC 2409 5); `changed(…, prove=True)` makes it right again, which
takes the group key.
"""

from __future__ import annotations

from collections.abc import Callable

from doubles.handshake import Datagram, Handshake

from ezvpn.ike import keys
from ezvpn.ike.params import Phase1Transform
from ezvpn.wire.isakmp import HEADER_BYTES, Exchange, MessageWriter, Payload, parse_chain, parse_header

Rows = list[tuple[int, bytes]]
# One cheap transform: the Diffie-Hellman is not what these tests are about.
OFFER = (Phase1Transform("aes", 128, "sha1", 2, 0),)


def answered(**options: object) -> Handshake:
    """AM1 -> , and AM2 flies."""
    options.setdefault("transforms", OFFER)
    h = Handshake(**options)  # type: ignore[arg-type]
    h.step()
    assert len(h.flying) == 1 and h.flying[0].to_client
    return h


def payloads(data: bytes) -> Rows:
    view = memoryview(data)
    parts, _ = parse_chain(view, HEADER_BYTES, len(view), parse_header(view).next_payload)
    return [(part.type, data[part.start : part.end]) for part in parts]


def written(data: bytes, rows: Rows, cookie: bytes | None = None, message_id: int = 0, flags: int = 0) -> bytes:
    """A message with the header of `data` and these payloads."""
    header = parse_header(data)
    buf = bytearray(8192)
    w = MessageWriter(
        buf,
        header.initiator_cookie,
        header.responder_cookie if cookie is None else cookie,
        Exchange.AGGRESSIVE,
        message_id,
        flags,
    )
    for kind, body in rows:
        w.add(kind, body)
    return bytes(buf[: w.finish()])


def changed(h: Handshake, change: Callable[[Rows], Rows], prove: bool = False, **header: object) -> bytes:
    """The flying AM2 with other payloads."""
    data = h.flying[0].data
    rows = change(payloads(data))
    if prove:
        rows = [(kind, _hash_r(h, rows) if kind == Payload.HASH else body) for kind, body in rows]
    return written(data, rows, **header)  # type: ignore[arg-type]


def _hash_r(h: Handshake, rows: Rows) -> bytes:
    gateway = h.gateway.sessions[0]
    am1 = payloads(h.seen[0].data)
    protection = gateway.sealed()

    def of(found: Rows, payload: int) -> bytes:
        return next(body for kind, body in found if kind == payload)

    return keys.auth_hash(
        protection.crypto,
        protection.hash,
        protection.keys.skeyid,
        of(rows, Payload.KE),
        of(am1, Payload.KE),
        gateway.responder_cookie,
        gateway.initiator_cookie,
        of(am1, Payload.SA),
        of(rows, Payload.ID),
    )


def arrive(h: Handshake, data: bytes, source: tuple[int, bytes, int] | None = None) -> None:
    """This datagram reaches the client in the place of AM2."""
    h.deliver(Datagram(True, data, source or h.flying[0].source))


def without(payload: int) -> Callable[[Rows], Rows]:
    return lambda rows: [row for row in rows if row[0] != payload]


def with_more(*more: tuple[int, bytes]) -> Callable[[Rows], Rows]:
    return lambda rows: [*rows, *more]


def replaced(payload: int, body: bytes) -> Callable[[Rows], Rows]:
    return lambda rows: [(kind, body if kind == payload else data) for kind, data in rows]
