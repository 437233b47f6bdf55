"""What is taken as a time. The rest is in tests/transcript/clock.txt."""

import pytest
from doubles.host import FakeHost

from ezvpn.console.shell import Session


@pytest.mark.parametrize(
    "text", ["24:00:00", "1:60:00", "1:00:60", "noon", "1:2:3:4", "1::3", "-1:00:00", "١:00:00", "100:00"]
)
def test_no_time(text: str) -> None:
    host = FakeHost()
    code, said = Session(host, 1, privileged=True).execute(f"clock set {text} 1 jan 2030", 0)
    assert code == 1 and "hh:mm:ss" in said
    assert host.calls == []


def test_a_time() -> None:
    host = FakeHost()
    assert Session(host, 1, privileged=True).execute("clock set 0:00:01 1 jan 2030", 5) == (0, "")
    assert host.calls == [("set_clock", 1893456001000)]
    assert Session(host, 1).execute("show clock", 1005) == (0, "00:00:02.000 UTC Tue Jan 1 2030\n")


def test_without_enable_nobody_sets_the_clock() -> None:
    host = FakeHost()
    session = Session(host, 1)
    session.feed(b"clock set 0:00:01 1 jan 2030\r", 5)
    assert host.calls == []
