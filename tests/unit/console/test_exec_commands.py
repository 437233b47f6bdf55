"""EXEC commands: what each asks of the device, and what it says when that cannot be done."""

import pytest
from doubles.host import FakeHost, tunnel_down

from ezvpn.config.grammar import Mode
from ezvpn.config.model import EzvpnProfile
from ezvpn.console.exec_commands import ACTIONS, PRIVILEGED, USER
from ezvpn.console.exec_show import SHOWS
from ezvpn.console.host import XauthPrompt
from ezvpn.console.shell import Session
from ezvpn.record import Secret


def execute(host: FakeHost, command: str) -> "tuple[int, str]":
    return Session(host, 0, privileged=True).execute(command, 5000)


def typed(host: FakeHost, keys: str, privileged: bool = True) -> str:
    session = Session(host, 7, privileged=privileged)
    session.feed(keys.encode(), 5000)
    return bytes(session.take_output()).decode()


def test_every_action_is_implemented_and_none_is_left_over() -> None:
    assert {entry[2] for entry in PRIVILEGED} == set(ACTIONS) | set(SHOWS)


def test_help_has_a_text_for_every_word() -> None:
    mode = Mode("x", "#", "", PRIVILEGED)
    for grammar, _, _ in PRIVILEGED:
        words = [word for word in grammar.split(" ") if word[0] not in "[<"]
        for i in range(len(words) + 1):
            for label, help in mode.help(" ".join(words[:i]) + " " * (i > 0)):
                assert help or label == "<cr>", (words[:i], label)


def test_users_may_look_but_not_touch() -> None:
    actions = {entry[2] for entry in USER}
    assert not actions & {
        "save",
        "reload",
        "configure",
        "connect",
        "xauth",
        "clear_ezvpn",
        "show_running",
        "show_logging",
    }


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("crypto ipsec client ezvpn connect", ("connect", "cisco")),
        ("crypto ipsec client ezvpn connect cisco", ("connect", "cisco")),
        ("clear crypto ipsec client ezvpn", ("clear", "cisco")),
        ("clear cry ips cl ez cisco", ("clear", "cisco")),
        ("write memory", ("save", 0)),
        ("wr", ("save", 0)),
        ("copy run start", ("save", 0)),
        ("write trace", ("save_trace", 0, "trace-up-5.ezt")),
        ("write trace monday", ("save_trace", 0, "monday.ezt")),
        ("write trace monday.ezt", ("save_trace", 0, "monday.ezt")),
        ("reload", ("reboot",)),
    ],
)
def test_commands_reach_the_device(command: str, call: "tuple[object, ...]") -> None:
    host = FakeHost()
    code, _ = execute(host, command)
    assert (code, host.calls) == (0, [call])


def test_without_a_name_connect_needs_a_single_tunnel_and_clear_takes_all() -> None:
    host = FakeHost()
    host.statuses = [tunnel_down("a"), tunnel_down("b")]
    assert execute(host, "crypto ipsec client ezvpn connect") == (
        1,
        "% Several tunnels are configured: name one of a, b\n",
    )
    execute(host, "clear crypto ipsec client ezvpn")
    assert host.calls == [("clear", "a"), ("clear", "b")]
    host.statuses = []
    assert execute(host, "crypto ipsec client ezvpn connect")[1].startswith("% There is no tunnel: configure one")


def test_what_the_device_refuses_is_an_error() -> None:
    host = FakeHost()
    host.problem = "no peer is configured\x1b"
    assert execute(host, "crypto ipsec client ezvpn connect") == (1, "% no peer is configured \n")
    assert execute(host, "clear crypto ipsec client ezvpn x") == (1, "% There is no tunnel x\n")


def test_questions_need_a_console() -> None:
    host = FakeHost()
    host.prompts["cisco"] = XauthPrompt((16521, 16522))
    for command in ("crypto ipsec client ezvpn xauth", "configure terminal"):
        code, text = execute(host, command)
        assert code == 1
        assert "ezvpn console" in text


def test_xauth_answers_the_only_tunnel_that_waits() -> None:
    host = FakeHost()
    host.statuses = [tunnel_down("a"), tunnel_down("b"), tunnel_down("c")]
    host.prompts["b"] = XauthPrompt((16521, 16522), "Corp\x07 log-in", b"\x01\xff")
    out = typed(host, "crypto ipsec client ezvpn xauth\rme\rtyped-in-secret\r")
    assert host.calls == [("xauth", "b", [(16521, "me"), (16522, "<secret>")])]
    assert host.typed == [b"typed-in-secret"]
    assert "Corp  log-in\r\nChallenge: 01ff\r\nUsername: me\r\nPassword: \r\n" in out
    assert "typed-in-secret" not in out
    host.prompts["c"] = XauthPrompt((16521,), "", b"readable")
    assert "% Several tunnels wait for XAUTH: name one of b, c" in typed(host, "crypto ipsec client ezvpn xauth\r")
    assert "Challenge: readable" in typed(host, "crypto ipsec client ezvpn xauth c\r")


def test_xauth_that_asks_for_nothing_is_answered_at_once() -> None:
    host = FakeHost()
    host.prompts["cisco"] = XauthPrompt((16524,), "just so you know")
    typed(host, "crypto ipsec client ezvpn xauth\r")
    assert host.calls == [("xauth", "cisco", [])]


def test_enable_without_a_password() -> None:
    assert typed(FakeHost(), "enable\r", privileged=False).endswith("Router#")
    assert typed(FakeHost(), "enable\rdisable\r", privileged=False).endswith("Router>")


def test_enable_with_a_password_and_no_secret() -> None:
    host = FakeHost()
    host.config.enable_password = Secret("enable-me")
    refused = typed(host, "enable\rx\rx\rx\r", privileged=False)
    assert "% Bad passwords\r\n" in refused and refused.endswith("Router>")
    host.guard.passed()
    assert typed(host, "enable\rx\renable-me\r", privileged=False).endswith("Router#")
    host.config.enable_secret = Secret("stronger")
    assert typed(host, "enable\renable-me\r", privileged=False).endswith("Password: "), "the secret rules"


def test_terminal_settings() -> None:
    host = FakeHost()
    assert "%" not in typed(host, "terminal length 0\rterminal width 0\rterminal no width\rterminal width 40\r")
    assert "--More--" in typed(host, "terminal length 4\rshow running-config\r")
    assert typed(host, "terminal history size 2\rshow clock\rshow history\r").endswith(
        "  show clock\r\n  show history\r\nRouter#"
    )


def test_a_profile_without_a_tunnel_is_no_tunnel() -> None:
    host = FakeHost()
    host.config.profiles.append(EzvpnProfile("idle"))
    assert execute(host, "crypto ipsec client ezvpn connect idle")[0] == 1


def test_a_trace_is_named_after_the_time_of_day_and_its_place_is_told() -> None:
    host = FakeHost()
    host.wall = 1_017_069_434_131  # 2002-03-25 15:17:14 at boot
    code, text = execute(host, "write trace")
    assert (code, text) == (0, "Building trace /var/lib/ezvpn/trace-20020325-151719.ezt\n")


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden"])
def test_a_trace_stays_in_the_state_directory(name: str) -> None:
    host = FakeHost()
    code, text = execute(host, "write trace " + name)
    assert (code, host.calls) == (1, [])
    assert "without a path" in text


def test_without_a_recorder_there_is_nothing_to_keep() -> None:
    host = FakeHost()
    host.problem = "no recorder"
    code, text = execute(host, "write trace")
    assert code == 1
    assert "--record off" in text
