"""The TUN descriptor and the loops that move packets between it and the sockets (tun.c of the kernel, RFC 3948 2, 3).

Only moving: which SA, which checks and which counters is for the table (`dataplane.port.PacketTable`). Nothing is allocated for
a packet but what the interpreter's calls give back.

Measured, 1400-byte packets, AES-128-CBC with SHA-1, µs of CPU a packet (x86-64 with AES and SHA instructions): outward 12-13 of
which TUN read 1, seal 5.5, sendto 5; with one sendmsg for up to 42 packets (UDP_SEGMENT, udp(7)) 8-9. Inward 7-9 of which
recvfrom_into 1.7, open 4, TUN write 1.5.
"""

import errno
import fcntl
import os
import socket
import struct

from ezvpn.dataplane.port import KernelError, PacketTable
from ezvpn.runtime.calls import Part
from ezvpn.runtime.tun_request import DEVICE, TUNSETIFF, advice, name_of, request

BUDGET = 64  # packets a call; then IKE, console and timers get their turn

_BUFFER_BYTES = 65536  # the largest IPv4 packet
_SEALED_EXTRA = 128  # ESP header, IV, trailer and ICV
_ESP_PROTOCOL = 50
_RAW_BUFFER_BYTES = 1 << 20
_BATCH_BYTES = 60000  # sealed packets that wait to be sent in one call; a UDP payload holds 65507
_SOL_UDP = 17
_UDP_SEGMENT = 103
_NOT_SEGMENTED = (errno.EMSGSIZE, errno.EINVAL, errno.EIO, errno.EOPNOTSUPP)
# An ICMP error about an earlier packet, maybe to another peer, fails the next call on a socket that hears them (ip(7)): once.
_TOLD_BY_ICMP = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EPROTO, errno.EMSGSIZE)
_segment_size = struct.Struct("@H").pack
_MARKER = b"\0\0\0\0"
_AGAIN = (errno.EAGAIN, errno.EINTR)


class TunDevice:
    """One TUN device, not persistent: it goes when the descriptor is closed, also by kill -9. `fd` is -1 while closed."""

    def __init__(self) -> None:
        self.fd = -1
        self.name = ""

    def open(self, name: str) -> None:
        """name: up to 15 bytes; %d in it lets the kernel choose a number. Raises `KernelError` saying what is missing."""
        self.close()
        try:
            fd = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise KernelError(error.errno or 0, "cannot open " + DEVICE + ": " + _words(error))
        try:
            answer = fcntl.ioctl(fd, TUNSETIFF, request(name))
        except OSError as error:
            os.close(fd)
            raise KernelError(error.errno or 0, "cannot make the TUN device " + name + ": " + _words(error))
        self.fd = fd
        self.name = name_of(answer)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1


def _words(error: OSError) -> str:
    return advice(error.errno or 0, error.strerror or "error")


def open_raw_esp() -> "socket.socket":
    """A raw socket for ESP without UDP (protocol 50), for peers with no NAT in between. Raises `KernelError`."""
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, _ESP_PROTOCOL)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RAW_BUFFER_BYTES)
        return raw
    except OSError as error:
        raise KernelError(error.errno or 0, "cannot open a raw socket for ESP: " + _words(error))


