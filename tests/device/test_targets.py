"""Every target: within its limit, and at work on its machine (under qemu-user where it is another than this one)."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from doubles import device_binary

from ezvpn_firmware import budget, build, targets

ALL = [name for name, target in targets.read().items() if not target.checks]
TWICE = ("x86_64", "armhf")
KNOWN_ANSWERS_S = 120.0  # at most, under an emulator


def console(target: str, state: Path, *lines: str) -> str:
    """What a device answers to lines typed on its console; then it is stopped by TERM, where that gets through an emulator."""
    command = [*targets.of(target).runner(), str(device_binary.built(target).path)]
    options = ["--console", "-", "--dataplane", "none", "--record", "off", "--state-dir", str(state)]
    with subprocess.Popen(
        [*command, "run", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as device:
        assert device.stdin is not None and device.stdout is not None
        device.stdin.write("".join(line + "\n" for line in lines))
        device.stdin.flush()
        said = ""
        with bounded(device, KNOWN_ANSWERS_S):
            while "Press RETURN to get started." not in said:
                line = device.stdout.readline()
                assert line, said
                said += line
        device.send_signal(signal.SIGTERM)
        assert device.wait(10) == 0
    return said


@contextmanager
def bounded(device: subprocess.Popen[str], seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, device.kill)
    timer.start()
    yield
    timer.cancel()


@pytest.mark.parametrize("target", ALL)
def test_it_is_within_its_limit(target: str) -> None:
    built, limits = device_binary.built(target), budget.read()
    print("\n".join(budget.table(target, built.size, built.modules, limits)))
    assert not budget.breach(target, built.size, built.modules, limits)
    assert built.size == built.path.stat().st_size


@pytest.mark.parametrize("target", TWICE)
def test_two_builds_are_one(target: str) -> None:
    """`again` builds anew and raises `Trouble` unless every byte is the same."""
    first = device_binary.built(target)
    second = build.build(targets.of(target), print, again=True)
    assert not second.was_there and second.sha256 == first.sha256


@pytest.mark.parametrize("target", ALL)
def test_it_says_what_it_is_and_knows_the_answers(target: str, tmp_path: Path) -> None:
    said = console(
        target, tmp_path, "enable", "show version", "test crypto self-test", "show processes memory json", "exit"
    )
    assert "MicroPython 1.25.0" in said
    assert "All of them passed" in said, said
    (memory,) = [json.loads(line) for line in said.splitlines() if line.startswith('{"schema_version"')]
    assert memory["heap_peak"] > memory["heap_used"] > 0


def test_it_keeps_what_it_was_told(tmp_path: Path) -> None:
    console("x86_64", tmp_path, "enable", "configure terminal", "hostname Branch7", "end", "write memory", "exit")
    assert "Branch7>exit" in console("x86_64", tmp_path, "exit")
