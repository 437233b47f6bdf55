"""`STATE/console.sock`: where `ezvpn exec` and `ezvpn console` reach the running agent.

Same names as runtime/cpython/consock.py; who connects is served by runtime/attach.py. This interpreter has no chmod: the store
keeps others out of the directory.
"""

import os
import socket
import struct

from ezvpn.runtime.attach import Attachments
from ezvpn.runtime.calls import Part
from ezvpn.runtime.micropython.loop import Loop

NAME = "console.sock"
_WAITING = 8
_PATH_BYTES = 107  # sun_path without its zero


class ConsoleSocket:
    """Listens at `path`. Raises `OSError` where that is not possible. The directory is locked by us, so a socket that is there
    already is a leftover."""

    def __init__(self, loop: Loop, path: str, attachments: Attachments) -> None:
        self._loop = loop
        self._path = path
        self._attachments = attachments
        self._remove()
        raw = path.encode()
        if len(raw) > _PATH_BYTES:
            raise OSError(36)  # ENAMETOOLONG
        self._sock: Part = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sock.bind(struct.pack("@H", socket.AF_UNIX) + raw + b"\0")
        self._sock.listen(_WAITING)
        self._sock.setblocking(False)
        loop.watch(self._sock, self._readable)

    def close(self) -> None:
        """Stop listening, close all clients, remove the socket."""
        self._loop.unwatch(self._sock)
        self._sock.close()
        self._attachments.close()
        self._remove()

    def _remove(self) -> None:
        try:
            os.remove(self._path)
        except OSError:
            pass

    def _readable(self) -> None:
        try:
            sock, _ = self._sock.accept()
        except OSError:
            return
        sock.setblocking(False)
        self._attachments.accepted(sock)
