"""`debug`, `undebug`, `show debugging`, in IOS's words."""

from __future__ import annotations

import pytest
from doubles.host import FakeHost

from ezvpn.console.shell import Session
from ezvpn.log import Debug


class Console:
    def __init__(self) -> None:
        self.host = FakeHost()

    def type(self, line: str) -> list[str]:
        code, text = Session(self.host, 0, privileged=True).execute(line, 0)
        return [*(["failed"] if code else []), *text.splitlines()]


@pytest.mark.parametrize(
    ("line", "bit", "name"),
    [
        ("debug crypto isakmp", Debug.ISAKMP, "Crypto ISAKMP"),
        ("debug crypto ipsec", Debug.IPSEC, "Crypto IPSEC"),
        ("debug crypto ipsec client ezvpn", Debug.EZVPN, "EzVPN"),
    ],
)
def test_on_and_off(line: str, bit: int, name: str) -> None:
    console = Console()
    assert console.type(line) == [name + " debugging is on"]
    assert console.host.mask == bit
    for off in ("un" + line, "no " + line):
        console.host.mask = 7
        assert console.type(off) == [name + " debugging is off"]
        assert console.host.mask == 7 - bit


def test_each_adds_to_what_is_on_and_all_go_at_once() -> None:
    console = Console()
    console.type("deb cry isa")
    console.type("deb cry ips")
    assert console.type("show debugging") == [
        "Cryptographic Subsystem:",
        "  Crypto ISAKMP debugging is on",
        "  Crypto IPSEC debugging is on",
    ]
    assert console.type("undebug all") == ["All possible debugging has been turned off"]
    assert console.host.mask == 0
    assert console.type("show debugging") == ["No debugging is on"]
    console.type("debug crypto isakmp")
    console.type("no debug all")
    assert console.host.mask == 0


def test_who_would_see_no_line_is_told_why() -> None:
    console = Console()
    console.host.config.logging_level = 6
    assert "`logging console debugging`" in console.type("debug crypto isakmp")[1]


def test_json() -> None:
    console = Console()
    console.type("debug crypto ipsec client ezvpn")
    assert console.type("show debugging json") == ['{"schema_version":1,"isakmp":false,"ipsec":false,"ezvpn":true}']


def test_who_is_not_privileged_must_not() -> None:
    session = Session(FakeHost(), 0)
    assert session.execute("debug crypto isakmp", 0)[0] == 1
    assert session.execute("show debugging", 0)[0] == 1
