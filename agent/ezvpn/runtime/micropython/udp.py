"""The two UDP sockets that IKE uses: 500 and 4500 (RFC 3947 4), non-blocking; and what ICMP says of what was sent (ip(7)).

Same names as runtime/cpython/udp.py. This interpreter has no getsockname, so a port that the kernel would choose is tried by
number instead, and addresses are raw sockaddr_in bytes.
"""

import errno
import os
import socket
import struct

from ezvpn.compat import HAS_EDGEC
from ezvpn.runtime.calls import Part
from ezvpn.runtime.icmp_errors import ERRORS_MOST, IP_RECVERR, MSG_ERRQUEUE, is_unreachable

if HAS_EDGEC:
    import _edgec  # type: ignore[import-not-found]

IKE_PORT = 500
NATT_PORT = 4500
_DYNAMIC_FIRST = 49152  # the dynamic ports (RFC 6335 6): 49152-65535
_DYNAMIC_COUNT = 16384
_TRIES = 64
_ANY = b"\0\0\0\0"
_IPPROTO_IP, _IPPROTO_ESP = 0, 50
_SO_RCVBUF = 8
_RECEIVE_BUFFER = 1 << 20  # bytes; ESP arrives here in bursts
_DATAGRAM = 1024  # of TFTP none is longer than 516


def _hear_errors(sock: Part) -> None:
    """Keep ICMP errors for `unreachable`. From now on one that waits makes the next call on the socket fail, whatever that call
    does, and keeps the socket readable until it is read."""
    sock.setsockopt(_IPPROTO_IP, IP_RECVERR, 1)


def _next_error(sock: Part) -> bytes:
    """The address of the next error that counts, b"" for another one; OSError when there is none. Without recvmsg which error it
    was stays unknown: one about size counts too, and costs a probe."""
    if not HAS_EDGEC:
        where: bytes = sock.recvfrom(1, MSG_ERRQUEUE)[1]
        return where
    found = _edgec.recvmsg(sock.fileno(), bytearray(1), MSG_ERRQUEUE)
    if found is None:
        raise OSError(errno.EAGAIN)
    return found[1] if is_unreachable(found[2]) else b""


def open_raw_esp() -> Part:
    """A raw socket for ESP without UDP (protocol 50), for peers with no NAT in between. Raises `OSError`."""
    raw: Part = socket.socket(socket.AF_INET, socket.SOCK_RAW, _IPPROTO_ESP)
    raw.setblocking(False)
    raw.setsockopt(socket.SOL_SOCKET, _SO_RCVBUF, _RECEIVE_BUFFER)
    _hear_errors(raw)
    return raw


def sockaddr_in(address: bytes, port: int) -> bytes:
    """struct sockaddr_in: family in host order, port and address in network order, 8 zeros."""
    return struct.pack("@H", socket.AF_INET) + struct.pack("!H", port) + address + bytes(8)


class IkeSockets:
    """`sockets[SOCKET_IKE]`, `sockets[SOCKET_NATT]` and their real `ports`.

    Where a port is taken or not permitted a dynamic one is used, `force_natt` is set (a gateway answers IKE from another
    source port than 500 only after the float to 4500) and `notes` has one line that says so. `errors` counts what the
    network refused, by errno name.
    """

    def __init__(self, ports: "tuple[int, int]" = (IKE_PORT, NATT_PORT)) -> None:
        self.notes: "list[str]" = []
        self.errors: "dict[str, int]" = {}
        self.force_natt = False
        self.sockets: "list[Part]" = []
        self.ports = (self._open(ports[0]), self._open(ports[1]))

    def receive_into(self, index: int, buffer: "bytearray | memoryview") -> "tuple[int, bytes, int] | None":
        """The next datagram of socket `index`: (length, 4-byte peer, port), or None when there is none now."""
        try:
            data, address = self.sockets[index].recvfrom(len(buffer))
        except OSError as error:
            self._count(error)
            return None
        buffer[: len(data)] = data
        return len(data), bytes(address[4:8]), struct.unpack("!H", address[2:4])[0]

    def send(self, view: "bytes | memoryview", to: "tuple[int, bytes, int]") -> bool:
        """Send to (socket, 4-byte peer, port). False if the network refused, which is counted: IKE repeats by itself."""
        where = sockaddr_in(to[1], to[2])
        try:
            self.sockets[to[0]].sendto(view, where)
        except OSError:
            try:
                self.sockets[to[0]].sendto(view, where)  # the first may have failed for an ICMP error that waited
            except OSError as error:
                self._count(error)
                return False
        return True

    def unreachable(self, sock: Part) -> "list[bytes]":
        """4-byte addresses that ICMP has told errors about since the last call, each once; 16 errors at most."""
        found: "list[bytes]" = []
        for _ in range(ERRORS_MOST):
            try:
                where = _next_error(sock)
            except OSError:
                break
            peer = bytes(where[4:8])
            if peer and peer not in found:
                found.append(peer)
        return found

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()

    def _open(self, port: int) -> int:
        sock: Part = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUF, _RECEIVE_BUFFER)
        _hear_errors(sock)
        self.sockets.append(sock)
        wanted, failed = port, self._bind(sock, port) if port else 0
        if port and not failed:
            return port
        for _ in range(_TRIES):
            port = _DYNAMIC_FIRST + struct.unpack("!H", os.urandom(2))[0] % _DYNAMIC_COUNT
            if self._bind(sock, port):
                continue
            if failed:
                why = "is taken" if failed == errno.EADDRINUSE else "is not permitted"
                self.force_natt = True
                self.notes.append(f"UDP port {wanted} {why}; using port {port} with NAT-T forced")
            return port
        raise OSError(errno.EADDRINUSE)

    def _bind(self, sock: Part, port: int) -> int:
        """0, or the errno."""
        try:
            sock.bind(sockaddr_in(_ANY, port))
        except OSError as error:
            return error.errno or errno.EINVAL
        return 0

    def _count(self, error: OSError) -> None:
        if error.errno == errno.EAGAIN:
            return
        name = errno.errorcode.get(error.errno or 0, f"errno {error.errno}")
        self.errors[name] = self.errors.get(name, 0) + 1


class Datagrams:
    """A UDP socket of its own port, for one file transfer. What the network refuses is lost: the protocol repeats."""

    def __init__(self) -> None:
        self.sock: Part = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)

    def send(self, address: bytes, port: int, data: bytes) -> None:
        try:
            self.sock.sendto(data, sockaddr_in(address, port))
        except OSError:
            pass

    def receive(self) -> "tuple[bytes, bytes, int] | None":
        """(data, 4-byte sender, port), None when there is none now."""
        try:
            data, where = self.sock.recvfrom(_DATAGRAM)
        except OSError:
            return None
        return data, bytes(where[4:8]), struct.unpack("!H", where[2:4])[0]

    def close(self) -> None:
        self.sock.close()
