"""The netlink socket that hears of links, addresses and routes as they change. Same names as runtime/cpython/linkwatch.py."""

import errno
import socket
import struct

from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.wire.netlink import GROUP_IPV4_ADDRESS, GROUP_IPV4_ROUTE, GROUP_LINK

_AF_NETLINK = 16
_NETLINK_ROUTE = 0
_DATAGRAM_BYTES = 8192  # NLMSG_GOODSIZE of linux/netlink.h, the most that the kernel puts into one unasked
_BUDGET = 16  # datagrams a turn


class LinkWatch:
    """Calls `on_datagram(view)` for each multicast and `on_overrun()` when the kernel had to drop some. Raises `OSError` where
    there is no netlink."""

    def __init__(self, loop: Loop, on_datagram: Answer, on_overrun: Answer) -> None:
        self._loop = loop
        self._on_datagram = on_datagram
        self._on_overrun = on_overrun
        self._sock: Part = socket.socket(_AF_NETLINK, socket.SOCK_RAW, _NETLINK_ROUTE)
        self._sock.setblocking(False)
        # struct sockaddr_nl: family, pad, port 0 = the kernel chooses, groups
        self._sock.bind(struct.pack("@HHII", _AF_NETLINK, 0, 0, GROUP_LINK | GROUP_IPV4_ADDRESS | GROUP_IPV4_ROUTE))
        loop.watch(self._sock, self._readable)

    def close(self) -> None:
        self._loop.unwatch(self._sock)
        self._sock.close()

    def _readable(self) -> None:
        for _ in range(_BUDGET):
            try:
                data = self._sock.recv(_DATAGRAM_BYTES)
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    self._on_overrun()
                return
            self._on_datagram(data)
