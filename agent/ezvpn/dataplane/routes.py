"""Routes of the tunnels: what is put in, in which order, and how it is all taken out again.

Here: the host route to the peer outside the tunnel, networks into the tunnel and around it, the record that survives a crash.
Not here: netlink's layout (`wire.netlink`), the socket (`runtime`), devices and addresses (`tun`).

Every route of ours carries `netlink.ROUTE_PROTOCOL`, and deletes name it, so that a route of somebody else is never taken
away. Routes into the TUN device die with it; those on other devices are written to the state directory before they are added.
"""

from ezvpn.dataplane.port import Kernel, KernelError, Route
from ezvpn.wire import inet, netlink

RECORD = "routes"  # in the state directory: one "address/length" a line

# More specific than 0.0.0.0/0, so the default route of the machine stays where it is and comes back by itself.
DEFAULT_HALVES = ((b"\x00\x00\x00\x00", 1), (b"\x80\x00\x00\x00", 1))

ESRCH = 3
ENODEV = 19
EEXIST = 17
ENETUNREACH = 101
_GONE = (ESRCH, ENODEV, ENETUNREACH)  # answers to a delete when there is nothing to delete


def network_text(address: bytes, prefix: int) -> str:
    return inet.ipv4_text(address) + "/" + str(prefix)


def network_of(address: bytes, mask: bytes) -> "tuple[bytes, int]":
    """A network with host bits cleared (the kernel refuses them) and its prefix length. ValueError for a broken mask."""
    prefix = inet.prefix_length(mask)
    if prefix < 0:
        raise ValueError("a mask with holes")
    return inet.masked(address, mask), prefix


def ask(kernel: Kernel, request: bytes, what: str) -> "list[bytes]":
    """`kernel.transact`, with what we were about to do in front of the kernel's words."""
    try:
        return kernel.transact(request)
    except KernelError as error:
        raise KernelError(error.errno, "cannot " + what + ": " + error.what)


def links(kernel: Kernel) -> "dict[int, netlink.Link]":
    """All devices by index."""
    found = {}
    for message in ask(kernel, netlink.link_dump(), "list the devices"):
        link = netlink.parse_link(message)
        found[link.index] = link
    return found


