"""A step as a human and as a program read it."""

from __future__ import annotations

import json

from ezvpn.console.debug import Clock
from ezvpn.flight import telling
from ezvpn.flight.replay import Step
from ezvpn.ike.status import TunnelStatus
from ezvpn.log import LogRecord

CLOCK = Clock(0, None, False)


def step() -> Step:
    made = Step(61_000, "receive")
    made.events = ["Phase1Up(session=1)"]
    made.log = [LogRecord(1, 61_000, "CONFIG", ("console",))]
    made.states = [("office", "READY")]
    return made


def tunnel() -> TunnelStatus:
    status = TunnelStatus("office")
    status.state = "READY"
    status.peer_address = bytes([198, 51, 100, 11])
    status.reason = "no\x1b[2J answer"
    return status


def test_text() -> None:
    assert telling.text(step(), CLOCK, [tunnel()]) == [
        "00:01:01.000: [receive]",
        "    event Phase1Up(session=1)",
        "  00:01:01.000: %SYS-5-CONFIG: Configured from console",
        "    state office: READY, peer 198.51.100.11 (no [2J answer)",
    ]


def test_a_step_of_which_nothing_came_is_silent() -> None:
    assert telling.text(Step(1, "timeout"), CLOCK, [tunnel()]) == []


def test_json() -> None:
    found = json.loads(telling.json(step(), [tunnel()]))
    assert found["tunnels"] == [
        {"name": "office", "state": "READY", "peer": "198.51.100.11", "reason": "no [2J answer"}
    ]
    assert found["log"] == [{"at": 61_000, "text": "%SYS-5-CONFIG: Configured from console"}]
    assert (found["at"], found["call"], found["events"]) == (61_000, "receive", ["Phase1Up(session=1)"])
    assert "tunnels" not in json.loads(telling.json(Step(1, "timeout"), []))
