"""Timers: in order, and none late for a callback that is not its own."""

from ezvpn.runtime.timers import Timer, Timers


class Bench:
    """A clock of its own; `fired` are (name, ms)."""

    def __init__(self) -> None:
        self.ms = 0
        self.fired = []
        self.timers = Timers(lambda: self.ms, lambda callback: callback())

    def set(self, name: str, at_ms: int, takes_ms: int = 0, then=None) -> Timer:
        def callback() -> None:
            self.fired.append((name, self.ms))
            self.ms += takes_ms
            if then is not None:
                then()

        timer = Timer(at_ms, callback)
        self.timers.waiting.append(timer)
        return timer


def test_they_fire_in_the_order_of_their_times_and_never_early():
    bench = Bench()
    for at in (20, 5, 10):
        bench.set("t", at)
    assert bench.timers.first_ms() == 5
    bench.timers.fire()
    assert bench.fired == []
    bench.ms = 12
    bench.timers.fire()
    assert (len(bench.fired), bench.timers.first_ms()) == (2, 20)


def test_what_comes_due_while_another_one_takes_its_time_fires_after_it():
    bench = Bench()
    bench.set("heartbeat", 5)
    bench.set("negotiation", 3, takes_ms=40)
    bench.ms = 3
    bench.timers.fire()
    assert bench.fired == [("negotiation", 3), ("heartbeat", 43)]


def test_what_is_set_meanwhile_waits_for_the_next_pass():
    bench = Bench()

    def again() -> None:
        bench.set("again", bench.ms, then=again)

    again()
    for passes in (1, 2):
        bench.timers.fire()
        assert len(bench.fired) == passes


def test_one_that_another_cancels_is_silent():
    bench = Bench()
    late = bench.set("late", 2)
    bench.set("early", 1, then=lambda: bench.timers.cancel(late))
    bench.ms = 5
    bench.timers.fire()
    bench.timers.cancel(late)
    assert bench.fired == [("early", 5)]
    assert bench.timers.first_ms() is None
