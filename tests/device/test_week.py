"""The heap of the device binary over a week, on a virtual clock: dead peer detection, new keys, a broker that comes and goes."""

from __future__ import annotations

import json
from pathlib import Path

from dual.test_memory import CONFIG, SLACK_BYTES, record

from ezvpn_firmware import budget

from .test_mover import run

DAYS = 7
WARM_HOURS = range(1, 24)  # with the first outages


def test_a_week_of_probes_keys_and_outages_needs_no_more_heap_than_a_day(tmp_path: Path) -> None:
    trace, config = tmp_path / "trace", tmp_path / "config"
    text = CONFIG + "crypto isakmp keepalive 60 5 periodic\n"
    trace.write_text("".join(json.dumps(row) + "\n" for row in record(text, DAYS)))
    config.write_text(text)
    assert len(trace.read_text().splitlines()) > DAYS * 24 * 60
    said = run("dual.days", config, trace)
    rows = [line.split() for line in said.splitlines()]
    assert len(rows) >= DAYS * 24 - 1
    assert {row[1] for row in rows} == {"IPSEC_ACTIVE"}
    heap = {int(row[0]): int(row[2]) for row in rows}
    assert (
        max(size for hour, size in heap.items() if hour >= 24) - max(heap[hour] for hour in WARM_HOURS) < SLACK_BYTES
    ), said
    # With a broker each round has the metrics of a minute, too.
    rounds = {int(row[3]) for row in rows}
    limits = budget.read().heap
    assert min(rounds) <= limits["probe"] and max(rounds) <= limits["report"], said
