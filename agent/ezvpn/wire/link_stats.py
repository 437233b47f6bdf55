"""What RTM_NEWLINK says of a device beyond `netlink.Link`: its hardware type and its counters (linux/if_link.h).

Belongs here: layout. The header and the attributes are read by `wire.netlink`.
"""

import struct

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed, need
from ezvpn.wire.netlink import LINK_BYTES
from ezvpn.wire.nlmsg import HEADER_BYTES, Attributes

_IFLA_STATS, _IFLA_STATS64 = 7, 23
_FIELDS = 16  # of struct rtnl_link_stats64, those read: rx_packets .. rx_missed_errors
_BEHIND = 3  # of the transmit errors: aborted, carrier, fifo


class Hardware:
    """ARP hardware types (linux/if_arp.h)."""

    ETHERNET = 1
    PPP = 512
    TUNNEL = 768
    LOOPBACK = 772
    NONE = 65534  # a TUN device


class Counters(Record):
    """Since the device was made. multicast: received · missed: lost before anybody looked at them."""

    _fields = (
        "packets_in",
        "packets_out",
        "bytes_in",
        "bytes_out",
        "errors_in",
        "errors_out",
        "dropped_in",
        "dropped_out",
        "multicast",
        "collisions",
        "length_errors",
        "overrun",
        "crc",
        "frame",
        "fifo",
        "missed",
        "carrier",
    )

    def __init__(self, values: "tuple[int, ...]" = ()) -> None:
        for i in range(len(self._fields)):
            setattr(self, self._fields[i], values[i] if i < len(values) else 0)

    def of(self, name: str) -> int:
        value: int = getattr(self, name)
        return value

    def since(self, before: "Counters") -> "Counters":
        """What was counted after `before`; a counter that began anew counts from there."""
        found = []
        for name in self._fields:
            now, then = self.of(name), before.of(name)
            found.append(now - then if now >= then else now)
        return Counters(tuple(found))


def hardware(message: "bytes | bytearray | memoryview") -> int:
    """ifi_type of a NEW_LINK."""
    need(message, HEADER_BYTES, LINK_BYTES, len(message), "netlink message cut off")
    return int(struct.unpack_from("@H", message, HEADER_BYTES + 2)[0])


def counters(message: "bytes | bytearray | memoryview") -> Counters:
    """The counters of a NEW_LINK; all zero where it has none."""
    found = Attributes(message, HEADER_BYTES + LINK_BYTES)
    for kind, form, size in ((_IFLA_STATS64, "Q", 8), (_IFLA_STATS, "I", 4)):
        raw = found.value(kind)
        if raw is None:
            continue
        count = _FIELDS + _BEHIND
        if len(raw) < count * size:
            raise Malformed(0, "netlink attribute of counters cut off")
        values = struct.unpack_from("@" + form * count, raw, 0)
        return Counters(values[:_FIELDS] + (values[_FIELDS + 1],))
    return Counters()
