"""Numbered UDP datagrams both ways, so that every single loss shows.

    counted.py HERE PORT THERE SECONDS A_SECOND    run at both ends; prints one JSON line when its time and a grace is over

Each datagram holds its number. What one end has sent and the other has not received is lost; `first` is the lowest number that
came, `gaps` are the runs that are missing below the highest, each as [number, how many]. Standard library only.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time

START_S = 1.0  # the other end must be there
GRACE_S = 3.0
SIZE = 200
BUFFER = (
    1 << 21
)  # bytes; what the kernel takes for itself of each datagram counts, too: 2,700 of them, 13 s at 200 a second
SO_RCVBUFFORCE = 33  # not in the module; beyond net.core.rmem_max, for CAP_NET_ADMIN of the namespace


def main(argv: list[str]) -> None:
    here, port, there, seconds, rate = argv[0], int(argv[1]), argv[2], float(argv[3]), float(argv[4])
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    sock.bind((here, port))
    sock.setblocking(False)
    seen: set[int] = set()
    errors = sent = 0
    began = time.monotonic() + START_S
    while (now := time.monotonic() - began) < seconds + GRACE_S:
        if now < seconds and sent < now * rate:
            try:
                sock.sendto(struct.pack(">Q", sent).ljust(SIZE, b"\0"), (there, port))
                sent += 1
            except OSError:
                errors += 1
            continue
        select.select([sock], [], [], 0.2 / rate if now < seconds else 0.05)
        while True:
            try:
                data = sock.recv(2048)
            except OSError:
                break
            seen.add(struct.unpack_from(">Q", data)[0])
    told = {"sent": sent, "errors": errors, "received": len(seen), "first": min(seen, default=0), "gaps": gaps(seen)}
    print(json.dumps(told))


def gaps(seen: set[int]) -> list[tuple[int, int]]:
    """The runs of numbers that did not come, below the highest that did."""
    found, expected = [], 0
    for number in sorted(seen):
        if number > expected:
            found.append((expected, number - expected))
        expected = number + 1
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
