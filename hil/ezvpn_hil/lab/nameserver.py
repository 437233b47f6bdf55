"""A name server for the lab: A records from a table, NXDOMAIN for the rest, silence for names that begin with `silent`.

Run by path in a namespace (standard library only): nameserver.py ADDRESS PORT NAME=A.B.C.D[,A.B.C.D] …
Belongs here: RFC 1035 section 4, questions for one A record. Not here: who uses it.
"""

from __future__ import annotations

import socket
import struct
import sys

TYPE_A, CLASS_IN = 1, 1
NXDOMAIN, NOT_IMPLEMENTED = 3, 4
TTL_S = 5


def answer(query: bytes, table: dict[str, list[str]]) -> bytes | None:
    """The reply to one datagram, None for none."""
    try:
        ident, flags, questions = struct.unpack_from("!HHH", query)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii"))
            at += 1 + query[at]
        kind, klass = struct.unpack_from("!HH", query, at + 1)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None
    name = ".".join(labels).lower()
    if flags & 0x8000 or questions != 1 or name.startswith("silent"):
        return None
    question = query[12 : at + 5]
    found = table.get(name)
    records = found if found and kind == TYPE_A and klass == CLASS_IN else []
    code = 0 if found else NXDOMAIN
    # RFC 1035 4.1.1: QR, AA, RD copied, RA.
    head = struct.pack("!HHHHHH", ident, 0x8480 | (flags & 0x0100) | code, 1, len(records), 0, 0)
    # The record's name is a pointer to the question (4.1.4).
    rows = [struct.pack("!HHHIH", 0xC00C, TYPE_A, CLASS_IN, TTL_S, 4) + socket.inet_aton(a) for a in records]
    return head + question + b"".join(rows)


def main(argv: list[str]) -> int:
    table = {name: where.split(",") for name, _, where in (row.partition("=") for row in argv[2:])}
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((argv[0], int(argv[1])))
    while True:
        query, source = sock.recvfrom(512)
        reply = answer(query, table)
        if reply is not None:
            sock.sendto(reply, source)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
