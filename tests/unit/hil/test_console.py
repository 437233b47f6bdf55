"""A board's serial console, with a socket for a board."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezvpn_hil.drivers.console import NotSeen, SerialConsole


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[SerialConsole, socket.socket]]:
    near, far = socket.socketpair()
    console = SerialConsole(near, tmp_path / "console.log")
    yield console, far
    console.close()
    far.close()


def test_a_command_is_what_was_printed_up_to_the_prompt(line: tuple[SerialConsole, socket.socket]) -> None:
    console, far = line
    far.sendall(b"show clock\r\n12:00:00\r\nNov 27\r\nRouter#")
    assert console.command("show clock") == "12:00:00\nNov 27"
    assert far.recv(100) == b"show clock\r"


def test_what_was_seen_is_not_seen_again(line: tuple[SerialConsole, socket.socket]) -> None:
    console, far = line
    far.sendall(b"one two one")
    console.wait("one")
    console.wait("one", 1)
    with pytest.raises(NotSeen):
        console.wait("one", 0.05)


def test_what_came_instead_is_said(line: tuple[SerialConsole, socket.socket]) -> None:
    console, far = line
    far.sendall(b"Kernel panic")
    with pytest.raises(NotSeen, match="Kernel panic"):
        console.wait("Router>", 0.05)


def test_a_far_end_that_is_gone_is_not_waited_for(line: tuple[SerialConsole, socket.socket]) -> None:
    console, far = line
    far.close()
    with pytest.raises(NotSeen):
        console.wait("Router>", 60)


def test_every_byte_is_kept(line: tuple[SerialConsole, socket.socket], tmp_path: Path) -> None:
    console, far = line
    far.sendall(b"\xff\x00Router>")
    console.wait("Router>")
    assert (tmp_path / "console.log").read_bytes() == b"\xff\x00Router>"
