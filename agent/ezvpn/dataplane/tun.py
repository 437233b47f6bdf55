"""The userspace data plane: ESP in our own process over one TUN device.

Here: device, address, MTU, routes and name servers of the tunnels, in order and undone in reverse; edges and status. Not here:
packets (`sa_table`), netlink's layout (`wire.netlink`), descriptors (`runtime/*/tundev`). All tunnels share one device: the
selectors of their SAs tell their packets apart.
"""

from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.dns import Resolver
from ezvpn.dataplane.espcodec import USUAL_PATH_MTU, careful_mtu, mtu_for
from ezvpn.dataplane.pair import Pair
from ezvpn.dataplane.port import DataPlane, Kernel, KernelError, PlaneEvent, Route
from ezvpn.dataplane.replay import SMALLEST
from ezvpn.dataplane.routes import DEFAULT_HALVES, EEXIST, ENETUNREACH, ENODEV, Routes, ask, links, network_of
from ezvpn.dataplane.sa_table import SaTable
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import ModeConfig
from ezvpn.ike.status import ChildStatus
from ezvpn.wire import inet, netlink

HOST_PREFIX = 32
EINVAL = 22
EADDRNOTAVAIL = 99

_SAME_IN_STATUS = (
    "session",
    "child",
    "spi_in",
    "spi_out",
    "encap",
    "pfs_group",
    "last_in",
    "last_out",
    "packets_in",
    "bytes_in",
    "packets_out",
    "bytes_out",
    "auth_failures",
    "replays",
    "send_errors",
)


class _Attached:
    """What one tunnel put into the kernel."""

    def __init__(self, config: ModeConfig, peer: bytes, path_mtu: int) -> None:
        self.config = config
        self.peer = peer
        self.path_mtu = path_mtu
        self.address: "bytes | None" = None
        self.networks: "list[tuple[bytes, int]]" = []  # routed into the device


