"""Packets through the tunnel, as a schedule: bursts of outbound traffic, answered by the far side or not.

No packet exists. How many have passed is a function of the time, so that a month of traffic costs what its edges cost.
"""

from __future__ import annotations

from random import Random

from ezvpn.dataplane.port import Edge
from soak.world import World

PACKET_MS = 50  # one packet each way, while there is traffic
MINUTE = 60_000
# (shortest, longest) of a burst and of the silence after it, ms. None: it never ends.
PATTERNS = {
    "always": ((1, 1), None),
    "bursts": ((MINUTE, 30 * MINUTE), (10 * MINUTE, 480 * MINUTE)),
    "rare": ((1000, 5 * MINUTE), (240 * MINUTE, 2880 * MINUTE)),
    "pings": ((1, 100), (1000, 30 * MINUTE)),
    "never": None,
}


class Traffic:
    """flowing: outbound packets are sent. `since`: when that began, or None. answered: the far side sends, too."""

    def __init__(self, world: World, chance: Random, pattern: str, answered: bool) -> None:
        self.world = world
        self.chance = chance
        self.pattern = pattern
        self.answered = answered
        self.since: int | None = None
        self.healthy = False  # the way through the tunnel works
        self._looked = world.now
        self._out = 0
        self._in = 0
        self.last_in: int | None = None
        self.last_out: int | None = None
        if PATTERNS[pattern] is not None:
            world.at(world.now + 1000, self._begin)

    def _begin(self, now: int, _: object) -> None:
        self.count(now)
        self.since = now
        burst, silence = PATTERNS[self.pattern]
        if silence is not None:
            self.world.at(now + self.chance.randint(*burst), self._end)
        self.edges(now)

    def _end(self, now: int, _: object) -> None:
        self.count(now)
        self.since = None
        self.world.at(now + self.chance.randint(*PATTERNS[self.pattern][1]), self._begin)

    def count(self, now: int) -> tuple[int, int]:
        """(packets in, packets out) so far, whatever pair carried them."""
        if self.since is not None:
            passed = (now - self._looked) // PACKET_MS
            if passed:
                self._looked += passed * PACKET_MS
                self._out += passed
                self.last_out = self._looked
                if self.healthy and self.answered:
                    self._in += passed
                    self.last_in = self._looked
        else:
            self._looked = now
        return self._in, self._out

    def health(self, healthy: bool, now: int) -> None:
        """Whether packets get through from now on."""
        if healthy != self.healthy:
            self.count(now)
            self.healthy = healthy
            self.edges(now)

    def edges(self, now: int) -> None:
        """What the data plane is armed for and will see with the next packet."""
        plane = self.world.device.plane
        if self.since is not None and (plane.wanted_out or plane.wanted_in and self.healthy and self.answered):
            self.world.at(now + 1 + int(self.chance.random() * PACKET_MS), self._packet)

    def _packet(self, now: int, _: object) -> None:
        device = self.world.device
        plane = device.plane
        if self.since is None:
            return
        told = False
        for spi in plane.wanted_out:
            plane.tell(Edge.FIRST_OUT, spi)
            told = True
        plane.wanted_out.clear()
        if self.healthy and self.answered:
            for spi in plane.wanted_in:
                plane.tell(Edge.FIRST_IN, spi)
                told = True
            plane.wanted_in.clear()
        if told:
            device.node.plane_edges(now)
            self.world.drain()
