"""What the node orders about time: datagrams to NTP servers, and the machine's clock.

Dual. The socket is opened with the first question. Not here: what is asked and believed (`node.sntp`).
"""

from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.probes import words

_BUDGET = 16  # datagrams a turn


class Timekeeping:
    """open_socket() -> socket with `sock`, `send`, `receive`, `close` · set_clock(wall_ms) raises OSError · on_datagram(source,
    data). `refused` counts sends and sockets that failed; the server then counts as silent."""

    def __init__(self, loop: Part, open_socket: Answer, set_clock: Answer, on_datagram: Answer) -> None:
        self._loop = loop
        self._open_socket = open_socket
        self._set_clock = set_clock
        self._on_datagram = on_datagram
        self._socket: Part = None
        self.refused = 0

    def send(self, address: bytes, data: bytes) -> None:
        try:
            if self._socket is None:
                self._socket = self._open_socket()
                self._loop.watch(self._socket.sock, self._readable)
            self._socket.send(data, address)
        except OSError:
            self.refused += 1

    def close(self) -> None:
        if self._socket is not None:
            self._loop.unwatch(self._socket.sock)
            self._socket.close()
            self._socket = None

    def set_clock(self, wall_ms: int) -> str:
        """Set the machine's clock; returns why it could not be, or ""."""
        try:
            self._set_clock(wall_ms)
        except OSError as error:
            return "cannot set the machine's clock: " + words(error.errno)
        return ""

    def _readable(self) -> None:
        for _ in range(_BUDGET):
            found = self._socket.receive() if self._socket is not None else None
            if found is None:
                return
            self._on_datagram(found[0], found[1])
