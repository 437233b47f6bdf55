"""A socket for ICMP echoes. Same names as runtime/micropython/icmp.py.

A raw socket where that is allowed, since it alone hears of errors on the way; else the datagram socket that Linux lets groups of
its choice use (icmp(7), net.ipv4.ping_group_range), which hears of replies to its own echoes.
"""

import errno
import socket
import struct

from ezvpn.runtime.probes import message_of

_BYTES = 65536
_DEFAULT_TTL = 64
_MTU_DISCOVER, _DISCOVER_DONT, _DISCOVER_DO = 10, 0, 2
_SOL_RAW, _ICMP_FILTER = 255, 1
_HEARD = 1 << 0 | 1 << 3 | 1 << 4 | 1 << 11  # echo reply, unreachable, quench, time exceeded


class IcmpSocket:
    """source: 4 bytes, or None for the machine's choice · with_errors: replies alone would not do. Raises `OSError`."""

    def __init__(self, source: "bytes | None", with_errors: bool) -> None:
        self._raw = True
        try:
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            self.sock.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("@I", ~_HEARD & 0xFFFFFFFF))
        except PermissionError as error:
            if with_errors:
                raise OSError(errno.EPERM, "raw socket") from error
            self._raw = False
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
        self.sock.setblocking(False)
        if source is not None:
            try:
                self.sock.bind((socket.inet_ntoa(source), 0))
            except OSError:
                self.sock.close()
                raise

    def send(self, data: bytes, address: bytes, ttl: int, df: bool) -> None:
        """One ICMP message. Raises `OSError`."""
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl or _DEFAULT_TTL)
        self.sock.setsockopt(socket.IPPROTO_IP, _MTU_DISCOVER, _DISCOVER_DO if df else _DISCOVER_DONT)
        self.sock.sendto(data, (socket.inet_ntoa(address), 0))

    def receive(self) -> "tuple[bytes, bytes] | None":
        """(4-byte sender, ICMP message), None when there is none now."""
        try:
            data, (host, _) = self.sock.recvfrom(_BYTES)
        except OSError:
            return None
        return socket.inet_aton(host), bytes(message_of(data)) if self._raw else data

    def close(self) -> None:
        self.sock.close()