class Mover:
    """Moves packets for one table. natt: the socket of port 4500 · raw: the protocol 50 socket, or None where there is none,
    then ESP without UDP is counted as a send error. `source` is where the IKE datagram came from that `inward` left; `idle`: the
    last call of `inward` or `inward_raw` found nothing at all."""

    def __init__(self, device: TunDevice, table: PacketTable, natt: Part, raw: Part = None) -> None:
        self.device = device
        self.table = table
        self.natt = natt
        self.raw = raw
        self.source: "tuple[bytes, int]" = (b"\0\0\0\0", 0)
        self.idle = False
        self._packet = bytearray(_BUFFER_BYTES)
        self._packet_view = memoryview(self._packet)
        self._sealed = memoryview(bytearray(_BATCH_BYTES + _BUFFER_BYTES + _SEALED_EXTRA))
        self._segments = _segments_offered(natt)
        self._to: object = None
        self._where: "tuple[str, int]" = ("", 0)

    def outward(self, now: int, budget: int = BUDGET) -> int:
        """Seal and send what the TUN device has, `budget` packets at most. Returns how many were read, or -1 when the device is
        gone: then stop watching it, the table has told the node."""
        fd = self.device.fd
        table = self.table
        table.now = now
        seal = table.seal
        readv = os.readv
        packet = self._packet_view
        into = (self._packet,)
        sealed = self._sealed
        to = table.to
        # sealed[first:at] waits: `number` ESP packets of `segment` bytes for `to`, the last one may be shorter.
        first = at = number = segment = 0
        read = budget
        for count in range(budget):
            try:
                length = readv(fd, into)
            except OSError as error:
                read = count
                if error.errno not in _AGAIN:
                    table.device_lost()
                    read = -1
                break
            length = seal(packet[:length], sealed[at:])
            if not length:
                continue
            if number and (length > segment or table.to is not to or at + length - first > _BATCH_BYTES):
                self._send(sealed[first:at], segment, number, to)
                first = at
                number = 0
            if not number:
                segment = length
                to = table.to
            number += 1
            at += length
            if length < segment or at > _BATCH_BYTES or not (self._segments and to[0]):
                self._send(sealed[first:at], segment, number, to)
                first = at = number = 0
        if number:
            self._send(sealed[first:at], segment, number, to)
        return read

    def _send(self, data: memoryview, segment: int, number: int, to: "tuple[bool, bytes, int]") -> None:
        """Send `number` ESP packets that lie one behind the other. What the network does not take is lost, as on any router."""
        if to is not self._to:
            self._to = to
            self._where = (socket.inet_ntoa(to[1]), to[2] if to[0] else 0)
        where = self._where
        sock = self.natt if to[0] else self.raw
        if number > 1:
            segments = ((_SOL_UDP, _UDP_SEGMENT, _segment_size(segment)),)
            try:
                try:
                    sock.sendmsg((data,), segments, 0, where)
                except OSError as error:
                    if error.errno not in _TOLD_BY_ICMP:
                        raise
                    sock.sendmsg((data,), segments, 0, where)
                return
            except OSError as error:
                if error.errno not in _NOT_SEGMENTED:
                    self.table.send_failed(to, number)
                    return
                # Too large for the path just now, or a device below that cannot: one by one the kernel manages.
                self._segments = error.errno == errno.EMSGSIZE
        for at in range(0, len(data), segment):
            try:
                if sock is None:
                    raise OSError(errno.EPROTONOSUPPORT, "no raw socket for ESP")
                try:
                    sock.sendto(data[at : at + segment], where)
                except OSError as error:
                    if error.errno not in _TOLD_BY_ICMP:
                        raise
                    sock.sendto(data[at : at + segment], where)
            except OSError:
                self.table.send_failed(to, 1)

    def inward(self, ike: memoryview, now: int, budget: int = BUDGET) -> int:
        """Open what port 4500 has and write it to the TUN device, `budget` datagrams at most. Stops at an IKE datagram: it is
        then in `ike`, marker included, its length is returned and `source` is (4-byte address, port). 0: none so far. An IKE
        datagram longer than `ike` is cut, which its header's length will show."""
        fd = self.device.fd
        table = self.table
        table.now = now
        opening = table.open
        receive = self.natt.recvfrom_into
        write = os.write
        datagram = self._packet_view
        plain = self._sealed
        self.idle = False
        for count in range(budget):
            try:
                length, source = receive(datagram)
            except OSError:
                self.idle = count == 0
                return 0
            # RFC 3948 2.2, 2.3: four zero bytes where ESP has its SPI are IKE's marker; one byte is a keepalive.
            if length < 8:
                continue
            if datagram[:4] == _MARKER:
                kept = min(int(length), len(ike))
                ike[:kept] = datagram[:kept]
                self.source = (socket.inet_aton(source[0]), source[1])
                return kept
            length = opening(datagram[:length], plain)
            if length:
                try:
                    write(fd, plain[:length])
                except OSError:
                    table.deliver_failed()
            elif table.stray_spi:
                table.stray(socket.inet_aton(source[0]), now)
        return 0

    def inward_raw(self, now: int, budget: int = BUDGET) -> None:
        """The same for the protocol 50 socket, which gives whole IPv4 packets."""
        fd = self.device.fd
        table = self.table
        table.now = now
        opening = table.open
        receive = self.raw.recv_into
        write = os.write
        packet = self._packet_view
        plain = self._sealed
        self.idle = False
        for count in range(budget):
            try:
                length = receive(packet)
            except OSError:
                self.idle = count == 0
                return
            length = opening(packet[(packet[0] & 15) * 4 : length], plain)
            if length:
                try:
                    write(fd, plain[:length])
                except OSError:
                    table.deliver_failed()
            elif table.stray_spi:
                table.stray(bytes(packet[12:16]), now)


def _segments_offered(natt: Part) -> bool:
    """Whether the kernel knows UDP_SEGMENT (4.18). An older one would not refuse the request but send one huge datagram."""
    try:
        natt.getsockopt(_SOL_UDP, _UDP_SEGMENT)
    except OSError:
        return False
    return True
