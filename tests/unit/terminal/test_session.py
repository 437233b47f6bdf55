"""A technician at a terminal of his own: keys, breaks, an adapter that is pulled, and every way out."""

import os
import signal
import socket
import subprocess

import pytest
from doubles.process import Agent
from doubles.serial_cable import Cable
from doubles.serial_device import SerialDevice
from doubles.technician import COMMAND, ENVIRONMENT, Technician, console
from doubles.terminal_server import TerminalServer


def test_typing_and_leaving():
    with SerialDevice(9600) as device, Technician(device.path) as technician:
        technician.sees(b": 9600 bit/s\r\n")
        technician.sees(b"Router#")
        technician.sees(b"at 9600 bit/s. Ctrl-] leaves, Ctrl-\\ ? shows the other keys.\r\n")
        technician.types(b"show clock\r")
        technician.sees(b"show clock\r\nRouter#")
        technician.types(b"\x03\x1a\x1c?")
        technician.sees(b"Ctrl-\\ b         sends a break\r\n")
        technician.types(b"\x1cz")
        technician.sees(b"no such key")
        technician.types(b"last\r\x1dnot sent\r")
        assert technician.ends() == 0
        assert device.received.endswith(b"show clock\r\x03\x1alast\r")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(number):
    with SerialDevice() as device, Technician(f"{device.path},9600") as technician:
        technician.sees(b"Ctrl-] leaves")
        technician.program.send_signal(number)
        assert technician.ends() == 0


def test_a_break_over_rfc2217_and_none_over_a_plain_socket():
    for telnet, words in ((True, b"[break sent]"), (False, b"[no break was sent: this port can't")):
        with SerialDevice() as device, TerminalServer(device.path, telnet) as server:
            with Technician(server.url, "--baud", "9600") as technician:
                technician.sees(b"Ctrl-] leaves")
                technician.types(b"\x1cb")
                technician.sees(words)
                technician.types(b"\x1d")
                assert technician.ends() == 0
            assert server.breaks == telnet


def test_an_adapter_that_is_pulled_and_plugged_again(tmp_path):
    cable = Cable(tmp_path)
    far = os.open(cable.far, os.O_RDWR | os.O_NOCTTY)
    log = tmp_path / "log"
    with Technician(cable.near, "--baud", "9600", "--log", str(log)) as technician:
        technician.sees(b"Ctrl-] leaves")
        os.write(far, b"before\r\n")
        technician.sees(b"before")
        cable.unplug(cable.near)
        technician.sees(b"reopening")
        cable.plug(cable.near)
        technician.sees(b"is back]")
        os.write(far, b"after\r\n")
        technician.sees(b"after")
        technician.types(b"x")
        assert os.read(far, 10) == b"x"
        cable.unplug(cable.near)
        technician.sees(b"reopening")
        technician.types(b"\x1d")
        assert technician.ends() == 0
    assert log.read_bytes() == b"before\r\nafter\r\n"
    os.close(far)
    cable.close()


def test_ctrl_right_bracket_works_while_a_host_does_not_answer():
    """The listener's queue is full, so a second connection hangs."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    url = f"socket://127.0.0.1:{listener.getsockname()[1]}"
    with Technician(url) as technician:
        technician.sees(b"Ctrl-] leaves")
        connection, _ = listener.accept()
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        connection.close()
        technician.sees(b"reopening")
        technician.types(b"\x1d")
        assert technician.ends(4) == 0  # a connection is given up after 5 s
    for sock in (*waiting, listener):
        sock.close()


def test_a_pipe_is_typed_and_ends_when_its_answers_have_come(tmp_path):
    with SerialDevice() as device:
        done = console(f"{device.path},9600", "--log", str(tmp_path / "log"), typed=b"show clock\rshow version\r\x1d")
    assert done.returncode == 0
    assert done.stdout == b"show clock\r\nRouter#show version\r\nRouter#\x1d"
    assert (tmp_path / "log").read_bytes() == done.stdout


def test_a_reader_that_goes_away_ends_it():
    with SerialDevice() as device:
        program = subprocess.Popen(
            [*COMMAND, f"{device.path},9600"],
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        program.stderr.readline()
        program.stdout.close()
        program.stdin.write(b"show clock\r")
        program.stdin.flush()
        assert program.wait(10) == 0
        assert program.stderr.read() == b""
        program.stdin.close()
        program.stderr.close()


@pytest.mark.parametrize("interpreter", ["cpython", "micropython"])
def test_a_real_agent_at_the_other_end_of_the_cable(interpreter, tmp_path):
    cable = Cable(tmp_path)
    state = str(tmp_path / "state")
    words = ("--state-dir", state, "--dataplane", "none", "--console", f"{cable.near},115200")
    with Agent(*words, interpreter=interpreter) as agent, Technician(cable.far) as technician:
        agent.expect("no startup configuration")
        technician.sees(b": 115200 bit/s")
        technician.sees(b"Router>")
        technician.types(b"enable\rshow ver\t| include ezvpn\r")
        technician.sees(b"Router#show version | include ezvpn\r\n")
        technician.sees(b"Router#")
        # The agent's end is pulled: it says so once, and its next session begins when the port is back.
        cable.unplug(cable.near)
        agent.expect(f"{cable.near}: the serial port is gone; it is tried again each second")
        cable.plug(cable.near)
        agent.expect(f"{cable.near}: the serial port is back")
        technician.sees(b"Router>")
        technician.types(b"\x1d")
        assert technician.ends() == 0
    cable.close()


def test_a_pipe_does_not_wait_for_a_port_that_is_gone():
    with SerialDevice() as device:
        read, write = os.pipe()
        program = subprocess.Popen(
            [*COMMAND, f"{device.path},9600"],
            env=ENVIRONMENT,
            stdin=read,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert program.stderr.readline() == f"Connected to {device.path} at 9600 bit/s.\n".encode()
        device.unplug()
        assert program.wait(10) == 3
        assert device.path.encode() in program.stderr.read()
        program.stdout.close()
        program.stderr.close()
        os.close(read)
        os.close(write)
