"""Mutated datagrams into `Endpoint.receive`, in every state of a session.

    python -m fuzz.receive [--count 1000000] [--seed 1] [--state STATE]

Two attackers. The outsider mutates what it saw on the wire: nothing may raise, and nothing may change. Two exceptions: an AM2
whose unauthenticated parts still lie within our offer, and a genuine message whose unauthenticated frame was touched (no HASH
covers the header's flags and length, nor what follows the payloads as padding); of main mode the first four messages are
not authenticated at all. The insider holds the keys and sends nonsense with a valid HASH: things may change, but nothing may
raise and nothing may grow.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from doubles.handshake import CLIENT, GATEWAY, Handshake

from ezvpn.ike.core import EVENTS_MAX
from ezvpn.ike.events import Traced
from ezvpn.ike.params import Phase1Transform
from ezvpn.ike.phase1_session import Phase1Session
from ezvpn.ike.sa import EXCHANGES_MAX, QUEUE_MAX, SEEN_MAX
from ezvpn.ike.session import Session
from ezvpn.ike.state import State
from ezvpn.log import Debug, LogRecord
from ezvpn.wire.isakmp import HEADER_BYTES, Exchange, MessageWriter, Payload, parse_chain, parse_header
from fuzz.peers import STEPS as PEER_STEPS
from fuzz.peers import PeerTarget

# One cheap group: the Diffie-Hellman is not what is tested here.
OFFER = tuple(Phase1Transform("aes", bits, name, 2, 0) for bits in (256, 128) for name in ("sha256", "sha1"))
# State -> how many datagrams have been delivered when a session is in it.
STEPS = {State.AM1_SENT: 1, State.AM3_SENT: 3, State.XAUTH: 4, State.CONFIG: 9, State.UP: 13}
# A session takes this many datagrams before a fresh one takes its place (an AM1 stops answering after a few forged AM2).
PER_SESSION = 200
# What an insider puts behind the HASH: chains that the rules let pass, or () for any; 0 is any payload.
ANY_SHAPE: tuple[tuple[int, ...], ...] = ((),)
ANY_PAYLOAD = (1, 4, 5, 5, 8, 10, 11, 11, 12, 12, 13, 14, 14, 14, 20, 21, 130, 131, 0)
SHAPES = {
    Exchange.INFORMATIONAL: ((11,), (12,), (11, 11, 12), (12, 12, 13)),
    Exchange.TRANSACTION: ((14,), (14, 11), (13, 14)),
    Exchange.QUICK: ((1, 10, 5, 5), (1, 10, 4, 5, 5), (1, 10), (10, 5, 5, 1, 11)),
}
COVERED_BY_HASH_R = (Payload.KE, Payload.NONCE, Payload.ID, Payload.HASH)


class Target:
    """A session in one state, and what an attacker on the path has seen of it."""

    def __init__(self, state: str, seed: int) -> None:
        self.state = state
        self.h = Handshake(seed, transforms=OFFER, answer=state != State.XAUTH)
        while self.session().state != state or len(self.h.seen) < STEPS[state]:
            if not self.h.step():
                break
        assert self.session().state == state, f"wanted {state}, is {self.session().state}"
        flying = [d for d in self.h.flying if d.to_client]
        self.corpus = [d.data for d in self.h.seen + flying]
        self.sources = [d.source for d in self.h.seen + flying if d.to_client] or [(0, GATEWAY, 500)]
        self.next = flying[0].data if flying else b""
        self.h.client.trace = Debug.ISAKMP  # nothing that is told of such datagrams may raise
        self.endpoint = self.h.client

    @property
    def now(self) -> int:
        return self.h.now

    def alive(self) -> bool:
        return self.h.client._find(self.h.session) is not None

    def sealed(self) -> bool:
        return self.state != State.AM1_SENT

    def may_change(self, data: bytes) -> bool:
        return self.state == State.AM1_SENT and may_be_accepted(self.next, data)

    def session(self) -> Session:
        found = self.h.client._find(self.h.session)
        assert found is not None
        return found

    def fingerprint(self) -> tuple[object, ...]:
        """Everything that only an authenticated message may change."""
        s = self.session()
        children = [(c.id, c.spi_in, c.spi_out, c.up, c.life_s, c.life_kb) for c in s.children]
        chains = [(e.message_id, e.iv, e.received, e.waiting) for e in s.exchanges]
        keys = bytes(s.protection.keys.skeyid_a) if s.protection is not None else b""
        return (s.state, s.peer, s.peer_port, s.responder_cookie, children, chains, keys, s.config, s.xauth.pending)

    def tell(self) -> None:
        """Drain, and put the lines of debugging into words."""
        self.h.drain()
        for event in self.h.said(Traced):
            assert isinstance(event, Traced)
            LogRecord(1, 0, event.mnemonic, event.args).text()
        self.h.events.clear()

    def assert_bounded(self) -> None:
        s, core = self.session(), self.h.client._core
        assert len(s.exchanges) <= EXCHANGES_MAX
        assert len(s._seen) <= SEEN_MAX
        assert len(s._queue) <= QUEUE_MAX
        assert len(core._events) <= EVENTS_MAX
        assert len(core.dropped) < 32


def mutate(rng: random.Random, corpus: list[bytes]) -> bytes:
    """One datagram, changed in one to four ways."""
    data = bytearray(rng.choice(corpus))
    for _ in range(rng.randint(1, 4)):
        kind = rng.randrange(8)
        if not data:
            data = bytearray(rng.randbytes(rng.randint(0, 64)))
        at = rng.randrange(len(data)) if data else 0
        if kind == 0 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and data:
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = rng.randbytes(rng.randint(1, 40))
        elif kind == 4:
            other = rng.choice(corpus)
            data[at:] = other[rng.randrange(len(other) + 1) :]
        elif kind == 5 and len(data) > at + 2:
            data[at : at + 2] = rng.choice((b"\0\0", b"\0\3", b"\0\4", b"\xff\xff"))
        elif kind == 6:
            del data[at : at + rng.randint(1, 16)]
        elif kind == 7 and len(data) >= HEADER_BYTES + 4:
            data[rng.choice((16, 17, 18, 19, 20, 23))] = rng.randrange(256)
    if rng.random() < 0.7:
        fix_length(data)
    return bytes(data)


def fix_length(data: bytearray) -> None:
    """Make the header's length right, with or without marker, so that more than the first check is reached."""
    start = 4 if data[:4] == b"\0\0\0\0" else 0
    if len(data) >= start + HEADER_BYTES:
        data[start + 24 : start + 28] = (len(data) - start).to_bytes(4, "big")


