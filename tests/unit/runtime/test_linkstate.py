"""What rtnetlink multicasts mean for the node."""

import struct

from ezvpn.runtime.linkstate import LinkState
from ezvpn.wire.netlink import ROUTE_PROTOCOL, Message

UP, RUNNING, LOOPBACK = 0x1, 0x40, 0x8
A1, A2 = b"\xc0\0\2\1", b"\xc0\0\2\2"


def attribute(kind, value):
    return struct.pack("@HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def message(kind, body):
    return struct.pack("@IHHII", 16 + len(body), kind, 0, 0, 0) + body


def link(index, name, flags, kind=Message.NEW_LINK, mtu=1500):
    body = struct.pack("@BBHiII", 0, 0, 1, index, flags, 0) + attribute(3, name.encode() + b"\0")
    return message(kind, body + attribute(4, struct.pack("@I", mtu)))


def address(index, value, kind=Message.NEW_ADDRESS, scope=0):
    return message(kind, struct.pack("@BBBBI", 2, 24, 0, scope, index) + attribute(1, value) + attribute(2, value))


def route(index, protocol=3, kind=1, message_kind=Message.NEW_ROUTE):
    body = struct.pack("@BBBBBBBBI", 2, 0, 0, 0, 254, protocol, 0, kind, 0) + attribute(4, struct.pack("@I", index))
    return message(message_kind, body)


def watched():
    told = []
    state = LinkState(lambda *change: told.append(change), "ezvpn")
    return state, told


def test_the_first_picture_tells_what_is_up():
    state, told = watched()
    state.learn(
        [link(1, "lo", UP | RUNNING | LOOPBACK), link(2, "eth0", UP | RUNNING), link(3, "eth1", UP), address(2, A1)]
    )
    assert told == [("eth0", True, A1)]
    # Carrier comes, then an address, then a second one, then the first goes.
    for datagram in (
        link(3, "eth1", UP | RUNNING),
        address(3, A2),
        address(3, A1),
        address(3, A2, Message.DELETE_ADDRESS),
    ):
        state.datagram(datagram)
    assert told[1:] == [("eth1", True, None), ("eth1", True, A2), ("eth1", True, A2), ("eth1", True, A1)]


def test_a_link_that_goes_down_or_away():
    state, told = watched()
    state.learn([link(2, "eth0", UP | RUNNING), address(2, A1)])
    state.datagram(link(2, "eth0", UP))
    state.datagram(link(2, "eth0", UP | RUNNING))
    state.datagram(link(2, "eth0", UP | RUNNING, Message.DELETE_LINK))
    assert [change[1] for change in told] == [True, False, True, False]


def test_what_changes_nothing_is_not_told():
    state, told = watched()
    state.learn([link(2, "eth0", UP | RUNNING), address(2, A1)])
    state.datagram(link(2, "eth0", UP | RUNNING) + address(2, A1))
    state.datagram(address(2, A2, scope=253))
    assert len(told) == 1


def test_a_new_route_is_told_unless_it_is_our_own():
    state, told = watched()
    state.learn([link(2, "eth0", UP | RUNNING), address(2, A1)])
    state.datagram(route(2, ROUTE_PROTOCOL))
    state.datagram(route(2, kind=2))
    assert len(told) == 1
    state.datagram(route(2))
    assert told[1:] == [("eth0", True, A1)]


def test_the_agents_own_device_is_no_news():
    state, told = watched()
    state.datagram(link(9, "ezvpn0", UP | RUNNING) + address(9, A1) + route(9))
    assert told == []


class TestUndone:
    """What may undo the agent's own work is said as such, and only that."""

    def watched(self):
        self.undone = 0
        told = []

        def undone():
            self.undone += 1

        state = LinkState(lambda *change: told.append(change), "ezvpn", undone)
        state.learn([link(2, "eth0", UP | RUNNING), address(2, A1)])
        state.datagram(link(9, "ezvpn0", UP | RUNNING) + address(9, A2) + route(9, ROUTE_PROTOCOL))
        assert self.undone == 0
        del told[:]
        return state, told

    def test_routes_that_go(self):
        state, told = self.watched()
        state.datagram(route(2, ROUTE_PROTOCOL, message_kind=Message.DELETE_ROUTE))
        state.datagram(route(2, 3, message_kind=Message.DELETE_ROUTE))
        state.datagram(route(2, 2, kind=2, message_kind=Message.DELETE_ROUTE))
        assert (self.undone, told) == (2, [])

    def test_the_agents_device_down_or_without_its_address(self):
        state, told = self.watched()
        state.datagram(address(9, A2, Message.DELETE_ADDRESS))
        state.datagram(link(9, "ezvpn0", 0))
        state.datagram(link(9, "ezvpn0", 0) + link(9, "ezvpn0", 0, Message.DELETE_LINK))
        assert (self.undone, told) == (2, [])

    def test_another_mtu(self):
        state, told = self.watched()
        state.datagram(link(2, "eth0", UP | RUNNING, mtu=1400))
        state.datagram(link(2, "eth0", UP | RUNNING, mtu=1400))
        assert (self.undone, told) == (1, [])


def test_rubbish_is_counted():
    state, told = watched()
    whole = link(2, "eth0", UP | RUNNING)
    for length in range(1, len(whole)):
        state.datagram(whole[:length])
    assert told == []
    assert state.malformed == len(whole) - 1
