"""Showing, saving and erasing configurations. What is printed is in tests/transcript/configurations.txt and saving.txt."""

import pytest
from doubles.host import SECRETS, FakeHost

from ezvpn.config.text import to_text
from ezvpn.console.exec_config import is_yes
from ezvpn.console.shell import Session


def execute(host: FakeHost, command: str) -> "tuple[int, str]":
    return Session(host, 0, privileged=True).execute(command, 5000)


def test_a_single_command_erases_without_a_question():
    host = FakeHost()
    host.stored["startup-config"] = b"hostname a\n"
    assert execute(host, "write erase")[0] == 0
    assert host.calls == [("delete", "startup-config")]
    host.refuses = "read-only file system"
    code, text = execute(host, "erase startup-config")
    assert (code, text.splitlines()[-1]) == (1, "% The startup-config could not be erased: read-only file system")


def test_nothing_that_is_shown_has_a_secret():
    host = FakeHost()
    host.stored["startup-config"] = host.stored["flash:a"] = to_text(host.config).encode()
    for command in (
        "show running-config",
        "show running-config json",
        "show running-config crypto",
        "show running-config section key",
        "show startup-config",
        "show startup-config json",
        "write terminal",
        "more flash:a",
    ):
        code, text = execute(host, command)
        assert code == 0
        assert "<removed>" in text
        assert not [secret for secret in SECRETS if secret in text], command


def test_a_startup_config_that_is_no_text_is_an_error():
    host = FakeHost()
    host.stored["startup-config"] = b"\xff\n"
    assert execute(host, "show startup-config")[1].startswith("% startup-config:1: not text in UTF-8")


@pytest.mark.parametrize(
    ("text", "default", "meaning"),
    [
        ("", True, True),
        ("", False, False),
        ("Y", False, True),
        ("yes", False, True),
        ("n", True, False),
        ("x", True, False),
    ],
)
def test_yes_and_no(text, default, meaning):
    assert is_yes(text, default) == meaning
