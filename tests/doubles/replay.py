"""Replays what a device received, on either interpreter: the same datagrams at the same times give the same run.

Dual, unlike the rest of the virtual wire. A trace is a list of (boot ms, socket, peer as text, port, datagram in hex).
"""

import hashlib

from ezvpn.config.text import parse
from ezvpn.crypto.choose import best
from ezvpn.dataplane.fake import FakePlane
from ezvpn.dataplane.port import Route
from ezvpn.node.facts import Facts
from ezvpn.node.node import Node

START = 2**30 - 5000


class Chance:
    """Entropy that repeats: SHA-256 of seed and a counter."""

    def __init__(self, seed):
        self.seed = seed
        self.count = 0

    def __call__(self, size):
        out = b""
        while len(out) < size:
            out += hashlib.sha256(f"{self.seed}/{self.count}".encode()).digest()
            self.count += 1
        return out[:size]


def device(seed, ways, client, aliases=()):
    """A node with a fake data plane; ways: peers (4 bytes) that eth0 leads to."""
    plane = FakePlane()
    for peer in ways:
        plane.ways[peer] = Route(2, "eth0", None, client)
    facts = Facts("Edge 1", "0.1.0", "test", "unix", "S1", "boot-1", (500, 4500), False, aliases)
    return Node(best(Chance(seed)), Chance(seed + 1), plane, facts)


class Replay:
    """`out(kind, what)` hears everything the node does: "send" (socket, port, bytes), "order" (name, args)."""

    def __init__(self, node, out):
        self.node = node
        self.out = out
        self.now = START
        self._buffer = bytearray(4096)

    def configure(self, text):
        result = parse(text)
        if result.errors:
            raise ValueError(result.errors)
        self.node.apply(result.config, self.now)
        self.drain()

    def play(self, trace, until):
        """All datagrams of a trace with the deadlines between them, then on to boot time `until`."""
        for at, socket, peer, port, data in trace:
            self._wait(at - 1)
            self.now = at
            view = bytes.fromhex(data)
            self.node.receive(memoryview(view), self.now, (socket, bytes([int(x) for x in peer.split(".")]), port))
            self.drain()
        self._wait(until)

    def drain(self):
        while True:
            size = self.node.transmit(self._buffer, self.now)
            if not size:
                break
            self.out("send", (self.node.to[0], self.node.to[2], bytes(self._buffer[:size])))
        while True:
            order = self.node.event()
            if order is None:
                break
            self.out("order", (order.name, order.args))

    def _wait(self, until):
        while True:
            at = self.node.deadline()
            if at is None or at > until:
                break
            self.now = max(self.now, at)
            self.node.timeout(self.now)
            self.drain()
        self.now = max(self.now, until)
