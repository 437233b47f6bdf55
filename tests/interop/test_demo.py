"""`make demo` as a person runs it: to its end, and with Ctrl-C in the middle. Both leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ezvpn_hil.lab import rundir
from ezvpn_hil.lab.namespace import existing
from ezvpn_hil.lab.processes import wait_until

LIMIT_S = 90


@pytest.fixture
def demo_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("EZVPN_LAB_DIR", str(tmp_path))  # other labs of this machine are none of our business
    return [sys.executable, "-m", "ezvpn_hil.demo"]


def start(argv: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def lab_name(demo: subprocess.Popen[str]) -> str:
    """The name of the lab that the demo builds, as soon as it has one."""
    assert wait_until(lambda: list(rundir.place().glob("ez*")) or demo.poll() is not None, LIMIT_S, 0.001)
    return next(rundir.place().glob("ez*")).name


def left(name: str) -> list[str]:
    """What is left of a lab."""
    return [n for n in existing() if n.startswith(name)] + [p.name for p in rundir.place().glob("*")]


@pytest.mark.parametrize(
    "options", [(), ("--broker", "embedded"), ("--gateway", "practice")], ids=lambda o: "-".join(o) or "real"
)
def test_demo_runs_to_its_end(demo_command: list[str], options: tuple[str, ...]) -> None:
    demo = start([*demo_command, *options])
    name = lab_name(demo)
    said, _ = demo.communicate(timeout=LIMIT_S)
    assert demo.returncode == 0, said
    for part in (
        "tunnel up and reported",
        "3 pings of 3 answered",
        "10 MB down",
        "10 MB up",
        "mqtt edge-demo/status: online",
        "mqtt edge-demo/tunnel/HQ/state: ",
        "mqtt edge-demo/tunnel/HQ/metrics: ",
        "at most 20 s with keepalive 10 2",
        "tunnel up at 198.51.100.12",
        "The story as the broker heard it",
        "the broker says: offline",
        "addresses, links, routes and rules are as before",
        "no process, namespace, link or file is left",
    ):
        assert part in said
    assert "\033" not in said  # colour is for terminals
    assert left(name) == []


@pytest.mark.parametrize("after", ["", "1. Build", "2. Start", "tunnel up and reported"])
def test_ctrl_c_leaves_nothing(demo_command: list[str], after: str) -> None:
    demo = start(demo_command)
    assert demo.stdout is not None
    name = lab_name(demo)
    said = ""
    began = time.monotonic()
    while after not in said:
        said += demo.stdout.readline()
        assert time.monotonic() - began < LIMIT_S, said
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=LIMIT_S)
    assert demo.returncode == 130, said + rest
    assert "everything was taken down" in rest
    assert left(name) == []
