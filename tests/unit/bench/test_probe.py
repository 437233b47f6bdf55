"""The clock of the starts: programs in steps, and the echo request that ends it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from probe import Steps, echo_request, is_answer

from ezvpn.wire.inet import checksum

IPV4 = bytes([0x45]) + bytes(19)


def test_the_echo_request_has_a_valid_checksum() -> None:
    for identifier in (0, 1, 0xFFFE, 0xFFFF):
        request = echo_request(identifier)
        assert len(request) == 8
        assert request[0] == 8
        assert checksum(request) == 0


@pytest.mark.parametrize(
    ("packet", "ours"),
    [
        (IPV4 + bytes([0, 0, 0, 0, 0x12, 0x34, 0, 1]), True),
        (bytes([0x46]) + bytes(23) + bytes([0, 0, 0, 0, 0x12, 0x34, 0, 1]), True),
        (IPV4 + bytes([0, 0, 0, 0, 0x12, 0x35, 0, 1]), False),  # somebody else's
        (IPV4 + bytes([3, 0, 0, 0, 0x12, 0x34, 0, 1]), False),  # unreachable
        (IPV4 + bytes([0, 0, 0, 0]), False),
    ],
)
def test_only_the_reply_to_our_request_counts(packet: bytes, ours: bool) -> None:
    assert is_answer(packet, 0x1234) == ours


def until(steps: Steps, ready: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < deadline
        steps.look()
        time.sleep(0.001)


def steps(tmp_path: Path, *rows: dict[str, Any]) -> Steps:
    made = Steps(list(rows), dict(os.environ), str(tmp_path / "log"))
    made.start_next()
    return made


def test_each_step_waits_for_the_one_before(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    made = steps(
        tmp_path,
        {"argv": ["sh", "-c", f"echo one; sleep 0.05; touch {mark}; exec sleep 60"], "until": str(mark)},
        {"argv": ["sh", "-c", f"test -e {mark} && echo two"], "until": "exit"},
    )
    first = made.pid
    try:
        until(made, lambda: made.done)
        assert (tmp_path / "log").read_text() == "one\ntwo\n"
        assert made.pid == first
    finally:
        os.kill(first, 9)
        os.waitpid(first, 0)


@pytest.mark.parametrize(
    ("rows", "culprit"),
    [
        ([("false", "exit"), ("true", "exit")], "false"),
        ([("true", "runs")], "true"),  # the agent refused its configuration
        ([("true", "no such file")], "true"),
    ],
)
def test_a_program_that_fails_or_ends_too_early_is_said(
    tmp_path: Path, rows: list[tuple[str, str]], culprit: str
) -> None:
    made = steps(tmp_path, *({"argv": [name], "until": when} for name, when in rows))
    with pytest.raises(RuntimeError, match=f"{culprit} ended with"):
        until(made, lambda: False)
