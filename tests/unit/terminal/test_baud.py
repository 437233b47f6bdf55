"""The speed is found by itself, on a port that lets through only what has the right one."""

import termios
import time

import pytest
from doubles.serial_device import SerialDevice
from doubles.terminal_server import TerminalServer

from ezvpn.terminal.baud import FALLBACK, SPEEDS, find
from ezvpn.terminal.keyboard import Keyboard
from ezvpn.terminal.line import Line


def look(device):
    """`device` has the `path` to open."""
    line = Line(device.path, None)
    line.open()
    began = time.monotonic()
    found = find(line, Keyboard())
    seconds = time.monotonic() - began
    line.close()
    return found, line.speed, seconds


@pytest.mark.parametrize("speed", SPEEDS)
def test_each_speed_is_found_by_its_prompt(speed):
    with SerialDevice(speed) as device:
        found, left_at, _ = look(device)
    assert (found.speed, found.sure, left_at) == (speed, True, speed)
    assert found.answer == b"\r\nRouter#"


def test_it_is_found_through_a_terminal_server():
    with SerialDevice(19200) as device, TerminalServer(device.path, True) as server:
        server.path = server.url
        found, _, _ = look(server)
    assert (found.speed, found.sure) == (19200, True)


def test_the_usual_ones_come_first():
    with SerialDevice(9600) as device:
        look(device)
    assert device.speeds == [termios.B115200, termios.B9600]


def test_a_login_counts_as_a_prompt():
    with SerialDevice(9600, said={"": "\r\nUser Access Verification\r\n\r\nPassword: "}) as device:
        found, _, _ = look(device)
    assert (found.speed, found.sure) == (9600, True)


def test_an_answer_without_a_prompt_is_taken_when_no_other_is_better():
    with SerialDevice(38400) as device:
        device.prompt = " ... booting ..."
        found, left_at, _ = look(device)
    assert (found.speed, found.sure, left_at) == (38400, False, 38400)


def test_a_silent_port_is_given_up_within_seconds():
    with SerialDevice(silent=True) as device:
        found, left_at, seconds = look(device)
    assert (found.speed, found.garbled, left_at) == (0, False, FALLBACK)
    assert seconds < 10
    assert device.received == b"\r" * len(SPEEDS)


def test_a_port_that_answers_rubbish_at_every_speed():
    with SerialDevice(230400) as device:
        found, left_at, _ = look(device)
    assert (found.speed, found.garbled, left_at) == (0, True, FALLBACK)
