"""A whole device fed with a recorded conversation: configuration, IKE, tunnel, plane and log, the same on both interpreters.

SOURCE: tests/vectors/node-trace.json, written by tests/pair/test_node_trace.py
"""

import hashlib
import json
from binascii import hexlify

from doubles.replay import Replay, device

SIX_LINES = """crypto ipsec client ezvpn office
 connect auto
 group unity key group-secret
 mode client
 peer 198.51.100.11
 username alice password alice-pass
"""

with open("tests/vectors/node-trace.json") as file:
    trace = json.loads(file.read())

CLIENT = bytes([198, 51, 100, 2])
GATEWAY = bytes([198, 51, 100, 11])


def out(kind, what):
    if kind == "send":
        socket, port, data = what
        digest = hexlify(hashlib.sha256(data).digest()).decode()[:16]
        print(replay.now, "->", socket, port, len(data), digest)
    else:
        print(replay.now, what[0], what[1])


node = device(1, (GATEWAY,), CLIENT)
replay = Replay(node, out)
node.debugging.switch(7)
replay.configure(SIX_LINES)
replay.play(trace["received"], trace["until"])
status = node.tunnels(replay.now)[0]
print(status.state, status.last_event, status.attempts, status.peer, status.config, status.phase1)
for child in status.children:
    print(child)
for call in node.plane.calls:
    print(call)
node.close(replay.now)
replay.drain()
print(node.closed, node.deadline(), node.all_counters())
