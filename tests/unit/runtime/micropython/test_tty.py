"""Terminals on MicroPython, which cannot make a descriptor non-blocking: still nothing waits for a reader."""

import os
import pty
import select
import subprocess
import termios

from doubles.micropython import PROGRAM, ROOT, environment, run

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
terminal = open_terminal(loop, "-", opened, heard, lambda: loop.stop(), lambda text: None)
loop.at(loop.now() + 10000, loop.stop)
loop.run()
lost = terminal._writer.backlog.dropped if terminal._writer else 0
terminal.close()
print(len(late), max(late or [0]) < 50, lost > 0, file=sys.stderr)
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


def test_a_pty_is_refused_with_the_way_out():
    out = run(
        """
from ezvpn.runtime.exits import CannotStart
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.tty import open_terminal
for spec in ("pty", "/dev/ttyNONE0", "/dev/ttyS0,1"):
    try:
        open_terminal(Loop(), spec, None, None, None, None)
    except CannotStart as fault:
        print(fault.code, fault.text)
"""
    )
    lines = out.splitlines()
    assert lines[0].startswith("3 this interpreter cannot make a pty; use --console -")
    assert lines[1].startswith("3 /dev/ttyNONE0: no such device")
    assert lines[2].startswith("2 /dev/ttyS0,1: the speed is one of")
