"""The practice gateway on real sockets: UDP 500 and 4500, a raw socket for ESP, a TUN device for the clients' addresses.

Belongs here: descriptors, the route to the pool, one printed line an event. Not here: the protocol (`endpoint`, `session`), which
SA takes which packet (`ezvpn.dataplane.sa_table`), arguments (`__main__`).
"""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import time

from ezvpn.crypto.choose import best
from ezvpn.dataplane.espcodec import USUAL_PATH_MTU, careful_mtu
from ezvpn.dataplane.port import Edge, KernelError
from ezvpn.dataplane.sa_table import SaTable
from ezvpn.ike import events
from ezvpn.ike.events import Event
from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT, Selector
from ezvpn.node.facts import Order
from ezvpn.runtime.cpython.entropy import entropy
from ezvpn.runtime.cpython.loop import Loop, Timer
from ezvpn.runtime.cpython.netlink import NetlinkKernel
from ezvpn.runtime.cpython.tundev import Mover, TunDevice, open_raw_esp
from ezvpn.runtime.cpython.udp import IKE_PORT, NATT_PORT
from ezvpn.runtime.pump import Pump
from ezvpn.wire import inet, netlink
from ezvpn_hil.gateway.endpoint import GatewayEndpoint
from ezvpn_hil.gateway.policy import Policy

DEVICE = "ezgw%d"
DATAGRAM_BYTES = 65536
RECEIVE_BUFFER = 1 << 20

# Causes of the core whose own text speaks of a gateway's deeds.
GONE = {"deleted-by-peer": "it deleted the ISAKMP SA", "closed": "this gateway ends"}


class CannotServe(Exception):
    """A socket or the device was refused; the text says which and why."""


class _Orders:
    """The endpoint as the pump wants it: its events become orders for the server."""

    def __init__(self, endpoint: GatewayEndpoint) -> None:
        self._endpoint = endpoint
        self.transmit = endpoint.transmit
        self.deadline = endpoint.deadline

    @property
    def to(self) -> tuple[int, bytes, int]:
        return self._endpoint.to

    def event(self) -> Order | None:
        found = self._endpoint.event()
        return None if found is None else Order("happened", (found,))


