"""Terminals on MicroPython, which cannot make a descriptor non-blocking: still nothing waits for a reader."""

import os
import pty
import select
import subprocess
import termios
import tty

from doubles.micropython import PROGRAM, ROOT, environment, run
from doubles.serial_cable import Cable

SCRIPT = """
import sys
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.tty import open_terminal
loop = Loop()
late = []
def opened(terminal, width):
    terminal.write(b"Router#")
def heard(data):
    terminal.write(data)
    if data == b"q":
        loop.stop()
    if data == b"f":
        flood(loop.now())
def flood(due):
    late.append(loop.now() - due)
    terminal.write(b"x" * 2000)
    following = loop.now() + 5
    if len(late) < 60:
        loop.at(following, lambda: flood(following))
    else:
        loop.stop()
terminal = open_terminal(loop, "-", opened, heard, None, lambda: loop.stop(), lambda text: None)
loop.at(loop.now() + 10000, loop.stop)
loop.run()
lost = terminal._writer.backlog.dropped if terminal._writer else 0
terminal.close()
print(len(late), max(late or [0]) < 50, lost > 0, file=sys.stderr)
"""


PORT = """
import sys
from ezvpn.runtime import console_line
from ezvpn.runtime.micropython import tty
from ezvpn.runtime.micropython.loop import Loop
console_line._REOPEN_MS = 20
loop = Loop()
terminal = None
def opened(it, width):
    it.write(b"Router#")
def heard(data):
    terminal.write(data * 10)
    if b"q" in data:
        loop.stop()
terminal = tty.open_terminal(loop, sys.argv[1], opened, heard, None, lambda: print("gone"), print)
loop.at(loop.now() + 60000, loop.stop)
loop.run()
print("dropped", terminal._writer.backlog.dropped)
terminal.close()
"""

BREAKS = """
import sys
from ezvpn.runtime.breaks import Marked
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.tty import Terminal
loop = Loop()
terminal = Terminal(loop, lambda it, width: None, print, lambda: print("break"), loop.stop, print)
terminal._marked = Marked()
terminal.use(open(0, "rb"), open(1, "wb"))
loop.run()
"""


def start(slave):
    return subprocess.Popen(
        [PROGRAM, "-c", SCRIPT],
        env=environment(),
        cwd=ROOT,
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        text=True,
    )


def expect(master, wanted):
    data = b""
    while wanted not in data:
        assert select.select([master], [], [], 10)[0], data
        data += os.read(master, 4096)
    return data


def test_a_terminal_is_raw_and_restored():
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    agent = start(slave)
    expect(master, b"Router#")
    assert not termios.tcgetattr(slave)[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
    os.write(master, b"sh\x03")
    expect(master, b"sh\x03")
    os.write(master, b"q")
    assert agent.wait(10) == 0
    assert termios.tcgetattr(slave)[:4] == before[:4]
    os.close(master)
    os.close(slave)


def test_a_reader_that_stops_reading_delays_no_timer():
    master, slave = pty.openpty()
    agent = start(slave)
    expect(master, b"Router#")
    os.write(master, b"f")
    assert agent.communicate(timeout=20)[1] == "60 True True\n"
    os.close(master)
    os.close(slave)


def test_a_serial_port_has_its_speed_and_loses_nothing_of_a_paste_and_comes_back(tmp_path):
    cable = Cable(tmp_path)
    agent = subprocess.Popen(
        [PROGRAM, "-c", PORT, cable.near + ",19200"], env=environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    far = os.open(cable.far, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(far)
    expect(far, b"Router#")
    port = os.open(cable.near, os.O_RDWR | os.O_NOCTTY)
    now = termios.tcgetattr(port)
    os.close(port)
    assert now[4:6] == [termios.B19200] * 2
    assert now[0] & termios.IXON and now[0] & termios.IXOFF and now[0] & termios.PARMRK
    assert not now[3] & (termios.ECHO | termios.ICANON | termios.ISIG)

    os.set_blocking(far, False)
    left, seen = b"x" * 20_000, b""
    while len(seen) < 200_000:
        assert select.select([far], [far] if left else [], [], 20) != ([], [], []), len(seen)
        try:
            left = left[os.write(far, left[:4096]) :]
        except BlockingIOError:
            pass
        try:
            seen += os.read(far, 65536)
        except BlockingIOError:
            pass
    assert seen == b"x" * 200_000

    cable.unplug(cable.near)
    cable.plug(cable.near)
    expect(far, b"Router#")
    os.write(far, b"q")
    assert agent.communicate(timeout=10)[0].splitlines() == [
        "gone",
        f"{cable.near}: the serial port is gone; it is tried again each second",
        f"{cable.near}: the serial port is back",
        "dropped 0",
    ]
    os.close(far)
    cable.close()


def test_a_break_is_told_beside_what_is_typed():
    done = subprocess.run(
        [PROGRAM, "-c", BREAKS],
        env=environment(),
        cwd=ROOT,
        input=b"a\xff\0\0\xff\0\0b",
        capture_output=True,
        timeout=20,
    )
    assert done.stdout == b"b'ab'\nbreak\n", done.stderr


def test_a_pty_is_refused_with_the_way_out():
    out = run(
        """
from ezvpn.runtime.exits import CannotStart
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.tty import open_terminal
for spec in ("pty", "/dev/ttyNONE0", "/dev/ttyS0,1"):
    try:
        open_terminal(Loop(), spec, None, None, None, None, None)
    except CannotStart as fault:
        print(fault.code, fault.text)
"""
    )
    lines = out.splitlines()
    assert lines[0].startswith("3 this interpreter cannot make a pty; use --console -")
    assert lines[1].startswith("3 /dev/ttyNONE0: no such device")
    assert lines[2].startswith("2 /dev/ttyS0,1: the speed is one of")