def may_be_accepted(original: bytes, mutated: bytes) -> bool:
    """Whether a mutated AM2 differs from the gateway's own only where HASH_R does not look."""
    header, ours = parse_header(mutated), parse_header(original)
    if header.responder_cookie != ours.responder_cookie:
        return False
    found = []
    for data in (original, mutated):
        parts, _ = parse_chain(memoryview(data), HEADER_BYTES, len(data), parse_header(data).next_payload)
        found.append([[data[p.start : p.end] for p in parts if p.type == kind] for kind in COVERED_BY_HASH_R])
    return found[0] == found[1]


def same_payloads(original: bytes, mutated: bytes) -> bool:
    """Whether a mutated protected message still holds every encrypted block of the genuine one, in place."""
    return len(original) > HEADER_BYTES and mutated[HEADER_BYTES : len(original)] == original[HEADER_BYTES:]


def insider(rng: random.Random, target: Target | PeerTarget) -> bytes:
    """A message with a valid HASH over random payloads."""
    s = target.session()
    protection = s.sealed()
    kind = rng.choice((Exchange.INFORMATIONAL, Exchange.TRANSACTION, Exchange.QUICK))
    known = [e for e in s.exchanges if e.message_id and e.kind == kind]
    message_id, iv = rng.getrandbits(32) | 1, b""
    if known and rng.random() < 0.4:
        message_id, iv = known[-1].message_id, known[-1].iv
    w = MessageWriter(bytearray(4096), s.initiator_cookie, s.responder_cookie, kind, message_id)
    at = protection.begin(w)
    shape = SHAPES[kind] if rng.random() < 0.6 else ANY_SHAPE
    for payload in rng.choice(shape) or [rng.choice(ANY_PAYLOAD) for _ in range(rng.randint(0, 6))]:
        w.add(payload or rng.randrange(1, 256), insider_body(rng, payload, s))
    protection.hash_rest(w, at, message_id)
    packet, _ = protection.seal(w, iv or protection.first_iv(message_id))
    return bytes(4) + packet if s.socket else packet


