"""The machine's own interfaces and routes, as the configuration wants them: on boards that are routers and nothing else.

Dual, level 4. Belongs here: what is set, in which order, and taken back when the configuration no longer has it. Not here: which
device an interface is (`tunnel.outside`), tunnels' addresses and routes (`dataplane`). Asked for twice it changes nothing.
"""

from ezvpn.dataplane.port import Kernel, KernelError
from ezvpn.wire import inet, netlink

_LOOPBACK = "lo"  # nobody else switches it on
_STATIC = 4  # RTPROT_STATIC: an administrator's; those of tunnels have a number of their own
_GONE = (3, 99)  # ESRCH, EADDRNOTAVAIL: what is to be taken away is not there


class Interfaces:
    """Of one machine. Rows of `configure`: (device, up, address or None, prefix) and (network, prefix, gateway, metric)."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._told: "list[str]" = []  # what could not be done the last time
        self._routes: "list[tuple[bytes, int, bytes, int]]" = []  # that stand because of us

    def configure(
        self,
        interfaces: "list[tuple[str, bool, bytes | None, int]]",
        routes: "list[tuple[bytes, int, bytes, int]]",
    ) -> "list[str]":
        """Make it so. What cannot be done is said, a line each, once as long as it stays so; the rest is done all the same."""
        problems: "list[str]" = []
        self._configure(interfaces, routes, problems)
        news = [problem for problem in problems if problem not in self._told]
        self._told = problems
        return news

    def _configure(
        self,
        interfaces: "list[tuple[str, bool, bytes | None, int]]",
        routes: "list[tuple[bytes, int, bytes, int]]",
        problems: "list[str]",
    ) -> None:
        try:
            links = {}
            for message in self._kernel.transact(netlink.link_dump()):
                link = netlink.parse_link(message)
                links[link.name] = link
            addresses = [netlink.parse_address(each) for each in self._kernel.transact(netlink.address_dump())]
        except KernelError as error:
            problems.append("interfaces: " + error.what)
            return
        if _LOOPBACK in links and not links[_LOOPBACK].up():
            self._do(netlink.link_set(links[_LOOPBACK].index, True), _LOOPBACK, problems)
        for device, up, address, prefix in interfaces:
            if device not in links:
                problems.append("interface " + device + ": this machine has no such device")
                continue
            index = links[device].index
            for found in addresses:
                if (
                    found is not None
                    and found.device_index == index
                    and (found.address, found.prefix) != (address, prefix)
                ):
                    request = netlink.address_delete(index, found.address, found.prefix)
                    self._do(request, "interface " + device, problems)
            # First the address: a link that comes up without one would be used at once, with a source that nobody knows.
            if up and address is not None:
                self._do(netlink.address_add(index, address, prefix), "interface " + device, problems)
            if links[device].up() != up:
                self._do(netlink.link_set(index, up), "interface " + device, problems)
        for old in self._routes:
            if old not in routes:
                network, prefix, gateway, metric = old
                request = netlink.route_delete(network, prefix, 0, gateway, None, metric, protocol=_STATIC)
                self._do(request, "ip route " + inet.ipv4_text(network), problems)
        self._routes = [route for route in routes if self._route(route, problems)]

    def _route(self, route: "tuple[bytes, int, bytes, int]", problems: "list[str]") -> bool:
        network, prefix, gateway, metric = route
        what = "ip route " + inet.ipv4_text(network) + "/" + str(prefix) + " by " + inet.ipv4_text(gateway)
        request = netlink.route_add(network, prefix, 0, gateway, None, metric, protocol=_STATIC, replace=True)
        return self._do(request, what, problems)

    def _do(self, request: bytes, what: str, problems: "list[str]") -> bool:
        try:
            self._kernel.transact(request)
        except KernelError as error:
            if error.errno not in _GONE:
                problems.append(what + ": " + error.what)
            return False
        return True
