"""Doubling, bound, jitter."""

from ezvpn.tunnel.backoff import Backoff


def middle(count):
    return b"\x80\x00\x00\x00"[:count]


def test_it_doubles_to_its_bound_and_starts_again():
    waits = Backoff(middle, 2000, 60000, 0)
    assert [waits.next() for _ in range(7)] == [2000, 4000, 8000, 16000, 32000, 60000, 60000]
    assert waits.tries == 7
    waits.reset()
    assert (waits.next(), waits.tries) == (2000, 1)


def test_jitter_stays_within_its_share():
    assert Backoff(lambda n: b"\0" * n, 2000, 60000, 50).next() == 1000
    assert Backoff(lambda n: b"\xff" * n, 2000, 60000, 50).next() == 3000
    assert abs(Backoff(middle, 2000, 60000, 50).next() - 2000) < 2
