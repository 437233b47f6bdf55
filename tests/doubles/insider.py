"""A gateway played by hand: it holds the keys of an ISAKMP SA and says whatever a test wants, with a valid HASH.

`say` seals and delivers one message to the client; `heard` opens what the client sent since. For the rules that an honest
gateway never breaks. The keys are copies: the client's own are zeroed when its session ends.
"""

from __future__ import annotations

from doubles.handshake import GATEWAY, PORTS, Datagram, Handshake

from ezvpn.ike import keys
from ezvpn.ike.exchange import Protection
from ezvpn.ike.keys import Phase1Keys
from ezvpn.ike.session import Session
from ezvpn.wire.attributes import ConfigMessage, parse_config, write_config
from ezvpn.wire.cursor import Writer
from ezvpn.wire.isakmp import HEADER_BYTES, Exchange, MessageWriter, Payload, parse_chain, parse_header
from ezvpn.wire.notify import Delete, Notify, parse_delete, parse_notify, write_delete, write_notify
from ezvpn.wire.sa import Proposal, write_sa

MARKER = bytes(4)


class Message:
    """One message of the client, opened. payloads: (type, body) without the HASH."""

    def __init__(self, kind: int, message_id: int, hash_value: bytes, payloads: list[tuple[int, bytes]]) -> None:
        self.kind = kind
        self.message_id = message_id
        self.hash_value = hash_value
        self.payloads = payloads

    def types(self) -> list[int]:
        return [kind for kind, _ in self.payloads]

    def body(self, payload: int) -> bytes:
        """The first payload of a type."""
        return next(data for kind, data in self.payloads if kind == payload)

    def notify(self) -> Notify:
        data = self.body(Payload.N)
        return parse_notify(data, 0, len(data))

    def delete(self) -> Delete:
        data = self.body(Payload.D)
        return parse_delete(data, 0, len(data))

    def config(self) -> ConfigMessage:
        data = self.body(Payload.ATTR)
        return parse_config(data, 0, len(data))


def unmarked(data: bytes) -> bytes:
    """Without the marker of port 4500."""
    return data[4:] if data[:4] == MARKER else data


def client_session(h: Handshake) -> Session:
    """The client's session: for looking at."""
    found = h.client._find(h.session)
    assert found is not None
    return found


