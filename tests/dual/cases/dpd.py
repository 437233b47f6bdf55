"""A watched device on both interpreters: answered probes, silence and the verdict; then on-demand, long asleep, a first packet,
an ICMP error. Every datagram, order and line of debugging.

SOURCE: tests/vectors/dpd-trace.json, written by tests/pair/test_dpd.py
"""

import hashlib
import json
from binascii import hexlify

from doubles.replay import Replay, device

from ezvpn.dataplane.port import Edge

SIX_LINES = """crypto ipsec client ezvpn office
 connect auto
 group unity key group-secret
 mode client
 peer 198.51.100.11
 username alice password alice-pass
"""
ON_DEMAND = "crypto isakmp keepalive 10 2\n"
LONG_MS = 2000000
CLIENT = bytes([198, 51, 100, 2])
GATEWAY = bytes([198, 51, 100, 11])

with open("tests/vectors/dpd-trace.json") as file:
    trace = json.loads(file.read())


def out(kind, what):
    if kind == "send":
        socket, port, data = what
        digest = hexlify(hashlib.sha256(data).digest()).decode()[:16]
        print(replay.now, "->", socket, port, len(data), digest)
    else:
        print(replay.now, what[0], what[1])


def started():
    made = Replay(device(1, (GATEWAY,), CLIENT), out)
    made.node.debugging.switch(7)
    return made


def figures():
    status = replay.node.tunnels(replay.now)[0]
    print(status.state, status.cause, status.dpd_sent, status.dpd_missed, status.dpd_lost, status.dpd_rtt_ms)
    print(replay.node.endpoint.deadline(), replay.node.plane.armed)


def later(ms):
    replay.play([], replay.now + ms)
    figures()


print("periodic")
replay = started()
replay.configure("crypto isakmp keepalive 10 2 periodic\n" + SIX_LINES)
replay.play(trace["received"], trace["until"])
figures()

print("on demand")
replay = started()
replay.configure(ON_DEMAND + SIX_LINES)
replay.play(trace["received"][: trace["up"]], trace["received"][trace["up"] - 1][0] + 20000)
figures()
later(LONG_MS)
replay.node.unreachable(CLIENT, replay.now)
replay.drain()
later(1)
replay.node.plane.tell(Edge.FIRST_OUT, replay.node.tunnels(replay.now)[0].children[0].spi_in, GATEWAY)
replay.node.plane_edges(replay.now)
replay.drain()
replay.node.unreachable(GATEWAY, replay.now)
replay.drain()
later(9999)
later(1)
print(replay.node.all_counters())
