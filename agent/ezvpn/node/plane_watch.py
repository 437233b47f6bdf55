"""What dead peer detection asks of the data plane: counters read once, and the first packet after a silence.

Level 4. `ike.liveness` says when to look (`events.Watch`); here is the looking. Nothing is polled: between two looks the plane
reports edges only.
"""

from ezvpn.dataplane.port import DataPlane
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildUp, Watch


class _Seen:
    """One pair and its counters as of the last look."""

    def __init__(self, session: int, spi_in: int) -> None:
        self.session = session
        self.spi_in = spi_in
        self.packets_in = 0
        self.packets_out = 0


class PlaneWatch:
    """All pairs of one device."""

    def __init__(self, endpoint: Endpoint, plane: DataPlane) -> None:
        self._endpoint = endpoint
        self._plane = plane
        self._pairs: "list[_Seen]" = []

    def installed(self, up: ChildUp) -> None:
        self._pairs.append(_Seen(up.session, up.spi_in))

    def removed(self, spi_in: int) -> None:
        self._pairs = [seen for seen in self._pairs if seen.spi_in != spi_in]

    def wanted(self, event: Watch, now: int) -> None:
        pairs = [seen for seen in self._pairs if seen.session == event.session]
        if event.what == "counters":
            self._look(event.session, pairs, now)
        else:
            for seen in pairs:
                self._plane.arm_in(seen.spi_in)

    def _look(self, session: int, pairs: "list[_Seen]", now: int) -> None:
        """At last life + `seconds`: inbound moved, the peer lives; outbound moved, there is a reason to ask; neither, the plane
        reports the first packet that goes out."""
        came: "int | None" = None
        went = False
        for seen in pairs:
            status = self._plane.status(seen.spi_in, now)
            if status is None:
                continue
            if status.packets_in != seen.packets_in:
                at = now if status.last_in is None else status.last_in
                came = at if came is None or at > came else came
            went = went or status.packets_out != seen.packets_out
            seen.packets_in = status.packets_in
            seen.packets_out = status.packets_out
        if came is not None and self._endpoint.note_inbound(session, came):
            return
        for seen in pairs:
            self._plane.arm_out(seen.spi_in)
        # Where inbound moved, but before the last life, nobody knows whether outbound moved after it: the next packet says.
        if went and came is None:
            self._endpoint.note_outbound(session, now)
