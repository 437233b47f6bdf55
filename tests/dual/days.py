"""MicroPython only: a device replays days of traffic, line by line from a file. Every hour a line: its state, its heap, and how
much of that a probe with its answer took. The broker is away for one hour in seven.

Run by test_memory.py as `days.py CONFIG TRACE`. Each line of TRACE: [boot ms, socket, peer, port, datagram in hex].
"""

import gc
import json
import sys

from doubles.replay import START, Replay, device

HOUR_MS = 3_600_000
CONSOLE = 1
PROBE_MS = 100_000  # with less between two datagrams nothing but probes happens


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


class Days:
    def __init__(self, config):
        self.node = device(1, (bytes([198, 51, 100, 11]),), bytes([198, 51, 100, 2]))
        self.replay = Replay(self.node, lambda kind, what: None)
        with open(config) as file:
            self.replay.configure(file.read())
        self.broker("up")
        fill_log(self.node, self.replay.now)
        self.node.console_open(CONSOLE, 80, self.replay.now)
        self.hour = 0
        self.rounds = []  # bytes, of this hour

    def broker(self, what):
        self.node.mqtt(what, self.replay.now)
        self.replay.drain()

    def play(self, row):
        """A datagram, and what the device has sent since the one before."""
        if row[0] - self.replay.now < PROBE_MS:
            gc.collect()
            gc.disable()
            before = gc.mem_alloc()
            self.replay.play([row], row[0])
            self.rounds.append(gc.mem_alloc() - before)
            gc.enable()
        else:
            self.replay.play([row], row[0])
        self.node.console(CONSOLE, b"show crypto ipsec sa\r", self.replay.now)
        self.replay.drain()
        if self.node.reporter.connected:
            publish(self.node)

    def tell(self):
        """After each hour."""
        hour = (self.replay.now - START) // HOUR_MS
        if hour == self.hour:
            return
        self.hour = hour
        self.node.plane.calls = []  # the notes of the fake
        self.node.plane.armed = []
        usual = sorted(self.rounds)[len(self.rounds) // 2] if self.rounds else 0
        self.rounds = []
        gc.collect()
        print(hour, self.node.tunnels(self.replay.now)[0].state, gc.mem_alloc(), usual)
        if hour % 7 == 2:
            self.broker("down")
        elif hour % 7 == 3:
            self.broker("up")


def main(config, trace):
    days = Days(config)
    with open(trace) as file:
        for line in file:
            days.play(json.loads(line))
            line = None
            days.tell()


main(sys.argv[1], sys.argv[2])
