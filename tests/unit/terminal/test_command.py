"""From the words of the command line to the exit code, and what is said about the speed."""

import pytest
from doubles.serial_device import SerialDevice
from doubles.technician import Technician, console

LINES = "hostname x\nbad line\n"


@pytest.fixture
def conf(tmp_path):
    path = tmp_path / "branch.conf"
    path.write_text(LINES)
    return str(path)


def test_a_silent_port_says_what_to_look_at_and_goes_on():
    with SerialDevice(silent=True) as device, Technician(device.path) as technician:
        technician.sees(b"nothing answers at any speed; going on at 9600 bit/s\r\n")
        technician.sees(b"- the cable")
        technician.sees(b"- the power")
        technician.sees(b"- another program")
        technician.sees(b"Ctrl-] leaves")
        technician.types(b"hello\r\x1d")
        assert technician.ends() == 0
        assert device.received.endswith(b"hello\r")


def test_a_port_that_cannot_be_read_says_so():
    with SerialDevice(230400) as device:
        done = console(device.path)
    assert done.returncode == 0
    assert b"can be read at none of the usual speeds; going on at 9600 bit/s" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("/dev/ttyNONE0",), 3, "ezvpn: /dev/ttyNONE0: no such port; "),
        (("/dev/ttyNONE0,fast",), 2, "PORT is DEVICE[,BAUD], and BAUD a number such as 115200"),
        (("/dev/ttyNONE0,9600", "--baud", "115200"), 2, "two speeds; leave one out"),
        (("/dev/ttyNONE0", "--send", "/nosuch.conf"), 1, "ezvpn: /nosuch.conf: No such file or directory"),
        (("/dev/ttyNONE0", "--log", "/nosuch/log"), 3, "name another file for --log"),
        (("/dev/ttyNONE0", "--type", "x"), 2, "each --type needs an --expect before it"),
        (("--send", "x.conf"), 2, "--baud, --log, --send, --expect and --type need a PORT"),
        (("/dev/ttyNONE0", "--baud", "x"), 2, "--baud"),
    ],
)
def test_mistakes(words, code, said):
    done = console(*words)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_sending_shows_progress_on_a_terminal_only(conf):
    with SerialDevice(refuse=("nothing",)) as device, Technician(device.path, "--send", conf) as technician:
        technician.sees(b"branch.conf: 2 of 2 lines")
        technician.sees(b"2 lines entered in ")
        assert technician.ends() == 0
        assert device.entered == LINES.splitlines()
    with SerialDevice() as device:
        done = console(f"{device.path},9600", "--send", conf)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"{conf}:2:1: % Invalid input detected at '^' marker.\n  bad line\n  ^\nstopped; lines entered before it: 1\n"
    )
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("key", [b"\x1d", b"\x03"])
def test_sending_can_be_stopped(conf, key):
    with SerialDevice(silent=True) as device, Technician(f"{device.path},9600", "--send", conf) as technician:
        technician.sees(b"0 of 2 lines")
        technician.types(key)
        technician.sees(b"0 of 2 lines entered\r\n")
        assert technician.ends() == 1
        technician.sees(b"stopped before the end")


def test_a_port_that_goes_away_in_the_middle(conf):
    with SerialDevice(silent=True) as device, Technician(f"{device.path},9600", "--send", conf) as technician:
        technician.sees(b"0 of 2 lines")
        device.unplug()
        technician.sees(b"0 of 2 lines entered\r\n")
        assert technician.ends() == 3


def test_a_log_that_cannot_be_written_is_told_at_the_end():
    with SerialDevice() as device:
        done = console(f"{device.path},9600", "--log", "/dev/full", typed=b"show clock\r")
    assert done.returncode == 0
    assert b"/dev/full: No space left on device; nothing more is logged" in done.stderr
