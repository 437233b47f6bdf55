"""One negotiation over real UDP sockets, recorded: `python -m doubles.udp_driver PLAN.json OUT.json`.

Runs inside the client's namespace of a lab. Ends half a second after the last pair is up, closes the session and writes
everything that a replay needs: entropy, times, datagrams, and the keys by which a judge can read them. For labs only: its output
holds keys.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time
from pathlib import Path

from doubles.recorded_client import RecordedClient, shown
from doubles.recorded_peer import RecordedPeer

from ezvpn.crypto.choose import best
from ezvpn.wire.inet import ipv4_bytes, ipv4_text
from ezvpn_hil.decryption_table import wireshark_row

START = 2**30 - 5000
PATIENCE_S = 20.0
AFTER_UP_MS = 500


class Recorder:
    """Entropy that remembers."""

    def __init__(self) -> None:
        self.data = b""

    def __call__(self, size: int) -> bytes:
        fresh = os.urandom(size)
        self.data += fresh
        return fresh


def record(plan: dict[str, object]) -> dict[str, object]:
    """The vector of one run. `plan` as in `RecordedClient`, or with "begins" as in `RecordedPeer`. More of it: `ups`, how many
    pairs to wait for, and `stays_ms`, how long to stay after that."""
    ports = plan["local_ports"]
    assert isinstance(ports, list)
    sockets = []
    for port in ports:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((str(plan["local"]), port))
        sockets.append(sock)
    began = time.monotonic()

    def clock() -> int:
        return START + int((time.monotonic() - began) * 1000)

    entropy = Recorder()
    kind = RecordedPeer if "begins" in plan else RecordedClient
    client = kind(best(), entropy, plan, START)
    rows: list[dict[str, object]] = []
    row_key = ""

    def keep(step: dict[str, object], out: list[tuple[tuple[int, bytes, int], bytes]]) -> None:
        for (index, peer, port), data in out:
            sockets[index].sendto(data, (ipv4_text(peer), port))
        rows.append({**step, "sent": [shown(to, data) for to, data in out]})

    keep({"do": "start", "at": START}, client.said())
    ends = time.monotonic() + PATIENCE_S
    wanted = int(str(plan.get("ups") or len(plan["networks"])))  # type: ignore[arg-type]
    waiting_for_more = False
    while time.monotonic() < ends and not client.down:
        if client.up >= wanted and not waiting_for_more:
            waiting_for_more = True
            ends = time.monotonic() + int(str(plan.get("stays_ms", AFTER_UP_MS))) / 1000
        row_key = wireshark_row(client.endpoint) or row_key
        at = client.endpoint.deadline()
        wait = max(0.0, min(ends - time.monotonic(), (at - clock() + 1) / 1000 if at is not None else 1.0))
        ready, _, _ = select.select(sockets, [], [], wait)
        for sock in ready:
            data, (host, port) = sock.recvfrom(65535)
            source = sockets.index(sock), ipv4_bytes(host), port
            now = clock()
            step = {"do": "receive", "at": now, "source": [source[0], host, port], "data": data.hex()}
            keep(step, client.receive(data, now, source))
        now = clock()
        at = client.endpoint.deadline()
        if at is not None and now >= at:
            keep({"do": "timeout", "at": now}, client.timeout(now))
    if not client.down:
        now = clock()
        keep({"do": "close", "at": now}, client.close(now))
    for sock in sockets:
        sock.close()
    return {
        "plan": plan,
        "entropy": entropy.data.hex(),
        "decryption_table": row_key,
        "keys": client.keys,
        "events": client.events,
        "up": client.up,
        "steps": rows,
    }


def main() -> None:
    plan, out = sys.argv[1:3]
    Path(out).write_text(json.dumps(record(json.loads(Path(plan).read_text())), indent=1) + "\n")


if __name__ == "__main__":
    main()
