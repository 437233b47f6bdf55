"""Terminals on CPython, on real ptys: raw and restored, slow readers, a port that goes away."""

import os
import pty
import select
import termios

import pytest

from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.cpython.tty import FdWriter, Terminal, open_terminal, serial_settings
from ezvpn.runtime.exits import CannotStart


class Owner:
    def __init__(self):
        self.loop = Loop()
        self.told = []
        self.notes = []
        self.terminal = None

    def opened(self, terminal, width):
        self.terminal = terminal
        self.told.append(("open", width))
        terminal.write(b"Router#")

    def heard(self, data):
        self.told.append(("bytes", data))

    def gone(self):
        self.told.append(("gone",))

    def open(self, spec):
        return open_terminal(self.loop, spec, self.opened, self.heard, self.gone, self.notes.append)

    def run(self, ms, *steps):
        for delay, step in steps:
            self.loop.at(self.loop.now() + delay, step)
        self.loop.at(self.loop.now() + ms, self.loop.stop)
        self.loop.run()


def read_all(fd):
    data = b""
    while select.select([fd], [], [], 0.05)[0]:
        data += os.read(fd, 4096)
    return data


def test_a_pty_of_our_own_is_raw_and_passes_bytes_both_ways():
    owner = Owner()
    terminal = owner.open("pty")
    (note,) = owner.notes
    assert note.startswith("console on /dev/pts/")
    client = os.open(note.removeprefix("console on "), os.O_RDWR | os.O_NOCTTY)
    assert read_all(client) == b"Router#"
    owner.run(200, (10, lambda: os.write(client, b"sh\x03\r")))
    assert owner.told == [("open", 80), ("bytes", b"sh\x03\r")]
    # Its user leaves: the console stays.
    os.close(client)
    assert terminal.lost == 0
    terminal.close()


def test_a_serial_port_is_set_raw_with_its_speed_restored_and_reopened():
    owner = Owner()
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    before = termios.tcgetattr(slave)
    terminal = owner.open(f"{name},115200")
    now = termios.tcgetattr(slave)
    assert not now[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert now[4:6] == [termios.B115200] * 2
    assert read_all(master) == b"Router#"
    terminal.close()
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_an_unplugged_port_ends_the_session_and_is_tried_again(monkeypatch):
    owner = Owner()
    monkeypatch.setattr("ezvpn.runtime.cpython.tty._REOPEN_MS", 50)
    master, slave = pty.openpty()
    terminal = owner.open(os.ttyname(slave))
    os.close(slave)
    opened = []
    real = terminal.port
    monkeypatch.setattr(terminal, "port", lambda *words: (opened.append(words), real(*words)))
    owner.run(300, (20, lambda: os.close(master)))
    assert owner.told[0] == ("open", 80)
    assert owner.told.count(("gone",)) == terminal.lost >= 1
    assert opened
    terminal.close()


def test_a_reader_that_stops_reading_delays_no_timer():
    owner = Owner()
    terminal = owner.open("pty")
    late = []

    def tick(due):
        late.append(owner.loop.now() - due)
        terminal.write(b"x" * 2000)
        following = owner.loop.now() + 5
        owner.loop.at(following, lambda: tick(following))

    owner.run(500, (0, lambda: tick(owner.loop.now())))
    assert len(late) > 50
    # The first turn carries the late start of the loop itself.
    assert max(late[1:]) < 50
    assert terminal._writer.backlog.dropped > 0
    terminal.close()


def test_output_to_a_file_and_to_a_broken_pipe(tmp_path):
    loop = Loop()
    path = tmp_path / "log"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    writer = FdWriter(loop, fd)
    writer.write(b"x" * 1000)
    assert path.read_bytes() == b"x" * 1000
    os.close(fd)
    near, far = os.pipe()
    os.close(near)
    writer = FdWriter(loop, far)
    writer.write(b"x")
    assert writer.broken
    writer.write(b"x")
    os.close(far)


def test_a_pipe_as_console_ends_with_its_input(monkeypatch):
    owner = Owner()
    near, far = os.pipe()
    out_near, out_far = os.pipe()
    os.write(far, b"show version\n")
    os.close(far)
    terminal = Terminal(owner.loop, owner.opened, owner.heard, owner.gone)
    terminal.use(near, out_far, 80)
    owner.run(200)
    assert owner.told == [("open", 80), ("bytes", b"show version\n"), ("gone",)]
    assert os.read(out_near, 100) == b"Router#"
    terminal.close()
    for fd in (near, out_near, out_far):
        os.close(fd)


def test_serial_settings():
    assert serial_settings("/dev/ttyS0") == ("/dev/ttyS0", 9600)
    assert serial_settings("/dev/ttyS0,115200") == ("/dev/ttyS0", 115200)
    with pytest.raises(CannotStart, match="the speed is one of 9600, ") as fault:
        serial_settings("/dev/ttyS0,fast")
    assert fault.value.code == 2


def test_a_device_that_is_not_there():
    with pytest.raises(CannotStart, match="/dev/ttyNONE0: no such device; name a serial port") as fault:
        Owner().open("/dev/ttyNONE0")
    assert fault.value.code == 3
