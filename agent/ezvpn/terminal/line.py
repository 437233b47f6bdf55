"""One serial line, whatever carries it: a device, `socket://HOST:PORT`, `rfc2217://HOST:PORT`. Never blocks for long.

CPython only, on pyserial. Belongs here: opening, bytes both ways, XON/XOFF, speed, breaks, losing it. Not here: what the bytes
mean, and the technician's own terminal (`keyboard`).
"""

import errno
import os
import select
import time
from typing import Any
from urllib.parse import urlsplit

from ezvpn.runtime.exits import Exit
from ezvpn.terminal.ports import NoPort, here, refusal
from ezvpn.terminal.transcript import Transcript

_READ_BYTES = 4096
_WRITE_BYTES = 256
_XON, _XOFF = 0x11, 0x13
_XOFF_S = 15.0  # an XON that was lost must not stop us for ever
_POLL_S = 0.02  # of a port without a descriptor
_BREAK_S = 0.3  # longer than a character at any speed, and what routers wait for


class Lost(Exception):
    """The port went away while it was open; the text says how."""


class Line:
    """`open` first. `name` is what the user called it; `speed` is in bit/s, None before it is known."""

    def __init__(self, name: str, speed: "int | None", transcript: "Transcript | None" = None) -> None:
        self.name = name
        self.has_speed = not name.startswith("socket://")
        self._speed = speed
        self._transcript = transcript
        self._port: Any = None
        self._fd = -1
        self._unsent = b""
        self._stopped_until = 0.0  # XOFF came

    def open(self) -> None:
        """Open, or open again. Raises `NoPort`."""
        import serial  # type: ignore[import-untyped]

        self.close()
        device = "://" not in self.name
        if not device and not _is_url(self.name):
            raise NoPort(f"{self.name}: PORT is a device, socket://HOST:PORT or rfc2217://HOST:PORT", Exit.USAGE)
        port = serial.serial_for_url(self.name, do_not_open=True)
        try:
            port.baudrate = self._speed or 9600
            port.timeout = 0
            port.xonxoff = True
            if device:
                port.exclusive = True
            port.open()
        except (OSError, ValueError) as error:
            number = getattr(error, "errno", None) or 0
            if not device:
                raise NoPort(f"{self.name}: {_reason(error)}; is that where the serial server listens?")
            if not number and "onfigure" in str(error):
                raise NoPort(f"{self.name}: not a serial port; {here()}")
            raise NoPort(refusal(self.name, number, str(error)))
        self._port = port
        self._fd = -1 if self.name.startswith("rfc2217://") else port.fileno()

    def close(self) -> None:
        """Close; what is not sent yet is dropped."""
        port, self._port, self._fd, self._unsent = self._port, None, -1, b""
        self._stopped_until = 0.0
        if port is not None:
            try:
                port.close()
            except OSError:
                pass  # it was lost

    @property
    def speed(self) -> "int | None":
        return self._speed

    def set_speed(self, speed: int) -> None:
        """Raises `Lost`, and `NoPort` for a speed that the port doesn't have."""
        self._speed = speed
        try:
            self._port.baudrate = speed
        except ValueError:
            raise NoPort(f"{self.name}: this port has no {speed} bit/s", Exit.USAGE)
        except OSError as error:
            raise Lost(_reason(error))

    def write(self, data: bytes) -> None:
        """Queue bytes; `wait` sends them."""
        self._unsent += data

    @property
    def sent(self) -> bool:
        """Whether all that was written has left."""
        return not self._unsent

    def wait(self, seconds: float, *fds: int) -> "list[int]":
        """Send what waits, and return when something has come, or one of these descriptors can be read, or the time is over.
        Returns those descriptors. Raises `Lost`."""
        until = time.monotonic() + seconds
        while True:
            left = max(until - time.monotonic(), 0.0)
            sending = bool(self._unsent) and self._stopped_until <= time.monotonic()
            if self._fd < 0:
                if sending:
                    self._send()
                ready = select.select(fds, [], [], min(left, _POLL_S))[0]
                if ready or left <= 0 or self._port.in_waiting:
                    return ready
                continue
            watched = [self._fd, *fds]
            readable, writable, _ = select.select(watched, [self._fd] if sending else [], [], left)
            if writable:
                self._send()
            if readable or left <= 0:
                return [fd for fd in readable if fd != self._fd]

    def read(self) -> bytes:
        """What has come, b"" if nothing. Raises `Lost`."""
        try:
            if self._fd < 0:
                # pyserial gives a byte at a time here.
                data = b"".join([self._port.read(1) for _ in range(max(self._port.in_waiting, 1))])
            elif not select.select([self._fd], [], [], 0)[0]:
                return b""
            else:
                data = os.read(self._fd, _READ_BYTES)
                if not data:
                    raise Lost("it was unplugged" if self.has_speed else "the other end closed the connection")
        except BlockingIOError:
            return b""
        except OSError as error:
            raise Lost(_reason(error))
        if self._transcript is not None and data:
            self._transcript.write(data)
        return self._without_flow_control(data)

    def send_break(self) -> bool:
        """Hold the line in the break state for 0.3 s. False: this kind of port can't. Raises `Lost`."""
        if not self.has_speed:
            return False
        try:
            self._port.break_condition = True
            time.sleep(_BREAK_S)
            self._port.break_condition = False
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL):
                return False  # a pty
            raise Lost(_reason(error))
        return True

    def _without_flow_control(self, data: bytes) -> bytes:
        # The driver of a device has done this already; a network connection brings the two bytes through.
        if _XON not in data and _XOFF not in data:
            return data
        stopped = data.rfind(_XOFF) > data.rfind(_XON)
        self._stopped_until = time.monotonic() + _XOFF_S if stopped else 0.0
        return data.translate(None, bytes([_XON, _XOFF]))

    def _send(self) -> None:
        chunk = self._unsent[:_WRITE_BYTES]
        try:
            count = self._port.write(chunk) if self._fd < 0 else os.write(self._fd, chunk)
        except BlockingIOError:
            return
        except OSError as error:
            raise Lost(_reason(error))
        self._unsent = self._unsent[count:]


def _is_url(name: str) -> bool:
    try:
        parts = urlsplit(name)
        return parts.scheme in ("socket", "rfc2217") and bool(parts.hostname and parts.port)
    except ValueError:
        return False  # a port that is no number


def _reason(error: Exception) -> str:
    """pyserial puts the whole story into one text, the cause at its end; of an errno a person needs its words."""
    number = getattr(error, "errno", None)
    if number:
        return os.strerror(number)
    text = str(error).rsplit(": ", 1)[-1]
    return text.rsplit("] ", 1)[-1]
