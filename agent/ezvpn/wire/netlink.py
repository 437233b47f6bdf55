"""rtnetlink messages: links, IPv4 addresses and IPv4 routes. Requests as bytes, answers as records.

rtnetlink(7), linux/rtnetlink.h. Belongs here: layout of the bodies. Not here: headers and attributes (`nlmsg`), the socket
(`runtime`) and what is asked for (`dataplane`). Numbers are in the host's byte order, addresses inside in network order.

Every parser takes one whole nlmsg, header included, as `Kernel.transact` returns them.
"""

import struct

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.nlmsg import HEADER_BYTES, Attributes, MessageFlag, expect, nlmsg, rtattr

AF_INET = 2

MAIN_TABLE = 254  # RT_TABLE_MAIN
ROUTE_PROTOCOL = 69  # rtm_protocol of the routes we add: in no list of linux/rtnetlink.h, iproute2 or FRR

# Multicast groups, bits of nl_groups when binding.
GROUP_LINK = 0x1
GROUP_IPV4_ADDRESS = 0x10
GROUP_IPV4_ROUTE = 0x40


class Message:
    """nlmsg_type. Those below 16 are `nlmsg.Control`."""

    NEW_LINK = 16
    DELETE_LINK = 17
    GET_LINK = 18
    NEW_ADDRESS = 20
    DELETE_ADDRESS = 21
    GET_ADDRESS = 22
    NEW_ROUTE = 24
    DELETE_ROUTE = 25
    GET_ROUTE = 26


class LinkFlag:
    """ifi_flags."""

    UP = 0x1
    LOOPBACK = 0x8
    RUNNING = 0x40


class RouteType:
    """rtm_type."""

    UNICAST = 1
    LOCAL = 2
    BROADCAST = 3
    BLACKHOLE = 6
    UNREACHABLE = 7


class Scope:
    """rtm_scope and ifa_scope."""

    UNIVERSE = 0
    LINK = 253
    HOST = 254


_IFINFO = "@BBHiII"  # family, pad, type, index, flags, change
_IFADDR = "@BBBBI"  # family, prefix length, flags, scope, index
_ROUTE = "@BBBBBBBBI"  # family, destination and source prefix length, tos, table, protocol, scope, type, flags
LINK_BYTES = 16
_IFADDR_BYTES = 8
_ROUTE_BYTES = 12

_IFLA_ADDRESS, _IFLA_NAME, _IFLA_MTU = 1, 3, 4
_IFA_ADDRESS, _IFA_LOCAL, _IFA_LABEL = 1, 2, 3
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_PREFSRC, _RTA_TABLE = 1, 4, 5, 6, 7, 15
_IFNAME_BYTES = 15
_SCOPE_ANY = 255  # RT_SCOPE_NOWHERE: in a delete, any scope matches


class Link(Record):
    """One network device. flags: `LinkFlag`. address: of the link layer, may be empty."""

    _fields = ("index", "name", "flags", "mtu", "address")

    def __init__(self, index: int, name: str, flags: int, mtu: int, address: bytes) -> None:
        self.index = index
        self.name = name
        self.flags = flags
        self.mtu = mtu
        self.address = address

    def up(self) -> bool:
        """Administratively up."""
        return self.flags & LinkFlag.UP != 0

    def running(self) -> bool:
        """Has carrier."""
        return self.flags & LinkFlag.RUNNING != 0


class Address(Record):
    """One IPv4 address of a device; peer is the far end on a point-to-point device, else equal to address."""

    _fields = ("device_index", "address", "peer", "prefix", "scope", "label")

    def __init__(self, device_index: int, address: bytes, peer: bytes, prefix: int, scope: int, label: str) -> None:
        self.device_index = device_index
        self.address = address
        self.peer = peer
        self.prefix = prefix
        self.scope = scope
        self.label = label


class RouteEntry(Record):
    """One IPv4 route. destination: 4 bytes (0.0.0.0 with prefix 0 is the default route); gateway and source None if absent;
    device_index 0 if absent; metric 0 if absent; protocol tells whose it is (`ROUTE_PROTOCOL`)."""

    _fields = (
        "destination",
        "prefix",
        "device_index",
        "gateway",
        "source",
        "metric",
        "table",
        "protocol",
        "scope",
        "type",
    )

    def __init__(
        self,
        destination: bytes,
        prefix: int,
        device_index: int,
        gateway: "bytes | None",
        source: "bytes | None",
        metric: int,
        table: int,
        protocol: int,
        scope: int,
        type: int,
    ) -> None:
        self.destination = destination
        self.prefix = prefix
        self.device_index = device_index
        self.gateway = gateway
        self.source = source
        self.metric = metric
        self.table = table
        self.protocol = protocol
        self.scope = scope
        self.type = type


# ---- requests ------------------------------------------------------------------------------------------------------


