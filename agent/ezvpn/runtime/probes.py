"""The sockets of `ping` and `traceroute`: one for each that runs, opened, used and closed as the node orders.

Dual. The sockets themselves are of each interpreter, `runtime/*/icmp.py`. A send that fails ends the errand with
the reason, which says more than silence would.
"""

import errno

from ezvpn.runtime.calls import Answer, Part

_BUDGET = 16  # messages a turn
_IP_HEADER_BYTES = 20

_WORDS = {
    errno.EPERM: "not permitted",
    errno.EACCES: "not permitted: run as root, or let this group ping (net.ipv4.ping_group_range)",
    errno.EINVAL: "invalid argument",
    errno.ENOBUFS: "no buffer space",
    90: "the packet is longer than the way there allows (message too long)",
    99: "this is no address of this machine",
    100: "the network is down",
    101: "network is unreachable",
    113: "no route to host",
}


def words(number: "int | None") -> str:
    """What an errno means to somebody at a console."""
    return _WORDS.get(number or 0, "error " + str(number))


def message_of(packet: "bytes | memoryview") -> "bytes | memoryview":
    """What is behind the IP header of a packet from a raw socket, empty if there is nothing."""
    if len(packet) < _IP_HEADER_BYTES:
        return b""
    return packet[(packet[0] & 15) * 4 :]


class Probes:
    """open_icmp(source, with errors) -> socket with `sock`, `send`, `receive`, `close`, or OSError · on_icmp(id, source,
    message) · on_failed(id, why)."""

    def __init__(self, loop: Part, open_icmp: Answer, on_icmp: Answer, on_failed: Answer) -> None:
        self._loop = loop
        self._open_icmp = open_icmp
        self._on_icmp = on_icmp
        self._on_failed = on_failed
        self._open: "dict[int, Part]" = {}

    def open(self, id: int, source: "bytes | None", with_errors: bool) -> None:
        try:
            made = self._open_icmp(source, with_errors)
        except OSError as error:
            why = "this needs root (CAP_NET_RAW)" if with_errors and error.errno == errno.EPERM else words(error.errno)
            self._on_failed(id, "Cannot send ICMP: " + why)
            return
        self._open[id] = made
        self._loop.watch(made.sock, lambda: self._readable(id))

    def send(self, id: int, data: bytes, address: bytes, ttl: int, df: bool) -> None:
        """ttl 0: the system's own."""
        made = self._open.get(id)
        if made is None:
            return
        try:
            made.send(data, address, ttl, df)
        except OSError as error:
            self._on_failed(id, "Cannot send: " + words(error.errno))

    def close(self, id: int) -> None:
        made = self._open.pop(id, None)
        if made is not None:
            self._loop.unwatch(made.sock)
            made.close()

    def close_all(self) -> None:
        for id in list(self._open):
            self.close(id)

    def _readable(self, id: int) -> None:
        for _ in range(_BUDGET):
            made = self._open.get(id)
            found = made.receive() if made is not None else None
            if found is None:
                return
            self._on_icmp(id, found[0], found[1])
