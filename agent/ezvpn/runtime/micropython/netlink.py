"""The kernel door on MicroPython: rtnetlink requests, the TUN device, and the small files that survive a crash.

Same names as runtime/cpython/netlink.py. The conversation is in runtime/rtnetlink.py.
"""

import errno
import os
import socket
import struct

from ezvpn.compat import HAS_EDGEC
from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.calls import Part
from ezvpn.runtime.micropython.tundev import TunDevice
from ezvpn.runtime.rtnetlink import FAMILY, PROTOCOL, TIMEOUT_S, RtnetlinkKernel

if HAS_EDGEC:
    import _edgec  # type: ignore[import-not-found]

_SIOCGIFINDEX = 0x8933  # linux/sockios.h, of a struct ifreq
_RECEIVE_BYTES = 8192  # from the heap in one piece at each call; the kernel cuts a dump to the size that is asked for
_TEXT_LIMIT = 65536
_SO_RCVBUF = 8
_RECEIVE_BUFFER = 1 << 20

# There is no strerror; these are what route and link changes are refused with.
_WORDS = {
    1: "Operation not permitted",
    3: "No such process",
    13: "Permission denied",
    17: "File exists",
    19: "No such device",
    22: "Invalid argument",
    100: "Network is down",
    101: "Network is unreachable",
    110: "Timed out",
    113: "No route to host",
}


class NetlinkKernel(RtnetlinkKernel):
    """directory: the state directory, which relative paths of texts are in. Raises `KernelError` where there is no netlink."""

    def __init__(self, directory: str) -> None:
        super().__init__()
        self.tun = TunDevice()
        self._directory = directory
        try:
            sock: Part = socket.socket(FAMILY, socket.SOCK_RAW, PROTOCOL)
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUF, _RECEIVE_BUFFER)
            sock.settimeout(TIMEOUT_S)
            sock.bind(struct.pack("@HHII", FAMILY, 0, 0, 0))  # struct sockaddr_nl: the kernel chooses the port
        except OSError as error:
            number = error.errno or 0
            raise KernelError(number, "cannot talk to the kernel (netlink): " + self._describe(number))
        self._socket = sock

    def close(self) -> None:
        self.tun.close()
        self._socket.close()

    def _send(self, request: bytes) -> None:
        self._socket.send(request)

    def _receive(self) -> bytes:
        data: bytes = self._socket.recv(_RECEIVE_BYTES)
        return data

    def _describe(self, errno: int) -> str:
        return _WORDS.get(errno, "error " + str(errno))

    def open_tun(self, name: str) -> int:
        """Raises `KernelError`."""
        self.tun.open(name)
        asked = bytearray(struct.pack("@16s24x", self.tun.name.encode()))
        _edgec.ioctl(self._socket.fileno(), _SIOCGIFINDEX, asked)
        index: int = struct.unpack_from("@i", asked, 16)[0]
        return index

    def close_tun(self) -> None:
        self.tun.close()

    def _path(self, path: str) -> str:
        return path if path.startswith("/") else self._directory + "/" + path

    def read_text(self, path: str) -> str:
        try:
            with open(self._path(path)) as file:
                return file.read(_TEXT_LIMIT)
        except (OSError, ValueError):
            return ""

    def write_text(self, path: str, text: "str | None") -> None:
        """Raises `KernelError`."""
        real = self._path(path)
        try:
            if text is None:
                os.remove(real)
                return
            with open(real + ".new", "w") as file:
                file.write(text)
                if real == path:  # ours live no longer than the machine's routes
                    file.flush()  # on this port flush is fsync
            os.rename(real + ".new", real)
        except OSError as error:
            number = error.errno or 0
            if text is not None or number != errno.ENOENT:
                raise KernelError(number, "cannot write " + real + ": " + self._describe(number))
