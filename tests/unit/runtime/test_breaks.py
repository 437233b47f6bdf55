"""Marks of a serial line, whole and cut in two, and real ones of the kernel."""

import os
import pty

import pytest

from ezvpn.runtime.breaks import Marked
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.cpython.tty import Terminal

CASES = [
    (b"show version\r", b"show version\r", 0),
    (b"\xff\0\0", b"", 1),
    (b"ab\xff\0\0cd\xff\0\0", b"abcd", 2),
    (b"\xff\xff", b"\xff", 0),
    (b"\xff\xff\0\0", b"\xff\0\0", 0),  # typed, not a break
    (b"\xff\0x", b"x", 0),
    (b"\xffx", b"x", 0),
]


@pytest.mark.parametrize(("read", "typed", "breaks"), CASES)
def test_marks(read, typed, breaks):
    assert Marked().take(read) == (typed, breaks)


@pytest.mark.parametrize(("read", "typed", "breaks"), CASES)
def test_marks_that_come_a_byte_at_a_time(read, typed, breaks):
    marked = Marked()
    found = [marked.take(bytes([byte])) for byte in read]
    assert (b"".join(data for data, _ in found), sum(count for _, count in found)) == (typed, breaks)


def test_the_kernel_doubles_a_byte_that_looks_like_a_mark():
    """A pty carries no break; that a typed FF comes doubled shows that the mode of the line is the one that marks them."""
    master, slave = pty.openpty()
    terminal = Terminal(Loop(), *[lambda *_: None] * 5)
    terminal.raw(slave, 9600)
    os.write(master, b"\xff\0\0")
    read = os.read(slave, 100)
    assert read == b"\xff\xff\0\0"
    assert Marked().take(read) == (b"\xff\0\0", 0)
    terminal.close()
    os.close(master)
    os.close(slave)
