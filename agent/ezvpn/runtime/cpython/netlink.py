"""The kernel door on CPython: rtnetlink requests, the TUN device and the small files that survive a crash.

Same names as runtime/micropython/netlink.py. The conversation is in runtime/rtnetlink.py, multicasts are heard by `linkwatch`.
"""

import errno
import os
import socket

from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.cpython.tundev import TunDevice
from ezvpn.runtime.rtnetlink import PROTOCOL, TIMEOUT_S, RtnetlinkKernel

_RECEIVE_BYTES = 65536
_RECEIVE_BUFFER = 1 << 20
_TEXT_LIMIT = 65536


class NetlinkKernel(RtnetlinkKernel):
    """directory: the state directory, which relative paths of texts are in. Raises `KernelError` where there is no netlink."""

    def __init__(self, directory: str) -> None:
        super().__init__()
        self.tun = TunDevice()
        self._directory = directory
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, PROTOCOL)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self._socket.settimeout(TIMEOUT_S)
            self._socket.bind((0, 0))
        except OSError as error:
            raise KernelError(error.errno or 0, "cannot talk to the kernel (netlink): " + (error.strerror or "error"))

    def close(self) -> None:
        self.tun.close()
        self._socket.close()

    def _send(self, request: bytes) -> None:
        self._socket.send(request)

    def _receive(self) -> bytes:
        return self._socket.recv(_RECEIVE_BYTES)

    def _describe(self, errno: int) -> str:
        return os.strerror(errno)

    def open_tun(self, name: str) -> int:
        self.tun.open(name)
        try:
            return socket.if_nametoindex(self.tun.name)
        except OSError as error:
            self.tun.close()
            raise KernelError(error.errno or errno.ENODEV, "the TUN device vanished while it was made")

    def close_tun(self) -> None:
        self.tun.close()

    def _path(self, path: str) -> str:
        # A symbolic link (resolv.conf often is one) stays: the file behind it is what changes.
        return os.path.realpath(os.path.join(self._directory, path))

    def read_text(self, path: str) -> str:
        try:
            with open(self._path(path), encoding="utf-8", errors="surrogateescape") as file:
                return file.read(_TEXT_LIMIT)
        except OSError:
            return ""

    def write_text(self, path: str, text: "str | None") -> None:
        """Raises `KernelError`."""
        real = self._path(path)
        try:
            if text is None:
                os.unlink(real)
            else:
                _replace(real, text.encode("utf-8", "surrogateescape"), os.path.isabs(path))
        except FileNotFoundError as error:
            if text is not None:
                raise KernelError(error.errno or 0, "cannot write " + real + ": " + (error.strerror or "error"))
        except OSError as error:
            raise KernelError(error.errno or 0, "cannot write " + real + ": " + (error.strerror or "error"))


def _replace(path: str, data: bytes, forced: bool) -> None:
    """forced: on the disk when this comes back. Ours live no longer than the machine's routes."""
    temporary = path + ".new"
    try:
        mode = os.stat(path).st_mode & 0o777
    except OSError:
        mode = 0o644
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            if forced:
                os.fsync(fd)
        os.rename(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        if error.errno != errno.EBUSY:
            raise
        # A file that is a mount point (resolv.conf in a container or a named namespace) cannot be replaced, only rewritten.
        with open(path, "wb") as file:
            file.write(data)