class Insider:
    """Takes the gateway's place once phase 1 stands; the practice gateway hears nothing from here on."""

    def __init__(self, h: Handshake) -> None:
        session = client_session(h)
        own = session.sealed()
        k = own.keys
        copies = Phase1Keys(*(bytearray(p) for p in (k.skeyid, k.skeyid_d, k.skeyid_a, k.skeyid_e, k.cipher_key)))
        self.h = h
        self.protection = Protection(own.crypto, own.hash, own.cipher, copies, own.last_block)
        self.cookies = session.initiator_cookie, session.responder_cookie
        self.source = (session.socket, GATEWAY, PORTS[session.socket])
        self.last = b""  # the datagram of the last `say`, to be sent again
        # Each chain goes on where the last delivered message of its ID left it (RFC 2409 App. B).
        self._ivs: dict[int, bytes] = {}
        for seen in h.seen:
            message_id = parse_header(unmarked(seen.data)).message_id
            if message_id:
                self._ivs[message_id] = seen.data[-self.protection.block :]
        self._next = 0x1000

    def new_id(self) -> int:
        self._next += 1
        return self._next

    def seal(
        self, kind: int, payloads: list[tuple[int, bytes]], message_id: int, nonce: bytes = b"", digest: bytes = b""
    ) -> bytes:
        """A datagram with a valid HASH over these payloads (or with `digest` as HASH)."""
        w = MessageWriter(bytearray(8192), *self.cookies, kind, message_id)
        at = self.protection.begin(w)
        for payload, body in payloads:
            w.add(payload, body)
        if digest:
            w.buf[at : at + len(digest)] = digest
        else:
            self.protection.hash_rest(w, at, message_id, nonce)
        iv = self._ivs.get(message_id) or self.protection.first_iv(message_id)
        packet, self._ivs[message_id] = self.protection.seal(w, iv)
        return MARKER + packet if self.source[0] else packet

    def say(
        self,
        kind: int,
        *payloads: tuple[int, bytes],
        message_id: int = 0,
        nonce: bytes = b"",
        digest: bytes = b"",
        source: tuple[int, bytes, int] | None = None,
    ) -> int:
        """One message to the client; returns its message ID (a new one unless given)."""
        message_id = message_id or self.new_id()
        self.last = self.seal(kind, list(payloads), message_id, nonce, digest)
        self.h.deliver(Datagram(True, self.last, source or self.source))
        return message_id

    def again(self, datagram: bytes = b"") -> None:
        """The same bytes once more."""
        self.h.deliver(Datagram(True, datagram or self.last, self.source))

    def inform(self, *payloads: tuple[int, bytes]) -> int:
        return self.say(Exchange.INFORMATIONAL, *payloads)

    def transact(self, kind: int, *attributes: tuple[int, int | bytes], message_id: int = 0) -> int:
        return self.say(Exchange.TRANSACTION, config(kind, *attributes), message_id=message_id)

    def heard(self) -> list[Message]:
        """What the client sent since the last call, opened; repetitions of a sealed message come as they were."""
        out = []
        flying, self.h.flying = self.h.flying, []
        for datagram in flying:
            assert not datagram.to_client, "the practice gateway must be silent"
            if len(datagram.data) >= HEADER_BYTES:  # else a NAT keepalive
                out.append(self._open(unmarked(datagram.data)))
        return out

    def _open(self, data: bytes) -> Message:
        header = parse_header(data)
        iv = self._ivs.get(header.message_id) or self.protection.first_iv(header.message_id)
        plain, self._ivs[header.message_id] = self.protection.open(memoryview(data), header, iv)
        parts, _ = parse_chain(memoryview(plain), HEADER_BYTES, len(plain), header.next_payload)
        found = [(p.type, plain[p.start : p.end]) for p in parts]
        assert found and found[0][0] == Payload.HASH, "each message begins with HASH (RFC 2409 5.5, 5.7)"
        return Message(header.exchange, header.message_id, found[0][1], found[1:])

    def quick3_hash(self, message_id: int, ni: bytes, nr: bytes) -> bytes:
        p = self.protection
        return keys.quick3_hash(p.crypto, p.hash, p.keys.skeyid_a, message_id, ni, nr)


def notify(kind: int, data: bytes = b"", spi: bytes = b"", protocol: int = 1) -> tuple[int, bytes]:
    w = Writer(bytearray(600))
    write_notify(w, Notify(1, protocol, spi, kind, data))
    return Payload.N, bytes(w.buf[: w.at])


def delete(protocol: int, *spis: bytes, doi: int = 1) -> tuple[int, bytes]:
    w = Writer(bytearray(600))
    write_delete(w, Delete(doi, protocol, len(spis[0]), spis))
    return Payload.D, bytes(w.buf[: w.at])


def config(kind: int, *attributes: tuple[int, int | bytes], identifier: int = 7) -> tuple[int, bytes]:
    w = Writer(bytearray(6000))
    write_config(w, ConfigMessage(kind, identifier, attributes))
    return Payload.ATTR, bytes(w.buf[: w.at])


def sa(proposal: Proposal) -> tuple[int, bytes]:
    w = Writer(bytearray(4000))
    write_sa(w, (proposal,))
    return Payload.SA, bytes(w.buf[: w.at])


def opened(until: type, **options: object) -> tuple[Handshake, Insider]:
    """A client that has just said an event of kind `until`, in the hands of an insider; what it had sent is still flying."""
    h = Handshake(**options)  # type: ignore[arg-type]
    h.run(until)
    h.flying = [d for d in h.flying if not d.to_client]
    return h, Insider(h)
