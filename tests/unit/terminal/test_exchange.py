"""Waiting for an answer: as soon as it is there, and within bounds when it isn't."""

import pytest

from ezvpn.terminal.exchange import Exchange
from ezvpn.terminal.keyboard import Stopped


class Clock:
    """A wait takes as long as it may."""

    def __init__(self):
        self.seconds = 0.0

    def monotonic(self):
        return self.seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("ezvpn.terminal.exchange.time", clock)
    monkeypatch.setattr(Line, "clock", clock)
    return clock


class Line:
    """Gives one piece a turn; None = silence."""

    clock = None

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.written = b""
        self.sent = True

    def write(self, data):
        self.written += data

    def wait(self, seconds, *fds):
        self.clock.seconds += seconds
        return []

    def read(self):
        return (self.pieces.pop(0) if self.pieces else None) or b""


class Keys:
    def __init__(self, stops=False):
        self.stops = stops

    def check(self):
        if self.stops:
            raise Stopped


def test_text_in_pieces_has_plain_line_ends():
    heard = []
    exchange = Exchange(Line(b"caf\xc3", b"\xa9\r", b"\nRou", b"ter#"), Keys(), heard.append)
    assert exchange.until(lambda text, silence: text.endswith("#"), 5, 5)
    assert exchange.text == "café\nRouter#"
    assert b"".join(heard) == b"caf\xc3\xa9\r\nRouter#"


def test_what_was_taken_is_not_seen_again():
    exchange = Exchange(Line(b"one\r\ntwo\r", b"\nthree"), Keys())
    exchange.until(lambda text, silence: "two" in text, 5, 5)
    assert exchange.take(4) == "one\n"
    exchange.until(lambda text, silence: "three" in text, 5, 5)
    assert exchange.take() == "two\nthree"
    assert exchange.text == ""


def test_silence_and_an_answer_without_end_are_bounded(clock):
    assert not Exchange(Line(), Keys()).until(lambda text, silence: False, 5, 60)
    assert 5 <= clock.seconds < 5.2
    endless = Line()
    endless.read = lambda: b"x"
    assert not Exchange(endless, Keys()).until(lambda text, silence: False, 5, 60)
    assert 65 <= clock.seconds < 65.4


def test_how_long_it_has_been_silent_is_told():
    told = []
    exchange = Exchange(Line(b"a", None, None, b"b"), Keys())
    exchange.until(lambda text, silence: told.append((text, round(silence, 2))) or text == "ab", 5, 60)
    assert told == [("", 0.0), ("a", 0.0), ("a", 0.05), ("a", 0.1), ("ab", 0.0)]


def test_a_line_that_was_told_to_wait_is_not_silent(clock):
    line = Line()
    line.sent = False
    told = []
    assert not Exchange(line, Keys()).until(lambda text, silence: told.append(silence), 5, 60)
    assert max(told) == 0.0
    assert clock.seconds > 60


def test_a_key_ends_the_wait():
    with pytest.raises(Stopped):
        Exchange(Line(), Keys(stops=True)).until(lambda text, silence: False, 5, 5)
