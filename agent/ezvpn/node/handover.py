"""When a renewed pair of SAs sends at the latest: a few seconds after quick 3.

Belongs here: those times. Not here: what makes it send earlier, a packet that came in under it (`dataplane.sa_table`). Quick 3 is
not answered, and it goes out again at 1 and 3 s (docs/decisions/0002), so by then a peer that answers at all has it; the pair it
renews has at least a tenth of its life left.
"""

from ezvpn.dataplane.port import DataPlane

LATEST_MS = 4000
WAITING_MAX = 512  # as many as all tunnels' networks; beyond it a pair waits until its predecessor is removed


class Handover:
    """Of one data plane."""

    def __init__(self, plane: DataPlane) -> None:
        self._plane = plane
        self._waiting: "list[tuple[int, int]]" = []  # (when, inbound SPI), the earliest first

    def add(self, spi_in: int, now: int) -> None:
        """This pair was installed beside the one that it renews."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting.append((now + LATEST_MS, spi_in))

    def deadline(self) -> "int | None":
        return self._waiting[0][0] if self._waiting else None

    def timeout(self, now: int) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            self._plane.use(self._waiting.pop(0)[1])
