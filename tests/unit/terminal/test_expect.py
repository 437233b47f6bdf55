"""Pairs of patterns and texts, in order; what did not come is shown."""

import os

import pytest
from doubles.serial_device import SerialDevice
from doubles.technician import console

from ezvpn.terminal.expect import steps
from ezvpn.terminal.ports import NoPort


def test_pairs():
    found = steps([">$", "word: $", "#$"], ["enable", "$HOME"])
    assert [step.pattern.pattern for step in found] == [">$", "word: $", "#$"]
    assert [step.text for step in found] == ["enable", os.environ["HOME"], None]
    assert [step.text for step in steps(["a", "b"], ["$", "$ 5"])] == ["$", "$ 5"]


@pytest.mark.parametrize(
    ("patterns", "texts", "words"),
    [
        ([], ["x"], "each --type needs an --expect before it"),
        (["("], [], "--expect '('"),
        (["a"], ["$NO_SUCH_NAME_HERE"], "--type '$NO_SUCH_NAME_HERE': there is no such variable"),
    ],
)
def test_mistakes_are_usage_errors(patterns, texts, words):
    with pytest.raises(NoPort) as fault:
        steps(patterns, texts)
    assert words in str(fault.value)
    assert fault.value.code == 2


def test_a_session_by_script():
    with SerialDevice(said={"show clock": "12:00\r\n"}) as device:
        done = console(
            f"{device.path},9600",
            "--expect",
            "",
            "--type",
            "show clock",
            "--expect",
            "^(\\d+):00\n.*#$",
            "--timeout",
            "5",
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"show clock\r\n12:00\r\nRouter#"
    assert device.entered == ["show clock"]


def test_the_prompt_that_the_search_for_the_speed_has_seen_counts():
    with SerialDevice(115200) as device:
        done = console(device.path, "--expect", "Router#$", "--type", "show clock", "--expect", "#$")
    assert done.returncode == 0
    assert device.entered == ["show clock"]


def test_what_does_not_come_is_named_with_what_did():
    with SerialDevice() as device:
        done = console(
            f"{device.path},9600",
            "--expect",
            "",
            "--type",
            "show",
            "--expect",
            "never",
            "--type",
            "x",
            "--timeout",
            "0.5",
        )
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "ezvpn: --expect 'never' (number 2) has not come in 0.5 s, but:\n  show\n  Router#\n"
    )
    assert device.entered == ["show"]
