"""The way to NTP servers, and to the machine's own clock. Same names as runtime/micropython/timeserver.py."""

import socket
import time

PORT = 123
_BYTES = 512


class TimeSocket:
    """One UDP socket with a port of the kernel's choice, so that nobody knows where our answers go. port: of the servers."""

    def __init__(self, port: int = PORT) -> None:
        self._port = port
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)

    def send(self, data: bytes, address: bytes) -> None:
        """Raises `OSError`."""
        self.sock.sendto(data, (socket.inet_ntoa(address), self._port))

    def receive(self) -> "tuple[bytes, bytes] | None":
        """(4-byte sender, datagram), None when there is none now. What comes from another port is empty."""
        try:
            data, (host, port) = self.sock.recvfrom(_BYTES)
        except OSError:
            return None
        return socket.inet_aton(host), data if port == self._port else b""

    def close(self) -> None:
        self.sock.close()


def set_machine_clock(wall_ms: int) -> None:
    """Set the machine's clock. Raises `OSError`."""
    time.clock_settime_ns(time.CLOCK_REALTIME, wall_ms * 1_000_000)
