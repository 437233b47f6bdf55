"""One DNS question for A records and its answer (RFC 1035 4): what the small resolver sends and believes.

Dual, no I/O. Names are compared without case (RFC 1035 2.3.3). An answer is believed if its id and its question are ours.
"""

import struct

from ezvpn.compat import const

_A = const(1)
_CNAME = const(5)
_IN = const(1)
_QUESTION = b"\0\1\0\1"  # A, IN
_HEADER = const(12)
_RECORDS = const(64)  # read at most this many answer records
_JUMPS = const(16)  # compression pointers and CNAMEs followed

OK = 0
NO_SUCH_NAME = 3  # RCODE 3


class BadName(Exception):
    """Not a name that DNS can carry (RFC 1035 2.3.4: labels of 1-63 bytes, 255 in all)."""


def question(identifier: int, name: str) -> bytes:
    """A recursive query for the A records of `name`. Raises `BadName`."""
    return struct.pack("!HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + _encode(name) + _QUESTION


def answer(message: "bytes | memoryview", identifier: int, name: str) -> "tuple[int, list[bytes]] | None":
    """(RCODE, the 4-byte addresses) if `message` answers our question, else None. Never raises for what a server sent."""
    try:
        return _answer(bytes(message), identifier, name)
    except (IndexError, ValueError):
        return None


def _answer(data: bytes, identifier: int, name: str) -> "tuple[int, list[bytes]] | None":
    if len(data) < _HEADER:
        return None
    their_id, flags, questions, answers, _, _ = struct.unpack("!HHHHHH", data[:_HEADER])
    if their_id != identifier or not flags & 0x8000 or questions != 1:
        return None
    asked, at = _decode(data, _HEADER)
    wanted = name.lower().rstrip(".")
    if asked != wanted or data[at : at + 4] != _QUESTION:
        return None
    at += 4
    aliases: "list[tuple[str, str]]" = []
    found: "list[tuple[str, bytes]]" = []
    for _ in range(min(answers, _RECORDS)):
        if at == len(data):
            break  # truncated (TC): what came whole is good
        owner, at = _decode(data, at)
        if at + 10 > len(data):
            break
        kind, family, _, length = struct.unpack("!HHIH", data[at : at + 10])
        at += 10
        if at + length > len(data):
            break
        if family == _IN and kind == _A and length == 4:
            found.append((owner, data[at : at + 4]))
        elif family == _IN and kind == _CNAME:
            aliases.append((owner, _decode(data, at)[0]))
        at += length
    for _ in range(_JUMPS):
        following = [target for owner, target in aliases if owner == wanted]
        if not following:
            break
        wanted = following[0]
    return flags & 15, [address for owner, address in found if owner == wanted]


def _encode(name: str) -> bytes:
    out = b""
    for label in name.rstrip(".").split("."):
        raw = label.encode()
        if not 0 < len(raw) < 64:
            raise BadName(name)
        out += bytes([len(raw)]) + raw
    if len(out) > 254:
        raise BadName(name)
    return out + b"\0"


def _decode(data: bytes, at: int) -> "tuple[str, int]":
    """(name in lower case, offset behind it). Raises IndexError or ValueError for what is no name."""
    labels = []
    end = 0
    jumps = 0
    while True:
        length = data[at]
        if length >= 0xC0:
            if not end:
                end = at + 2
            jumps += 1
            if jumps > _JUMPS:
                raise ValueError("pointer loop")
            at = (length & 0x3F) << 8 | data[at + 1]
            continue
        if length > 63:
            raise ValueError("label type")
        at += 1
        if not length:
            break
        if at + length > len(data):
            raise ValueError("label")
        # Not decoded as UTF-8: a server may send any bytes.
        labels.append("".join([chr(byte) for byte in data[at : at + length]]).lower())
        at += length
    return ".".join(labels), end or at