def link_get(name: str, seq: int = 1) -> bytes:
    """RTM_GETLINK for one device by name. The answer is one NEW_LINK, or the error ENODEV (19)."""
    raw = name.encode()
    if not 1 <= len(raw) <= _IFNAME_BYTES:
        raise ValueError("a device name has 1 to 15 bytes")
    body = struct.pack(_IFINFO, 0, 0, 0, 0, 0, 0) + rtattr(_IFLA_NAME, raw + b"\x00")
    return nlmsg(Message.GET_LINK, MessageFlag.REQUEST, seq, body)


def link_dump(seq: int = 1) -> bytes:
    """RTM_GETLINK for all devices."""
    flags = MessageFlag.REQUEST | MessageFlag.DUMP
    return nlmsg(Message.GET_LINK, flags, seq, struct.pack(_IFINFO, 0, 0, 0, 0, 0, 0))


def link_set(index: int, up: "bool | None" = None, mtu: "int | None" = None, seq: int = 1) -> bytes:
    """RTM_NEWLINK that sets a device's state and MTU; None leaves it as it is."""
    flags = LinkFlag.UP if up else 0
    change = LinkFlag.UP if up is not None else 0
    body = struct.pack(_IFINFO, 0, 0, 0, index, flags, change)
    if mtu is not None:
        body += rtattr(_IFLA_MTU, struct.pack("@I", mtu))
    return nlmsg(Message.NEW_LINK, MessageFlag.REQUEST | MessageFlag.ACK, seq, body)


def address_add(index: int, address: bytes, prefix: int, seq: int = 1) -> bytes:
    """RTM_NEWADDR; an address that is already there is replaced, not an error."""
    flags = MessageFlag.REQUEST | MessageFlag.ACK | MessageFlag.CREATE | MessageFlag.REPLACE
    return nlmsg(Message.NEW_ADDRESS, flags, seq, _address_body(index, address, prefix))


def address_delete(index: int, address: bytes, prefix: int, seq: int = 1) -> bytes:
    """RTM_DELADDR. Error EADDRNOTAVAIL (99) when it is not there."""
    flags = MessageFlag.REQUEST | MessageFlag.ACK
    return nlmsg(Message.DELETE_ADDRESS, flags, seq, _address_body(index, address, prefix))


def address_dump(seq: int = 1) -> bytes:
    """RTM_GETADDR for all IPv4 addresses."""
    flags = MessageFlag.REQUEST | MessageFlag.DUMP
    return nlmsg(Message.GET_ADDRESS, flags, seq, struct.pack(_IFADDR, AF_INET, 0, 0, 0, 0))


def route_add(
    destination: bytes,
    prefix: int,
    device_index: int = 0,
    gateway: "bytes | None" = None,
    source: "bytes | None" = None,
    metric: int = 0,
    table: int = MAIN_TABLE,
    protocol: int = ROUTE_PROTOCOL,
    replace: bool = False,
    seq: int = 1,
) -> bytes:
    """RTM_NEWROUTE. Without `replace` an equal route is the error EEXIST (17). Host bits of `destination` must be zero."""
    flags = MessageFlag.REQUEST | MessageFlag.ACK | MessageFlag.CREATE
    flags |= MessageFlag.REPLACE if replace else MessageFlag.EXCLUSIVE
    scope = Scope.LINK if gateway is None else Scope.UNIVERSE
    body = _route_body(destination, prefix, device_index, gateway, source, metric, table, protocol, scope)
    return nlmsg(Message.NEW_ROUTE, flags, seq, body)


def route_delete(
    destination: bytes,
    prefix: int,
    device_index: int = 0,
    gateway: "bytes | None" = None,
    source: "bytes | None" = None,
    metric: int = 0,
    table: int = MAIN_TABLE,
    protocol: int = ROUTE_PROTOCOL,
    seq: int = 1,
) -> bytes:
    """RTM_DELROUTE of the route that has all that is given (0 and None match any). Error ESRCH (3) when there is none."""
    flags = MessageFlag.REQUEST | MessageFlag.ACK
    body = _route_body(destination, prefix, device_index, gateway, source, metric, table, protocol, _SCOPE_ANY)
    return nlmsg(Message.DELETE_ROUTE, flags, seq, body)


def route_lookup(address: bytes, seq: int = 1) -> bytes:
    """RTM_GETROUTE for one destination: the answer is one NEW_ROUTE with device, source and gateway that the kernel would use,
    or the error ENETUNREACH (101)."""
    body = struct.pack(_ROUTE, AF_INET, 32, 0, 0, 0, 0, 0, 0, 0) + rtattr(_RTA_DST, _four(address))
    return nlmsg(Message.GET_ROUTE, MessageFlag.REQUEST, seq, body)


def route_dump(seq: int = 1) -> bytes:
    """RTM_GETROUTE for all IPv4 routes of all tables."""
    flags = MessageFlag.REQUEST | MessageFlag.DUMP
    return nlmsg(Message.GET_ROUTE, flags, seq, struct.pack(_ROUTE, AF_INET, 0, 0, 0, 0, 0, 0, 0, 0))


# ---- answers -------------------------------------------------------------------------------------------------------


