"""Names on MicroPython: a UDP stub against real servers on loopback."""

import pytest
from doubles.micropython import run
from doubles.name_server import NameServer

SCRIPT = """
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython import resolver as module
PORT, ETC, NAMES, MS = %r
loop = Loop()
start = loop.now()
late = []
left = len(NAMES)
def answered(id, addresses):
    global left
    print(id, [tuple(address) for address in addresses])
    left -= 1
    if not left:
        loop.stop()
def tick(due):
    late.append(loop.now() - due)
    next = loop.now() + 5
    loop.at(next, lambda: tick(next))
resolver = module.Resolver(loop, answered, PORT, ETC)
tick(loop.now())
loop.at(loop.now() + MS, loop.stop)
for id, name in enumerate(NAMES):
    resolver.resolve(id, name)
loop.run()
# One that blocked would do so for the seconds that it waits for an answer; less may be a busy machine.
print(max(late) < 500, resolver.refused)
"""


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n192.0.2.9 fixed.example.com\n")
    (tmp_path / "resolv.conf").write_text("search example.com\nnameserver 127.0.0.1\nnameserver 127.0.0.2\n")
    return tmp_path


def ask(port, etc, names, ms=15000):
    return run(SCRIPT % ((port, str(etc), names, ms),)).splitlines()


def test_numbers_and_hosts_need_no_server(etc):
    assert ask(9, etc, ["192.0.2.1", "fixed.example.com"]) == ["0 [(192, 0, 2, 1)]", "1 [(192, 0, 2, 9)]"] + ["True 0"]


def test_all_addresses_of_a_name_and_a_name_without_a_dot(etc):
    records = {"gw.example.com": ["192.0.2.1", "192.0.2.2", "192.0.2.1"]}
    with NameServer(records) as server:
        lines = ask(server.port, etc, ["gw.example.com", "gw", "nosuch.example.com"])
    assert sorted(lines[:3]) == ["0 [(192, 0, 2, 1), (192, 0, 2, 2)]", "1 [(192, 0, 2, 1), (192, 0, 2, 2)]", "2 []"]


def test_a_server_that_refuses_is_passed_over_at_once(etc):
    with (
        NameServer(rcode=2) as first,
        NameServer({"gw.example.com": ["192.0.2.1"]}, address="127.0.0.2", port=first.port) as second,
    ):
        assert ask(first.port, etc, ["gw.example.com"], 1500) == ["0 [(192, 0, 2, 1)]", "True 0"]
        assert second.asked == ["gw.example.com"]


def test_a_silent_server_delays_no_timer_and_the_next_one_is_asked(etc):
    with (
        NameServer(silent=True) as first,
        NameServer({"gw.example.com": ["192.0.2.1"]}, address="127.0.0.2", port=first.port),
    ):
        assert ask(first.port, etc, ["gw.example.com"]) == ["0 [(192, 0, 2, 1)]", "True 0"]


@pytest.mark.slow
def test_silent_servers_are_given_up_after_three_tries(etc):
    with NameServer(silent=True) as server:
        (etc / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        assert ask(server.port, etc, ["gw.example.com"]) == ["0 []", "True 0"]
        assert server.asked == ["gw.example.com"] * 3


def test_lookups_are_bounded(etc):
    with NameServer(silent=True) as server:
        lines = ask(server.port, etc, ["gw.example.com"] * 10, 300)
    assert lines == ["8 []", "9 []", "True 2"]


def test_a_name_that_dns_cannot_carry_fails_at_once(etc):
    assert ask(9, etc, ["a..example.com"]) == ["0 []", "True 0"]
