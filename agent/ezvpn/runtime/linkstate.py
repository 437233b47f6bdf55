"""What rtnetlink multicasts mean for the node: which device went up or down, got or lost its address, or got a route.

Dual, no I/O: datagrams come in, (name, up, address) changes go out. Loopback, devices that come from the agent itself and
routes that the agent added are left out: it would otherwise take its own tunnel for news. What may undo the agent's own work
(routes that go, its device taken down, another MTU) is told apart, as `on_undone()`.
"""

from ezvpn.runtime.calls import Answer
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.netlink import (
    ROUTE_PROTOCOL,
    LinkFlag,
    Message,
    RouteType,
    Scope,
    parse_address,
    parse_link,
    parse_route,
)
from ezvpn.wire.nlmsg import split_messages

_DEVICES = 256  # devices kept; more are not news for an edge device


class Device:
    """One network device. addresses: IPv4, of global scope, in the order of arrival."""

    def __init__(self, index: int, name: str) -> None:
        self.index = index
        self.name = name
        self.up = False
        self.mtu = 0
        self.addresses: "list[bytes]" = []


def _nobody(*change: object) -> None:
    """Nobody is told, as while the first picture is being put together."""


class LinkState:
    """Devices by index. `on_link(name, up, address)` is called for each change; address is the first one or None."""

    def __init__(self, on_link: Answer, own_prefix: str, on_undone: Answer = _nobody) -> None:
        self._on_link = on_link
        self._on_undone = on_undone
        self._own_prefix = own_prefix  # devices of this name are the agent's own
        self._devices: "dict[int, Device]" = {}
        self._own: "list[int]" = []  # the agent's own devices that are up
        self.malformed = 0

    def learn(self, messages: "list[bytes]") -> None:
        """Take in the answers of a link dump, then of an address dump, and tell everything that is up."""
        before = self._on_link
        self._on_link = _nobody
        for message in messages:
            self.datagram(message)
        self._on_link = before
        for index in sorted(self._devices):
            device = self._devices[index]
            if device.up:
                self._tell(device)

    def datagram(self, data: "bytes | memoryview") -> None:
        """One datagram from the netlink socket. What is not understood is counted, never raised."""
        try:
            for kind, _, _, start, end in split_messages(data):
                self._message(kind, data[start:end])
        except Malformed:
            self.malformed += 1

    def _message(self, kind: int, message: "bytes | memoryview") -> None:
        if kind in (Message.NEW_LINK, Message.DELETE_LINK):
            self._link(kind == Message.NEW_LINK, message)
        elif kind in (Message.NEW_ADDRESS, Message.DELETE_ADDRESS):
            self._address(kind == Message.NEW_ADDRESS, message)
        elif kind in (Message.NEW_ROUTE, Message.DELETE_ROUTE):
            self._route(kind == Message.NEW_ROUTE, message)

    def _link(self, new: bool, message: "bytes | memoryview") -> None:
        link = parse_link(message)
        if link.flags & LinkFlag.LOOPBACK:
            return
        if self._own_prefix and link.name.startswith(self._own_prefix):
            self._own_link(link.index, new and link.up())
            return
        device = self._devices.get(link.index)
        if device is None:
            if not new or len(self._devices) >= _DEVICES:
                return
            device = self._devices[link.index] = Device(link.index, link.name)
        device.name = link.name
        up = new and link.up() and link.running()
        if not new:
            self._devices.pop(link.index)
        other_mtu = device.mtu not in (0, link.mtu)
        device.mtu = link.mtu
        if up != device.up:
            device.up = up
            self._tell(device)
        elif other_mtu:
            self._on_undone()

    def _own_link(self, index: int, up: bool) -> None:
        if up:
            if index not in self._own:
                self._own.append(index)
        elif index in self._own:
            self._own.remove(index)
            self._on_undone()

    def _address(self, new: bool, message: "bytes | memoryview") -> None:
        address = parse_address(message)
        device = self._devices.get(address.device_index) if address is not None else None
        if address is not None and not new and address.device_index in self._own:
            self._on_undone()
        if address is None or device is None or address.scope != Scope.UNIVERSE:
            return
        if new == (address.address in device.addresses):
            return  # a lifetime was renewed
        if new:
            device.addresses.append(address.address)
        else:
            device.addresses.remove(address.address)
        if device.up:  # else it is told with the device, when that comes up
            self._tell(device)

    def _route(self, new: bool, message: "bytes | memoryview") -> None:
        route = parse_route(message)
        if route is not None and not new and route.type == RouteType.UNICAST:
            self._on_undone()  # ours, or the one in front of another default route
            return
        if route is None or route.protocol == ROUTE_PROTOCOL or route.type != RouteType.UNICAST:
            return
        device = self._devices.get(route.device_index)
        if device is not None and device.up:
            self._tell(device)

    def _tell(self, device: Device) -> None:
        self._on_link(device.name, device.up, device.addresses[0] if device.addresses else None)
