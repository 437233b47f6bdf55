"""A terminal server on loopback, for one connection: a real port behind pyserial's half of RFC 2217, or behind plain bytes."""

import socket
import threading

import serial
from serial import rfc2217


class TerminalServer:
    """`url` is what to open; `breaks`: whether the line was held in the break state."""

    def __init__(self, path, telnet):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'rfc2217' if telnet else 'socket'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.breaks = False
        self._port = serial.Serial(path, timeout=0.02)
        self._telnet = telnet
        self._lock = threading.Lock()
        self._ended = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        self._listener.close()
        self._port.close()

    def hang_up(self):
        self._ended = True
        self._thread.join(10)

    def write(self, data):
        """For pyserial's half."""
        with self._lock:
            self._connection.sendall(data)

    def _serve(self):
        self._listener.settimeout(10)
        self._connection, _ = self._listener.accept()
        self._connection.settimeout(0.02)
        manager = rfc2217.PortManager(_Watched(self._port, self), self) if self._telnet else None
        with self._connection:
            while not self._ended:
                data = self._port.read(self._port.in_waiting or 1)
                if data:
                    self.write(b"".join(manager.escape(data)) if manager else data)
                try:
                    typed = self._connection.recv(1024)
                except TimeoutError:
                    continue
                if not typed:
                    return
                self._port.write(b"".join(manager.filter(typed)) if manager else typed)


class _Watched:
    """The port as pyserial's half sees it: with the modem lines that a pty lacks."""

    cts = dsr = ri = cd = False

    def __init__(self, port, server):
        object.__setattr__(self, "_both", (port, server))

    def __getattr__(self, name):
        return getattr(self._both[0], name)

    def __setattr__(self, name, value):
        port, server = self._both
        if name == "break_condition":
            server.breaks = server.breaks or value
        elif name not in ("rts", "dtr"):
            setattr(port, name, value)
