"""One exchange (one message ID): its IV chain, the last message of each side, and retransmission. In one place.

RFC 2408 5.1 (retransmission), RFC 2409 App. B (IVs). The exchange files decide what to send and whether it needs an answer;
when a packet goes out again is decided here only:

- REQUEST  unanswered, goes out at 0, 1, 3, 7 s and is given up at 15 s
- ANSWER   goes out again only when the peer repeats its own message (RFC 2408 3.1: the last message has no answer)
- LAST     as ANSWER, and unasked at 1, 3, 7 s until its use shows that it arrived: there are gateways that stop repeating
           quick 2 when the next quick mode begins, and without quick 3 their half of the pair never stands

`Protection` is the ISAKMP SA's cipher and prf, used by both roles.
"""

from ezvpn.crypto.port import Crypto
from ezvpn.ike import keys
from ezvpn.ike.keys import Phase1Keys
from ezvpn.ike.state import Refused
from ezvpn.wire.isakmp import HEADER_BYTES, Flag, Header, MessageWriter, Payload

RESEND_AT_MS = (1000, 3000, 7000)
GIVE_UP_MS = 15000
# A peer that repeats itself gets our answer again, but not without end: a replayed message must not make us a reflector.
ANSWER_REPEATS = 8
LINGER_MS = 60000

BLOCK_BYTES = {"aes": 16, "3des": 8, "des": 8}


class Sent:
    """How a message is kept after it went out."""

    REQUEST = 0
    ANSWER = 1
    LAST = 2


class Exchange:
    """State of one message ID. kind: exchange type of the header. iv: next IV of the chain. task: whoever processes it."""

    def __init__(self, kind: int, message_id: int, iv: bytes, now: int, task: object = None) -> None:
        self.kind = kind
        self.message_id = message_id
        self.iv = iv
        self.task = task
        self.packet = b""
        self.received = b""  # digest of the peer's last accepted message
        self.waiting = False
        self.last = False  # nothing answers what was sent: giving up is no failure
        self.owed = False  # a human is asked for our answer: not idle, however long that takes
        self.first_sent = now
        self.touched = now
        self.resends = 0
        self.repeats = 0

    def sent(self, packet: bytes, how: int, now: int) -> None:
        """A new message went out; whatever was sent before is no longer repeated."""
        self.packet = packet
        self.waiting = how != Sent.ANSWER
        self.last = how == Sent.LAST
        self.owed = False
        self.first_sent = now
        self.touched = now
        self.resends = 0
        self.repeats = 0

    def answered(self, digest: bytes, iv: bytes, now: int) -> None:
        """A new, authenticated message of the peer was accepted: only now may the IV chain move (RFC 2409 10)."""
        self.received = digest
        # What it answers is done with: were its repetition answered with our request, both sides would go round in circles.
        self.packet = b""
        self.iv = iv
        self.waiting = False
        self.touched = now

    def due(self) -> "int | None":
        """When `expire` is wanted, or None."""
        if not self.waiting:
            return None
        if self.resends < len(RESEND_AT_MS):
            return self.first_sent + RESEND_AT_MS[self.resends]
        return self.first_sent + GIVE_UP_MS

    def arrived(self) -> None:
        """What went out last was received: it is not repeated unasked."""
        self.waiting = False

    def expire(self, now: int) -> "bytes | None":
        """At `due`: the packet to send again, or None when it is time to give up. After a long sleep the repetitions that
        were missed are not made up for."""
        elapsed = now - self.first_sent
        if elapsed >= GIVE_UP_MS:
            self.waiting = False
            return None
        self.resends = len([True for at in RESEND_AT_MS if at <= elapsed])
        return self.packet

    def repeated(self) -> bytes:
        """The peer repeated its last message: our packet, or b"" when there is none or it had its share."""
        if not self.packet or self.repeats >= ANSWER_REPEATS:
            return b""
        self.repeats += 1
        return self.packet


class Protection:
    """The cipher and prf of an ISAKMP SA: seals and opens messages (RFC 2409 5.5, 5.7, App. B)."""

    def __init__(self, crypto: Crypto, hash: str, cipher: str, phase1: Phase1Keys, last_block: bytes) -> None:
        self.crypto = crypto
        self.hash = hash
        self.cipher = cipher
        self.keys = phase1
        self.block = BLOCK_BYTES[cipher]
        self.last_block = last_block  # last phase 1 cipher block: seed of every later IV

    def first_iv(self, message_id: int) -> bytes:
        """IV of the first message under a message ID (RFC 2409 App. B)."""
        return keys.phase2_iv(self.crypto, self.hash, self.last_block, message_id, self.block)

    def begin(self, w: MessageWriter) -> int:
        """Open a message with an empty HASH payload; returns where the hash value goes."""
        w.begin(Payload.HASH)
        at = w.at
        w.zeros(len(self.keys.skeyid_a))
        w.end()
        return at

    def hash_rest(self, w: MessageWriter, at: int, message_id: int, nonce: bytes = b"") -> None:
        """Fill in HASH = prf(SKEYID_a, M-ID [| Ni_b] | everything after the HASH payload)."""
        rest = memoryview(w.buf)[at + len(self.keys.skeyid_a) : w.at]
        digest = keys.message_hash(self.crypto, self.hash, self.keys.skeyid_a, message_id, rest, nonce)
        w.buf[at : at + len(digest)] = digest

    def seal(self, w: MessageWriter, iv: bytes) -> "tuple[bytes, bytes]":
        """Pad, set the length, encrypt all after the header; returns (packet, next IV)."""
        w.set_flags(Flag.ENCRYPTION)
        total = w.finish(self.block)
        head = bytes(w.buf[:HEADER_BYTES])
        plain = memoryview(w.buf)[HEADER_BYTES:total]
        sealed = self.crypto.cbc_encrypt(self.cipher, self.keys.cipher_key, iv, plain)
        return head + sealed, bytes(sealed[-self.block :])

    def open(self, view: memoryview, header: Header, iv: bytes) -> "tuple[bytes, bytes]":
        """Decrypt; returns (whole message with clear payloads, next IV). The HASH is not checked here."""
        body = len(view) - HEADER_BYTES
        if body <= 0 or body % self.block:
            raise Refused("unencrypted", "encrypted part is not a multiple of the cipher block")
        sealed = bytes(view[HEADER_BYTES:])
        plain = self.crypto.cbc_decrypt(self.cipher, self.keys.cipher_key, iv, sealed)
        return bytes(view[:HEADER_BYTES]) + plain, sealed[-self.block :]

    def verify_rest(self, found: "bytes | memoryview", message_id: int, rest: memoryview, nonce: bytes = b"") -> None:
        """Check HASH(1), HASH(2), informational or transaction HASH; `Refused("hash")` if it is wrong."""
        self.verify(found, keys.message_hash(self.crypto, self.hash, self.keys.skeyid_a, message_id, rest, nonce))

    def verify(self, found: "bytes | memoryview", expected: bytes) -> None:
        if not self.crypto.equal(found, expected):
            raise Refused("hash", "HASH does not verify")

    def wipe(self) -> None:
        self.keys.wipe()
