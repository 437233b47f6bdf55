"""The way to NTP servers, and to the machine's own clock. Same names as runtime/cpython/timeserver.py.

The device binary's C module sets a clock; pip's interpreter cannot, but `date` of the system can, to the second.
"""

import errno
import os
import socket
import struct

from ezvpn.compat import HAS_EDGEC
from ezvpn.runtime.calls import Part
from ezvpn.runtime.micropython.udp import sockaddr_in

if HAS_EDGEC:
    import _edgec  # type: ignore[import-not-found]

PORT = 123
_BYTES = 512


class TimeSocket:
    """One UDP socket with a port of the kernel's choice, so that nobody knows where our answers go. port: of the servers."""

    def __init__(self, port: int = PORT) -> None:
        self._port = port
        self.sock: Part = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)

    def send(self, data: bytes, address: bytes) -> None:
        """Raises `OSError`."""
        self.sock.sendto(data, sockaddr_in(address, self._port))

    def receive(self) -> "tuple[bytes, bytes] | None":
        """(4-byte sender, datagram), None when there is none now. What comes from another port is empty."""
        try:
            data, address = self.sock.recvfrom(_BYTES)
        except OSError:
            return None
        return bytes(address[4:8]), data if struct.unpack("!H", address[2:4])[0] == self._port else b""

    def close(self) -> None:
        self.sock.close()


def set_machine_clock(wall_ms: int) -> None:
    """Set the machine's clock. Raises `OSError`."""
    if HAS_EDGEC:
        _edgec.settimeofday(wall_ms)
        return
    if os.system("date -u -s @" + str((wall_ms + 500) // 1000) + " >/dev/null 2>&1"):
        raise OSError(errno.EPERM)
