"""Takes the secrets out of a decrypted ISAKMP message before it enters a trace, and leaves every length as it was.

Level 4, pure. Overwritten with zeros: the XAUTH attributes that hold something only the user knows, the value of HASH payloads
(an output of the prf), padding, and all that cannot be read as payloads. What can no longer be read keeps the four bytes at
which reading failed, so that a replay refuses the message at the same place for the same reason.
"""

from ezvpn.wire.attributes import Xauth
from ezvpn.wire.isakmp import HEADER_BYTES, Exchange, Flag, Payload

# draft-beaulieu-ike-xauth-02 6.2. NEXT_PIN comes from gateways too (a new PIN for the user). CHALLENGE is shown to whoever sits
# at the console and worth nothing without the answer, the user's name stands in the log.
SECRET_ATTRIBUTES = (Xauth.PASSWORD, Xauth.PASSCODE, Xauth.NEXT_PIN, Xauth.ANSWER)

_GENERIC_BYTES = 4
_CONFIG_BYTES = 4  # type, reserved and identifier in front of the attributes
_NATT_SOCKET = 1


def first_payload(view: "bytes | memoryview", socket: int) -> int:
    """What the encrypted part of a datagram begins with, by its header."""
    at = 4 if socket == _NATT_SOCKET else 0
    if len(view) < at + HEADER_BYTES:
        return Payload.NONE
    if view[at + 16] != Payload.FRAG:  # else the header of the whole message is not this datagram's
        return view[at + 16]
    # RFC 2409 5.4: the encrypted messages of main mode begin with ID; 5.5, 5.7: all later ones with HASH.
    return Payload.ID if view[at + 18] == Exchange.MAIN else Payload.HASH


def datagram(view: "bytes | memoryview", socket: int) -> "tuple[bytes, bool]":
    """(a datagram as a trace holds it, whether something of it was hidden). HASH_R of aggressive mode goes over the wire in the
    clear, and whoever has it may guess pre-shared keys at leisure: the trace is not to help with that."""
    at = 4 if socket == _NATT_SOCKET else 0
    raw = bytes(view)
    if len(raw) < at + HEADER_BYTES or raw[at + 19] & Flag.ENCRYPTION or not _has_hash(raw, at):
        return raw, False
    start = at + HEADER_BYTES
    return raw[:start] + scrubbed(raw[start:], raw[at + 16]), True


def _has_hash(raw: bytes, start: int) -> bool:
    kind = raw[start + 16]
    at = start + HEADER_BYTES
    while kind != Payload.NONE and _whole(raw, at):
        if kind == Payload.HASH:
            return True
        kind = raw[at]
        at += raw[at + 2] << 8 | raw[at + 3]
    return False


def scrubbed(plain: "bytes | memoryview", first: int) -> bytes:
    """The payloads without their secrets."""
    out = bytearray(plain)
    at = 0
    kind = first
    while kind != Payload.NONE:
        if not _whole(out, at):
            at += _GENERIC_BYTES
            break
        end = at + (out[at + 2] << 8 | out[at + 3])
        if kind == Payload.HASH:
            _zero(out, at + _GENERIC_BYTES, end)
        elif kind == Payload.ATTR:
            _scrub_attributes(out, at + _GENERIC_BYTES + _CONFIG_BYTES, end)
        kind = out[at]
        at = end
    _zero(out, at, len(out))
    return bytes(out)


def _whole(out: "bytes | bytearray", at: int) -> bool:
    if at + _GENERIC_BYTES > len(out) or out[at + 1]:
        return False
    length = out[at + 2] << 8 | out[at + 3]
    return length >= _GENERIC_BYTES and at + length <= len(out)


def _scrub_attributes(out: bytearray, at: int, end: int) -> None:
    while at + 4 <= end:
        kind = (out[at] & 0x7F) << 8 | out[at + 1]
        if out[at] & 0x80:  # short form: the value stands where the length would
            if kind in SECRET_ATTRIBUTES:
                _zero(out, at + 2, at + 4)
            at += 4
            continue
        after = at + 4 + (out[at + 2] << 8 | out[at + 3])
        if after > end:
            at += 4
            break
        if kind in SECRET_ATTRIBUTES:
            _zero(out, at + 4, after)
        at = after
    _zero(out, at, end)


def _zero(out: bytearray, start: int, end: int) -> None:
    for i in range(start, min(end, len(out))):
        out[i] = 0
