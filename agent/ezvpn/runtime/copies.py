"""The startup configuration in two copies: how one copy looks, which of two is the one to use, and what is wrong with them.

Dual, no I/O. Each copy carries a generation number and a checksum in its first line, which IOS text reads as a comment. A write
always goes to the older or broken copy, so a power cut at any moment leaves one that verifies. Also here: how files of the
state directory may be called, and how they are called while they are written.
"""

import binascii
import hashlib

from ezvpn.compat import const

_MAGIC = b"! ezvpn startup-config generation "
_HEX = const(64)

STARTUP = "startup-config"
NAMES = (STARTUP + ".a", STARTUP + ".b")
DEVICE_KEY = "device-key"
FOLDER = "flash"  # where files lie that users name
_NAME_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+~"
_NAME_MAX = const(64)


def is_name(name: str) -> bool:
    """Whether a file of the state directory may be called so: one word, or one in the folder `flash`. No name leads out of it,
    and none is that of a file in the middle of being written."""
    if name.startswith(FOLDER + "/"):
        name = name[len(FOLDER) + 1 :]
    if not 0 < len(name) <= _NAME_MAX or name[0] == ".":
        return False
    return all(char in _NAME_CHARS for char in name)


def temporary(path: str) -> str:
    """What the file `path` is called until it is whole."""
    folder, slash, name = path.rpartition("/")
    return folder + slash + "." + name + ".new"


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


def damage(a: "bytes | None", b: "bytes | None", halves: "list[str]") -> "list[str]":
    """What is to be said of two copies, one line each: which is damaged, which a power cut left half written (`halves`: names of
    the copies whose writing was not finished), and what is used instead. Empty when nothing is wrong."""
    found = []
    copies = (a, b)
    for i in (0, 1):
        if copies[i] is not None and unpack(copies[i]) is None:
            found.append(NAMES[i] + " is damaged")
        if NAMES[i] in halves:
            found.append(NAMES[i] + ": the last save was cut off")
    text, generation, slot = choose(a, b)
    used = "there is no other copy, so no startup configuration"
    if text is not None:
        used = NAMES[1 - slot] + " of generation " + str(generation) + " is used"
    return [line + "; " + used for line in found]


def _digest(generation: int, text: bytes) -> bytes:
    return binascii.hexlify(hashlib.sha256(str(generation).encode() + b"\n" + text).digest())
