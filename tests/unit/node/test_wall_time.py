"""The clocks a device hears and what follows: who is told, and what is ordered."""

from __future__ import annotations

from ezvpn.config.model import NtpServer
from ezvpn.console.time_facts import Source
from ezvpn.node.wall_time import WallTime
from unit.node.test_sntp import answer

SERVER = b"\x0a\0\0\x01"
NOW = 10_000
WALL = 1_893_456_000_000


class Bench:
    """What the reporter, the runtime and the log are told."""

    def __init__(self, sets_clock: bool = False) -> None:
        self.told: list[tuple[object, ...]] = []
        self.time = WallTime(
            sets_clock,
            bytes,
            self,  # type: ignore[arg-type]
            lambda *order: self.told.append(("order", *order)),
            lambda *line: self.told.append(("note", *line)),
        )

    def clock(self, wall_ms: int, synced: bool, now: int) -> None:
        self.told.append(("clock", wall_ms, synced, now))


def test_nobody_has_told() -> None:
    b = Bench()
    assert b.time.wall(NOW) == (None, False)
    assert (b.time.facts().source, b.time.facts().associations) == (Source.NONE, [])
    b.time.timeout(NOW)
    b.time.received(SERVER, b"rubbish", NOW)
    b.time.resolved(-1, [SERVER], NOW)
    assert (b.time.deadline(), b.told) == (None, [])


def test_the_machine_s_clock_reaches_the_reporter() -> None:
    b = Bench()
    assert b.time.machine(WALL, True, NOW) == (WALL, True)
    assert b.time.wall(NOW + 5) == (WALL + 5, True)
    assert b.told == [("clock", WALL, True, NOW)]


def test_a_user_is_believed_and_a_machine_s_clock_of_our_own_set() -> None:
    b = Bench()
    b.time.set(WALL, NOW)
    assert b.told == [("clock", WALL, True, NOW)]
    assert b.time.machine(5, True, NOW + 1) == (WALL + 1, True)
    assert b.time.facts().source == Source.USER
    ours = Bench(sets_clock=True)
    ours.time.set(WALL, NOW)
    assert ours.told == [("order", "set_clock", WALL), ("clock", WALL, True, NOW)]


def test_servers_are_asked_and_what_they_say_counts() -> None:
    b = Bench(sets_clock=True)
    b.time.configure([NtpServer("ntp.example.net")], NOW)
    assert b.time.deadline() == NOW
    b.time.timeout(NOW)
    assert [told[:2] for told in b.told] == [("order", "resolve")]
    b.time.resolved(int(str(b.told.pop()[2])), [SERVER], NOW)
    ((_, name, address, data),) = b.told
    assert (name, address) == ("ntp_send", SERVER)
    b.told.clear()
    b.time.received(SERVER, answer(bytes(data), WALL, WALL), NOW)  # type: ignore[call-overload]
    assert b.told[0] == ("order", "set_clock", WALL)
    assert b.told[1] == ("clock", WALL, True, NOW)
    assert [told[0] for told in b.told[2:]] == ["note"]
    assert b.time.wall(NOW) == (WALL, True)
    assert b.time.facts().source == Source.NTP
