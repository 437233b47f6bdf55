"""The startup configuration in two copies: how one copy looks, and which of two is the one to use.

Dual, no I/O. Each copy carries a generation number and a checksum in its first line, which IOS text reads as a comment. A write
always goes to the older or broken copy, so a power cut at any moment leaves one that verifies.
"""

import binascii
import hashlib

from ezvpn.compat import const

_MAGIC = b"! ezvpn startup-config generation "
_HEX = const(64)


def pack(generation: int, text: bytes) -> bytes:
    """One copy: the header line, then the text."""
    return _MAGIC + str(generation).encode() + b" sha256 " + _digest(generation, text) + b"\n" + text


def unpack(copy: "bytes | None") -> "tuple[int, bytes] | None":
    """(generation, text) of a copy that verifies, else None."""
    if not copy or not copy.startswith(_MAGIC):
        return None
    line, newline, text = copy.partition(b"\n")
    words = line[len(_MAGIC) :].split(b" ")
    if not newline or len(words) != 3 or words[1] != b"sha256" or len(words[2]) != _HEX:
        return None
    if not words[0].isdigit() or len(words[0]) > 10:
        return None
    generation = int(words[0])
    if _digest(generation, text) != words[2]:
        return None
    return generation, text


def choose(a: "bytes | None", b: "bytes | None") -> "tuple[bytes | None, int, int]":
    """(text of the newer valid copy or None, its generation or 0, which copy the next write goes to: 0 or 1)."""
    first, second = unpack(a), unpack(b)
    if first and (not second or first[0] >= second[0]):
        return first[1], first[0], 1
    if second:
        return second[1], second[0], 0
    return None, 0, 0


def _digest(generation: int, text: bytes) -> bytes:
    return binascii.hexlify(hashlib.sha256(str(generation).encode() + b"\n" + text).digest())
