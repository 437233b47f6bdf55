"""Why a port can't be opened, and the next step."""

import errno
import os
import subprocess
import sys

import pytest
from doubles.serial_device import SerialDevice
from serial.tools import list_ports

from ezvpn.terminal.ports import here, holders, refusal


class Port:
    def __init__(self, device, description="n/a"):
        self.device = device
        self.description = description

    def __lt__(self, other):
        return self.device < other.device


def test_the_ports_that_are_here(monkeypatch):
    monkeypatch.setattr(list_ports, "comports", lambda: [Port("/dev/ttyUSB0", "FT232R USB UART"), Port("/dev/ttyS0")])
    assert here() == "the serial ports of this machine: /dev/ttyS0, /dev/ttyUSB0 (FT232R USB UART)"
    monkeypatch.setattr(list_ports, "comports", list)
    assert here().startswith("there is no serial port on this machine; plug the adapter in")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "/dev/ttyX: no such port; the"),
        (
            errno.EACCES,
            "/dev/ttyX: permission denied; be one of its group: sudo usermod -aG dialout $USER, then log in",
        ),
        (errno.EBUSY, "/dev/ttyX: busy, another program has it open; end that first"),
        (errno.EAGAIN, "/dev/ttyX: busy, another program has it open; end that first"),
        (errno.ENOTTY, "/dev/ttyX: not a serial port; the"),
        (errno.EIO, "/dev/ttyX: there is no hardware behind this port; the"),
        (errno.EMFILE, "/dev/ttyX: Too many open files"),
        (0, "/dev/ttyX: strange"),
    ],
)
def test_what_to_do(number, words, monkeypatch):
    monkeypatch.setattr(list_ports, "comports", lambda: [Port("/dev/ttyS0")])
    assert refusal("/dev/ttyX", number, "strange").startswith(words)


def test_the_group_of_the_device_itself(tmp_path):
    path = tmp_path / "port"
    path.write_text("")
    group = __import__("grp").getgrgid(os.stat(path).st_gid).gr_name
    assert f"usermod -aG {group} $USER" in refusal(str(path), errno.EACCES, "")


def test_who_has_it_open():
    with SerialDevice() as device:
        assert holders(device.path) == ""
        script = f"f = open({device.path!r}, 'rb+', 0); print('open', flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1) as other:
            other.stdout.readline()
            told = refusal(device.path, errno.EBUSY, "")
            other.communicate(b"\n")
    assert f"(process {other.pid}) has it open; end that first" in told
    assert "busy, python" in told
