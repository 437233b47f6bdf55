"""The ISAKMP header and the chain of payloads: RFC 2408 3.1, 3.2, checks of 5.1 to 5.3.

Belongs here: header, generic payload headers, and writing a whole message. Not here: what is inside a payload.
"""

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed, Writer, need, u32

HEADER_BYTES = 28
NON_ESP_MARKER_BYTES = 4  # four zero bytes before IKE on port 4500 (RFC 3948 2.2)

_VERSION = 0x10  # major 1, minor 0
_GENERIC_BYTES = 4
_MAX_PAYLOADS = 64


class Exchange:
    """RFC 2408 3.1, RFC 2409 App. A, draft-dukes-ike-mode-cfg-02 3.1."""

    MAIN = 2
    AGGRESSIVE = 4
    INFORMATIONAL = 5
    TRANSACTION = 6
    QUICK = 32
    NEW_GROUP = 33


class Flag:
    """RFC 2408 3.1."""

    ENCRYPTION = 1
    COMMIT = 2
    AUTHENTICATION_ONLY = 4


class Payload:
    """RFC 2408 3.1, draft-dukes-ike-mode-cfg-02 3.2, RFC 3947 3.2 and 5.2; FRAG is Cisco's and Microsoft's."""

    NONE = 0
    SA = 1
    P = 2
    T = 3
    KE = 4
    ID = 5
    CERT = 6
    CR = 7
    HASH = 8
    SIG = 9
    NONCE = 10
    N = 11
    D = 12
    VID = 13
    ATTR = 14
    NAT_D = 20
    NAT_OA = 21
    NAT_D_DRAFT = 130
    NAT_OA_DRAFT = 131
    FRAG = 132


class Header(Record):
    """Cookies are 8 bytes each (responder's all zero in the first message); message_id is an int, 0 in phase 1."""

    _fields = ("initiator_cookie", "responder_cookie", "next_payload", "exchange", "flags", "message_id", "length")

    def __init__(
        self,
        initiator_cookie: bytes,
        responder_cookie: bytes,
        next_payload: int,
        exchange: int,
        flags: int,
        message_id: int,
        length: int,
    ) -> None:
        self.initiator_cookie = initiator_cookie
        self.responder_cookie = responder_cookie
        self.next_payload = next_payload
        self.exchange = exchange
        self.flags = flags
        self.message_id = message_id
        self.length = length


class Part(Record):
    """One payload: `at` is its generic header, its body is start .. end. type 0 never occurs."""

    _fields = ("type", "at", "start", "end")

    def __init__(self, type: int, at: int, start: int, end: int) -> None:
        self.type = type
        self.at = at
        self.start = start
        self.end = end


def parse_header(view: "bytes | bytearray | memoryview", start: int = 0) -> Header:
    """The header at `start` of a datagram that ends with the buffer. Cookies and exchange are for the caller to judge."""
    need(view, start, HEADER_BYTES, len(view), "shorter than an ISAKMP header")
    # RFC 2408 3.1: implementations "SHOULD never accept packets with a minor version number larger than [their] own".
    if view[start + 17] != _VERSION:
        raise Malformed(start + 17, "ISAKMP version is not 1.0")
    flags = view[start + 19]
    # RFC 2408 5.2: "Check the Flags field to ensure it contains correct values"; all but the three are to be 0 (3.1).
    if flags & ~(Flag.ENCRYPTION | Flag.COMMIT | Flag.AUTHENTICATION_ONLY):
        raise Malformed(start + 19, "reserved flags are set")
    length = u32(view, start + 24)
    # RFC 2408 5.1: "If the ISAKMP message length and the value in the Payload Length field [...] are not the same",
    # the message "MUST be rejected".
    if length != len(view) - start:
        raise Malformed(start + 24, "header length is not the datagram's")
    return Header(
        bytes(view[start : start + 8]),
        bytes(view[start + 8 : start + 16]),
        view[start + 16],
        view[start + 18],
        flags,
        u32(view, start + 20),
        length,
    )


