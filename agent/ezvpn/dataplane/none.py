"""No data plane: the tunnel is negotiated, kept and reported, and no packet moves (`--dataplane none`).

Here: the book of children that `show crypto ipsec sa` needs, and route lookups where there is netlink. `fake` builds on it.
"""

from ezvpn.dataplane.port import DataPlane, Kernel, KernelError, PlaneEvent, Route
from ezvpn.dataplane.routes import Routes
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import ModeConfig
from ezvpn.ike.status import ChildStatus
from ezvpn.record import wipe


def child_status(up: ChildUp, installed_at: int, now: "int | None") -> ChildStatus:
    """A status with everything that does not count packets. remaining_s: of the lifetime agreed when `now` is None."""
    status = ChildStatus(up.transform, up.local, up.remote)
    status.session = up.session
    status.child = up.child
    status.spi_in = up.spi_in
    status.spi_out = up.spi_out
    status.encap = up.encap
    status.pfs_group = up.pfs_group
    status.remaining_s = up.life_s
    status.remaining_kb = up.life_kb
    if now is not None and up.life_s:
        status.remaining_s = max(up.life_s - (now - installed_at) // 1000, 0)
    return status


class NoPlane(DataPlane):
    """kernel None: no netlink either, and `route_to` knows nothing."""

    name = "none"

    def __init__(self, kernel: "Kernel | None" = None) -> None:
        self._routes = Routes(kernel) if kernel is not None else None
        self._children: "dict[int, tuple[ChildUp, int]]" = {}

    def start(self, now: int) -> None:
        # A run with another plane may have crashed before this one.
        if self._routes is not None:
            try:
                self._routes.clean()
            except KernelError:
                return  # without the right to change routes there is nothing of ours to remove either

    def route_to(self, address: bytes) -> "Route | None":
        return self._routes.lookup(address) if self._routes is not None else None

    def attach(self, tunnel: str, config: ModeConfig, peer: bytes, now: int) -> None:
        return

    def detach(self, tunnel: str, now: int) -> None:
        return

    def install(self, tunnel: str, child: ChildUp, now: int) -> bool:
        for key in (child.key_in, child.auth_in, child.key_out, child.auth_out):
            wipe(key)
        self._children[child.spi_in] = (child, now)
        return False

    def use(self, spi_in: int) -> None:
        return

    def remove(self, spi_in: int, now: int) -> None:
        self._children.pop(spi_in, None)

    def moved(self, peer: bytes, new_peer: bytes, new_port: int) -> None:
        return

    def refresh(self, now: int) -> None:
        return

    def complaint(self) -> str:
        return ""

    def arm_out(self, spi_in: int) -> None:
        return

    def arm_in(self, spi_in: int) -> None:
        return

    def drops(self) -> "dict[str, int]":
        return {}

    def event(self) -> "PlaneEvent | None":
        return None

    def status(self, spi_in: int, now: "int | None" = None) -> "ChildStatus | None":
        entry = self._children.get(spi_in)
        return None if entry is None else child_status(entry[0], entry[1], now)

    def stop(self, now: int) -> None:
        self._children = {}
