"""`reload` and its questions. What is printed is in tests/transcript/reload.txt."""

import pytest
from doubles.host import FakeHost

from ezvpn.config.text import to_text
from ezvpn.console.exec_reload import modified
from ezvpn.console.shell import Session

MINUTE = 60_000


def execute(host: FakeHost, command: str) -> "tuple[int, str]":
    return Session(host, 0, privileged=True).execute(command, 5000)


@pytest.mark.parametrize(
    ("command", "delay", "reason"),
    [("reload in 5", 5, ""), ("reload in 002:30 new image", 150, "new image"), ("reload in 34560", 34560, "")],
)
def test_a_single_command_asks_nothing(command, delay, reason):
    host = FakeHost()
    assert execute(host, command)[0] == 0
    assert host.calls == [("reload_schedule", delay * MINUTE, reason)]


@pytest.mark.parametrize("delay", ["0", "x", "1:60", "34561", "1:2:3", "999999", ":5", "-1"])
def test_delays_that_are_none(delay):
    host = FakeHost()
    assert execute(host, "reload in " + delay)[0] == 1
    assert host.calls == []


def test_at_a_time_of_day_is_at_most_a_day_away():
    host = FakeHost()
    host.wall = 1_742_915_834_131 - 5000  # 15:17:14.131
    assert execute(host, "reload at 15:18")[0] == execute(host, "reload at 15:17")[0] == 0
    assert [call[1] for call in host.calls] == [45_869, 24 * 60 * MINUTE - 14_131]
    for wrong in ("24:00", "9", "9:60"):
        assert execute(host, "reload at " + wrong)[0] == 1


def test_what_counts_as_modified():
    host = FakeHost()
    session = Session(host, 0)
    assert modified(session)
    host.stored["startup-config"] = ("! a comment\n" + to_text(host.config)).encode()
    assert not modified(session)
    host.stored["startup-config"] = b"\xff"
    assert modified(session)
