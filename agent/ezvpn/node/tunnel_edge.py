"""One tunnel where it meets this machine: the way to its peer, its pairs in the data plane, what of it has been reported.

Level 4. Belongs here: what only the node knows of a tunnel, and what the data plane is asked about one. Not here: decisions
(`tunnel`), who is told what in which order (`device`), what a report says (`reports`).
"""

from ezvpn.dataplane.port import DataPlane, Route
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.status import TunnelStatus
from ezvpn.tunnel.crypto_map import CryptoMap
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.map_settings import MapSettings
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.states import State


class TunnelEdge:
    """route: the way to the peer as of the last attempt · attached: the data plane is set up for it · dirty: its status is to be
    reported again · told: the state in the last event that was reported · up: as of the last report · carries_reports: the broker
    may be behind this tunnel."""

    def __init__(self, settings: Settings, endpoint: Endpoint, entropy: object, plane: DataPlane, now: int) -> None:
        kind = CryptoMap if isinstance(settings, MapSettings) else EasyVpn
        self.tunnel = kind(settings, endpoint, entropy, self._locate, now)
        self.attached = False
        self.route: "Route | None" = None
        self.up = False
        self.carries_reports = False
        self.dirty = False
        self.told = State.IDLE
        self._plane = plane

    def _locate(self, peer: bytes) -> "bytes | None":
        """Our address on the way to a peer, None where nobody knows."""
        self.route = self._plane.route_to(peer)
        return self.route.source if self.route is not None else None

    def check_way(self, now: int) -> None:
        """Something changed between here and there: is it another address of ours by now?"""
        tunnel = self.tunnel
        peer = tunnel.peer_address
        if peer is None or tunnel.local is None:
            return
        route = self._plane.route_to(peer)
        # No route at the moment: the link may come back with the same address, so the SAs stay.
        if route is not None and route.source is not None and route.source != tunnel.local:
            tunnel.address_changed(now)

    def status(self, now: int) -> TunnelStatus:
        """A fresh snapshot."""
        status = self.tunnel.status(now)
        if not status.outside and self.route is not None:
            status.outside = self.route.device
        found = [self._plane.status(spi, now) for spi in self.tunnel.spis()]
        status.children = tuple([child for child in found if child is not None])
        return status

    def last_packet(self, now: int) -> "int | None":
        """When the last inner packet passed under its pairs, renewed ones included."""
        last: "int | None" = None
        for spi in self.tunnel.flows.spis():
            status = self._plane.status(spi, now)
            if status is not None:
                for at in (status.last_in, status.last_out):
                    if at is not None and (last is None or at > last):
                        last = at
        return last
