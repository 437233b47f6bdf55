"""The socket to the broker on MicroPython as the client library wants it, its clock, and what errors mean in words.

Level 4. Belongs here: would-block, TLS around a connected socket, reasons for a human. Not here: when to connect (`mqtt`),
certificates (`tls`).
"""

import errno

from ezvpn.report.topics import Broker
from ezvpn.runtime.calls import Part
from ezvpn.runtime.micropython.loop import Loop

DISCONNECT = b"\xe0\x00"  # the whole packet (MQTT 3.1.1 3.14)
EPIPE = 32  # not in this interpreter's errno; 32 on every Linux
FATAL_ALERT = -30592  # MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE (-0x7780)
HUNG_UP = (EPIPE, errno.ECONNRESET, FATAL_ALERT)  # the broker's end of a TLS handshake

_ERRNO_REASONS = {
    EPIPE: "connection closed by the broker",
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset by peer",
    errno.EHOSTUNREACH: "no route to host",
    errno.ETIMEDOUT: "connection timed out",
}


class Refusal(Exception):
    """An attempt came to its end; the text is the reason."""


class Stream:
    """The socket as the client library wants it: would-block is 0 or EAGAIN, never None. Remembers what happened."""

    def __init__(self, sock: Part, tls: bool) -> None:
        self._sock = sock
        self.tls = tls
        self.moved = False  # bytes went one way or the other since this was cleared
        self.spoke = False  # the broker sent something that could be read
        self.fault: "Exception | None" = None
        self._closed = False

    def send(self, data: "bytes | memoryview") -> int:
        try:
            count = self._sock.write(data)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return 0
            self.fault = error
            raise
        if count:
            self.moved = True
        return count or 0

    def recv_into(self, buffer: "bytearray | memoryview", size: int) -> int:
        try:
            count = self._sock.readinto(buffer, size)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                self.fault = error
            raise
        if count is None:
            raise OSError(errno.EAGAIN, "would block")
        if count:
            self.moved = True
            self.spoke = True
        return int(count)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._sock.close()


class Ticks:
    """The loop's clock as the client library counts time: ms that wrap at 2**29."""

    def __init__(self, loop: Loop) -> None:
        from chumicro_timing.ticks import TICKS_MAX, ticks_add, ticks_diff  # type: ignore[import-untyped]

        self._loop = loop
        self._mask = int(TICKS_MAX)
        self.ticks_add = ticks_add
        self.ticks_diff = ticks_diff

    def ticks_ms(self) -> int:
        return self._loop.now() & self._mask


def secured(raw: Part, broker: Broker) -> Part:
    """`raw` with TLS around it, the handshake not begun. Raises Refusal."""
    from ezvpn.runtime.micropython.tls import TlsRefused, context

    try:
        return context(broker).wrap_socket(raw, server_hostname=broker.host, do_handshake_on_connect=False)
    except TlsRefused as refused:
        raise Refusal(str(refused))
    except (OSError, ValueError) as error:
        raise Refusal(why(error))


def why(error: Exception) -> str:
    """An exception of socket or tls in words."""
    if isinstance(error, ValueError):
        return "certificate verify failed: " + str(error).strip()
    number = error.errno if isinstance(error, OSError) else None
    if number in _ERRNO_REASONS:
        return _ERRNO_REASONS[number]
    if not isinstance(number, int):
        return str(error)
    text = str(error.args[1]) if len(error.args) > 1 else errno.errorcode.get(number, "")
    if number < 0:  # mbedTLS numbers its errors downwards
        return "TLS: " + text.replace("MBEDTLS_ERR_", "").replace("_", " ").lower()
    return "error " + str(number) + " " + text
