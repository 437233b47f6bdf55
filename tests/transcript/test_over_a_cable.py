"""The same transcripts through a serial line: pyserial types, the agent's own terminal code answers, every byte is compared."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from doubles.serial_cable import Cable
from doubles.transcript import Player, decode, encode, steps

from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.cpython.tty import Terminal, open_terminal

FILES = sorted(Path(__file__).resolve().parent.glob("*.txt"))
LIMIT_S = 10.0


class Device:
    """A console of a player behind a serial port, in a thread of its own."""

    def __init__(self, port: str) -> None:
        self.player = Player()
        self.terminal: Terminal | None = None
        self.heard = 0  # bytes
        self._loop = Loop()
        self._loop.at(self._loop.now(), lambda: self._open(port))
        self._thread = threading.Thread(target=self._loop.run, daemon=True)
        self._thread.start()

    def _open(self, port: str) -> None:
        nothing = lambda *args: None  # noqa: E731
        open_terminal(self._loop, port + ",115200", self._opened, self._typed, nothing, nothing, nothing)

    def _opened(self, terminal: Terminal, width: int) -> None:
        self.terminal = terminal
        self._print()

    def _typed(self, data: bytes) -> None:
        self.player.feed(data)
        self._print()
        self.heard += len(data)

    def _print(self) -> None:
        assert self.terminal is not None
        self.terminal.write(self.player.output())

    def wait(self, count: int) -> None:
        """Until so many bytes have come through."""
        until = time.monotonic() + LIMIT_S
        while self.heard < count and time.monotonic() < until:
            time.sleep(0.002)
        assert self.heard == count

    def happen(self, text: str) -> None:
        def now() -> None:
            self.player.happen(text)
            self._print()

        self._loop.from_thread(now)

    def close(self) -> None:
        self._loop.from_thread(self._loop.stop)
        self._thread.join(LIMIT_S)
        if self.terminal is not None:
            self.terminal.close()


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    made = Cable(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_console_answers_the_same_bytes_over_a_serial_line(cable: Cable, file: Path) -> None:
    with serial.Serial(cable.far, 115200, timeout=LIMIT_S, xonxoff=True) as line:
        device = Device(cable.near)
        try:
            sent = 0
            for number, instruction, expected in steps(file.read_text()):
                if instruction.startswith("$"):
                    sent += line.write(decode(instruction[2:])) or 0
                    device.wait(sent)
                elif instruction:
                    device.happen(instruction[2:])
                got = line.read(len(expected)) if expected else b""
                assert got == expected, "\n".join(
                    [f"{file.name}:{number}: {instruction}", *encode(expected), "-- but came:", *encode(got)]
                )
            line.timeout = 0.05
            assert line.read(1) == b"", "more than the transcript has"
        finally:
            device.close()
