"""The drain law: one mutation, then transmit until 0, then event until None, then deadline; only then wait."""

import pytest
from doubles.scripted_node import Order, ScriptedNode

from ezvpn.runtime.pump import Pump

PEER = (0, b"\xc0\x00\x02\x01", 500)


class Adapter:
    def __init__(self, node):
        self.node = node
        self.pump = None

    def send(self, view, to):
        self.node.calls.append(("send", bytes(view), to))

    def wake_at(self, ms):
        self.node.calls.append(("wake_at", ms))

    def log(self, text):
        self.node.calls.append(("log", text))

    def resolve(self, id, host):
        # A numeric address: answered inside the order.
        self.pump.call(self.node.resolved, id, [b"\x7f\0\0\1"], 7)


def pumped():
    node = ScriptedNode()
    adapter = Adapter(node)
    adapter.pump = Pump(node, adapter, lambda: 7)
    return node, adapter, adapter.pump


def test_a_mutation_is_drained_in_the_order_of_the_law():
    node, _, pump = pumped()
    node.datagrams = [(b"one", PEER), (b"two", PEER)]
    node.orders = [Order("log", "a"), Order("log", "b")]
    node.next_deadline = 1000

    pump.call(node.receive, memoryview(b"in"), 7, PEER)

    assert node.calls == [
        ("receive", b"in", 7, PEER),
        ("transmit",),
        ("send", b"one", PEER),
        ("transmit",),
        ("send", b"two", PEER),
        ("transmit",),
        ("event",),
        ("log", "a"),
        ("event",),
        ("log", "b"),
        ("event",),
        ("deadline",),
        ("wake_at", 1000),
    ]


def test_a_door_asked_for_by_an_order_waits_until_the_drain_has_ended_and_is_drained_too():
    node, _, pump = pumped()
    node.orders = [Order("resolve", 3, "192.0.2.1"), Order("log", "after")]
    node.answers["resolved"] = lambda node: node.datagrams.append((b"first", PEER))

    pump.call(node.timeout, 7)

    told = [call for call in node.calls if call[0] not in ("transmit", "event")]
    assert told == [
        ("timeout", 7),
        ("log", "after"),
        ("resolved", 3, [b"\x7f\0\0\1"], 7),
        ("send", b"first", PEER),
        ("deadline",),
        ("wake_at", None),
    ]


def test_what_the_door_returns_comes_back():
    node, _, pump = pumped()
    node.answers["apply"] = lambda node: "said"
    assert pump.call(node.apply, None, 7) == "said"


def test_our_own_mistake_leaves_the_pump_usable_and_the_deadline_set():
    node, _, pump = pumped()
    node.next_deadline = 50

    def broken(now):
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        pump.call(broken, 7)
    assert node.calls[-1] == ("wake_at", 50)
    pump.call(node.timeout, 7)
    assert "timeout" in node.doors()


def test_doors_that_wait_are_bounded_and_counted():
    node, adapter, pump = pumped()
    node.orders = [Order("resolve", number, "192.0.2.1") for number in range(70)]
    pump.call(node.timeout, 7)
    assert node.doors().count("resolved") == 64
    assert pump.overflows == 6
