"""`STATE/console.sock`: where `ezvpn exec` and `ezvpn console` reach the running agent. Mode 0600: its user and root only.

Same names as runtime/micropython/consock.py; who connects is served by runtime/attach.py.
"""

import os
import socket

from ezvpn.runtime.attach import Attachments
from ezvpn.runtime.cpython.loop import Loop

NAME = "console.sock"
_WAITING = 8


class ConsoleSocket:
    """Listens at `path`. Raises `OSError` where that is not possible. The directory is locked by us, so a socket that is there
    already is a leftover."""

    def __init__(self, loop: Loop, path: str, attachments: Attachments) -> None:
        self._loop = loop
        self._path = path
        self._attachments = attachments
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            self._sock.bind(path)
        finally:
            os.umask(mask)
        self._sock.listen(_WAITING)
        self._sock.setblocking(False)
        loop.watch(self._sock, self._readable)

    def close(self) -> None:
        """Stop listening, close all clients, remove the socket."""
        self._loop.unwatch(self._sock)
        self._sock.close()
        self._attachments.close()
        try:
            os.unlink(self._path)
        except FileNotFoundError:
            pass

    def _readable(self) -> None:
        try:
            sock, _ = self._sock.accept()
        except OSError:
            return
        sock.setblocking(False)
        self._attachments.accepted(sock)


def connect(path: str) -> socket.socket:
    """A blocking connection to the agent that listens at `path`. Raises `OSError` when there is none."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return sock
