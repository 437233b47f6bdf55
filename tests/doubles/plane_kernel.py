"""A kernel for data plane tests: devices, addresses, IPv4 routes and small files in memory, answering real rtnetlink bytes.

`trail` holds what was asked in words, in order. `refuse` maps a beginning of such words to an errno.
"""

import struct

from ezvpn.dataplane.port import Kernel, KernelError
from ezvpn.wire import inet, netlink, nlmsg

ESRCH, EEXIST, ENODEV, ENETUNREACH = 3, 17, 19, 101


class FakeKernel(Kernel):
    """wan (index 2, MTU 1500) holds 192.0.2.10/24; the default route goes through 192.0.2.1."""

    def __init__(self):
        self.trail = []
        self.refuse = {}
        self.files = {}
        self.links = {2: netlink.Link(2, "wan", netlink.LinkFlag.UP, 1500, b"")}
        self.addresses = []
        self.routes = []
        self.tun = 0
        self.next_index = 7
        self.add("192.0.2.0/24", device_index=2, source=inet.ipv4_bytes("192.0.2.10"), protocol=2)
        self.add("0.0.0.0/0", device_index=2, gateway=inet.ipv4_bytes("192.0.2.1"), protocol=3)
        self.trail = []

    # -- what a test looks at -----------------------------------------------------------------------------------------

    def add(self, network, **how):
        """A route as somebody else puts it in."""
        address, prefix = network.split("/")
        self.transact(netlink.route_add(inet.ipv4_bytes(address), int(prefix), **how))

    def routing(self):
        """Every route in words, sorted."""
        return sorted(self._words(entry) for entry in self.routes)

    def state(self):
        """Everything that must be as before after a detach."""
        return self.routing(), list(self.addresses), dict(self.files), self.tun

    def lose_tun(self):
        """What a kill -9 does: the descriptor is closed, the device and all on it goes."""
        self.links.pop(self.tun, None)
        self.routes = [entry for entry in self.routes if entry.device_index != self.tun]
        self.addresses = [entry for entry in self.addresses if entry[0] != self.tun]
        self.tun = 0

    # -- Kernel -------------------------------------------------------------------------------------------------------

    def transact(self, request):
        kind, flags, _, _, _ = nlmsg.split_messages(request)[0]
        if kind == netlink.Message.GET_LINK:
            return [_link_message(link) for link in self.links.values()]
        if kind == netlink.Message.GET_ROUTE:
            if flags & nlmsg.MessageFlag.DUMP:
                return [_route_message(entry) for entry in self.routes]
            found = self._lookup(_as(request, netlink.Message.NEW_ROUTE).destination)
            own = inet.ipv4_bytes("192.0.2.10") if found.device_index == 2 else None
            return [_route_message(found, found.source or own)]  # the kernel always says which address it would use
        if kind == netlink.Message.GET_ADDRESS:
            known = [(2, inet.ipv4_bytes("192.0.2.10"), 24)] + self.addresses
            return [netlink.address_add(*entry) for entry in known]
        if kind == netlink.Message.NEW_LINK:
            self._set_link(netlink.parse_link(request))
        elif kind in (netlink.Message.NEW_ADDRESS, netlink.Message.DELETE_ADDRESS):
            self._change_address(kind, netlink.parse_address(request))
        elif kind in (netlink.Message.NEW_ROUTE, netlink.Message.DELETE_ROUTE):
            if flags & nlmsg.MessageFlag.REPLACE and kind == netlink.Message.NEW_ROUTE:
                wanted = netlink.parse_route(request)
                self.routes = [entry for entry in self.routes if not _same(entry, wanted)]
            self._change_route(kind, netlink.parse_route(request))
        else:
            raise AssertionError(f"unexpected request {kind}")
        return []

    def open_tun(self, name):
        self._note("open " + name)
        assert not self.tun, "one device at a time"
        self.tun = self.next_index
        self.next_index += 1
        self.links[self.tun] = netlink.Link(self.tun, "ezvpn0", 0, 1500, b"")
        return self.tun

    def close_tun(self):
        self._note("close")
        self.lose_tun()

    def read_text(self, path):
        return self.files.get(path, "")

    def write_text(self, path, text):
        self._note("write " + path if text is not None else "unlink " + path)
        if text is None:
            self.files.pop(path, None)
        else:
            self.files[path] = text

    # -- parts --------------------------------------------------------------------------------------------------------

    def _note(self, words):
        self.trail.append(words)
        for beginning, number in self.refuse.items():
            if words.startswith(beginning):
                raise KernelError(number, "refused by the test")

    def _set_link(self, wanted):
        link = self.links[wanted.index]
        if wanted.mtu:
            self._note(f"mtu {link.name} {wanted.mtu}")
            link.mtu = wanted.mtu
        if wanted.flags & netlink.LinkFlag.UP:
            self._note("up " + link.name)
            link.flags |= netlink.LinkFlag.UP

    def _change_address(self, kind, record):
        entry = (record.device_index, record.address, record.prefix)
        words = f"{inet.ipv4_text(record.address)}/{record.prefix} {self.links[record.device_index].name}"
        if kind == netlink.Message.NEW_ADDRESS:
            self._note("address " + words)
            self.addresses = [known for known in self.addresses if known != entry] + [entry]
        else:
            self._note("no address " + words)
            self.addresses.remove(entry)

    def _change_route(self, kind, entry):
        if kind == netlink.Message.NEW_ROUTE:
            self._note("route " + self._words(entry))
            if any(_same(other, entry) for other in self.routes):
                raise KernelError(EEXIST, "File exists")
            self.routes.append(entry)
            return
        self._note(f"no route {inet.ipv4_text(entry.destination)}/{entry.prefix}")
        for other in self.routes:
            if (
                _same(other, entry)
                and entry.protocol in (0, other.protocol)
                and entry.device_index in (0, other.device_index)
            ):
                self.routes.remove(other)
                return
        raise KernelError(ESRCH, "No such process")

    def _words(self, entry):
        words = f"{inet.ipv4_text(entry.destination)}/{entry.prefix}"
        if entry.gateway is not None:
            words += " via " + inet.ipv4_text(entry.gateway)
        link = self.links.get(entry.device_index)
        words += " dev " + (link.name if link is not None else "gone")
        return words + f" proto {entry.protocol}"

    def _lookup(self, address):
        best = None
        for entry in self.routes:
            mask = inet.mask_bytes(entry.prefix)
            network = bytes([address[at] & mask[at] for at in range(4)])
            if network == entry.destination and (best is None or entry.prefix > best.prefix):
                best = entry
        if best is None:
            raise KernelError(ENETUNREACH, "Network is unreachable")
        return best


def _same(a, b):
    return (a.destination, a.prefix, a.metric, a.table) == (b.destination, b.prefix, b.metric, b.table)


def _as(request, kind):
    changed = bytearray(request)
    struct.pack_into("@H", changed, 4, kind)
    return netlink.parse_route(changed)


def _route_message(entry, source=None):
    return netlink.route_add(
        entry.destination,
        entry.prefix,
        entry.device_index,
        entry.gateway,
        source or entry.source,
        entry.metric,
        protocol=entry.protocol,
    )


def _link_message(link):
    message = bytearray(netlink.link_set(link.index, up=bool(link.flags & 1), mtu=link.mtu))
    name = link.name.encode() + b"\0"
    name += bytes(-len(name) % 4)
    message += struct.pack("@HH", 4 + len(link.name) + 1, 3) + name
    struct.pack_into("@I", message, 0, len(message))
    return bytes(message)
