"""The whole agent that renews all the time, faster than any lifetime allows.

    renewing_agent.py EVERY_MS COUNT run CONFIG OPTIONS…

As soon as its first tunnel is up it renews a pair of SAs every EVERY_MS, COUNT times, each when the one before is done; two
times phase 1 in place of it: the 20th, and the first after the superseded one is gone. At the end one line on stderr:
`renewed COUNT PHASE1`.
"""

import sys

from ezvpn import main
from ezvpn.ike.events import Rekey

EVERY_MS = int(sys.argv[1])
COUNT = int(sys.argv[2])
FIRST_PHASE1 = 20


class Renewer:
    def __init__(self, edge):
        self.edge = edge
        self.pairs = self.phase1 = 0
        edge.loop.at(edge.loop.now() + EVERY_MS, self.tick)

    def tick(self):
        now = self.edge.loop.now()
        self.edge._pump.call(self.renew, now)
        self.edge.loop.at(now + EVERY_MS, self.tick)

    def renew(self, now):
        node = self.edge.node
        for edge in node._edges:
            tunnel = edge.tunnel
            if tunnel.up_since is None or tunnel.flows.renewing() or tunnel.beside.session:
                return
            if self.pairs >= COUNT:
                return
            if self.pairs >= FIRST_PHASE1 and not tunnel.beside.previous and self.phase1 < 2:
                self.phase1 += 1
                tunnel.handle(Rekey(tunnel.session, "phase1", 0), now)
            else:
                tunnel.rekey(tunnel.spis()[0], now)
            self.pairs += 1
            node.after_command(now)
            if self.pairs == COUNT:
                print("renewed", self.pairs, self.phase1, file=sys.stderr)
                sys.stderr.flush()


def run(edge):
    Renewer(edge)
    run_as_ever(edge)


run_as_ever = main.Edge.run
main.Edge.run = run
sys.exit(main.main(sys.argv[4:]))
