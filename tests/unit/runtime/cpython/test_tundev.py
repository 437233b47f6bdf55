"""The movers: in memory with a pipe for the TUN device, and over a real TUN device in a namespace of the test's own."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.dataplane.port import Edge, KernelError
from ezvpn.dataplane.sa_table import SaTable
from ezvpn.runtime.cpython.tundev import Mover, TunDevice
from ezvpn.runtime.cpython.udp import hear_errors, unreachable
from ezvpn.wire.inet import ipv4_bytes
from unit.dataplane.contract import START, child_up
from unit.dataplane.packets import packet

LOOPBACK = ipv4_bytes("127.0.0.1")
HERE = Path(__file__)


class Rig:
    """client: a Mover whose TUN device is one end of a socket pair · gateway: a plain socket and a table."""

    def __init__(self):
        self.tun, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.tun.setblocking(False)
        self.natt, self.gateway = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for sock in (self.natt, self.gateway):
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(5)
        self.natt.setblocking(False)
        self.port = self.natt.getsockname()[1]
        device = TunDevice()
        device.fd = far.detach()
        os.set_blocking(device.fd, False)
        self.table, self.peer = SaTable(Backend()), SaTable(Backend())
        self.install()
        self.mover = Mover(device, self.table, self.natt)
        self.ike = memoryview(bytearray(2048))
        self.out = memoryview(bytearray(4096))

    def install(self, encap=True):
        up = child_up(peer=LOOPBACK, encap=encap)
        up.peer_port = self.gateway.getsockname()[1]
        self.table.install("vpn", up, START)
        back = child_up(spi_in=0x2001, spi_out=0x1001, local="0.0.0.0/0", remote="10.99.0.5/32")
        self.peer.install("vpn", back, START)

    def from_gateway(self, data):
        self.gateway.sendto(data, ("127.0.0.1", self.port))

    def sealed(self):
        length = self.peer.seal(packet("10.1.0.5", "10.99.0.5"), self.out)
        return bytes(self.out[:length])

    def close(self):
        self.mover.device.close()
        for sock in (self.tun, self.natt, self.gateway):
            sock.close()


@pytest.fixture
def rig():
    rig = Rig()
    yield rig
    rig.close()


def test_outward(rig):
    rig.tun.send(packet())
    rig.tun.send(packet(length=500))
    assert rig.mover.outward(0) == 2
    for length in (100, 500):
        datagram = memoryview(bytearray(rig.gateway.recv(2000)))
        assert rig.peer.open(datagram, rig.out) == length
    assert rig.mover.outward(0) == 0


def lengths_sent(rig, *lengths):
    """The inner packets of these lengths --> client --> gateway: the datagrams that arrive, as inner lengths, in order."""
    for length in lengths:
        rig.tun.send(packet(length=length))
    assert rig.mover.outward(0) == len(lengths)
    rig.gateway.settimeout(0.05)
    found = []
    while True:
        try:
            datagram = rig.gateway.recv(70000)
        except TimeoutError:
            return tuple(found)
        found.append(rig.peer.open(memoryview(bytearray(datagram)), rig.out))


SERIES = [
    (1000,) * 20,
    (1000, 1000, 500, 1000, 1000),
    (500, 1000, 1000, 20, 1000, 999),
    (20, 40, 60, 80, 100, 1400, 1400),
    (1400,) * 60,
    tuple(range(1400, 20, -40)),
]


@pytest.mark.parametrize("series", SERIES)
def test_batches_are_the_same_datagrams_in_the_same_order(rig, series):
    """One sendmsg for packets of one length (UDP_SEGMENT); on the wire nothing shows."""
    assert rig.mover._segments, "this kernel has UDP_SEGMENT"
    assert lengths_sent(rig, *series) == series


@pytest.mark.parametrize("series", SERIES)
def test_without_batches_too(rig, series):
    rig.mover._segments = False
    assert lengths_sent(rig, *series) == series


@pytest.mark.parametrize(("number", "afterwards"), [(errno.EMSGSIZE, True), (errno.EINVAL, False), (errno.EIO, False)])
def test_a_refused_batch_goes_one_by_one(rig, number, afterwards):
    class Refusing:
        def __init__(self, real):
            self.sendto = real.sendto

        def sendmsg(self, *_):
            raise OSError(number, "refused by the test")

    real, rig.mover.natt = rig.mover.natt, Refusing(rig.mover.natt)
    assert lengths_sent(rig, 1000, 1000, 500) == (1000, 1000, 500)
    assert rig.mover._segments is afterwards
    rig.mover.natt = real


def test_a_batch_that_the_network_drops_is_counted(rig):
    class Full:
        def sendmsg(self, *_):
            raise OSError(errno.ENOBUFS, "No buffer space available")

    rig.mover.natt = Full()
    assert lengths_sent(rig, 1000, 1000, 500) == ()
    assert rig.table.pair(0x1001).send_errors == 3


def test_two_destinations_in_one_batch(rig):
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("127.0.0.1", 0))
    other.settimeout(5)
    up = child_up(child=2, spi_in=0x1002, spi_out=0x2002, remote="10.2.0.0/16", peer=LOOPBACK)
    up.peer_port = other.getsockname()[1]
    rig.table.install("vpn", up, START)
    for destination in ("10.1.0.5", "10.1.0.5", "10.2.0.5", "10.1.0.5"):
        rig.tun.send(packet(destination=destination))
    assert rig.mover.outward(0) == 4
    assert [rig.gateway.recv(2000)[:4] for _ in range(3)] == [b"\0\0\x20\x01"] * 3
    assert other.recv(2000)[:4] == b"\0\0\x20\x02"
    other.close()


@pytest.mark.parametrize("batch", [1, 3])
def test_a_peer_that_icmp_calls_unreachable_costs_another_nothing(rig, batch):
    """Two gateways behind one socket, one of them gone: its ICMP errors fail the next call on the socket, whatever that sends."""
    hear_errors(rig.natt)
    gone = child_up(child=2, spi_in=0x1002, spi_out=0x2002, remote="10.2.0.0/16", peer=LOOPBACK)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        gone.peer_port = closed.getsockname()[1]
    rig.table.install("vpn", gone, START)
    for _ in range(4):
        for destination in ("10.2.0.5", *["10.1.0.5"] * batch):
            rig.tun.send(packet(destination=destination))
        assert rig.mover.outward(0) == 1 + batch
    assert [rig.gateway.recv(2000)[:4] for _ in range(4 * batch)] == [b"\0\0\x20\x01"] * 4 * batch
    assert rig.table.pair(0x1001).send_errors == 0
    assert rig.mover.inward(rig.ike, START) == 0 and rig.mover.idle
    assert unreachable(rig.natt) == [LOOPBACK]


def test_idle_is_said_of_a_call_that_found_nothing(rig):
    rig.from_gateway(rig.sealed())
    rig.mover.inward(rig.ike, START)
    assert not rig.mover.idle
    rig.mover.inward(rig.ike, START)
    assert rig.mover.idle


def test_a_kernel_without_batches():
    class Old:
        def getsockopt(self, *_):
            raise OSError(errno.ENOPROTOOPT, "Protocol not available")

    assert not Mover(TunDevice(), SaTable(Backend()), Old())._segments


def test_outward_stops_at_its_budget(rig):
    for _ in range(10):
        rig.tun.send(packet())
    assert rig.mover.outward(0, 7) == 7
    assert rig.mover.outward(0, 7) == 3


def test_outward_without_an_sa(rig):
    rig.tun.send(packet(source="10.0.0.1"))
    assert rig.mover.outward(0) == 1
    assert rig.table.drops["no-sa"] == 1


def test_what_the_network_refuses_is_counted(rig):
    rig.natt.close()
    rig.tun.send(packet())
    assert rig.mover.outward(0) == 1
    assert rig.table.pair(0x1001).send_errors == 1


def test_esp_without_udp_needs_the_raw_socket(rig):
    rig.install(encap=False)
    rig.tun.send(packet())
    assert rig.mover.outward(0) == 1
    assert rig.table.drops["send"] == 1


def test_a_device_that_is_gone_is_told_once_by_each_call(rig):
    os.close(rig.mover.device.fd)
    assert rig.mover.outward(0) == -1
    assert [event.kind for event in rig.table.events] == [Edge.DEVICE]
    rig.mover.device.fd = -1


def test_inward(rig):
    rig.from_gateway(rig.sealed())
    assert rig.mover.inward(rig.ike, START) == 0
    assert rig.tun.recv(2000) == bytes(packet("10.1.0.5", "10.99.0.5"))


def test_inward_stops_at_ike_and_goes_on_afterwards(rig):
    """ESP, IKE, ESP, keepalive, IKE"""
    first = b"\0\0\0\0" + b"I" * 40
    for data in (rig.sealed(), first, rig.sealed(), b"\xff", b"\0\0\0\0" + b"J" * 30):
        rig.from_gateway(data)
    assert rig.mover.inward(rig.ike, START) == 44
    assert bytes(rig.ike[:44]) == first
    assert rig.mover.source == (LOOPBACK, rig.gateway.getsockname()[1])
    assert rig.mover.inward(rig.ike, START) == 34
    assert rig.mover.inward(rig.ike, START) == 0
    assert rig.table.pair(0x1001).packets_in == 2


def test_inward_stops_at_its_budget(rig):
    for _ in range(5):
        rig.from_gateway(rig.sealed())
    rig.mover.inward(rig.ike, START, 3)
    assert rig.table.pair(0x1001).packets_in == 3


def test_an_ike_datagram_longer_than_the_buffer_is_cut(rig):
    rig.from_gateway(b"\0\0\0\0" + bytes(100))
    assert rig.mover.inward(rig.ike[:50], START) == 50


def test_strangers_are_told_with_their_address(rig):
    rig.from_gateway(b"\xaa\xaa\xaa\xaa" + bytes(60))
    assert rig.mover.inward(rig.ike, START) == 0
    (event,) = rig.table.events
    assert (event.kind, event.spi, event.peer) == (Edge.UNKNOWN_SPI, 0xAAAAAAAA, LOOPBACK)


def test_what_the_device_refuses_is_counted(rig):
    rig.from_gateway(rig.sealed())
    rig.tun.close()
    rig.mover.inward(rig.ike, START)
    assert rig.table.drops["deliver"] == 1


def test_short_datagrams_are_nothing(rig):
    for length in range(8):
        rig.from_gateway(b"\x99" * length)
    assert rig.mover.inward(rig.ike, START) == 0
    assert rig.table.events == []


def test_no_right_is_said(monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("fcntl.ioctl", refuse)
    with pytest.raises(KernelError, match="--dataplane none"):
        TunDevice().open("ezvpn%d")


def in_namespace(script, *arguments):
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
    tests = str(HERE.parents[3])
    environment = dict(os.environ, PYTHONPATH=tests)
    command = [*unshare, sys.executable, str(HERE.with_name(script)), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_over_a_real_device():
    assert in_namespace("plane_in_namespace.py", "packets")[-1] == "all steps done"
