"""Run inside a network namespace of its own by test_tundev.py and test_netlink.py: the plane on the real kernel.

wan (192.0.2.10/24) --- far (no address); the default route goes through 192.0.2.1
"""

import os
import select
import signal
import socket
import subprocess
import sys

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.dataplane.port import Edge, KernelError
from ezvpn.dataplane.sa_table import SaTable
from ezvpn.dataplane.tun import TunPlane
from ezvpn.runtime.cpython.netlink import NetlinkKernel
from ezvpn.runtime.cpython.tundev import Mover, open_raw_esp
from ezvpn.wire.inet import ipv4_bytes
from ezvpn_hil.lab.processes import wait_until
from unit.dataplane.contract import PEER, START, child_up, mode_config

SPLIT = ("10.1.0.0/16", "10.2.0.0/16")
LOOPBACK = ipv4_bytes("127.0.0.1")


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def build():
    ip("link", "set", "lo", "up")
    ip("link", "add", "wan", "type", "veth", "peer", "name", "far")
    ip("link", "set", "far", "up")
    ip("link", "set", "wan", "up")
    ip("addr", "add", "192.0.2.10/24", "dev", "wan")
    ip("route", "add", "default", "via", "192.0.2.1")
    # The kernel says so a moment later; until then a dump changes by itself.
    assert wait_until(lambda: all("state UP" in ip("-o", "link", "show", name) for name in ("wan", "far")), 5)


def everything():
    """Full dumps; only what changes by itself (lifetimes, IPv6) is left out."""
    return ip("-4", "addr"), ip("-4", "route", "show", "table", "all"), ip("-o", "link")


def plane_in(state):
    kernel = NetlinkKernel(state)
    plane = TunPlane(kernel, Backend())
    plane.start(START)
    return kernel, plane


def detach(state):
    before = everything()
    kernel, plane = plane_in(state)
    for config in (mode_config(split=SPLIT), mode_config(exclude=("172.16.0.0/12",)), mode_config(address="")):
        plane.attach("vpn", config, PEER, START)
        plane.install("vpn", child_up(), START)
        routes = ip("route")
        assert "198.51.100.1 via 192.0.2.1 dev wan proto 69" in routes, routes
        assert "dev ezvpn0 proto 69" in routes, routes
        assert "mtu 1422" in ip("link", "show", "ezvpn0")
        assert plane.route_to(PEER).device == "wan"
        assert plane.route_to(ipv4_bytes("203.0.113.1")).device == "wan"
        if config.address:
            assert "10.99.0.5/32" in ip("addr", "show", "ezvpn0")
        plane.detach("vpn", START)
        assert everything() == before
    # Two tunnels, the first one leaves first; then all stops.
    plane.attach("a", mode_config("10.99.0.5", split=SPLIT[:1]), PEER, START)
    plane.attach("b", mode_config("10.98.0.5", split=SPLIT[1:]), ipv4_bytes("203.0.113.7"), START)
    plane.detach("a", START)
    assert "10.99.0.5" not in ip("addr") and "10.98.0.5" in ip("addr")
    assert "10.1.0.0/16" not in ip("route") and "10.2.0.0/16" in ip("route")
    plane.stop(START)
    assert everything() == before
    assert os.listdir(state) == []
    kernel.close()


def refused(state):
    """Somebody's own routes: to the peer, and to a network that the gateway wants."""
    ip("route", "add", "198.51.100.1/32", "via", "192.0.2.9")
    ip("route", "add", "10.2.0.0/16", "via", "192.0.2.9")
    before = everything()
    kernel, plane = plane_in(state)
    plane.attach("vpn", mode_config(split=SPLIT[:1]), PEER, START)
    plane.detach("vpn", START)
    assert everything() == before
    plane.attach("vpn", mode_config(split=SPLIT), PEER, START)
    assert plane.complaint() == "cannot route 10.2.0.0/16 into the tunnel: RTM_NEWROUTE: File exists"
    plane.detach("vpn", START)
    assert everything() == before
    try:
        plane.attach("vpn", mode_config(split=SPLIT[1:]), PEER, START)
        raise AssertionError("that network was taken")
    except KernelError as error:
        assert error.what == "cannot route 10.2.0.0/16 into the tunnel: RTM_NEWROUTE: File exists", error.what
    assert everything() == before
    assert os.listdir(state) == []