def parse_link(message: "bytes | bytearray | memoryview") -> Link:
    """NEW_LINK or DELETE_LINK."""
    expect(message, (Message.NEW_LINK, Message.DELETE_LINK), LINK_BYTES)
    _, _, _, index, flags, _ = struct.unpack_from(_IFINFO, message, HEADER_BYTES)
    found = Attributes(message, HEADER_BYTES + LINK_BYTES)
    return Link(
        index,
        _text(found.value(_IFLA_NAME) or b""),
        flags,
        found.number(_IFLA_MTU, 0),
        found.value(_IFLA_ADDRESS) or b"",
    )


def bare_link(message: bytes) -> bytes:
    """A NEW_LINK with those attributes only that `parse_link` reads: the kernel adds a kilobyte of statistics. Any other message
    as it is."""
    at = HEADER_BYTES + LINK_BYTES
    if len(message) < at:
        return message
    kind, flags, seq = struct.unpack_from("@HHI", message, 4)
    if kind != Message.NEW_LINK:
        return message
    body = bytes(message[HEADER_BYTES:at])
    try:
        found = Attributes(message, at)
    except Malformed:
        return message
    for each in (_IFLA_ADDRESS, _IFLA_NAME, _IFLA_MTU):
        value = found.value(each)
        if value is not None:
            body += rtattr(each, value)
    return nlmsg(kind, flags, seq, body)


def parse_address(message: "bytes | bytearray | memoryview") -> "Address | None":
    """NEW_ADDRESS or DELETE_ADDRESS; None if it is not IPv4."""
    expect(message, (Message.NEW_ADDRESS, Message.DELETE_ADDRESS), _IFADDR_BYTES)
    family, prefix, _, scope, index = struct.unpack_from(_IFADDR, message, HEADER_BYTES)
    if family != AF_INET:
        return None
    found = Attributes(message, HEADER_BYTES + _IFADDR_BYTES)
    peer = found.ipv4(_IFA_ADDRESS)
    local = found.ipv4(_IFA_LOCAL) or peer
    if local is None:
        raise Malformed(HEADER_BYTES, "address message without an address")
    return Address(index, local, peer or local, prefix, scope, _text(found.value(_IFA_LABEL) or b""))


def parse_route(message: "bytes | bytearray | memoryview") -> "RouteEntry | None":
    """NEW_ROUTE or DELETE_ROUTE; None if it is not IPv4."""
    expect(message, (Message.NEW_ROUTE, Message.DELETE_ROUTE), _ROUTE_BYTES)
    family, prefix, _, _, table, protocol, scope, kind, _ = struct.unpack_from(_ROUTE, message, HEADER_BYTES)
    if family != AF_INET:
        return None
    found = Attributes(message, HEADER_BYTES + _ROUTE_BYTES)
    return RouteEntry(
        found.ipv4(_RTA_DST) or b"\x00\x00\x00\x00",
        prefix,
        found.number(_RTA_OIF, 0),
        found.ipv4(_RTA_GATEWAY),
        found.ipv4(_RTA_PREFSRC),
        found.number(_RTA_PRIORITY, 0),
        found.number(_RTA_TABLE, table),
        protocol,
        scope,
        kind,
    )


# ---- parts ---------------------------------------------------------------------------------------------------------


def _four(address: bytes) -> bytes:
    if len(address) != 4:
        raise ValueError("an IPv4 address has 4 bytes")
    return address


def _address_body(index: int, address: bytes, prefix: int) -> bytes:
    body = struct.pack(_IFADDR, AF_INET, prefix, 0, Scope.UNIVERSE, index)
    return body + rtattr(_IFA_LOCAL, _four(address)) + rtattr(_IFA_ADDRESS, address)


def _route_body(
    destination: bytes,
    prefix: int,
    device_index: int,
    gateway: "bytes | None",
    source: "bytes | None",
    metric: int,
    table: int,
    protocol: int,
    scope: int,
) -> bytes:
    # rtm_table is one byte; a larger number goes into RTA_TABLE alone (RT_TABLE_UNSPEC in the header).
    body = struct.pack(
        _ROUTE, AF_INET, prefix, 0, 0, table if table < 256 else 0, protocol, scope, RouteType.UNICAST, 0
    )
    body += rtattr(_RTA_DST, _four(destination))
    body += rtattr(_RTA_TABLE, struct.pack("@I", table))
    if device_index:
        body += rtattr(_RTA_OIF, struct.pack("@I", device_index))
    if gateway is not None:
        body += rtattr(_RTA_GATEWAY, _four(gateway))
    if source is not None:
        body += rtattr(_RTA_PREFSRC, _four(source))
    if metric:
        body += rtattr(_RTA_PRIORITY, struct.pack("@I", metric))
    return body


def _text(value: bytes) -> str:
    """A device name: the kernel allows any byte but slash and white space, a log does not."""
    text = ""
    for byte in value:
        if byte == 0:
            break
        text += chr(byte) if 0x20 < byte < 0x7F else "?"
    return text
