"""One serial line over a device, a socket and RFC 2217: the same bytes, XON/XOFF, speeds, and an end that is noticed."""

import os
import socket
import subprocess
import sys
import termios
import time

import pytest
from doubles.serial_cable import Cable
from doubles.serial_device import SerialDevice
from doubles.terminal_server import TerminalServer

from ezvpn.terminal.line import Line, Lost
from ezvpn.terminal.ports import NoPort
from ezvpn.terminal.transcript import Transcript


def opened(name, speed=9600, transcript=None):
    line = Line(name, speed, transcript)
    line.open()
    return line


def hears(line, what, seconds=10):
    """Read until `what` has come; returns all."""
    data = b""
    until = time.monotonic() + seconds
    while what not in data:
        assert time.monotonic() < until, data
        line.wait(0.1)
        data += line.read()
    return data


def test_a_device_has_its_speed_flow_control_and_no_echo():
    with SerialDevice() as device:
        line = opened(device.path, 19200)
        now = termios.tcgetattr(device.master)
        assert now[4:6] == [termios.B19200] * 2
        assert now[0] & termios.IXON and now[0] & termios.IXOFF
        assert not now[3] & (termios.ECHO | termios.ICANON)
        line.write(b"show clock\r")
        assert hears(line, b"Router#") == b"show clock\r\nRouter#"
        line.set_speed(115200)
        assert termios.tcgetattr(device.master)[4] == termios.B115200
        line.close()


@pytest.mark.parametrize("telnet", [False, True])
def test_the_same_through_a_terminal_server(telnet, tmp_path):
    with SerialDevice() as device, TerminalServer(device.path, telnet) as server:
        transcript = Transcript(str(tmp_path / "log"))
        line = opened(server.url, 38400, transcript)
        line.write(b"show clock\r")
        assert hears(line, b"Router#") == b"show clock\r\nRouter#"
        assert line.has_speed == telnet
        if telnet:
            assert termios.tcgetattr(device.master)[4] == termios.B38400
            line.set_speed(57600)
            assert termios.tcgetattr(device.master)[4] == termios.B57600
        assert line.send_break() == telnet
        line.write(b"x\xff\xffy\r")  # FF is telnet's own byte
        assert hears(line, b"#").startswith(b"x\xff\xffy\r\n")
        assert server.breaks == telnet
        server.hang_up()
        with pytest.raises(Lost):
            hears(line, b"never")
        line.close()
        transcript.close()
        assert (tmp_path / "log").read_bytes() == b"show clock\r\nRouter#x\xff\xffy\r\nRouter#"


def test_xoff_through_a_socket_stops_us_until_xon():
    near = socket.create_server(("127.0.0.1", 0))
    line = opened(f"socket://127.0.0.1:{near.getsockname()[1]}")
    far, _ = near.accept()
    far.settimeout(10)
    far.sendall(b"a\x13b")
    assert hears(line, b"b") == b"ab"
    line.write(b"typed")
    line.wait(0.2)
    assert not line.sent
    far.sendall(b"\x11")
    line.wait(10)
    assert line.read() == b""
    line.wait(0.2)
    assert line.sent
    assert far.recv(100) == b"typed"
    far.close()
    with pytest.raises(Lost, match="the other end closed the connection"):
        hears(line, b"never")
    line.close()
    near.close()


def test_an_unplugged_port_is_noticed_and_opened_again(tmp_path):
    cable = Cable(tmp_path)
    line = opened(cable.near)
    cable.unplug(cable.near)
    with pytest.raises(Lost):
        hears(line, b"never")
    with pytest.raises(NoPort, match="no such port"):
        line.open()
    cable.plug(cable.near)
    line.open()
    far = os.open(cable.far, os.O_RDWR | os.O_NOCTTY)
    os.write(far, b"again")
    assert hears(line, b"again") == b"again"
    line.close()
    os.close(far)
    cable.close()


def test_one_program_at_a_time():
    with SerialDevice() as device:
        script = (
            f"import serial; p = serial.Serial({device.path!r}, exclusive=True); print('open', flush=True); input()"
        )
        with subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1) as other:
            other.stdout.readline()
            with pytest.raises(NoPort, match=f"busy, python.* .process {other.pid}. has it open; end that first"):
                opened(device.path)
            other.communicate(b"\n")


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("/dev/ttyNONE0", "/dev/ttyNONE0: no such port; ", 3),
        ("/dev/null", "/dev/null: not a serial port; ", 3),
        ("/dev", "/dev: not a serial port; ", 3),
        ("socket://127.0.0.1:1", "Connection refused; is that where the serial server listens?", 3),
        ("rfc2217://127.0.0.1:1", "Connection refused; is that where the serial server listens?", 3),
        ("socket://127.0.0.1", "PORT is a device, socket://HOST:PORT or rfc2217://HOST:PORT", 2),
        ("socket://127.0.0.1:x", "PORT is a device, socket://HOST:PORT or rfc2217://HOST:PORT", 2),
        ("telnet://127.0.0.1:23", "PORT is a device, socket://HOST:PORT or rfc2217://HOST:PORT", 2),
    ],
)
def test_what_is_no_port(name, words, code):
    with pytest.raises(NoPort) as fault:
        opened(name)
    assert words in str(fault.value)
    assert fault.value.code == code
