"""The whole agent with a 5 ms timer of its own in the loop, on whichever interpreter runs this file.

    ticking_agent.py run CONFIG OPTIONS…

At the end one line on stderr: `worst N ms`, how late the timer was at worst. Time in which the machine let the process wait for a
processor (second field of /proc/self/schedstat, ns) is taken off: that is the machine's doing.
"""

import sys

from ezvpn import main

TICK_MS = 5


def waited_ms():
    with open("/proc/self/schedstat") as file:
        return int(file.read().split()[1]) // 1_000_000


class Ticker:
    def __init__(self, loop):
        self.loop = loop
        self.worst = 0
        self.waited = waited_ms()
        self.due = loop.now() + TICK_MS
        loop.at(self.due, self.tick)

    def tick(self):
        now = self.loop.now()
        waited = waited_ms()
        self.worst = max(self.worst, now - self.due - (waited - self.waited))
        self.waited = waited
        self.due = now + TICK_MS
        self.loop.at(self.due, self.tick)


def run(edge):
    ticker = Ticker(edge.loop)
    run_as_ever(edge)
    print("worst", ticker.worst, "ms", file=sys.stderr)


run_as_ever = main.Edge.run
main.Edge.run = run
sys.exit(main.main(sys.argv[2:]))