def insider_body(rng: random.Random, payload: int, s: Phase1Session) -> bytes:
    """Half plausible, half noise: the start of a real body, then anything."""
    spi = s.children[0].spi_out.to_bytes(4, "big") if s.children else bytes(4)
    starts = {
        Payload.SA: bytes.fromhex("000000010000000100000028010304") + bytes([1]) + spi,
        Payload.ID: rng.choice((bytes([1, 0, 0, 0, 10, 0, 0, 1]), bytes([4, 0, 0, 0]) + rng.randbytes(8))),
        Payload.N: bytes.fromhex("0000000101")
        + rng.choice((bytes([16]), bytes([0]), bytes([4])))
        + rng.choice((36136, 36137, 24576, 24578, 14, 18, 40501)).to_bytes(2, "big"),
        Payload.D: bytes.fromhex("000000010304") + rng.randbytes(2),
        Payload.ATTR: bytes([rng.randrange(6), 0, 0, 7]) + attributes(rng),
        Payload.NONCE: rng.randbytes(rng.choice((7, 8, 20, 256, 257))),
    }
    body = starts.get(payload, b"")
    return body + rng.randbytes(rng.choice((0, 0, 0, 0, 1, 2, 4, 8, 28, 128)))


def attributes(rng: random.Random) -> bytes:
    """Well-formed attributes in either form, with values of any size."""
    out = b""
    for _ in range(rng.randrange(5)):
        number = rng.choice((16520, 16521, 16522, 16523, 16524, 16525, 16527, 1, 3, 28672, 28673, 28676, 28679, 28681))
        if rng.random() < 0.4:
            out += (0x8000 | number).to_bytes(2, "big") + rng.choice((0, 1, 2, 7, 65535)).to_bytes(2, "big")
        else:
            value = rng.randbytes(rng.choice((0, 1, 2, 4, 8, 9, 14, 300)))
            out += number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value
    return out


def fuzz(state: str, count: int, seed: int, progress: bool = False) -> dict[str, int]:
    """`count` datagrams into sessions in one state; returns what was dropped, by cause. Deterministic."""
    rng = random.Random(f"{seed}/{state}")
    dropped: dict[str, int] = {}
    kind = PeerTarget if state in PEER_STEPS else Target
    target: Target | PeerTarget = kind(state, rng.randrange(1 << 20))
    began, used, accepted = time.monotonic(), 0, 0
    for number in range(count):
        if used >= PER_SESSION:
            _collect(dropped, target)
            target, used = kind(state, rng.randrange(1 << 20)), 0
        used += 1
        from_inside = target.sealed() and rng.random() < 0.15
        data = insider(rng, target) if from_inside else mutate(rng, target.corpus)
        source = rng.choice(target.sources) if rng.random() < 0.9 else (rng.randrange(2), CLIENT, 500)
        before = target.fingerprint()
        try:
            target.endpoint.receive(data, target.now, source)
        except Exception:
            print(f"datagram {number} of seed {seed} in {state}: {data.hex()}", file=sys.stderr)
            raise
        alive = target.alive()
        changed = not alive or target.fingerprint() != before
        if changed and not from_inside and data not in target.corpus:
            allowed = target.may_change(data) or (state != State.AM1_SENT and same_payloads(target.next, data))
            assert allowed, f"datagram {number} of seed {seed} changed {state}: {data.hex()}"
            accepted += 1
        if alive:
            target.assert_bounded()
        if changed:
            used = PER_SESSION
        target.tell() if not alive or changed or number % 16 == 0 else None
        if progress and number % 50_000 == 0 and number:
            print(f"  {state}: {number:,} after {time.monotonic() - began:.0f} s", flush=True)
    _collect(dropped, target)
    dropped["(accepted)"] = accepted
    return dropped


def _collect(into: dict[str, int], target: Target | PeerTarget) -> None:
    for cause, count in target.endpoint.dropped.items():
        into[cause] = into.get(cause, 0) + count


def main() -> None:
    parser = argparse.ArgumentParser(description="Mutated datagrams into the IKE core, in every state.")
    parser.add_argument("--count", type=int, default=1_000_000, help="datagrams for each state")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", choices=sorted([*STEPS, *PEER_STEPS]), help="only this state")
    options = parser.parse_args()
    for state in [options.state] if options.state else [*STEPS, *PEER_STEPS]:
        began = time.monotonic()
        dropped = fuzz(state, options.count, options.seed, progress=True)
        causes = ", ".join(f"{cause} {dropped[cause]:,}" for cause in sorted(dropped))
        print(
            f"{state}: {options.count:,} datagrams in {time.monotonic() - began:.0f} s, seed {options.seed}: {causes}"
        )


if __name__ == "__main__":
    main()
