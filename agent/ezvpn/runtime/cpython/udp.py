"""The two UDP sockets that IKE uses: 500 and 4500 (RFC 3947 4), non-blocking; and what ICMP says of what was sent (ip(7)).

Only datagrams and addresses here; what is in them is for the node, and who reads the 4500 socket while a TUN device is up is
for the packet movers. Same names as runtime/micropython/udp.py.
"""

import errno
import socket

from ezvpn.runtime.calls import Part
from ezvpn.runtime.icmp_errors import ANCILLARY_BYTES, ERRORS_MOST, IP_RECVERR, MSG_ERRQUEUE, is_unreachable

IKE_PORT = 500
NATT_PORT = 4500
_RECEIVE_BUFFER = 1 << 20  # bytes; ESP arrives here in bursts
_DATAGRAM = 1024  # of TFTP none is longer than 516


def hear_errors(sock: Part) -> None:
    """Keep ICMP errors for `unreachable`. From now on one that waits makes the next call on the socket fail, whatever that call
    does, and keeps the socket readable until it is read."""
    sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)


def unreachable(sock: Part) -> "list[bytes]":
    """4-byte addresses that ICMP has called unreachable (host, net, port …) since the last call, each once; 16 errors at most."""
    found: "list[bytes]" = []
    for _ in range(ERRORS_MOST):
        try:
            # Of our own datagram nothing is wanted but where it went: that is the address here.
            _, ancillary, _, where = sock.recvmsg(0, ANCILLARY_BYTES, MSG_ERRQUEUE)
        except OSError:
            break
        if is_unreachable(ancillary):
            peer = socket.inet_aton(where[0])
            found += [peer] if peer not in found else []
    return found


class IkeSockets:
    """`sockets[SOCKET_IKE]`, `sockets[SOCKET_NATT]` and their real `ports`.

    Where a port is taken or not permitted the kernel chooses one, `force_natt` is set (a gateway answers IKE from another
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
            length, (host, port) = self.sockets[index].recvfrom_into(buffer)
        except OSError as error:
            self._count(error)
            return None
        return length, socket.inet_aton(host), port

    def send(self, view: "bytes | memoryview", to: "tuple[int, bytes, int]") -> bool:
        """Send to (socket, 4-byte peer, port). False if the network refused, which is counted: IKE repeats by itself."""
        index, peer, port = to
        where = (socket.inet_ntoa(peer), port)
        try:
            self.sockets[index].sendto(view, where)
        except OSError:
            try:
                self.sockets[index].sendto(view, where)  # the first may have failed for an ICMP error that waited
            except OSError as error:
                self._count(error)
                return False
        return True

    def unreachable(self, sock: Part) -> "list[bytes]":
        """What `hear_errors` kept, of one of `sockets` or of another socket that hears them."""
        return unreachable(sock)

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()

    def _open(self, port: int) -> int:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        hear_errors(sock)
        try:
            sock.bind(("", port))
        except OSError as error:
            sock.bind(("", 0))
            self.force_natt = True
            why = "is taken" if error.errno == errno.EADDRINUSE else "is not permitted"
            self.notes.append(f"UDP port {port} {why}; using port {sock.getsockname()[1]} with NAT-T forced")
        self.sockets.append(sock)
        return int(sock.getsockname()[1])

    def _count(self, error: OSError) -> None:
        if error.errno in (errno.EAGAIN, errno.EINTR):
            return
        name = errno.errorcode.get(error.errno or 0, f"errno {error.errno}")
        self.errors[name] = self.errors.get(name, 0) + 1


class Datagrams:
    """A UDP socket of its own port, for one file transfer. What the network refuses is lost: the protocol repeats."""

    def __init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def send(self, address: bytes, port: int, data: bytes) -> None:
        try:
            self.sock.sendto(data, (socket.inet_ntoa(address), port))
        except OSError:
            pass

    def receive(self) -> "tuple[bytes, bytes, int] | None":
        """(data, 4-byte sender, port), None when there is none now."""
        try:
            data, (host, port) = self.sock.recvfrom(_DATAGRAM)
        except OSError:
            return None
        return data, socket.inet_aton(host), port

    def close(self) -> None:
        self.sock.close()
