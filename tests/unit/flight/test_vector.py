"""A failover between two real gateways, recorded by the agent: this version does the same again."""

from __future__ import annotations

from pathlib import Path

from doubles.flight import replayed

from ezvpn.log import Severity

VECTORS = Path(__file__).resolve().parents[2] / "vectors"


def test_the_recorded_failover_gives_the_recorded_log() -> None:
    """When the core draws random bytes in another order this fails and says where: tests/interop/test_flight.py says how the
    vector is made anew."""
    source, *log = (VECTORS / "failover.txt").read_text(encoding="utf-8").splitlines()
    assert source.startswith("SOURCE: ")
    steps = replayed((VECTORS / "failover.ezt").read_bytes())
    told = [record.text() for step in steps for record in step.log if record.severity() < Severity.DEBUG]
    assert told[: len(log)] == log
    story = [step.states[0][1] for step in steps if step.states]
    assert story.count("IPSEC_ACTIVE") == 2
    assert story[-1] == "IPSEC_ACTIVE"


def test_the_replay_tells_what_debugging_would_have() -> None:
    steps = replayed((VECTORS / "failover.ezt").read_bytes())
    debug = [record.text() for step in steps for record in step.log if record.severity() == Severity.DEBUG]
    # Whose probe was first is up to the run.
    assert [line for line in debug if "DPD/R_U_THERE" in line and "received from peer 198.51.100.11" in line]
    assert [line for line in debug if "beginning Aggressive Mode exchange" in line]