class TunPlane(DataPlane):
    """replay_window: 64-1024. device: the name, %d lets the kernel choose a number. resolv_conf: path of the resolver file on
    boards that say `manages_dns`, None elsewhere."""

    name = "tun"

    def __init__(
        self,
        kernel: Kernel,
        crypto: Crypto,
        replay_window: int = SMALLEST,
        device: str = "ezvpn%d",
        resolv_conf: "str | None" = None,
    ) -> None:
        self._kernel = kernel
        self._device = device
        self._routes = Routes(kernel)
        self._resolver = Resolver(kernel, resolv_conf) if resolv_conf is not None else None
        self._attached: "dict[str, _Attached]" = {}
        self._index = 0  # of the device; 0 = closed
        self._mtu = 0
        self.sa = SaTable(crypto, replay_window)
        self.table = self.sa

    # -- device, addresses, routes ------------------------------------------------------------------------------------

    def start(self, now: int) -> None:
        """Raises `KernelError` when the state directory cannot be written."""
        self._routes.clean()
        if self._resolver is not None:
            self._resolver.clean()

    def route_to(self, address: bytes) -> "Route | None":
        return self._routes.lookup(address, self._index)

    def attach(self, tunnel: str, config: ModeConfig, peer: bytes, now: int) -> None:
        before = self._attached.get(tunnel)
        if before is not None:
            if before.config == config and before.peer == peer:
                return
            # The device stays open, so whoever watches its descriptor need not know.
            self._undo(tunnel)
        route = self._routes.lookup(peer, self._index)
        if route is None:
            if not self._attached:
                self._close()
            raise KernelError(ENETUNREACH, "no route to the peer " + inet.ipv4_text(peer))
        link = links(self._kernel).get(route.device_index)
        held = _Attached(config, bytes(peer), link.mtu if link is not None else USUAL_PATH_MTU)
        self._attached[tunnel] = held
        try:
            self._open()
            self._adjust_mtu()
            if config.address is not None:
                self._add_address(config.address)
                held.address = config.address
            # First the ways around the tunnel: a default route put in before would swallow our own ESP packets.
            self._routes.keep_outside(tunnel, held.peer, HOST_PREFIX, route)
            self._route_around(tunnel, config)
            self._route_into(held)
        except KernelError:
            self.detach(tunnel, now)
            raise
        if self._resolver is not None:
            try:
                self._resolver.apply(tunnel, config)
            except KernelError as error:
                self._routes.leftover = error.what  # a tunnel without names is better than none

    def detach(self, tunnel: str, now: int) -> None:
        if tunnel in self._attached:
            self._undo(tunnel)
            if not self._attached:
                self._close()
            self._adjust_mtu()

    def moved(self, peer: bytes, new_peer: bytes, new_port: int) -> None:
        self.sa.moved(peer, new_peer, new_port)
        if peer == new_peer:
            return
        for tunnel in list(self._attached):
            held = self._attached[tunnel]
            if held.peer != peer:
                continue
            route = self._routes.lookup(new_peer, self._index)
            if route is None:
                continue  # then nothing arrives there either, and DPD will say so
            try:
                self._routes.release(tunnel)
                self._routes.keep_outside(tunnel, bytes(new_peer), HOST_PREFIX, route)
                self._route_around(tunnel, held.config)
            except KernelError as error:
                self._routes.leftover = error.what
            held.peer = bytes(new_peer)

    def refresh(self, now: int) -> None:
        if not self._attached:
            return
        try:
            self._refresh()
        except KernelError as error:
            self._routes.leftover = error.what

    def complaint(self) -> str:
        text, self._routes.leftover = self._routes.leftover, ""
        return text

    def _refresh(self) -> None:
        found = links(self._kernel)
        own = found.get(self._index)
        if own is None:
            return  # its descriptor says so
        if not own.up():
            ask(self._kernel, netlink.link_set(self._index, up=True), "set the tunnel device up again")
            self._routes.leftover = "somebody took the tunnel device down: it is up again"
        entries = self._routes.entries()
        self._routes.check(entries)
        into = [(entry.destination, entry.prefix) for entry in entries if entry.device_index == self._index]
        addresses = [netlink.parse_address(message) for message in self._kernel.transact(netlink.address_dump())]
        ours = [each.address for each in addresses if each is not None and each.device_index == self._index]
        for tunnel in list(self._attached):
            held = self._attached[tunnel]
            route = self._routes.lookup(held.peer, self._index)
            if route is not None:
                self._routes.keep_outside(tunnel, held.peer, HOST_PREFIX, route)
                self._route_around(tunnel, held.config)
                link = found.get(route.device_index)
                held.path_mtu = link.mtu if link is not None else held.path_mtu
            if held.address is not None and held.address not in ours:
                self._add_address(held.address)
            for network in held.networks:
                if network not in into:
                    self._routes.into(network[0], network[1], self._index, held.address)
        self._adjust_mtu()

    def stop(self, now: int) -> None:
        for tunnel in list(self._attached):
            self.detach(tunnel, now)
        for pair in self.sa.pairs():
            self.sa.remove(pair.spi_in)
        self._close()

    def _undo(self, tunnel: str) -> None:
        """Take out what one tunnel put in, in reverse order; the device stays."""
        held = self._attached.pop(tunnel)
        if self._resolver is not None:
            self._resolver.release(tunnel)
        for network in held.networks:
            self._routes.out_of(network[0], network[1], self._index)
            self._hand_over(network)
        self._routes.release(tunnel)
        self._drop_address(held.address)

    def _networks(self, config: ModeConfig) -> "list[tuple[bytes, int]]":
        """What is routed into the tunnel: the split-include networks, or all as two halves."""
        if not config.split_include:
            return list(DEFAULT_HALVES)
        found: "list[tuple[bytes, int]]" = []
        for split in config.split_include:
            network = self._network(split.address, split.mask)
            for part in DEFAULT_HALVES if network[1] == 0 else (network,):
                if part not in found:  # entries may differ in protocol and ports only
                    found.append(part)
        return found

    def _hand_over(self, network: "tuple[bytes, int]") -> None:
        """A network that another tunnel leads to as well: from now on with that one's address as source."""
        for other in self._attached.values():
            if network in other.networks:
                try:
                    self._routes.into(network[0], network[1], self._index, other.address)
                except KernelError as error:
                    self._routes.leftover = error.what
                return

    def _route_into(self, held: _Attached) -> None:
        """Networks that this machine routes itself stay with it: the others are worth a tunnel. Raises `KernelError` when none
        is left."""
        failed: "KernelError | None" = None
        for network in self._networks(held.config):
            if network == (held.peer, HOST_PREFIX):
                continue  # our own ESP packets go there
            try:
                self._routes.into(network[0], network[1], self._index, held.config.address)
                held.networks.append(network)
            except KernelError as error:
                if error.errno != EEXIST:
                    raise
                failed = error
                self._routes.leftover = error.what
        if failed is not None and not held.networks:
            self._routes.leftover = ""
            raise failed

    def _route_around(self, tunnel: str, config: ModeConfig) -> None:
        """Networks that the gateway leaves outside (LOCAL_LAN, Unity 28678) keep the way they have now."""
        for split in config.split_exclude:
            address, prefix = self._network(split.address, split.mask)
            if prefix == 0:
                continue
            route = self._routes.lookup(address, self._index)
            # A network on the link has a route of its own already, more specific than ours into the tunnel.
            if route is not None and route.gateway is not None:
                self._routes.keep_outside(tunnel, address, prefix, route)

    def _network(self, address: bytes, mask: bytes) -> "tuple[bytes, int]":
        try:
            return network_of(address, mask)
        except ValueError:
            raise KernelError(EINVAL, "the gateway sent a network mask with holes for " + inet.ipv4_text(address))

    def _open(self) -> None:
        if self._index:
            return
        self._index = self._kernel.open_tun(self._device)
        self._mtu = 0
        try:
            ask(self._kernel, netlink.link_set(self._index, up=True), "set the tunnel device up")
        except KernelError:
            self._close()
            raise

    def _close(self) -> None:
        if self._index:
            self._kernel.close_tun()
            self._index = 0

    def _add_address(self, address: bytes) -> None:
        request = netlink.address_add(self._index, address, HOST_PREFIX)
        ask(self._kernel, request, "set the address " + inet.ipv4_text(address))

    def _drop_address(self, address: "bytes | None") -> None:
        if address is None or any(held.address == address for held in self._attached.values()):
            return
        try:
            self._kernel.transact(netlink.address_delete(self._index, address, HOST_PREFIX))
        except KernelError as error:
            if error.errno not in (ENODEV, EADDRNOTAVAIL):  # somebody else removed it
                self._routes.leftover = error.what

    def _pair_mtu(self, pair: Pair) -> int:
        held = self._attached.get(pair.tunnel)
        return mtu_for(held.path_mtu if held is not None else USUAL_PATH_MTU, pair.state_out, pair.encap)

    def _adjust_mtu(self) -> None:
        """The device's MTU is the smallest that any pair needs; before there is one, what would fit them all."""
        if not self._index:
            return
        mtu = 0
        for pair in self.sa.pairs():
            needed = self._pair_mtu(pair)
            mtu = needed if not mtu else min(mtu, needed)
        if not mtu:
            mtu = min([careful_mtu(held.path_mtu) for held in self._attached.values()] or [careful_mtu(USUAL_PATH_MTU)])
        if mtu != self._mtu:
            try:
                ask(self._kernel, netlink.link_set(self._index, mtu=mtu), "set the MTU " + str(mtu))
                self._mtu = mtu
            except KernelError as error:
                self._routes.leftover = error.what

    # -- security associations ----------------------------------------------------------------------------------------

    def install(self, tunnel: str, child: ChildUp, now: int) -> bool:
        pair = self.sa.install(tunnel, child, now)
        self._adjust_mtu()
        return pair.held

    def use(self, spi_in: int) -> None:
        self.sa.use(spi_in)

    def remove(self, spi_in: int, now: int) -> None:
        if self.sa.remove(spi_in) is not None and self.sa.pairs():
            # Without any pair the MTU stays: a renewed tunnel will most likely want the same.
            self._adjust_mtu()

    def arm_out(self, spi_in: int) -> None:
        self.sa.arm_out(spi_in)

    def arm_in(self, spi_in: int) -> None:
        self.sa.arm_in(spi_in)

    def event(self) -> "PlaneEvent | None":
        self.overflows = self.sa.overflows
        return self.sa.events.pop(0) if self.sa.events else None

    def drops(self) -> "dict[str, int]":
        return dict(self.sa.drops)

    def status(self, spi_in: int, now: "int | None" = None) -> "ChildStatus | None":
        pair = self.sa.pair(spi_in)
        if pair is None:
            return None
        status = ChildStatus(pair.transform, pair.local, pair.remote)
        for field in _SAME_IN_STATUS:
            setattr(status, field, getattr(pair, field))
        status.mtu = self._pair_mtu(pair)
        status.remaining_s = pair.life_s
        if now is not None and pair.life_s:
            status.remaining_s = max(pair.life_s - (now - pair.installed_at) // 1000, 0)
        used = max(pair.bytes_in, pair.bytes_out) // 1024
        status.remaining_kb = max(pair.life_kb - used, 0) if pair.life_kb else 0
        return status
