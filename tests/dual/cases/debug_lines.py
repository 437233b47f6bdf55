"""Every line of debugging of a tunnel that comes up and whose peer then falls silent: the same on both interpreters.

SOURCE: the beginning of tests/vectors/node-trace.json, written by tests/pair/test_node_trace.py
"""

import json

from doubles.replay import START, Replay, device

CONFIG = """crypto isakmp keepalive 10 2 periodic
crypto ipsec client ezvpn office
 connect auto
 group unity key group-secret
 mode client
 peer 198.51.100.11
 username alice password alice-pass
"""
UP_BY = START + 1000

with open("tests/vectors/node-trace.json") as file:
    trace = json.loads(file.read())


def out(kind, what):
    if kind == "order" and what[0] == "log":
        print(what[1][0])
    elif kind == "order" and what[0] == "executed":
        print(what[1])


node = device(1, (bytes([198, 51, 100, 11]),), bytes([198, 51, 100, 2]))
node.debugging.switch(7)
replay = Replay(node, out)
replay.configure(CONFIG)
replay.play([row for row in trace["received"] if row[0] < UP_BY], UP_BY + 25000)
node.execute(1, "show debugging", replay.now)
node.execute(2, "undebug all", replay.now)
replay.play([], UP_BY + 60000)
print(node.log.next_seq, node.log.debugging, node.debugging.left_out)
