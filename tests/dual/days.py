"""MicroPython only: a device replays days of traffic, line by line from a file, and prints state and heap every hour.

Run by test_memory.py as `days.py CONFIG TRACE`. Each line of TRACE: [boot ms, socket, peer, port, datagram in hex].
"""

import gc
import json
import sys

from doubles.replay import START, Replay, device

HOUR_MS = 3_600_000
CONSOLE = 1


def publish(node):
    """A broker that takes and acknowledges everything at once."""
    while True:
        message = node.outbox.peek()
        if message is None:
            return
        node.outbox.sent(message)
        node.outbox.done(message)


def fill_log(node, now):
    """As after weeks, with texts of its own in each record."""
    for i in range(node.log.size):
        node.note(now, "EZVPN_CONNECTION_UP", *[word + str(i) for word in ("Client", "a", "b", "c", "d", "e", "f")])


def main(config, trace):
    node = device(1, (bytes([198, 51, 100, 11]),), bytes([198, 51, 100, 2]))
    replay = Replay(node, lambda kind, what: None)
    with open(config) as file:
        replay.configure(file.read())
    node.mqtt("up", replay.now)
    fill_log(node, replay.now)
    node.console_open(CONSOLE, 80, replay.now)
    hour = 0
    with open(trace) as file:
        for line in file:
            row = json.loads(line)
            replay.play([row], row[0])
            node.console(CONSOLE, b"show crypto ipsec sa\r", replay.now)
            replay.drain()
            publish(node)
            if (replay.now - START) // HOUR_MS > hour:
                hour = (replay.now - START) // HOUR_MS
                node.plane.calls = []  # the fake's own notes
                row = line = None
                gc.collect()
                print(hour, node.tunnels(replay.now)[0].state, gc.mem_alloc())


main(sys.argv[1], sys.argv[2])
