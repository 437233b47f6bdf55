"""A data plane for tests: it remembers what it was told and reports what the test says. Passes the contract test of `tun`.

Ships with the program because the hardware suites and replays use it too. No packet and no kernel here.
"""

from ezvpn.dataplane.none import NoPlane
from ezvpn.dataplane.port import KernelError, PlaneEvent, Route
from ezvpn.dataplane.sa_table import EVENT_LIMIT
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import ModeConfig
from ezvpn.ike.status import ChildStatus


class FakePlane(NoPlane):
    """calls: what was asked, as tuples of the method's name and its telling arguments · attached: tunnel -> (config, peer) ·
    ways: address -> Route, what `route_to` answers · refuse: an error that the next `attach` raises · counters: inbound SPI ->
    ChildStatus fields to be laid over the status · complained: what `complaint` answers once · armed: (SPI, "out" | "in") in
    order."""

    name = "fake"

    def __init__(self) -> None:
        super().__init__(None)
        self.calls: "list[tuple[object, ...]]" = []
        self.attached: "dict[str, tuple[ModeConfig, bytes]]" = {}
        self.ways: "dict[bytes, Route]" = {}
        self.refuse: "KernelError | None" = None
        self.counters: "dict[int, dict[str, int]]" = {}
        self.armed: "list[tuple[int, str]]" = []
        self.complained = ""
        self._edges: "list[PlaneEvent]" = []

    def tell(self, kind: str, spi: int, peer: "bytes | None" = None) -> None:
        """Queue an edge as if packets had caused it."""
        if len(self._edges) >= EVENT_LIMIT:
            self.overflows += 1
        else:
            self._edges.append(PlaneEvent(kind, spi, peer))

    def start(self, now: int) -> None:
        self.calls.append(("start",))

    def route_to(self, address: bytes) -> "Route | None":
        return self.ways.get(bytes(address))

    def attach(self, tunnel: str, config: ModeConfig, peer: bytes, now: int) -> None:
        self.calls.append(("attach", tunnel, config.address, peer))
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        self.attached[tunnel] = (config, bytes(peer))

    def detach(self, tunnel: str, now: int) -> None:
        self.calls.append(("detach", tunnel))
        self.attached.pop(tunnel, None)

    def install(self, tunnel: str, child: ChildUp, now: int) -> bool:
        super().install(tunnel, child, now)
        self.calls.append(("install", tunnel, child.spi_in, child.spi_out))
        return bool(child.replaces)

    def use(self, spi_in: int) -> None:
        self.calls.append(("use", spi_in))

    def remove(self, spi_in: int, now: int) -> None:
        super().remove(spi_in, now)
        self.calls.append(("remove", spi_in))

    def moved(self, peer: bytes, new_peer: bytes, new_port: int) -> None:
        self.calls.append(("moved", peer, new_peer, new_port))

    def refresh(self, now: int) -> None:
        self.calls.append(("refresh",))

    def complaint(self) -> str:
        text, self.complained = self.complained, ""
        return text

    def arm_out(self, spi_in: int) -> None:
        self.armed.append((spi_in, "out"))

    def arm_in(self, spi_in: int) -> None:
        self.armed.append((spi_in, "in"))

    def event(self) -> "PlaneEvent | None":
        return self._edges.pop(0) if self._edges else None

    def status(self, spi_in: int, now: "int | None" = None) -> "ChildStatus | None":
        status = super().status(spi_in, now)
        if status is not None:
            fields = self.counters.get(spi_in, {})
            for field in fields:
                setattr(status, field, fields[field])
        return status

    def stop(self, now: int) -> None:
        super().stop(now)
        self.calls.append(("stop",))
        self.attached = {}