def parse_chain(view: "bytes | bytearray | memoryview", start: int, end: int, first: int) -> "tuple[list[Part], int]":
    """Walk the payloads from `start`; `first` is the type named by the header. Types are not judged.

    Returns the parts in order and the offset where the chain ended; what is left up to `end` is encryption padding and for
    the caller to judge. A chain of no payload is ([], start).
    """
    if start > end or end > len(view):
        raise Malformed(start, "message ends before its payloads")
    parts: "list[Part]" = []
    at = start
    kind = first
    while kind != Payload.NONE:
        if len(parts) == _MAX_PAYLOADS:
            raise Malformed(at, "more than 64 payloads")
        if at + _GENERIC_BYTES > end:
            raise Malformed(at, "payload header cut off")
        # RFC 2408 5.3: verify that the RESERVED field is zero; otherwise the message is discarded.
        if view[at + 1]:
            raise Malformed(at + 1, "reserved byte of a payload is not zero")
        length = view[at + 2] << 8 | view[at + 3]
        if length < _GENERIC_BYTES:
            raise Malformed(at + 2, "payload length below 4")
        if at + length > end:
            raise Malformed(at, "payload longer than the message")
        parts.append(Part(kind, at, at + _GENERIC_BYTES, at + length))
        kind = view[at]
        at += length
    return parts, at


class MessageWriter(Writer):
    """Writes one message: header at once, then payloads with `add` or `begin` .. `end`, then `finish`.

    The next-payload fields and all lengths are filled in as payloads come; the last payload's stays 0. The buffer may hold
    anything before: every byte from `start` to the returned length is written.
    """

    def __init__(
        self,
        buf: "bytearray | memoryview",
        initiator_cookie: bytes,
        responder_cookie: bytes,
        exchange: int,
        message_id: int,
        flags: int = 0,
        start: int = 0,
    ) -> None:
        super().__init__(buf, start)
        if len(initiator_cookie) != 8 or len(responder_cookie) != 8:
            raise ValueError("a cookie has 8 bytes")
        self.start = start
        self._next_field = start + 16  # where the type of the next payload to come is to be written
        self._open = -1  # offset of the payload being written, -1 = none
        self.types: "list[int]" = []  # payload types so far, in order
        if not (0 <= exchange < 0x100 and 0 <= flags < 0x100 and 0 <= message_id < 0x100000000):
            raise ValueError("number does not fit its field")
        fixed = bytes((Payload.NONE, _VERSION, exchange, flags))
        self.put(initiator_cookie + responder_cookie + fixed + message_id.to_bytes(4, "big") + b"\0\0\0\0")

    def begin(self, type: int) -> None:
        """Open a payload: what is written until `end` is its body."""
        if self._open >= 0:
            raise ValueError("the last payload is still open")
        at = self.at
        self.put(b"\0\0\0\0")
        self.patch_u8(self._next_field, type)
        self._next_field = at
        self._open = at
        self.types.append(type)

    def end(self) -> None:
        """Close the payload that `begin` opened."""
        if self._open < 0:
            raise ValueError("no payload is open")
        self.patch_u16(self._open + 2, self.at - self._open)
        self._open = -1

    def add(self, type: int, body: "bytes | bytearray | memoryview") -> None:
        """One whole payload."""
        self.begin(type)
        self.put(body)
        self.end()

    def set_flags(self, flags: int) -> None:
        self.patch_u8(self.start + 19, flags)

    def finish(self, padded_to: int = 1) -> int:
        """Zero-pad what follows the header to a multiple of `padded_to` (the cipher's block), fill in the header's length
        (padding included, RFC 2409 App. B) and return it."""
        if self._open >= 0:
            raise ValueError("the last payload is still open")
        self.zeros(-(self.at - self.start - HEADER_BYTES) % padded_to)
        length = self.at - self.start
        self.patch_u32(self.start + 24, length)
        return length
