"""`clear counters`: what stood there then is taken off what consoles show. Reports keep their absolute values.

Level 4, pure. A counter that began anew meanwhile (another device, another SA) is shown as it is.
"""

from ezvpn.console.network_facts import InterfaceFacts
from ezvpn.ike.status import ChildStatus, TunnelStatus
from ezvpn.wire.link_stats import Counters

_CHILD = ("packets_in", "bytes_in", "packets_out", "bytes_out", "auth_failures", "replays", "send_errors")
_TUNNEL = ("dpd_sent", "dpd_lost")


class Baseline:
    """What was counted when somebody last cleared it. Each list is replaced whole, so nothing grows."""

    def __init__(self) -> None:
        self._interfaces: "dict[int, tuple[str, Counters, int]]" = {}  # index -> (device, counters, when)
        self._children: "dict[int, list[int]]" = {}  # inbound SPI -> values of _CHILD
        self._tunnels: "dict[str, list[int]]" = {}  # name -> values of _TUNNEL
        self._counters: "dict[str, int]" = {}

    def clear_interfaces(self, shown: "list[InterfaceFacts]", name: str, now: int) -> None:
        """shown: as consoles see them, so what was taken off before is taken off again. name: of one of them, "" = all."""
        for facts in shown:
            if name not in ("", facts.name):
                continue
            before = self._interfaces.get(facts.index)
            total = facts.counters
            if before is not None and before[0] == facts.device:
                total = Counters(tuple([facts.counters.of(each) + before[1].of(each) for each in total._fields]))
            self._interfaces[facts.index] = (facts.device, total, now)
        if not name:
            known = [facts.index for facts in shown]
            for index in list(self._interfaces):
                if index not in known:
                    self._interfaces.pop(index)

    def clear(self, tunnels: "list[TunnelStatus]", counters: "list[tuple[str, int]]") -> None:
        """What is not of interfaces begins anew. Both with their absolute values."""
        self._counters = dict(counters)
        self._tunnels = {}
        self._children = {}
        for status in tunnels:
            self._tunnels[status.name] = [getattr(status, name) for name in _TUNNEL]
            for child in status.children:
                self._children[child.spi_in] = [getattr(child, name) for name in _CHILD]

    def interfaces(self, found: "list[InterfaceFacts]") -> None:
        """Take off what was cleared."""
        for facts in found:
            before = self._interfaces.get(facts.index)
            if before is not None and before[0] == facts.device:
                facts.counters = facts.counters.since(before[1])
                facts.cleared = before[2]

    def tunnels(self, found: "list[TunnelStatus]") -> None:
        """The same for DPD and the IPsec SAs; the records change."""
        for status in found:
            _take_off(status, _TUNNEL, self._tunnels.get(status.name))
            for child in status.children:
                _take_off(child, _CHILD, self._children.get(child.spi_in))

    def counters(self, found: "list[tuple[str, int]]") -> "list[tuple[str, int]]":
        """The same for what was ignored, dropped or refused; what is zero then is left out."""
        shown = []
        for name, count in found:
            before = self._counters.get(name, 0)
            left = count - before if count >= before else count
            if left or name not in self._counters:
                shown.append((name, left))
        return shown


def _take_off(record: "TunnelStatus | ChildStatus", names: "tuple[str, ...]", before: "list[int] | None") -> None:
    if before is None:
        return
    for i in range(len(names)):
        value = getattr(record, names[i])
        if value >= before[i]:
            setattr(record, names[i], value - before[i])