def device(state):
    """Somebody deletes the device under us, or takes it down."""
    before = everything()
    kernel, plane = plane_in(state)
    plane.attach("vpn", mode_config(), PEER, START)
    mover = Mover(kernel.tun, plane.table, socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    while mover.outward(0):
        pass
    ip("link", "del", "ezvpn0")
    assert mover.outward(0) == -1
    assert [event.kind for event in plane.table.events] == [Edge.DEVICE]
    plane.detach("vpn", START)
    assert everything() == before


def missing(state):
    """No way to the peer; the link below goes away while the tunnel is up."""
    kernel, plane = plane_in(state)
    plane.attach("vpn", mode_config(), PEER, START)
    ip("link", "set", "wan", "down")
    plane.detach("vpn", START)
    assert "ezvpn" not in ip("link") and "proto 69" not in ip("route", "show", "table", "all")
    assert plane.route_to(PEER) is None
    try:
        plane.attach("vpn", mode_config(), PEER, START)
        raise AssertionError("there is no way")
    except KernelError as error:
        assert error.what == "no route to the peer 198.51.100.1"
    assert os.listdir(state) == []


def crash(state):
    before = everything()
    child = subprocess.Popen([sys.executable, __file__, "hold", state], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "attached\n"
    assert "ezvpn0" in ip("link")
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert "ezvpn0" not in ip("link"), "the device dies with the process"
    assert "198.51.100.1 via 192.0.2.1 dev wan proto 69" in ip("route"), "the host route does not"
    kernel, plane = plane_in(state)
    assert everything() == before
    assert os.listdir(state) == []
    kernel.close()


def hold(state):
    _, plane = plane_in(state)
    plane.attach("vpn", mode_config(), PEER, START)
    print("attached", flush=True)
    signal.pause()


def packets(_):
    """app --> TUN --> ESP in UDP, and raw ESP --> gateway (in this process), and all the way back."""
    ip("link", "set", "lo", "mtu", "1500")
    kernel = NetlinkKernel("/nonexistent")
    kernel.write_text = lambda path, text: None
    plane = TunPlane(kernel, Backend())
    plane.attach("vpn", mode_config(split=SPLIT), LOOPBACK, START)
    natt, gateway = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    natt.bind(("127.0.0.1", 4500))
    natt.setblocking(False)
    gateway.bind(("127.0.0.1", 4501))
    gateway.settimeout(5)
    app = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    app.bind(("10.99.0.5", 7000))
    app.settimeout(5)
    mover = Mover(kernel.tun, plane.table, natt, open_raw_esp())
    ike, out, plain = (memoryview(bytearray(4096)) for _ in range(3))
    peer = SaTable(Backend())

    def move_until(condition):
        while not condition():
            readable, _, _ = select.select([kernel.tun.fd, natt, mover.raw], [], [], 5)
            assert readable, f"nothing moves: {plane.drops()}"
            if kernel.tun.fd in readable:
                assert mover.outward(0) >= 0
            if natt in readable:
                assert mover.inward(ike, START) == 0
            if mover.raw in readable:
                mover.inward_raw(START)

    up = child_up(peer=LOOPBACK, local="10.99.0.5/32")
    up.peer_port = 4501
    plane.install("vpn", up, START)
    peer.install("vpn", child_up(spi_in=0x2001, spi_out=0x1001, local="0.0.0.0/0", remote="10.99.0.5/32"), START)
    pair = plane.sa.pair(0x1001)
    for size in (0, 1, 1000, 1394):
        app.sendto(b"x" * size, ("10.1.0.5", 9))
        before = pair.packets_out
        move_until(lambda before=before: pair.packets_out > before)
        length = peer.open(memoryview(bytearray(gateway.recv(4096))), plain)
        assert length == size + 28, length
        gateway.sendto(echo(peer, plain[:length], out), ("127.0.0.1", 4500))
        before = pair.packets_in
        move_until(lambda before=before: pair.packets_in > before)
        assert app.recvfrom(4096) == (b"x" * size, ("10.1.0.5", 9))
    # A datagram larger than the MTU is fragmented by the kernel before it reaches the tunnel, and put together behind it.
    app.sendto(b"y" * 3000, ("10.1.0.5", 9))
    goal = pair.packets_out + 3
    move_until(lambda: pair.packets_out >= goal)
    fragments = []
    for _ in range(3):
        length = peer.open(memoryview(bytearray(gateway.recv(4096))), plain)
        fragments.append(echo(peer, plain[:length], out, fragment=True))
    for datagram in fragments:
        gateway.sendto(datagram, ("127.0.0.1", 4500))
    goal = pair.packets_in + 3
    move_until(lambda: pair.packets_in >= goal)
    assert app.recv(4096) == b"y" * 3000

    # The same without UDP: the raw socket hears its own packets on loopback, so the SPIs tell both directions apart.
    plane.remove(0x1001, START)
    plane.install("vpn", child_up(peer=LOOPBACK, encap=False, spi_in=0x1003, spi_out=0x2003), START)
    peer.install("vpn", child_up(spi_in=0x2003, spi_out=0x1003, local="0.0.0.0/0", remote="10.99.0.5/32"), START)
    far = open_raw_esp()
    far.setblocking(True)
    far.settimeout(5)
    pair = plane.sa.pair(0x1003)
    app.sendto(b"raw", ("10.1.0.5", 9))
    move_until(lambda: pair.packets_out == 1)
    length = peer.open(memoryview(bytearray(far.recv(4096)))[20:], plain)
    assert length == 31, length
    far.sendto(echo(peer, plain[:length], out), ("127.0.0.1", 0))
    move_until(lambda: pair.packets_in == 1)
    assert app.recvfrom(4096) == (b"raw", ("10.1.0.5", 9))
    assert plane.drops()["send"] == plane.drops()["deliver"] == 0
    plane.stop(START)
    assert "ezvpn" not in ip("link")


def echo(table, inner, out, fragment=False):
    """The inner packet with addresses and ports swapped, sealed. Swapping changes no checksum."""
    inner[12:16], inner[16:20] = bytes(inner[16:20]), bytes(inner[12:16])
    if not fragment or not (inner[6] & 0x1F) | inner[7]:
        inner[20:22], inner[22:24] = bytes(inner[22:24]), bytes(inner[20:22])
    length = table.seal(inner, out)
    return bytes(out[:length])


if __name__ == "__main__":
    story = sys.argv[1]
    if story != "hold":
        build()
    globals()[story](sys.argv[2] if len(sys.argv) > 2 else "")
    print("all steps done")
