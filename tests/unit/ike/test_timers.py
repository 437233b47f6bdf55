"""Fixed slots: set, stop, take once, earliest."""

from ezvpn.ike.timers import Slot, Timers, earlier

T = 2**30 - 5000


def test_nothing_runs_at_first() -> None:
    timers = Timers()
    assert timers.next() is None
    assert not any(timers.take(slot, T) for slot in range(Slot.COUNT))


def test_the_earliest_slot_is_next() -> None:
    timers = Timers()
    timers.set(Slot.PHASE1_LIFE, T + 9000)
    timers.set(Slot.WAIT, T + 10)
    timers.set(Slot.NAT_KEEPALIVE, T + 6000)
    assert timers.next() == T + 10
    timers.stop(Slot.WAIT)
    assert timers.next() == T + 6000
    timers.stop_all()
    assert timers.next() is None


def test_a_due_slot_is_taken_once() -> None:
    timers = Timers()
    timers.set(Slot.WAIT, T)
    assert not timers.take(Slot.WAIT, T - 1)
    assert timers.running(Slot.WAIT) and timers.at(Slot.WAIT) == T
    assert timers.take(Slot.WAIT, T + 7)
    assert not timers.take(Slot.WAIT, T + 8)


def test_earlier() -> None:
    assert earlier(None, None) is None
    assert earlier(None, 5) == 5
    assert earlier(5, None) == 5
    assert earlier(7, 5) == 5
