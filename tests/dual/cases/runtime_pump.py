"""The drain law, told call by call, must be the same on both interpreters."""

import sys

sys.path.append("tests")

from doubles.scripted_node import Order, ScriptedNode

from ezvpn.runtime.pump import Pump


class Adapter:
    def __init__(self, node):
        self.node = node

    def send(self, view, to):
        self.node.calls.append(("send", bytes(view), to))

    def wake_at(self, ms):
        self.node.calls.append(("wake_at", ms))

    def resolve(self, id, host):
        pump.call(node.resolved, id, [b"\x7f\0\0\x01"], 2**30 + 1)


node = ScriptedNode()
node.datagrams = [(b"out", (0, b"\x01\x02\x03\x04", 500))]
node.orders = [Order("resolve", 1, "127.0.0.1")]
node.answers["resolved"] = lambda node: node.datagrams.append((b"next", (1, b"\x01\x02\x03\x04", 4500)))
node.next_deadline = 2**30 + 5000
pump = Pump(node, Adapter(node), lambda: 2**30 - 5000)
pump.call(node.receive, memoryview(b"datagram"), 2**30 - 5000, (0, b"\x01\x02\x03\x04", 500))
for call in node.calls:
    print(call)
print(pump.overflows)
