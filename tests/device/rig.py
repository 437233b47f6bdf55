"""Runs on the device binary: a mover between a "TUN device" and a socket, and at the far end a table that answers.

Both are UDP on loopback: a connected socket gives and takes whole packets, as a TUN descriptor does.
"""

import socket
import struct

import _edgec

from ezvpn.crypto.choose import best
from ezvpn.dataplane.sa_table import DROP_CAUSES, SaTable
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import EspTransform, Selector
from ezvpn.runtime.micropython.tundev import Mover, TunDevice
from ezvpn.runtime.micropython.udp import sockaddr_in

LOOPBACK = b"\x7f\0\0\1"
ANY = Selector(bytes(4), bytes(4))
HOST = Selector(b"\x0a\x63\x00\x05", b"\xff\xff\xff\xff")
NET = Selector(b"\x0a\x01\x00\x00", b"\xff\xff\x00\x00")
CLIENT, SERVER = b"\x0a\x63\x00\x05", b"\x0a\x01\x00\x07"
CIPHERS = {"aes-cbc": 16, "aes-gcm": 20, "3des": 24, "null": 0}
AUTHS = {"sha1": 20, "sha256": 32, "": 0}


def bound(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(sockaddr_in(LOOPBACK, port))
    return sock


def child_up(spi_in, spi_out, local, remote, port, cipher="aes-cbc", auth="sha1", life_kb=0, child=1, replaces=0):
    keys = [bytearray(b"k" * CIPHERS[cipher]), bytearray(b"a" * AUTHS[auth])]
    keys += [bytearray(each) for each in keys]
    transform = EspTransform(cipher, 128, auth)
    return ChildUp(
        1, child, replaces, spi_in, spi_out, transform, keys[0], keys[1], keys[2], keys[3],
        local, remote, True, LOOPBACK, port, 0, 3600, life_kb,
    )  # fmt: skip


def packet(source=CLIENT, destination=SERVER, length=60):
    header = struct.pack(">BBHHHBBH", 0x45, 0, length, 1, 0, 64, 17, 0) + source + destination
    return header + bytes(length - 20)


class Rig:
    """port: the first of four that are used."""

    def __init__(self, port, cipher="aes-cbc", auth="sha1", life_kb=0, window=64):
        self.ports = (port, port + 1, port + 2, port + 3)
        self.host, self.tun, self.natt, self.gateway = (bound(each) for each in self.ports)
        self.tun.connect(sockaddr_in(LOOPBACK, port))
        self.host.connect(sockaddr_in(LOOPBACK, port + 1))
        self.table, self.peer = SaTable(best(), window), SaTable(best(), 1024)
        self.table.install("vpn", child_up(0x80001001, 0xFFFF2001, HOST, NET, port + 3, cipher, auth, life_kb), 0)
        self.peer.install("vpn", child_up(0xFFFF2001, 0x80001001, ANY, ANY, port + 2, cipher, auth), 0)
        device = TunDevice()
        device.fd = self.tun.fileno()
        self.mover = Mover(device, self.table, self.natt)
        self.ike = memoryview(bytearray(512))
        self.out = memoryview(bytearray(4096))
        self.plain = memoryview(bytearray(4096))

    def pair(self):
        return self.table.pair(0x80001001)

    def from_gateway(self, data):
        self.gateway.sendto(data, sockaddr_in(LOOPBACK, self.ports[2]))

    def sealed(self, inner):
        return bytes(self.out[: self.peer.seal(memoryview(inner), self.out)])

    def at_gateway(self):
        """Inner lengths of what arrived there."""
        found = []
        while True:
            try:
                data, _ = self.gateway.recvfrom(4096)
            except OSError:
                return found
            found.append(self.peer.open(memoryview(bytearray(data)), self.plain))

    def at_host(self):
        found = []
        while True:
            try:
                found.append(self.host.recv(4096))
            except OSError:
                return found

    def edges(self):
        found = [(event.kind, event.spi) for event in self.table.events]
        self.table.events[:] = []
        return found

    def drops(self):
        return [(cause, self.table.drops[cause]) for cause in DROP_CAUSES if self.table.drops[cause]]

    def close(self):
        for sock in (self.host, self.tun, self.natt, self.gateway):
            sock.close()


def counters(pair):
    return (
        pair.sequence, pair.packets_out, pair.bytes_out, pair.last_out,
        pair.packets_in, pair.bytes_in, pair.last_in, pair.replays, pair.auth_failures,
    )  # fmt: skip


assert _edgec.Mover
