"""Terminals on CPython, on real ptys: raw and restored, slow readers, a port that goes away."""

import os
import pty
import select
import termios

import pytest
from doubles.serial_cable import Cable

from ezvpn.runtime.breaks import Marked
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.cpython.tty import FdWriter, Terminal, open_terminal
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

    def broken(self):
        self.told.append(("break",))

    def gone(self):
        self.told.append(("gone",))

    def open(self, spec):
        return open_terminal(self.loop, spec, self.opened, self.heard, self.broken, self.gone, self.notes.append)

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
    assert now[0] & termios.IXON and now[0] & termios.IXOFF and now[0] & termios.PARMRK
    assert read_all(master) == b"Router#"
    terminal.close()
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_the_speed_of_a_port_is_changed_and_the_settings_of_before_come_back():
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    owner = Owner()
    terminal = owner.open(os.ttyname(theirs) + ",115200")
    owner.run(500, (10, lambda: terminal.change_speed(57600)), (10, lambda: terminal.change_speed(57600)))
    assert termios.tcgetattr(theirs)[4:6] == [termios.B57600] * 2
    terminal.close()
    assert termios.tcgetattr(theirs) == before
    pipe = owner.open("pty")
    pipe.change_speed(9600)
    owner.run(400)
    pipe.close()
    os.close(ours)
    os.close(theirs)


def test_an_unplugged_port_ends_the_session_and_is_tried_again(monkeypatch):
    owner = Owner()
    monkeypatch.setattr("ezvpn.runtime.console_line._REOPEN_MS", 50)
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


def test_a_port_that_comes_back_is_opened_again_and_one_that_flaps_is_told_once(monkeypatch, tmp_path):
    monkeypatch.setattr("ezvpn.runtime.console_line._REOPEN_MS", 20)
    owner = Owner()
    cable = Cable(tmp_path)
    terminal = owner.open(cable.near)
    owner.run(
        1000,
        (10, lambda: cable.unplug(cable.near)),
        (100, lambda: cable.plug(cable.near)),
        (400, lambda: cable.unplug(cable.near)),
        (500, lambda: cable.plug(cable.near)),
    )
    assert owner.told == [("open", 80), ("gone",), ("open", 80), ("gone",), ("open", 80)]
    assert owner.notes == [
        f"{cable.near}: the serial port is gone; it is tried again each second",
        f"{cable.near}: the serial port is back",
    ]
    terminal.close()
    cable.close()


def test_a_break_is_told_beside_what_is_typed():
    owner = Owner()
    near, far = os.pipe()
    os.write(far, b"a\xff\0\0\xff\0\0b\xff")
    terminal = Terminal(owner.loop, owner.opened, owner.heard, owner.broken, owner.gone, owner.notes.append)
    terminal._marked = Marked()
    terminal.use(near, os.open(os.devnull, os.O_WRONLY), 80)
    owner.run(100, (50, lambda: os.write(far, b"\xff")))
    assert owner.told == [("open", 80), ("bytes", b"ab"), ("break",), ("bytes", b"\xff")]
    terminal.close()
    os.close(far)


def test_a_paste_comes_no_faster_than_its_echo_is_read():
    """Each line is answered with ten times as much: the paste waits, and nothing of the answers is lost."""
    owner = Owner()
    terminal = owner.open("pty")
    client = os.open(owner.notes[0].removeprefix("console on "), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    owner.heard = terminal._on_bytes = lambda data: terminal.write(data * 10)
    left = bytearray(b"x" * 100_000)
    seen = bytearray()

    def turn():
        try:
            del left[: os.write(client, left[:4096])]
        except BlockingIOError:
            pass
        try:
            seen.extend(os.read(client, 65536))
        except BlockingIOError:
            pass
        if len(seen) < 7 + 1_000_000:
            owner.loop.at(owner.loop.now(), turn)
        else:
            owner.loop.stop()

    owner.run(60_000, (0, turn))
    assert not left
    assert bytes(seen) == b"Router#" + b"x" * 1_000_000
    assert terminal._writer.backlog.dropped == 0
    os.close(client)
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
    terminal = Terminal(owner.loop, owner.opened, owner.heard, owner.broken, owner.gone, owner.notes.append)
    terminal.use(near, out_far, 80)
    owner.run(200)
    assert owner.told == [("open", 80), ("bytes", b"show version\n"), ("gone",)]
    assert os.read(out_near, 100) == b"Router#"
    terminal.close()
    for fd in (near, out_near, out_far):
        os.close(fd)


def test_a_device_that_is_not_there():
    with pytest.raises(CannotStart, match="/dev/ttyNONE0: no such device; name a serial port") as fault:
        Owner().open("/dev/ttyNONE0")
    assert fault.value.code == 3
