"""Input waits while much output does, but not for a reader that never reads."""

from ezvpn.runtime.pace import GO_BYTES, HOLD_BYTES, PATIENCE_MS, Pace
from unit.runtime.test_attach import Loop


class Bench:
    def __init__(self):
        self.loop = Loop()
        self.told = []
        self.pace = Pace(self.loop, lambda: self.told.append("hold"), lambda: self.told.append("go"))


def test_a_little_output_holds_nothing():
    bench = Bench()
    for size in (0, 10, HOLD_BYTES - 1, GO_BYTES + 1):
        bench.pace.waiting(size)
    assert (bench.told, bench.pace.held) == ([], False)


def test_much_output_holds_until_most_of_it_is_out():
    bench = Bench()
    bench.pace.waiting(HOLD_BYTES)
    bench.pace.waiting(HOLD_BYTES - 256)
    assert (bench.told, bench.pace.held) == (["hold"], True)
    bench.pace.waiting(GO_BYTES)
    assert (bench.told, bench.pace.held) == (["hold", "go"], False)
    bench.pace.waiting(HOLD_BYTES)
    assert bench.told == ["hold", "go", "hold"]


def test_a_slow_reader_is_waited_for_as_long_as_it_reads():
    bench = Bench()
    size = HOLD_BYTES
    bench.pace.waiting(size)
    for _ in range(5):
        size -= 10
        bench.loop.pass_time(PATIENCE_MS - 1)
        bench.pace.waiting(size)
    assert bench.told == ["hold"]


def test_nobody_waits_for_a_reader_that_takes_nothing():
    bench = Bench()
    bench.pace.waiting(HOLD_BYTES)
    bench.loop.pass_time(PATIENCE_MS)
    assert bench.told == ["hold", "go"]
    bench.pace.waiting(HOLD_BYTES + 5000)
    assert bench.told == ["hold", "go"], "not again before it has read"
    bench.pace.waiting(0)
    bench.pace.waiting(HOLD_BYTES)
    assert bench.told == ["hold", "go", "hold"]


def test_a_closed_terminal_has_no_timer():
    bench = Bench()
    bench.pace.waiting(HOLD_BYTES)
    bench.pace.end()
    bench.loop.pass_time(PATIENCE_MS)
    assert (bench.told, bench.pace.held) == (["hold"], False)
