"""The whole agent with a 5 ms timer of its own in the loop, on whichever interpreter runs it.

    python -m doubles.ticking_agent run CONFIG OPTIONS…

At the end one line on stderr: `worst BLOCKED BUSY`, how many ms the timer was late at worst because the process slept in a call,
and because it computed. Time in which the machine let it wait for a processor counts for neither.
"""

import sys

from ezvpn import main

TICK_MS = 5
NS = 1_000_000


def schedstat():
    """(ns of processor time, ns of waiting for a processor): proc_pid_schedstat of Documentation/scheduler/sched-stats.rst."""
    with open("/proc/self/schedstat") as file:
        words = file.read().split()
    return int(words[0]), int(words[1])


class Ticker:
    def __init__(self, loop):
        self.loop = loop
        self.blocked = 0
        self.busy = 0
        self.used, self.waited = schedstat()
        self.due = loop.now() + TICK_MS
        loop.at(self.due, self.tick)

    def tick(self):
        now = self.loop.now()
        used, waited = schedstat()
        late = now - self.due - (waited - self.waited) // NS
        busy = (used - self.used) // NS
        if late > TICK_MS:
            self.busy = max(self.busy, busy)
            self.blocked = max(self.blocked, late - busy)
        self.used, self.waited = used, waited
        self.due = now + TICK_MS
        self.loop.at(self.due, self.tick)


def run(edge):
    ticker = Ticker(edge.loop)
    run_as_ever(edge)
    print("worst", ticker.blocked, ticker.busy, file=sys.stderr)


run_as_ever = main.Edge.run
main.Edge.run = run
sys.exit(main.main(sys.argv[2:]))
