"""Servers are asked, answers are checked, one server is followed."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ezvpn.config.model import NtpServer
from ezvpn.node.sntp import LOOKUPS_MOST, Sntp
from ezvpn.wire import ntp

NOW = 2**30 - 5000
WALL = 1767225600000  # at NOW
ADDRESSES = {"one": b"\x0a\0\0\x01", "two": b"\x0a\0\0\x02"}


def answer(question: bytes, receive: int, transmit: int, stratum: int = 2, mode: int = 4, leap: int = 0) -> bytearray:
    out = bytearray(48)
    out[0] = leap << 6 | 4 << 3 | mode
    out[1] = stratum
    out[12:16] = b"\xc0\0\2\1"
    out[24:32] = question[40:48]
    out[32:40] = ntp.stamp(receive)
    out[40:48] = ntp.stamp(transmit)
    return out


class Run:
    """The client, a resolver that knows ADDRESSES, and a clock."""

    def __init__(self, *servers: NtpServer) -> None:
        chance = random.Random(1)
        self.now = NOW
        self.sntp = Sntp(chance.randbytes)
        self.sntp.configure(list(servers), NOW)
        self.sent: list[tuple[bytes, bytes]] = []
        self.orders: list[tuple[Any, ...]] = []

    def turn(self) -> None:
        while True:
            order = self.sntp.order()
            if order is None:
                return
            self.orders.append(order)
            if order[0] == "resolve":
                assert -LOOKUPS_MOST <= int(str(order[1])) < 0
                found = ADDRESSES.get(str(order[2]))
                self.sntp.resolved(int(str(order[1])), [found] if found else [], self.now)
            elif order[0] == "ntp_send":
                assert isinstance(order[1], bytes) and isinstance(order[2], bytes)
                self.sent.append((order[1], order[2]))

    def wait(self) -> None:
        """Until something is due, and do it."""
        at = self.sntp.deadline()
        assert at is not None
        self.now = max(self.now, at)
        self.sntp.timeout(self.now)
        self.turn()

    def question(self) -> tuple[bytes, bytes]:
        while not self.sent:
            self.wait()
        return self.sent.pop(0)

    def exchange(self, off: int = 0, took: int = 20, **how: int) -> None:
        """The next question is answered by a server whose clock is `off` from WALL at NOW."""
        address, question = self.question()
        receive = WALL + (self.now - NOW) + took // 2 + off
        self.now += took
        self.sntp.received(address, answer(question, receive, receive, **how), self.now)
        self.turn()


def test_the_first_answer_gives_the_time() -> None:
    r = Run(NtpServer("one"))
    r.exchange(off=250)
    assert r.sntp.reading() == WALL - NOW + 250
    assert r.sntp.reading() is None
    (facts,) = r.sntp.associations()
    assert (facts.selected, facts.stratum, facts.reach, facts.delay_ms, facts.refused) == (True, 2, 1, 20, "")
    assert r.sntp.news() == ("PEERSYNC", "one")


def test_it_is_asked_each_minute_and_then_less_often() -> None:
    r = Run(NtpServer("one"))
    asked = []
    for _ in range(24):
        r.exchange()
        asked.append(r.now)
    gaps = [(b - a) // 1000 for a, b in zip(asked, asked[1:], strict=False)]
    assert gaps[:3] == [64, 64, 64]
    assert gaps[3] == 128
    assert max(gaps) == gaps[-1] == 1024
    assert r.sntp.associations()[0].reach == 0xFF


def test_silence_is_waited_for_longer_each_time() -> None:
    r = Run(NtpServer("one"))
    asked = []
    for _ in range(9):
        r.question()
        asked.append(r.now)
    gaps = [(b - a) // 1000 for a, b in zip(asked, asked[1:], strict=False)]
    assert gaps[:4] == [16, 32, 64, 128]
    assert gaps[-1] == 1024
    assert r.sntp.associations()[0].refused == "no answer"


def test_one_that_falls_silent_is_told_of_and_its_name_looked_up_again() -> None:
    r = Run(NtpServer("one"))
    r.exchange()
    r.sntp.news()
    for _ in range(9):
        r.question()
    r.wait()
    assert r.sntp.news() == ("PEERUNREACH", "one")
    assert not r.sntp.associations()[0].selected
    r.orders.clear()
    r.question()
    assert r.orders[0][0] == "resolve"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"mode": 3}, "not a server"),
        ({"mode": 5}, "not a server"),
        ({"stratum": 0}, "kiss of death"),
        ({"stratum": 16}, "the server is not synchronized"),
        ({"leap": 3}, "the server is not synchronized"),
        ({"off": -63_000_000_000}, "a time that cannot be"),
    ],
)
def test_answers_that_do_not_count(how: dict[str, int], why: str) -> None:
    r = Run(NtpServer("one"))
    r.exchange(**how)
    assert r.sntp.reading() is None
    (facts,) = r.sntp.associations()
    assert (facts.refused, facts.selected) == (why, False)


def test_an_answer_without_times() -> None:
    r = Run(NtpServer("one"))
    address, question = r.question()
    data = answer(question, WALL, WALL)
    data[40:48] = bytes(8)
    r.sntp.received(address, data, r.now)
    assert r.sntp.associations()[0].refused == "no time in the answer"


def test_what_nobody_asked_for_is_passed_over() -> None:
    r = Run(NtpServer("one"))
    address, question = r.question()
    good = answer(question, WALL, WALL)
    r.sntp.received(b"\x0a\0\0\x09", good, r.now)
    r.sntp.received(address, answer(question[:-1] + b"?", WALL, WALL), r.now)
    r.sntp.received(address, b"short", r.now)
    assert r.sntp.reading() is None
    r.sntp.received(address, good, r.now)
    assert r.sntp.reading() is not None
    r.sntp.received(address, good, r.now)  # a replay
    assert r.sntp.reading() is None


def test_a_server_that_denies_is_left_alone() -> None:
    r = Run(NtpServer("one"))
    address, question = r.question()
    data = answer(question, WALL, WALL, stratum=0)
    data[12:16] = b"DENY"
    r.sntp.received(address, data, r.now)
    assert r.sntp.deadline() is None


def test_a_server_that_wants_less_is_asked_less() -> None:
    r = Run(NtpServer("one"))
    address, question = r.question()
    data = answer(question, WALL, WALL, stratum=0)
    data[12:16] = b"RATE"
    r.sntp.received(address, data, r.now)
    assert r.sntp.deadline() == r.now + 1024_000


def test_the_lower_stratum_is_followed_unless_the_other_is_preferred() -> None:
    for prefer, followed in ((False, "one"), (True, "two")):
        r = Run(NtpServer("one"), NtpServer("two", prefer))
        r.exchange(stratum=2)
        r.exchange(stratum=3)
        assert [facts.host for facts in r.sntp.associations() if facts.selected] == [followed]


def test_a_name_that_nobody_knows() -> None:
    r = Run(NtpServer("nobody"))
    for _ in range(3):
        r.wait()
    assert r.sent == []
    assert r.sntp.associations()[0].refused == "the name is not known"


def test_a_new_configuration_keeps_what_is_known() -> None:
    r = Run(NtpServer("one"), NtpServer("two"))
    r.exchange()
    r.exchange()
    r.sntp.configure([NtpServer("two", True)], r.now)
    (facts,) = r.sntp.associations()
    assert (facts.host, facts.reach, facts.prefer) == ("two", 1, True)
    r.sntp.configure([], r.now)
    assert r.sntp.deadline() is None
    assert r.sntp.order() == ("ntp_close",)
