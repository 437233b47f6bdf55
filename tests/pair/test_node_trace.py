"""The trace that tests/dual replays is what device and practice gateway say today.

After a change of the wire: `PYTHONPATH=tests .venv/bin/python tests/pair/test_node_trace.py` writes it again.
"""

from __future__ import annotations

import json
from pathlib import Path

from doubles.device import CLIENT, SIX_LINES, World, gateway

from ezvpn.wire.inet import ipv4_text

FILE = Path(__file__).resolve().parents[1] / "vectors" / "node-trace.json"
SOURCE = (
    "tests/pair/test_node_trace.py: one device and the practice gateway on the virtual wire, entropy from a counter"
)


def record() -> dict[str, object]:
    """Up, ten minutes, deleted by the gateway, up again, an hour with its rekeys."""
    heard: list[list[object]] = []
    w = World(gateway(seed=50))
    take = w.node.receive

    def receive(view: memoryview, now: int, source: tuple[int, bytes, int]) -> None:
        heard.append([now, source[0], ipv4_text(source[1]), source[2], bytes(view).hex()])
        take(view, now, source)

    w.node.receive = receive  # type: ignore[method-assign]
    w.configure(SIX_LINES)
    w.up()
    w.wait(600_000)
    assert w.status.state == "IPSEC_ACTIVE"
    gate = w.gateways[0].core
    for session in list(gate.sessions):
        w.call(w.gateways[0], session.close, w.now)
    w.run(lambda: w.status.state != "IPSEC_ACTIVE")
    w.up()
    w.wait(3_600_000)
    assert w.status.state == "IPSEC_ACTIVE"
    return {"source": SOURCE, "client": ipv4_text(CLIENT), "until": w.now, "received": heard}


def test_the_recorded_trace_is_up_to_date() -> None:
    assert json.loads(FILE.read_text()) == json.loads(json.dumps(record()))


if __name__ == "__main__":
    FILE.write_text(json.dumps(record(), indent=1) + "\n")