class Server:
    """Opens everything at once; `run` serves until SIGTERM or SIGINT, then deletes every SA. Raises CannotServe.

    pool: the network whose route leads into the TUN device. Without tun packets are authenticated, counted and thrown away.
    """

    def __init__(self, policy: Policy, pool: ipaddress.IPv4Network, tun: bool) -> None:
        self._loop = Loop()
        self._endpoint = GatewayEndpoint(best(), entropy, policy)
        self._pump = Pump(_Orders(self._endpoint), self, self._loop.now)
        self._table = SaTable(best())
        self._timer: Timer | None = None
        self._buffer = memoryview(bytearray(DATAGRAM_BYTES))
        self._device = TunDevice()
        self._kernel: NetlinkKernel | None = None
        address = inet.ipv4_text(policy.address)
        self._sockets = [_udp(address, port) for port in (IKE_PORT, NATT_PORT)]
        raw = None
        try:
            raw = open_raw_esp()
            self._sockets.append(raw)
            if tun:
                self._open_device(pool)
        except KernelError as error:
            if tun:
                raise CannotServe(error.what)
            _say(error.what)
        self._mover = Mover(self._device, self._table, self._sockets[SOCKET_NATT], raw)
        self._raw = raw

    def _open_device(self, pool: ipaddress.IPv4Network) -> None:
        self._kernel = NetlinkKernel("/")  # its texts are never used
        index = self._kernel.open_tun(DEVICE)
        self._device = self._kernel.tun
        self._kernel.transact(netlink.link_set(index, up=True, mtu=careful_mtu(USUAL_PATH_MTU)))
        self._kernel.transact(netlink.route_add(pool.network_address.packed, pool.prefixlen, index))

    def run(self) -> None:
        """Until it is told to end."""
        self._loop.on_signal(signal.SIGTERM, self._end)
        self._loop.on_signal(signal.SIGINT, self._end)
        self._loop.watch(self._sockets[SOCKET_IKE], self._ike_readable)
        self._loop.watch(self._sockets[SOCKET_NATT], self._natt_readable)
        if self._raw is not None:
            self._loop.watch(self._raw, self._raw_readable)
        if self._device.fd >= 0:
            self._loop.watch(self._device.fd, self._tun_readable)
        policy = self._endpoint.policy
        _say(
            f"practice gateway at {inet.ipv4_text(policy.address)}, group {policy.group.decode()}, {self._device_text()}"
        )
        try:
            self._loop.run()
        finally:
            for sock in self._sockets:
                sock.close()
            if self._kernel is not None:
                self._kernel.close()

    def _device_text(self) -> str:
        return f"packets through {self._device.name}" if self._device.fd >= 0 else "no device for packets"

    def _end(self) -> None:
        self._pump.call(self._endpoint.close_all, self._loop.now())
        _say("ended")
        self._loop.stop()

    # --- descriptors ------------------------------------------------------------------------------------------------

    def _ike_readable(self) -> None:
        try:
            length, (host, port) = self._sockets[SOCKET_IKE].recvfrom_into(self._buffer)
        except OSError:
            return  # an ICMP error of an earlier datagram; IKE repeats by itself
        self._receive(length, (SOCKET_IKE, socket.inet_aton(host), port))

    def _natt_readable(self) -> None:
        length = self._mover.inward(self._buffer, self._loop.now())
        if length:
            self._receive(length, (SOCKET_NATT, *self._mover.source))
        self._edges()

    def _raw_readable(self) -> None:
        self._mover.inward_raw(self._loop.now())
        self._edges()

    def _tun_readable(self) -> None:
        if self._mover.outward(self._loop.now()) < 0:
            self._loop.unwatch(self._device.fd)
        self._edges()

    def _receive(self, length: int, source: tuple[int, bytes, int]) -> None:
        now = self._loop.now()
        self._pump.call(self._endpoint.receive, self._buffer[:length], now, source)

    def _edges(self) -> None:
        """Only what a person wants to know; nothing here renews by volume."""
        for edge in self._table.events:
            if edge.kind == Edge.UNKNOWN_SPI and edge.peer is not None:
                _say(f"ESP of unknown SPI {edge.spi:08x} from {inet.ipv4_text(edge.peer)}")
            elif edge.kind == Edge.DEVICE:
                _say(f"{self._device.name} is gone: no packets any more")
        self._table.events.clear()

    # --- what the pump asks for -------------------------------------------------------------------------------------

    def send(self, view: memoryview, to: tuple[int, bytes, int]) -> None:
        try:
            self._sockets[to[0]].sendto(view, (inet.ipv4_text(to[1]), to[2]))
        except OSError as error:
            _say(f"cannot send to {inet.ipv4_text(to[1])}: {error.strerror}")

    def wake_at(self, ms: int | None) -> None:
        if self._timer is not None:
            self._loop.cancel(self._timer)
        self._timer = None if ms is None else self._loop.at(ms, self._due)

    def _due(self) -> None:
        self._pump.call(self._endpoint.timeout, self._loop.now())

    def happened(self, event: Event) -> None:
        """One event of the endpoint: the packets' table first, then a line."""
        text = line(event)
        if isinstance(event, events.ChildUp):
            self._table.install(f"client {event.session}", event, self._loop.now())
        elif isinstance(event, events.ChildDown):
            pair = self._table.remove(event.spi_in)
            if pair is not None:
                text += f"; {pair.bytes_in} bytes in, {pair.bytes_out} out"
        if text:
            _say(f"client {event.session}: {text}" if event.session else text)


def line(event: Event) -> str:
    """What is printed of an event; "" for those that only a program wants."""
    if isinstance(event, events.XauthResult):
        return f"{event.message}: password {'accepted' if event.ok else 'refused'}"
    if isinstance(event, events.Configured):
        address = event.config.address
        return "has the address " + (inet.ipv4_text(address) if address is not None else "(the pool is empty)")
    if isinstance(event, events.ChildUp):
        suite = "-".join(
            str(word) for word in (event.transform.cipher, event.transform.key_bits, event.transform.auth) if word
        )
        how = "in UDP" if event.encap else "as protocol 50"
        return (
            f"ESP {suite} {how}, {network_text(event.remote)} to {network_text(event.local)},"
            f" SPIs {event.spi_in:08x} {event.spi_out:08x}"
        )
    if isinstance(event, events.ChildDown):
        return f"ESP {event.spi_in:08x} {event.spi_out:08x} ended: {event.reason}"
    if isinstance(event, events.SessionDown):
        return "gone: " + (GONE.get(event.cause) or event.text)
    if isinstance(event, events.ChildFailed):
        return f"no ESP: {event.text}"
    if isinstance(event, events.Dropped):
        return f"dropped: {event.text} ({event.cause})"
    return ""


def network_text(selector: Selector) -> str:
    """`203.0.113.0/24`."""
    return f"{inet.ipv4_text(selector.address)}/{inet.prefix_length(selector.mask)}"


def _udp(address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    try:
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise CannotServe(f"UDP {address}:{port}: {os.strerror(error.errno or 0)}")
    return sock


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
