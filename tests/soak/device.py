"""The device of the soak: a whole node, its runtime's part, and a data plane through which traffic of a schedule runs.

The plane counts nothing by itself: how many packets have passed is a function of the time, so that months cost nothing.
"""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING

from ezvpn.config.text import parse
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.fake import FakePlane
from ezvpn.dataplane.port import Route
from ezvpn.ike.events import ChildUp
from ezvpn.ike.status import ChildStatus
from ezvpn.node.facts import Facts
from ezvpn.node.node import Node

if TYPE_CHECKING:
    from soak.traffic import Traffic

LOG_LINES = 50
DEAD = "no longer answers"  # `tunnel.causes`: peer-dead


class QuietPlane(FakePlane):
    """A fake plane that forgets what it was asked, and knows which pairs stand. `traffic` counts for it; `wanted_out` and
    `wanted_in` are the pairs whose next packet is to be told."""

    def __init__(self, traffic: Traffic | None) -> None:
        super().__init__()
        self.calls = deque(maxlen=LOG_LINES)  # type: ignore[assignment]
        self.traffic = traffic
        self.installed = 0
        self.wanted_out: dict[int, bool] = {}
        self.wanted_in: dict[int, bool] = {}
        self._counted: dict[int, tuple[int, int]] = {}  # what had passed when the pair was installed

    def install(self, tunnel: str, child: ChildUp, now: int) -> None:
        super().install(tunnel, child, now)
        self.installed += 1
        self.arm_out(child.spi_in)
        self.arm_in(child.spi_in)
        if self.traffic is not None:
            self._counted[child.spi_in] = self.traffic.count(now)
            self.traffic.edges(now)

    def remove(self, spi_in: int, now: int) -> None:
        super().remove(spi_in, now)
        for held in (self.wanted_out, self.wanted_in, self._counted):
            held.pop(spi_in, None)

    def arm_out(self, spi_in: int) -> None:
        self.wanted_out[spi_in] = True

    def arm_in(self, spi_in: int) -> None:
        self.wanted_in[spi_in] = True

    def status(self, spi_in: int, now: int | None = None) -> ChildStatus | None:
        status = super().status(spi_in, now)
        if status is not None and self.traffic is not None and now is not None:
            come, gone = self._counted[spi_in]
            packets_in, packets_out = self.traffic.count(now)
            status.packets_in, status.packets_out = packets_in - come, packets_out - gone
            status.last_in, status.last_out = self.traffic.last_in, self.traffic.last_out
        return status

    def pairs(self) -> dict[int, tuple[ChildUp, int]]:
        """Inbound SPI -> (its ChildUp, when it was installed)."""
        return self._children


class Device:
    """`tail` holds the last lines of the log. `answers`: doors to call once a drain has ended."""

    def __init__(
        self, text: str, names: dict[str, list[bytes]], ways: list[bytes], local: bytes, crypto: Crypto, chance: Random
    ) -> None:
        self.text = text
        self.names = names
        self.ways = ways
        self.local = local
        self.crypto = crypto
        self.chance = chance
        self.tail: deque[str] = deque(maxlen=LOG_LINES)
        self.boots = 0
        self.deaths = 0  # verdicts of dead peer detection
        self.names_work = True
        self.traffic: Traffic | None = None
        self.answers: list[tuple[object, ...]] = []
        self.boot()

    def boot(self) -> None:
        """Power on: nothing is remembered."""
        self.boots += 1
        self.plane = QuietPlane(self.traffic)
        self.answers = []
        self.route(self.local)
        facts = Facts("Soak", "0.0.0", "test", "unix", "S1", f"boot-{self.boots}", (500, 4500), False, ())
        self.node = Node(self.crypto, self.chance.randbytes, self.plane, facts)

    def route(self, local: bytes) -> None:
        """Our address on the way to every gateway."""
        self.local = local
        for way in self.ways:
            self.plane.ways[way] = Route(2, "eth0", None, local)

    def configure(self, now: int) -> None:
        parsed = parse(self.text)
        if parsed.errors:
            raise ValueError(repr(parsed.errors))
        self.node.apply(parsed.config, now)

    def addresses(self, host: str) -> list[bytes]:
        """What the name server says."""
        return self.names.get(host, []) if self.names_work else []

    def obey(self, order: object) -> None:
        """One order of the node."""
        if order.name == "log":
            line = order.args[0].rstrip()
            self.tail.append(line)
            if DEAD in line:
                self.deaths += 1
        elif order.name == "resolve":
            self.answers.append(order.args)
