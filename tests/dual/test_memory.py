"""MicroPython: a device that runs for days needs no more heap than one that runs for hours. Virtual time."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from doubles.device import SIX_LINES, World, gateway
from doubles.micropython import PROGRAM, environment

from ezvpn.wire.inet import ipv4_text

SCRIPT = Path(__file__).with_name("days.py")
CONFIG = "hostname edge1\nmqtt\n broker mqtt://198.51.100.4\n metrics 60\n" + SIX_LINES
HOUR_MS = 3_600_000
WARM_HOURS = 4
# Rings turn over and hold now longer, now shorter texts. One lost object of 64 bytes an hour would add 2816.
SLACK_BYTES = 2048


def record(config: str, days: int) -> list[list[object]]:
    """What a device hears from the practice gateway: a rekey each hour, a new phase 1 each day."""
    heard: list[list[object]] = []
    w = World(gateway(seed=50))
    take = w.node.receive

    def receive(view: memoryview, now: int, source: tuple[int, bytes, int]) -> None:
        heard.append([now, source[0], ipv4_text(source[1]), source[2], bytes(view).hex()])
        take(view, now, source)

    w.node.receive = receive  # type: ignore[method-assign]
    w.configure(config)
    w.up()
    for _ in range(days * 24):
        w.wait(HOUR_MS)
    return heard


def test_two_days_need_no_more_heap_than_some_hours(tmp_path: Path) -> None:
    trace, config = tmp_path / "trace", tmp_path / "config"
    trace.write_text("".join(json.dumps(row) + "\n" for row in record(CONFIG, 2)))
    config.write_text(CONFIG)
    command = [str(PROGRAM), str(SCRIPT), str(config), str(trace)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    heap = {int(row[0]): int(row[2]) for row in (line.split() for line in done.stdout.splitlines())}
    assert max(heap) >= 47
    warm = max(size for hour, size in heap.items() if hour <= WARM_HOURS)
    assert max(heap.values()) - warm < SLACK_BYTES, heap
