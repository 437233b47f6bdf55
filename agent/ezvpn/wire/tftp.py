"""TFTP packets (RFC 1350), mode octet, blocks of 512 bytes; no options.

Level 1. Bytes and fields only; the protocol is in `node.transfer`.
"""

import struct

from ezvpn.compat import const

PORT = const(69)
BLOCK = const(512)

READ = const(1)
WRITE = const(2)
DATA = const(3)
ACK = const(4)
ERROR = const(5)

# RFC 1350 appendix I: what a code means where the server says nothing itself.
ERRORS = (
    "the server gave no reason",
    "file not found",
    "access violation",
    "disk full",
    "illegal operation",
    "unknown transfer",
    "the file already exists there",
    "no such user",
)


def request(opcode: int, name: str) -> bytes:
    """RRQ or WRQ."""
    return struct.pack("!H", opcode) + name.encode() + b"\0octet\0"


def data(block: int, payload: bytes) -> bytes:
    return struct.pack("!HH", DATA, block) + payload


def ack(block: int) -> bytes:
    return struct.pack("!HH", ACK, block)


def error(code: int, text: str) -> bytes:
    return struct.pack("!HH", ERROR, code) + text.encode() + b"\0"


def parse(view: "bytes | memoryview") -> "tuple[int, int, bytes] | None":
    """(opcode, block or error code, data or the text of an error) of what a server sends, None if it is nothing of that."""
    if len(view) < 4:
        return None
    opcode, number = struct.unpack("!HH", bytes(view[:4]))
    rest = bytes(view[4:])
    if opcode == ERROR:
        return opcode, number, rest.split(b"\0")[0]
    if (opcode == DATA and len(rest) <= BLOCK) or (opcode == ACK and not rest):
        return opcode, number, rest
    return None