class Routes:
    """All routes of one data plane outside its TUN device, and lookups."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._users: "dict[str, list[str]]" = {}  # network -> tunnels that need our route there
        self._ways: "dict[str, Route]" = {}  # network -> the way our route there leads
        self._foreign: "list[str]" = []  # networks that somebody else routes as narrowly as we would
        self._recorded = ""
        self.leftover = ""  # the last thing that did not work and that nothing depends on

    def clean(self) -> None:
        """Remove what a crashed run recorded and the kernel still has under our protocol number."""
        text = self._kernel.read_text(RECORD)
        self._recorded = text
        for line in text.split("\n"):
            network = line.strip().split("/")
            try:
                address, prefix = inet.ipv4_bytes(network[0]), int(network[1])
            except (ValueError, IndexError):
                continue  # an empty or torn line names nothing
            if 0 <= prefix <= 32:
                self._delete(address, prefix)
        if text:
            self._kernel.write_text(RECORD, None)
            self._recorded = ""

    def lookup(self, address: bytes, not_through: int = 0) -> "Route | None":
        """The way to an address that the machine would take without us: around the device with index `not_through`, and
        whatever our own route there says, which may be out of date. None if there is none."""
        try:
            answer = self._kernel.transact(netlink.route_lookup(address))
            entry = netlink.parse_route(answer[0]) if answer else None
            source = entry.source if entry is not None else None
            if entry is not None and (self._routed(address) or (not_through and entry.device_index == not_through)):
                entry = self._around(address, not_through)
                source = self._source(entry) if entry is not None else None
            if entry is None or entry.type not in (netlink.RouteType.UNICAST, netlink.RouteType.LOCAL):
                return None
            link = links(self._kernel).get(entry.device_index)
        except KernelError:
            return None
        name = link.name if link is not None else ""
        return Route(entry.device_index, name, entry.gateway, source)

    def _routed(self, address: bytes) -> bool:
        """Whether a route of ours outside the tunnel covers an address."""
        for network in self._users:
            known, prefix = _parts(network)
            if network_of(address, inet.mask_bytes(prefix))[0] == known:
                return True
        return False

    def _source(self, entry: netlink.RouteEntry) -> "bytes | None":
        """Our address for a route that names none: one in the gateway's subnet, else the first of the device."""
        if entry.source is not None:
            return entry.source
        first: "bytes | None" = None
        for message in self._kernel.transact(netlink.address_dump()):
            found = netlink.parse_address(message)
            if found is None or found.device_index != entry.device_index or found.scope != netlink.Scope.UNIVERSE:
                continue
            mask = inet.mask_bytes(found.prefix)
            if entry.gateway is not None and network_of(found.address, mask) == network_of(entry.gateway, mask):
                return found.address
            first = first or found.address
        return first

    def entries(self) -> "list[netlink.RouteEntry]":
        """The main table."""
        found = [netlink.parse_route(message) for message in ask(self._kernel, netlink.route_dump(), "list the routes")]
        return [entry for entry in found if entry is not None and entry.table == netlink.MAIN_TABLE]

    def check(self, entries: "list[netlink.RouteEntry]") -> None:
        """Forget what somebody took out of the kernel: the next `keep_outside` puts it in again."""
        there = [network_text(entry.destination, entry.prefix) for entry in entries]
        ours = [
            network_text(entry.destination, entry.prefix)
            for entry in entries
            if entry.protocol == netlink.ROUTE_PROTOCOL
        ]
        for network in list(self._ways):
            if network not in ours:
                del self._ways[network]
        self._foreign = [network for network in self._foreign if network in there]

    def _around(self, address: bytes, device_index: int) -> "netlink.RouteEntry | None":
        """The kernel's choice if neither the device nor our routes were there: longest prefix, then lowest metric, of the
        main table."""
        best: "netlink.RouteEntry | None" = None
        for entry in self.entries():
            if entry.device_index == device_index or entry.protocol == netlink.ROUTE_PROTOCOL:
                continue
            if entry.type != netlink.RouteType.UNICAST or not entry.device_index:
                continue
            mask = inet.mask_bytes(entry.prefix)
            if network_of(address, mask)[0] != entry.destination:
                continue
            if best is None or (-entry.prefix, entry.metric) < (-best.prefix, best.metric):
                best = entry
        return best

    def keep_outside(self, tunnel: str, address: bytes, prefix: int, route: Route) -> None:
        """Route a network past the tunnel the way `route` says, also if our route there leads another way by now. A route of
        somebody else is left alone. Raises `KernelError`."""
        network = network_text(address, prefix)
        users = self._users.get(network, [])
        if network in self._foreign:
            return
        if tunnel not in users:
            users.append(tunnel)
        known = self._ways.get(network)
        if known == route:
            return
        if known is not None:
            self._delete(address, prefix)
        self._users[network] = users
        self._ways[network] = route
        # Written before it is added: a crash in between leaves a line that names nothing, never a route without a line.
        self._record()
        request = netlink.route_add(
            address, prefix, route.device_index, route.gateway, route.source, protocol=netlink.ROUTE_PROTOCOL
        )
        try:
            ask(self._kernel, request, "route " + network + " by " + route.device)
        except KernelError as error:
            del self._users[network]
            del self._ways[network]
            self._record()
            if error.errno != EEXIST:
                raise
            self._foreign.append(network)

    def release(self, tunnel: str) -> None:
        """Remove the routes outside the tunnel that only this one needed. Never raises."""
        for network in list(self._users):
            users = self._users[network]
            if tunnel in users:
                users.remove(tunnel)
                if not users:
                    address, prefix = _parts(network)
                    self._delete(address, prefix)
                    del self._users[network]
                    self._ways.pop(network, None)
        if not self._users:
            self._foreign = []
        self._record()

    def into(self, address: bytes, prefix: int, device_index: int, source: "bytes | None") -> None:
        """Route a network into the TUN device. An equal route of our own (another tunnel's) will do; one of somebody else
        raises `KernelError`, because the tunnel would carry nothing."""
        request = netlink.route_add(address, prefix, device_index, None, source, protocol=netlink.ROUTE_PROTOCOL)
        what = "route " + network_text(address, prefix) + " into the tunnel"
        try:
            ask(self._kernel, request, what)
        except KernelError as error:
            if error.errno != EEXIST or not self._is_ours(address, prefix, device_index):
                raise

    def out_of(self, address: bytes, prefix: int, device_index: int) -> None:
        """Undo `into`. Never raises."""
        self._delete(address, prefix, device_index)

    def _is_ours(self, address: bytes, prefix: int, device_index: int) -> bool:
        for message in self._kernel.transact(netlink.route_dump()):
            entry = netlink.parse_route(message)
            if entry is None or entry.destination != address or entry.prefix != prefix:
                continue
            if entry.device_index == device_index and entry.protocol == netlink.ROUTE_PROTOCOL:
                return True
        return False

    def _delete(self, address: bytes, prefix: int, device_index: int = 0) -> None:
        try:
            self._kernel.transact(netlink.route_delete(address, prefix, device_index, protocol=netlink.ROUTE_PROTOCOL))
        except KernelError as error:
            if error.errno not in _GONE:
                self.leftover = error.what

    def _record(self) -> None:
        """A state directory that is full keeps no tunnel down: what fails then is the cleaning after a crash."""
        text = "".join([network + "\n" for network in sorted(self._users)])
        if text == self._recorded:
            return
        try:
            self._kernel.write_text(RECORD, text or None)
            self._recorded = text
        except KernelError as error:
            self.leftover = error.what + ": a crash would leave routes behind"


def _parts(network: str) -> "tuple[bytes, int]":
    address, prefix = network.split("/")
    return inet.ipv4_bytes(address), int(prefix)
