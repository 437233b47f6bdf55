"""A socket for ICMP echoes. Same names as runtime/cpython/icmp.py, and the same choice of the kind of socket.

This interpreter's `socket` makes both kinds; addresses are raw sockaddr_in bytes.
"""

import errno
import socket
import struct

from ezvpn.runtime.calls import Part
from ezvpn.runtime.micropython.udp import sockaddr_in
from ezvpn.runtime.probes import message_of

# From the heap in one piece at each call, so no more than it takes: errors are no longer than this (RFC 1812 4.3.2.3), replies as
# long as what was sent.
_BYTES = 576
_HEADERS = 60  # of IP, with all options
_DEFAULT_TTL = 64
_IPPROTO_IP, _IPPROTO_ICMP = 0, 1
_IP_TTL, _MTU_DISCOVER, _DISCOVER_DONT, _DISCOVER_DO = 2, 10, 0, 2
_SOL_RAW, _ICMP_FILTER = 255, 1
_HEARD = 1 << 0 | 1 << 3 | 1 << 4 | 1 << 11  # echo reply, unreachable, quench, time exceeded


class IcmpSocket:
    """source: 4 bytes, or None for the machine's choice · with_errors: replies alone would not do. Raises `OSError`."""

    def __init__(self, source: "bytes | None", with_errors: bool) -> None:
        self._raw = True
        self._bytes = _BYTES
        try:
            self.sock: Part = socket.socket(socket.AF_INET, socket.SOCK_RAW, _IPPROTO_ICMP)
            self.sock.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("@I", ~_HEARD & 0xFFFFFFFF))
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EACCES):
                raise
            if with_errors:
                raise OSError(errno.EPERM)
            self._raw = False
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, _IPPROTO_ICMP)
        self.sock.setblocking(False)
        if source is not None:
            try:
                self.sock.bind(sockaddr_in(source, 0))
            except OSError:
                self.sock.close()
                raise

    def send(self, data: bytes, address: bytes, ttl: int, df: bool) -> None:
        """One ICMP message. Raises `OSError`."""
        self._bytes = max(_BYTES, len(data) + _HEADERS)
        self.sock.setsockopt(_IPPROTO_IP, _IP_TTL, ttl or _DEFAULT_TTL)
        self.sock.setsockopt(_IPPROTO_IP, _MTU_DISCOVER, _DISCOVER_DO if df else _DISCOVER_DONT)
        self.sock.sendto(data, sockaddr_in(address, 0))

    def receive(self) -> "tuple[bytes, bytes] | None":
        """(4-byte sender, ICMP message), None when there is none now."""
        try:
            data, address = self.sock.recvfrom(self._bytes)
        except (OSError, MemoryError):
            return None  # one that does not fit into the heap counts as lost
        return bytes(address[4:8]), bytes(message_of(data)) if self._raw else data

    def close(self) -> None:
        self.sock.close()
