"""The device of the soak: a whole node, its runtime's part, and a data plane through which traffic of a schedule runs.

The plane counts nothing by itself: how many packets have passed is a function of the time, so that months cost nothing.
"""

from __future__ import annotations

from collections import deque
from random import Random

from ezvpn.config.text import parse
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.fake import FakePlane
from ezvpn.dataplane.port import Route
from ezvpn.node.facts import Facts
from ezvpn.node.node import Node

LOG_LINES = 50


class QuietPlane(FakePlane):
    """A fake plane that forgets what it was asked, and knows which pairs stand."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = deque(maxlen=LOG_LINES)  # type: ignore[assignment]
        self.armed = deque(maxlen=LOG_LINES)  # type: ignore[assignment]
        self.installed = 0

    def install(self, tunnel: str, child: object, now: int) -> None:
        super().install(tunnel, child, now)
        self.installed += 1

    def pairs(self) -> dict[int, tuple[object, int]]:
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
        self.names_work = True
        self.answers: list[tuple[object, ...]] = []
        self.boot()

    def boot(self) -> None:
        """Power on: nothing is remembered."""
        self.boots += 1
        self.plane = QuietPlane()
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
            self.tail.append(order.args[0].rstrip())
        elif order.name == "resolve":
            self.answers.append(order.args)
