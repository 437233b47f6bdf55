"""RFC 4303 3.4.3 and Appendix A2: the window slides only forward, and each number passes once."""

import random

import pytest

from ezvpn.dataplane.replay import ReplayWindow


class Remember:
    """The rule itself, with all memory in the world: the judge of the ring."""

    def __init__(self, size):
        self.size = size
        self.seen = set()

    def fresh(self, sequence):
        top = max(self.seen, default=0)
        return sequence > 0 and sequence > top - self.size and sequence not in self.seen

    def mark(self, sequence):
        self.seen.add(sequence)


def take(window, sequence):
    """What a receiver does with a packet whose ICV verifies."""
    if not window.fresh(sequence):
        return False
    window.mark(sequence)
    return True


def test_in_order_each_passes_once():
    window = ReplayWindow(64)
    for sequence in range(1, 1000):
        assert take(window, sequence)
        assert not take(window, sequence)


def test_zero_is_never_right():
    window = ReplayWindow(64)
    assert not window.fresh(0)
    window.mark(1)
    assert not window.fresh(0)


@pytest.mark.parametrize("size", [64, 65, 71, 128, 1000, 1024])
def test_the_edges_of_the_window(size):
    top = 10 * size
    window = ReplayWindow(size)
    window.mark(top)
    assert window.fresh(top + 1)
    assert not window.fresh(top)
    assert window.fresh(top - 1)
    assert window.fresh(top - size + 1), "the lowest number inside"
    assert not window.fresh(top - size), "the highest one left of the window"


@pytest.mark.parametrize("size", [64, 65, 100, 1024])
def test_every_number_of_a_full_window(size):
    """Every position relative to a byte, every number inside: none is lost, none passes twice."""
    for top in range(2 * size, 2 * size + 9):
        window = ReplayWindow(size)
        window.mark(top)
        for sequence in range(top - size + 1, top):
            assert take(window, sequence)
        for sequence in range(top + 1):
            assert not window.fresh(sequence)


@pytest.mark.parametrize("jump", [1, 7, 8, 63, 64, 65, 127, 128, 129, 1023, 1024, 5000, 2**31])
def test_a_jump_forgets_just_what_falls_out(jump):
    for size in (64, 1024):
        window, judge = ReplayWindow(size), Remember(size)
        for sequence in list(range(1, 200)) + [199 + jump]:
            assert take(window, sequence)
            judge.mark(sequence)
        top = 199 + jump
        for sequence in range(max(top - size - 20, 0), top + 20):
            assert window.fresh(sequence) == judge.fresh(sequence), sequence


def test_fresh_changes_nothing():
    """ "MUST NOT be updated" before the ICV verified: a forged high number does not push the window (RFC 4303 3.4.3)."""
    window = ReplayWindow(64)
    window.mark(10)
    assert window.fresh(4_000_000_000)
    assert window.top == 10
    assert window.fresh(9)


def test_the_last_numbers_of_an_sa():
    window = ReplayWindow(64)
    assert take(window, 2**32 - 2)
    assert take(window, 2**32 - 1)
    assert not take(window, 2**32 - 1)
    assert take(window, 2**32 - 64)
    assert not take(window, 2**32 - 65)


@pytest.mark.parametrize("size", [64, 100, 512])
def test_random_traffic_against_the_rule(size):
    chance = random.Random(4303)
    window, judge = ReplayWindow(size), Remember(size)
    top = 1
    for _ in range(4000):
        sequence = max(
            top + chance.choice([1, 1, 1, 2, 9, -1, -3, -size, -size + 1, chance.randint(-2 * size, 2 * size)]), 0
        )
        expected = judge.fresh(sequence)
        assert take(window, sequence) == expected
        if expected:
            judge.mark(sequence)
            top = max(top, sequence)
            judge.seen = {number for number in judge.seen if number > top - 2 * size}


@pytest.mark.parametrize("size", [0, 63, 1025])
def test_sizes_out_of_range_are_refused(size):
    with pytest.raises(ValueError, match="64-1024"):
        ReplayWindow(size)
