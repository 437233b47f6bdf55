"""The netlink socket that hears of links, addresses and routes as they change. Same names as runtime/micropython/linkwatch.py."""

import errno
import socket

from ezvpn.runtime.calls import Answer
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.wire.netlink import GROUP_IPV4_ADDRESS, GROUP_IPV4_ROUTE, GROUP_LINK

_DATAGRAM_BYTES = 32768
_BUDGET = 16  # datagrams a turn


class LinkWatch:
    """Calls `on_datagram(view)` for each multicast and `on_overrun()` when the kernel had to drop some. Raises `OSError` where
    there is no netlink."""

    def __init__(self, loop: Loop, on_datagram: Answer, on_overrun: Answer) -> None:
        self._loop = loop
        self._on_datagram = on_datagram
        self._on_overrun = on_overrun
        self._buffer = memoryview(bytearray(_DATAGRAM_BYTES))
        self._sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._sock.setblocking(False)
        self._sock.bind((0, GROUP_LINK | GROUP_IPV4_ADDRESS | GROUP_IPV4_ROUTE))
        loop.watch(self._sock, self._readable)

    def close(self) -> None:
        self._loop.unwatch(self._sock)
        self._sock.close()

    def _readable(self) -> None:
        for _ in range(_BUDGET):
            try:
                length = self._sock.recv_into(self._buffer)
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    self._on_overrun()
                return
            self._on_datagram(self._buffer[:length])
