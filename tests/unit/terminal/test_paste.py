"""A configuration is entered line by line, and ends at the first line that is refused, by name."""

import pytest
from doubles.process import Agent
from doubles.serial_device import SerialDevice
from doubles.technician import console

from ezvpn.terminal.agent import ask
from ezvpn.terminal.exchange import Exchange
from ezvpn.terminal.keyboard import Keyboard
from ezvpn.terminal.line import Line
from ezvpn.terminal.paste import Paste, Refused, read
from ezvpn.terminal.ports import NoPort


@pytest.fixture
def conf(tmp_path):
    def write(text):
        path = tmp_path / "branch.conf"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def enter(device, path, seen="\nRouter#", silence_s=5.0):
    """Send the file; returns how many lines were told as entered, in order."""
    line = Line(device.path, 9600)
    line.open()
    exchange = Exchange(line, Keyboard())
    exchange.hear(seen.encode())
    told = []
    try:
        Paste(exchange, path, silence_s).send(read(path), told.append)
    finally:
        line.close()
    return told


def test_what_is_sent_of_a_file(conf):
    found = read(
        conf(
            "\ufeff! head\r\n\r\nhostname x  \r\ninterface eth0\r\n\tip address 10.0.0.1 255.0.0.0\r\n ! note\r\nend\r\n"
        )
    )
    assert [(line.number, line.text) for line in found] == [
        (3, "hostname x"),
        (4, "interface eth0"),
        (5, " ip address 10.0.0.1 255.0.0.0"),
        (7, "end"),
    ]


def test_the_text_of_a_banner_is_sent_as_it_stands(conf):
    found = read(conf("banner motd ^C\n! hello\n\n  you ^C\n! a comment\nbanner login #one line#\nend\n"))
    assert [(line.text, line.banner, line.prompted) for line in found] == [
        ("banner motd ^C", False, False),
        ("! hello", True, False),
        ("", True, False),
        ("  you ^C", True, True),
        ("banner login #one line#", False, True),
        ("end", False, True),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"! nothing\n", "branch.conf: there is no line to send in it"),
        (b"hostname x\nhost\x03name\n", "branch.conf:2: a control character, which a console takes as a key"),
        (b"hostname \xff\n", "branch.conf:1: not text in UTF-8"),
    ],
)
def test_what_cannot_be_sent(conf, content, words):
    with pytest.raises(NoPort) as fault:
        read(conf(content))
    assert words in str(fault.value)
    assert fault.value.code == 1


def test_a_file_that_is_not_there():
    with pytest.raises(NoPort, match="/nosuch.conf: No such file or directory"):
        read("/nosuch.conf")


def test_lines_go_one_by_one_and_a_new_hostname_is_followed(conf):
    with SerialDevice() as device:
        assert enter(device, conf("one\nhostname other\n two ?\nthree\n")) == [0, 1, 2, 3, 4]
    assert device.entered == ["one", "hostname other", " two ?", "three"]
    assert b"\x16?" in device.received


@pytest.mark.parametrize("keywords", [{"logs": True}, {"host": "a-router-with-quite-a-long-name"}])
def test_log_lines_and_any_host_name_are_no_errors(conf, keywords):
    with SerialDevice(**keywords) as device:
        enter(device, conf("first line\nsecond line\n"), seen="")
    assert device.entered == ["first line", "second line"]


def test_a_banner_is_entered_without_prompts(conf):
    text = "banner motd ^C\n! hello\n you ^C\nafter it\n"
    with SerialDevice() as device:
        enter(device, conf(text))
    assert device.entered == text.splitlines()


def test_a_question_is_answered_by_the_next_line(conf):
    with SerialDevice(said={"enable": "Password: "}) as device:
        enter(device, conf("enable\nwhat?\nafter it\n"))
    assert device.entered == ["enable", "what?", "after it"]
    assert b"\x16" not in device.received


def test_a_refused_line_is_named_with_place_and_message(conf):
    path = conf("! a\ngood\n\nbad line\nnever sent\n")
    with SerialDevice() as device, pytest.raises(Refused) as fault:
        enter(device, path)
    assert str(fault.value) == (
        f"{path}:4:1: % Invalid input detected at '^' marker.\n  bad line\n  ^\nstopped; lines entered before it: 1"
    )
    assert device.entered == ["good"]


def test_remarks_are_no_refusal_and_a_secret_is_not_shown(conf):
    path = conf("weak key sesame\ncrypto isakmp key sesame address 192.0.2.1\n")
    said = {"weak key sesame": "% Warning: short\r\n", "crypto isakmp key sesame address 192.0.2.1": "% No\r\n"}
    with SerialDevice(said=said) as device, pytest.raises(Refused) as fault:
        enter(device, path)
    assert str(fault.value).splitlines()[:2] == [f"{path}:2: % No", "  crypto isakmp key ********"]


def test_a_line_that_arrives_as_another_is_named(conf):
    path = conf("hostname fizz\nnext\n")
    with SerialDevice(loses=b"z") as device, pytest.raises(Refused) as fault:
        enter(device, path)
    assert f"{path}:1: this line came back as another" in str(fault.value)
    assert "the console: hostname fi" in str(fault.value)


def test_a_silent_console_is_named(conf):
    path = conf("hostname x\n")
    with SerialDevice(silent=True) as device, pytest.raises(Refused) as fault:
        enter(device, path, silence_s=0.3)
    assert str(fault.value) == (
        f"{path}:1: no prompt within 0.3 s after this line\n  hostname x\n  the console says nothing\n"
        "stopped; lines entered before it: 0"
    )


LOGIN = ("--expect", "", "--type", "enable", "--expect", "#$", "--type", "configure terminal", "--expect", "#$")


@pytest.mark.slow
def test_two_thousand_lines_through_a_console_arrive_whole(conf, tmp_path):
    lines = []
    for i in range(10):
        lines.append(f"ip access-list extended site-{i}")
        lines += [f" permit ip 10.{i}.{k}.0 0.0.0.255 172.16.0.0 0.15.255.255" for k in range(199)]
    path = conf("\n".join(lines) + "\nend\n")
    state = str(tmp_path / "state")
    with Agent("--state-dir", state, "--dataplane", "none", "--console", "pty") as agent:
        port = agent.expect("console on ").split()[-1]
        done = console(port, *LOGIN, "--send", path, seconds=200)
        assert done.returncode == 0, done.stderr
        assert f"{path}: 2001 lines entered in ".encode() in done.stderr
        running = ask("show running-config", state)[1].splitlines()
        assert [line for line in running if "permit" in line or "access-list" in line] == lines


def test_the_real_console_names_the_wrong_line(conf, tmp_path):
    path = conf("hostname branch\ncrypto isakmp keepalive 5\nhostname never\n")
    state = str(tmp_path / "state")
    with Agent("--state-dir", state, "--dataplane", "none", "--console", "pty") as agent:
        done = console(agent.expect("console on ").split()[-1], *LOGIN, "--send", path)
        assert done.returncode == 1
        assert f"{path}:2:25: % Invalid input".encode() in done.stderr
        assert (
            b"\n  crypto isakmp keepalive 5\n                          ^\nstopped; lines entered before it: 1\n"
            in done.stderr
        )
        assert "hostname branch" in ask("show running-config", state)[1]
