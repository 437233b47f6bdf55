"""The object whose methods are the node's orders (docs/architecture.md), and the other way: what happens outside becomes doors.

Dual. It owns no descriptor: the parts it joins (loop, sockets, store, resolver, consoles, movers, MQTT) come from the edge of
each interpreter, `runtime/*/edge.py`, and have the same methods on both.
"""

import time

from ezvpn.compat import const
from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.attach import Attachments
from ezvpn.runtime.calls import Part
from ezvpn.runtime.consoles import Consoles
from ezvpn.runtime.linkstate import LinkState
from ezvpn.runtime.machine import LinuxMachine
from ezvpn.runtime.probes import Probes
from ezvpn.runtime.pump import Pump
from ezvpn.runtime.shelf import Shelf
from ezvpn.runtime.timekeeping import Timekeeping
from ezvpn.wire.netlink import address_dump, link_dump

_IKE = const(0)  # ike.params.SOCKET_IKE
_NATT = const(1)  # ike.params.SOCKET_NATT
_CLOCK_MS = const(60_000)
PLAUSIBLE_MS = 1_735_689_600_000  # 2025-01-01: an earlier wall clock was never set
_FAREWELL_MS = const(2500)  # deletes and `offline` are out by then, or nobody is there to take them


class Adapter:
    """Joins one node to the outside. `restart`: the run ended because of `reload`."""

    mqtt_delay_ms = 0  # before the first connection to a broker; see the CPython edge
    console_modules: "tuple[str, ...]" = ()  # what the edges load before the first console
    datagram_bytes = 65536  # of the longest datagram that is received whole; see the MicroPython edge

    def __init__(self, loop: Part, sockets: Part, files: Part, own_prefix: str) -> None:
        self.loop = loop
        self.sockets = sockets
        self.files = files
        self.consoles = Consoles(loop, self.shutdown, self.console_modules)
        self.attachments = Attachments(loop, self.consoles)
        self.links = LinkState(self._link, own_prefix, self._undone)
        self.kernel: Part = None  # None: no netlink here, so only `--dataplane none`
        self.machine = LinuxMachine(None, ".")  # the edges have one with more to tell
        self._probes = Probes(loop, self.open_icmp, self._icmp, self._icmp_failed)
        self._time = Timekeeping(loop, self.open_time, self.set_machine_clock, self._ntp)
        self._interfaces: Part = None
        self.restart = False
        self.node: Part = None
        self._pump: Part = None
        self._resolver: Part = None
        self._stderr: Part = None
        self._transfers: "dict[int, Part]" = {}  # console -> the socket of its file transfer
        self._ike_view = memoryview(bytearray(self.datagram_bytes))
        self._mover: Part = None  # moves packets between the TUN device and the 4500 socket
        self._moving: "list[Part]" = []  # what is watched for it
        self._wake: Part = None
        self._wake_ms: "int | None" = None
        self._mqtt: Part = None
        self._mqtt_timer: Part = None
        self._broker: Part = None
        self._closing = False
        self._mqtt_ended = True

    def join(self, node: Part, resolver: Part, mover: Part, stderr: Part) -> None:
        """The node and the parts that answer it; then time, before anything happens that would want a time stamp."""
        self.node = node
        node.outside = self.counters
        node.files = Shelf(self.files)
        node.machine = self.machine
        self._resolver = resolver
        self._mover = mover
        self._stderr = stderr
        self._pump = Pump(node, self, self.loop.now)
        self.consoles.join(node, self._pump)
        self.loop.watch(self.sockets.sockets[_IKE], self._ike_readable)
        self.loop.watch(self.sockets.sockets[_NATT], self._natt_readable)
        self._tell_clock()

    def counters(self) -> "list[tuple[str, int]]":
        """What was refused or lost out here, for `show`."""
        errors = self.sockets.errors
        found = [("network " + name, errors[name]) for name in errors]
        found.append(("network news malformed", self.links.malformed))
        found.append(("console connections refused", self.attachments.refused))
        found.append(("lookups refused", self._resolver.refused))
        found.append(("time requests refused", self._time.refused))
        found.append(("doors beyond bound", self._pump.overflows))
        found.append(("internal errors", self.loop.faults))
        return found

    def apply(self, config: Part) -> None:
        """A configuration, from the store at start or after SIGHUP."""
        self._pump.call(self.node.apply, config, self.loop.now())

    def pending(self, config: Part, left_ms: int) -> None:
        """A configuration that comes back unless what was changed is confirmed, found at the start."""
        self._pump.call(self.node.pending, config, left_ms, self.loop.now())

    def remark(self, text: str) -> None:
        """Something an operator must know, for the node's log."""
        self._pump.call(self.node.remark, text, self.loop.now())

    def shutdown(self) -> None:
        """Stop: the node says goodbye, then the loop ends; within 2.5 s in any case. Asking twice ends it at once."""
        if self._closing:
            self.loop.stop()
            return
        self._closing = True
        self.loop.at(self.loop.now() + _FAREWELL_MS, self.loop.stop)
        self._pump.call(self.node.close, self.loop.now())

    # What the pump asks for

    def send(self, view: memoryview, to: "tuple[int, bytes, int]") -> None:
        self.sockets.send(view, to)

    def wake_at(self, ms: "int | None") -> None:
        """The node's next deadline. Called at the end of each drain, so also the place to see that the node has closed."""
        if ms != self._wake_ms:
            if self._wake is not None:
                self.loop.cancel(self._wake)
                self._wake = None
            self._wake_ms = ms
            if ms is not None:
                self._wake = self.loop.at(ms, self._timeout)
        if self._closing and self.node.closed:
            self._node_closed()

    # Orders

    def resolve(self, id: int, host: str) -> None:
        self._resolver.resolve(id, host)

    def write(self, console: int, data: bytes) -> None:
        self.consoles.write(console, data)

    def close_console(self, console: int) -> None:
        self.consoles.close(console)

    def console_speed(self, speed: int) -> None:
        self.consoles.change_speed(speed)

    def executed(self, id: int, code: int, text: str) -> None:
        self.consoles.executed(id, code, text)

    def store(self, id: int, name: str, data: bytes) -> None:
        done = self.files.write(name, data) or self.files.problem
        self._pump.call(self.node.stored, id, done, self.loop.now())

    def tftp_open(self, id: int) -> None:
        datagrams = self.open_datagrams()
        self._transfers[id] = datagrams
        self.loop.watch(datagrams.sock, lambda: self._tftp_readable(id))

    def tftp_send(self, id: int, address: bytes, port: int, data: bytes) -> None:
        self._transfers[id].send(address, port, data)

    def tftp_close(self, id: int) -> None:
        datagrams = self._transfers.pop(id)
        self.loop.unwatch(datagrams.sock)
        datagrams.close()

    def open_datagrams(self) -> Part:
        """A UDP socket for a file transfer; each interpreter has its own."""
        raise NotImplementedError

    def mqtt_start(self, broker: Part) -> None:
        self._broker = broker
        self._mqtt_ended = False
        if self._mqtt is not None:
            self._mqtt.start(broker)
        elif self._mqtt_timer is None:
            self._mqtt_timer = self.loop.at(self.loop.now() + self.mqtt_delay_ms, self._mqtt_begin)

    def mqtt_stop(self) -> None:
        if self._mqtt_timer is not None:
            self.loop.cancel(self._mqtt_timer)
            self._mqtt_timer = None
        if self._mqtt is not None:
            self._mqtt.stop()
        else:
            self._mqtt_state("down", "stopped")

    def mqtt_wake(self) -> None:
        if self._mqtt is not None:
            self._mqtt.wake()

    def mqtt_reopen(self) -> None:
        if self._mqtt is not None:
            self._mqtt.reopen()

    def log(self, text: str) -> None:
        self._stderr.write(text.encode() + b"\n")

    def listen_tun(self, on: bool) -> None:
        mover = self._mover
        if mover is None:
            return
        for stream in self._moving:
            self.loop.unwatch(stream)
        self._moving = []
        if not on or mover.device.fd == -1:
            return  # a tunnel that ended in the same turn has closed the device already
        if mover.raw is None:
            mover.raw = self.open_raw()
        self._moving = [mover.device.fd]
        self.loop.watch(mover.device.fd, self._tun_readable)
        if mover.raw is not None:
            self._moving.append(mover.raw)
            self.loop.watch(mover.raw, self._raw_readable)

    def open_raw(self) -> Part:
        """A raw socket for ESP without UDP, None where there is none."""
        return None

    def icmp_open(self, id: int, source: "bytes | None", with_errors: bool) -> None:
        self._probes.open(id, source, with_errors)

    def icmp_send(self, id: int, data: bytes, address: bytes, ttl: int, df: bool) -> None:
        self._probes.send(id, data, address, ttl, df)

    def icmp_close(self, id: int) -> None:
        self._probes.close(id)

    def open_icmp(self, source: "bytes | None", with_errors: bool) -> Part:
        """A socket for ICMP; each interpreter has its own. Raises `OSError`."""
        raise NotImplementedError

    def ntp_send(self, address: bytes, data: bytes) -> None:
        self._time.send(address, data)

    def ntp_close(self) -> None:
        self._time.close()

    def set_clock(self, wall_ms: int) -> None:
        problem = self._time.set_clock(wall_ms)
        if problem:
            self.log("ezvpn: " + problem)
        self._tell_wall()

    def open_time(self) -> Part:
        """A socket for NTP; each interpreter has its own. Raises `OSError`."""
        raise NotImplementedError

    def set_machine_clock(self, wall_ms: int) -> None:
        """Raises `OSError`."""
        raise NotImplementedError

    def set_network(self, interfaces: "list[Part]", routes: "list[Part]") -> None:
        """Of a board that is a router: what its own interfaces and routes shall be."""
        if self.kernel is None:
            return
        if self._interfaces is None:
            from ezvpn.runtime.interfaces import Interfaces  # imported here: other boards never need it

            self._interfaces = Interfaces(self.kernel)
        for problem in self._interfaces.configure(interfaces, routes):
            self.remark(problem)

    def reboot(self) -> None:
        self.restart = True
        self.shutdown()

    # What happens outside

    def _timeout(self) -> None:
        self._wake = None
        self._wake_ms = None
        self._pump.call(self.node.timeout, self.loop.now())

    def _ike_readable(self) -> None:
        self._receive(_IKE)

    def _natt_readable(self) -> None:
        if not self._moving:
            self._receive(_NATT)
            return
        length = self._mover.inward(self._ike_view, self.loop.now())
        if length:
            source = (_NATT, self._mover.source[0], self._mover.source[1])
            self._pump.call(self.node.receive, self._ike_view[:length], self.loop.now(), source)
        elif self._mover.idle:
            self._unreachable(self.sockets.sockets[_NATT])
        self._edges()

    def _unreachable(self, sock: Part) -> None:
        """A socket polled as readable and had nothing: then it is an ICMP error that waits."""
        for peer in self.sockets.unreachable(sock):
            self._pump.call(self.node.unreachable, peer, self.loop.now())

    def _receive(self, index: int) -> None:
        """One datagram a turn: a near gateway's next question is there before the last answer is out (docs/decisions/0020)."""
        found = self.sockets.receive_into(index, self._ike_view)
        if found is None:
            self._unreachable(self.sockets.sockets[index])
            return
        length, peer, port = found
        self._pump.call(self.node.receive, self._ike_view[:length], self.loop.now(), (index, peer, port))

    def _tftp_readable(self, id: int) -> None:
        datagrams = self._transfers.get(id)
        found = datagrams.receive() if datagrams is not None else None
        if found is not None:
            data, address, port = found
            self._pump.call(self.node.tftp, id, data, address, port, self.loop.now())

    def _tun_readable(self) -> None:
        if self._mover.outward(self.loop.now()) < 0:
            self.listen_tun(False)
        self._edges()

    def _raw_readable(self) -> None:
        self._mover.inward_raw(self.loop.now())
        if self._mover.idle:
            self._unreachable(self._mover.raw)
        self._edges()

    def _edges(self) -> None:
        if self._mover.table.events:
            self._pump.call(self.node.plane_edges, self.loop.now())

    def resolved(self, id: int, addresses: "list[bytes]") -> None:
        """The resolver's answer."""
        self._pump.call(self.node.resolved, id, addresses, self.loop.now())

    def relearn(self) -> None:
        """Read links and addresses from the kernel, and tell what is up as a change would be told; at start, and when the kernel
        had to drop news of them."""
        if self.kernel is not None:
            try:
                self.links.learn(self.kernel.transact(link_dump()) + self.kernel.transact(address_dump()))
            except KernelError as error:
                self.note(error.what)

    def _icmp(self, id: int, source: bytes, message: bytes) -> None:
        self._pump.call(self.node.icmp, id, source, message, self.loop.now())

    def _icmp_failed(self, id: int, why: str) -> None:
        self._pump.call(self.node.icmp_failed, id, why, self.loop.now())

    def _link(self, name: str, up: bool, address: "bytes | None") -> None:
        self._pump.call(self.node.link, name, up, address, self.loop.now())

    def _undone(self) -> None:
        self._pump.call(self.node.routes_changed, self.loop.now())

    def _ntp(self, source: bytes, data: bytes) -> None:
        self._pump.call(self.node.ntp, source, data, self.loop.now())

    def _tell_wall(self) -> None:
        wall = self.wall_ms()
        self._pump.call(self.node.clock, wall, wall > PLAUSIBLE_MS, self.loop.now())

    def _tell_clock(self) -> None:
        if self._wake is not None and self._wake_ms is not None:
            # The loops wait on a clock that stands still while the machine sleeps; what is due by boot time is armed anew.
            self.loop.cancel(self._wake)
            self._wake = self.loop.at(self._wake_ms, self._timeout)
        self.machine.sample(self.loop.now())
        self._tell_wall()
        self.loop.at(self.loop.now() + _CLOCK_MS, self._tell_clock)

    def wall_ms(self) -> int:
        """Wall time in ms."""
        return time.time_ns() // 1_000_000

    def note(self, text: str) -> None:
        """One line for whoever started the agent."""
        self._stderr.write(b"ezvpn: " + text.encode() + (b"\r\n" if self.consoles.quits else b"\n"))

    # MQTT

    def make_mqtt(self) -> Part:
        """A new MQTT adapter over `node.outbox`; each interpreter has its own."""
        raise NotImplementedError

    def _mqtt_begin(self) -> None:
        self._mqtt_timer = None
        self._mqtt = self.make_mqtt()
        self._mqtt.start(self._broker)

    def _mqtt_state(self, what: str, reason: str) -> None:
        self._mqtt_ended = what == "down" and reason == "stopped"
        self._pump.call(self.node.mqtt, what, self.loop.now(), "", reason.encode())

    def _mqtt_message(self, topic: str, payload: bytes) -> None:
        self._pump.call(self.node.mqtt, "message", self.loop.now(), topic, payload)

    def _node_closed(self) -> None:
        if self._mqtt_ended:
            self.loop.stop()
