"""The object whose methods are the node's orders (docs/architecture.md), and the other way: what happens outside becomes doors.

Dual. It owns no descriptor: the parts it joins (loop, sockets, store, resolver, consoles, movers, MQTT) come from the edge of
each interpreter, `runtime/*/edge.py`, and have the same methods on both.
"""

from ezvpn.compat import const
from ezvpn.runtime.attach import Attachments
from ezvpn.runtime.calls import Part
from ezvpn.runtime.linkstate import LinkState
from ezvpn.runtime.pump import Pump

_IKE = const(0)  # ike.params.SOCKET_IKE
_NATT = const(1)  # ike.params.SOCKET_NATT
_IKE_BUDGET = const(16)  # datagrams a turn
_CLOCK_MS = const(60_000)
_PLAUSIBLE_MS = 1_735_689_600_000  # 2025-01-01: an earlier wall clock was never set
_FAREWELL_MS = const(2500)  # deletes and `offline` are out by then, or nobody is there to take them


class Adapter:
    """Joins one node to the outside. `restart`: the run ended because of `reload`."""

    mqtt_delay_ms = 0  # before the first connection to a broker; see the CPython edge
    datagram_bytes = 65536  # of the longest datagram that is received whole; see the MicroPython edge

    def __init__(self, loop: Part, sockets: Part, files: Part, own_prefix: str) -> None:
        self.loop = loop
        self.sockets = sockets
        self.files = files
        self.attachments = Attachments(loop, self)
        self.links = LinkState(self._link, own_prefix, self._undone)
        self.restart = False
        self.node: Part = None
        self._pump: Part = None
        self._resolver: Part = None
        self._stderr: Part = None
        self._terminal: Part = None
        self._terminal_quits = False
        self._terminal_width = 80
        self._consoles: "dict[int, Part]" = {}
        self._last_console = 0
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
        self._resolver = resolver
        self._mover = mover
        self._stderr = stderr
        self._pump = Pump(node, self, self.loop.now)
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
        found.append(("doors beyond bound", self._pump.overflows))
        found.append(("internal errors", self.loop.faults))
        return found

    def apply(self, config: Part) -> None:
        """A configuration, from the store at start or after SIGHUP."""
        self._pump.call(self.node.apply, config, self.loop.now())

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
        stream = self._consoles.get(console)
        if stream is not None:
            stream.write(data)

    def close_console(self, console: int) -> None:
        stream = self._consoles.get(console)
        if stream is None:
            return
        if stream is not self._terminal:
            stream.close()
            return
        # Whoever leaves a router's console finds the next session there.
        self.console_gone(console)
        self._terminal_opened(stream, self._terminal_width)

    def store(self, id: int, name: str, data: bytes) -> None:
        self._pump.call(self.node.stored, id, self.files.write(name, data), self.loop.now())

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

    def reboot(self) -> None:
        self.restart = True
        self.shutdown()

    # What happens outside

    def _timeout(self) -> None:
        self._wake = None
        self._wake_ms = None
        self._pump.call(self.node.timeout, self.loop.now())

    def _ike_readable(self) -> None:
        self._receive_all(_IKE)

    def _natt_readable(self) -> None:
        if not self._moving:
            self._receive_all(_NATT)
            return
        length = self._mover.inward(self._ike_view, self.loop.now())
        if length:
            source = (_NATT, self._mover.source[0], self._mover.source[1])
            self._pump.call(self.node.receive, self._ike_view[:length], self.loop.now(), source)
        elif self._mover.idle:
            self._unreachable(self.sockets.sockets[_NATT])
        self._edges()

    def _receive_all(self, index: int) -> None:
        for count in range(_IKE_BUDGET):
            if not self._receive(index):
                if count == 0:
                    self._unreachable(self.sockets.sockets[index])
                return

    def _unreachable(self, sock: Part) -> None:
        """A socket polled as readable and had nothing: then it is an ICMP error that waits."""
        for peer in self.sockets.unreachable(sock):
            self._pump.call(self.node.unreachable, peer, self.loop.now())

    def _receive(self, index: int) -> bool:
        found = self.sockets.receive_into(index, self._ike_view)
        if found is None:
            return False
        length, peer, port = found
        self._pump.call(self.node.receive, self._ike_view[:length], self.loop.now(), (index, peer, port))
        return True

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

    def learn_links(self, messages: "list[bytes]") -> None:
        """The answers of a link and an address dump: what is up is told, as a change would be."""
        self.links.learn(messages)

    def _link(self, name: str, up: bool, address: "bytes | None") -> None:
        self._pump.call(self.node.link, name, up, address, self.loop.now())

    def _undone(self) -> None:
        self._pump.call(self.node.routes_changed, self.loop.now())

    def _tell_clock(self) -> None:
        wall = self.wall_ms()
        if self._wake is not None and self._wake_ms is not None:
            # The loops wait on a clock that stands still while the machine sleeps; what is due by boot time is armed anew.
            self.loop.cancel(self._wake)
            self._wake = self.loop.at(self._wake_ms, self._timeout)
        self._pump.call(self.node.clock, wall, wall > _PLAUSIBLE_MS, self.loop.now())
        self.loop.at(self.loop.now() + _CLOCK_MS, self._tell_clock)

    def wall_ms(self) -> int:
        """Wall time in ms; each interpreter has its own."""
        raise NotImplementedError

    # Consoles

    def console_opened(self, stream: Part, width: int) -> int:
        """A console session starts on `stream` (`write`, `close`). Returns its id."""
        self._last_console += 1
        self._consoles[self._last_console] = stream
        self._pump.call(self.node.console_open, self._last_console, width, self.loop.now())
        return self._last_console

    def console_bytes(self, id: int, data: "bytes | memoryview") -> None:
        """Bytes typed in a session."""
        self._pump.call(self.node.console, id, data, self.loop.now())

    def console_gone(self, id: int) -> None:
        """A session's stream is gone."""
        if id in self._consoles:
            self._consoles.pop(id)
            self._pump.call(self.node.console_close, id, self.loop.now())

    def execute(self, line: str) -> "tuple[int, str]":
        """One command, as `ezvpn exec` sends it: (exit code, text)."""
        self._pump.call(self.node.execute, line, self.loop.now())
        answer: "tuple[int, str]" = self.node.executed()
        return answer

    def _terminal_opened(self, terminal: Part, width: int) -> None:
        self._terminal = terminal
        self._terminal_width = width
        self.console_opened(terminal, width)

    def _terminal_bytes(self, data: bytes) -> None:
        if self._terminal_quits and b"\x1d" in data:
            self.shutdown()
            return
        for id in list(self._consoles):
            if self._consoles[id] is self._terminal:
                self.console_bytes(id, data)

    def _terminal_gone(self) -> None:
        for id in list(self._consoles):
            if self._consoles[id] is self._terminal:
                self.console_gone(id)
        if self._terminal.hangs_up:
            self.shutdown()

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
