"""Main mode at one address."""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.events import SessionDown
from ezvpn.ike.params import MainAttempt, Phase1Transform
from ezvpn.record import Secret
from ezvpn.tunnel.calling import Calling

ATTEMPT = MainAttempt(b"\x0a\0\0\1", None, (500, 4500), Secret("k"), (Phase1Transform("aes", 128, "sha1", 14),))


def test_it_runs_and_ends_with_a_verdict() -> None:
    calling = Calling(FakeEndpoint())
    calling.call(ATTEMPT, 0)
    assert calling.newest == 1
    assert calling.owns(1) and not calling.owns(2) and not calling.owns(0)
    calling.down(SessionDown(1, "phase1", "authentication", 24, "why"))
    assert (calling.newest, calling.verdict) == (0, ("authentication", "phase1", 24, "why"))


def test_without_room_nothing_runs() -> None:
    endpoint = FakeEndpoint()
    endpoint.room = 0
    calling = Calling(endpoint)
    calling.call(ATTEMPT, 0)
    assert (calling.newest, calling.verdict[0]) == (0, "busy")


def test_it_is_forgotten_in_silence_or_handed_over() -> None:
    endpoint = FakeEndpoint()
    calling = Calling(endpoint)
    calling.call(ATTEMPT, 0)
    calling.abandon(1)
    assert endpoint.take_calls() == [("connect", 1, 14), ("abandon", 1)]
    calling.call(ATTEMPT, 2)
    assert (calling.release(), calling.newest) == (2, 0)
    calling.abandon(3)
    assert endpoint.take_calls() == [("connect", 2, 14)]
