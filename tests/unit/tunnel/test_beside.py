"""Which session is beside the one in use, and when it is tried again or closed."""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.params import Attempt
from ezvpn.tunnel.beside import AGAIN_MS, LONGEST_AGAIN_MS, Beside

from .scene import GW1, START, settings


def beside():
    endpoint = FakeEndpoint()
    return Beside(endpoint, lambda n: b"\x80\0\0"[:n]), endpoint


def attempt():
    return Attempt(GW1, None, (500, 4500), b"g", settings().key, settings().phase1[0])


def test_one_takes_over_and_the_other_is_let_go_and_closed():
    both, endpoint = beside()
    assert both.start(attempt(), START) and both.session == 1
    both.took_over(9)
    assert (both.session, both.previous) == (0, 9)
    endpoint.alive.append(9)
    both.let_go(START)
    assert both.passing
    both.close_previous(START)
    assert endpoint.calls[1:] == [("retire", 9), ("close", 9)]
    both.close_previous(START)
    both.let_go(START)
    assert endpoint.calls[1:] == [("retire", 9), ("close", 9)], "nothing left"


def test_no_room_in_the_core():
    both, endpoint = beside()
    endpoint.room = 0
    assert not both.start(attempt(), START)
    assert both.session == 0


def test_pauses_grow_to_an_hour_and_begin_anew():
    both, _ = beside()
    waits = [both.again() for _ in range(8)]
    assert abs(waits[0] - AGAIN_MS) < AGAIN_MS // 100 and abs(waits[-1] - LONGEST_AGAIN_MS) < LONGEST_AGAIN_MS // 100
    both.took_over(0)
    assert both.again() == waits[0]


def test_drop_closes_both():
    both, endpoint = beside()
    both.start(attempt(), START)
    both.took_over(5)
    both.start(attempt(), START)
    endpoint.alive.append(5)
    endpoint.take_calls()
    both.drop(START, "closed")
    assert endpoint.calls == [("close", 5), ("close", 2)]
    assert (both.session, both.previous) == (0, 0)
