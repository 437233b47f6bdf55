"""Names on CPython: numbers at once, names in a thread, and a silent name server that holds up nothing."""

import socket
import threading

import pytest

from ezvpn.runtime.cpython import resolver as module
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.cpython.resolver import Resolver

ONE, TWO = b"\xc0\0\2\1", b"\xc0\0\2\2"


def answering(monkeypatch, function):
    monkeypatch.setattr(module.socket, "getaddrinfo", function)
    loop = Loop()
    answers = []
    return loop, answers, Resolver(loop, lambda id, addresses: answers.append((id, addresses)))


def entries(*hosts):
    return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (host, 0)) for host in hosts]


def test_a_number_is_answered_inside_the_call(monkeypatch):
    _, answers, resolver = answering(monkeypatch, lambda *_: pytest.fail("asked"))
    resolver.resolve(1, "192.0.2.1")
    assert answers == [(1, [ONE])]


def test_all_addresses_come_once_and_in_order(monkeypatch):
    loop, answers, resolver = answering(monkeypatch, lambda *_: entries("192.0.2.2", "192.0.2.1", "192.0.2.2"))
    resolver.resolve(7, "gw.example.com")
    assert answers == []  # the loop has not run: nothing was looked up yet
    loop.at(loop.now() + 500, loop.stop)
    loop.run()
    assert answers == [(7, [TWO, ONE])]


@pytest.mark.parametrize("fault", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_is_an_empty_answer(monkeypatch, fault):
    def fails(*_):
        raise fault

    loop, answers, resolver = answering(monkeypatch, fails)
    resolver.resolve(7, "gw.example.com")
    loop.at(loop.now() + 300, loop.stop)
    loop.run()
    assert answers == [(7, [])]


def test_a_silent_name_server_delays_no_timer_and_is_given_up(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(module, "LIMIT_MS", 600)
    loop, answers, resolver = answering(monkeypatch, lambda *_: release.wait(10) and [])
    late = []

    def tick(due):
        late.append(loop.now() - due)
        following = loop.now() + 5
        loop.at(following, lambda: tick(following))

    def begin():
        for id in range(10):
            resolver.resolve(id, "gw.example.com")
        tick(loop.now())

    loop.at(loop.now(), begin)
    loop.at(loop.now() + 900, loop.stop)
    loop.run()
    release.set()
    assert len(late) > 30
    assert max(late) < 300, "less than it waits for an answer; a busy machine may be late as well"
    # Two beyond the bound fail at once, eight when their time is over; what comes later is nobody's.
    assert [id for id, _ in answers[:2]] == [8, 9]
    assert resolver.refused == 2
    assert sorted(id for id, _ in answers) == list(range(10))
