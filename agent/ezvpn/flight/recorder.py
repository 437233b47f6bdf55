"""The flight recorder: what crossed the border of the node, in the order in which it did.

Level 4, dual. It stands between the pump and the node as an object with the node's doors, and lends the node its ports
(`recording`). Without it nothing of this is loaded. Not here: the disk (`ring`), what of an argument is recorded (`doors`).
"""

from ezvpn.compat import const
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.port import Kernel
from ezvpn.flight import tape
from ezvpn.flight.doors import DOORS, HOST_CHANGES, RECALL, START, Numbers, to_trace
from ezvpn.flight.moved import Movers
from ezvpn.flight.recording import Log, RecordingCrypto, RecordingEntropy, RecordingKernel
from ezvpn.flight.ring import Ring
from ezvpn.flight.scrub import datagram, first_payload
from ezvpn.flight.tape import Tag
from ezvpn.flight.values import Value
from ezvpn.log import Severity
from ezvpn.node.facts import Facts
from ezvpn.node.node import Node

FORMAT = const(1)


class Keys:
    """The explicit file of keys: everything that a trace leaves out. `write(data)` appends to it."""

    def __init__(self, write: Value) -> None:
        self._write = write
        self._revealed: "list[int]" = []
        write(tape.head(1))

    def secret(self, number: int, secret: str) -> None:
        if number not in self._revealed:
            self._revealed.append(number)
            self._put(Tag.REVEALED, (number, secret))

    def secret_bytes(self, data: bytes) -> None:
        self._put(Tag.SECRET_RANDOM, data)

    def datagram(self, view: "bytes | memoryview") -> None:
        self._put(Tag.DATAGRAM, view)

    def _put(self, tag: int, value: Value) -> None:
        out = bytearray((tag,))
        tape.put(out, value)
        self._write(tape.frame(out))


class Recorder(Log):
    """Make it first, take the ports from it, then `begin` with the node made of them. `directory`: where `ring.files` is."""

    def __init__(self, ring: Ring, directory: str = "", keys: "Keys | None" = None) -> None:
        self.ring = ring
        self.directory = directory
        self._keys = keys
        self._numbers: "Numbers | None" = None
        self._node: "Node | None" = None
        self._movers: "Movers | None" = None
        self._now = 0
        self._seq = 0
        self._states: "list[tuple[str, str]]" = []

    # --- ports --------------------------------------------------------------------------------------------------------

    def crypto(self, crypto: Crypto) -> Crypto:
        self._numbers = Numbers(lambda data: crypto.hash("sha256", data))
        return RecordingCrypto(crypto, self)

    def entropy(self, entropy: object) -> RecordingEntropy:
        return RecordingEntropy(entropy, self)

    def kernel(self, kernel: "Kernel | None") -> "Kernel | None":
        return None if kernel is None else RecordingKernel(kernel, self)

    def put(self, tag: int, value: Value) -> None:
        if self.live:
            self.ring.put(tag, value)

    def secret_bytes(self, data: bytes) -> None:
        if self.live and self._keys is not None:
            self._keys.secret_bytes(data)

    # --- the run ------------------------------------------------------------------------------------------------------

    def begin(self, node: Node, plane_args: "tuple[Value, ...]", memory: bytes, now: int) -> "RecordedNode":
        """Start the node's data plane (raises its `KernelError`), give the reporter its memory of the last run, and return the
        node as the pump shall see it. plane_args: (with netlink, *arguments of the plane)."""
        self._now = now
        self.live = True
        self.ring.begin()
        crypto, facts = node.crypto, node.facts
        device = [getattr(facts, name) for name in Facts._fields]
        lists = (crypto.name, crypto.hashes, crypto.ciphers, crypto.groups, crypto.esp_ciphers, crypto.esp_auths)
        self.put(Tag.HEAD, (FORMAT, now, device, lists, node.plane.name, plane_args))
        self._door(START, now, ())
        node.plane.start(now)
        self._door(RECALL, now, (memory,))
        node.reporter.recall(memory)
        self._node = node
        self._seq = node.log.next_seq - 1
        self._movers = Movers(node.plane, self.put)
        node.witness = self
        return RecordedNode(node, self)

    def end(self) -> None:
        """Nothing more is recorded; the rest goes to the disk."""
        self.live = False
        self.ring.flush()

    def host(self, host: object) -> object:
        """What console sessions shall ask instead of `host`."""
        return RecordedHost(host, self)

    def save(self, name: str) -> "tuple[str, bytes]":
        """(path, content) of the trace that `write trace` keeps."""
        return self.directory + "/" + name, self.ring.whole()

    # --- records ------------------------------------------------------------------------------------------------------

    def door(self, name: str, args: "tuple[Value, ...]") -> None:
        """The node is about to be called."""
        if not self.live:
            return
        at, recorded = DOORS[name]
        now: int = args[at]
        rest = args[:at] + args[at + 1 :] if recorded else ()
        if name == "receive":
            view, source = rest
            self.payload = first_payload(view, source[0])
            kept, hidden = datagram(view, source[0])
            if hidden and self._keys is not None:
                self._keys.datagram(view)
            rest = (kept, source)
        elif name == "mqtt" and rest[0] == "message":
            rest = ("message",)
        if self.ring.full():
            self.ring.begin()
            self.put(Tag.GOES_ON, self._now)
        if self._movers is not None:
            self._movers.note()
        self._door(name, now, self._traced(rest))

    def _door(self, name: str, now: int, args: "tuple[Value, ...]") -> None:
        self.put(Tag.DOOR, (name, now - self._now, args))
        self._now = now

    def time(self, now: int) -> None:
        """It is later than at the last record."""
        if now != self._now:
            self.put(Tag.CLOCK, now - self._now)
            self._now = now

    def called(self, name: str, args: "tuple[Value, ...]") -> None:
        """A console changes something."""
        self.put(Tag.HOST, (name, self._traced(args)))

    def settled(self) -> None:
        """The drain is over: what came of it, for whoever compares a replay with it; then the disk, if it is time."""
        node = self._node
        if not self.live or node is None:
            return
        notable = False
        if node.log.next_seq - 1 != self._seq:
            _, records = node.log.after(self._seq)
            self._seq = node.log.next_seq - 1
            for record in records:
                if record.severity() < Severity.DEBUG:
                    self.put(Tag.LOG, (record.at - self._now, record.text()))
                    notable = notable or record.severity() <= Severity.NOTICE
        states = node.states()
        if states != self._states:
            self._states = states
            self.put(Tag.STATE, states)
        if self._movers is not None:
            self._movers.drained()
        self.ring.settle(notable)

    def _traced(self, args: "tuple[Value, ...]") -> Value:
        numbers = self._numbers
        if numbers is None:
            return ()
        return to_trace(args, numbers, self._reveal)

    def _reveal(self, number: int, secret: str) -> None:
        if self._keys is not None:
            self._keys.secret(number, secret)


class RecordedNode:
    """The node with every door recorded. What the runtime only reads is the node's own."""

    def __init__(self, node: Node, recorder: Recorder) -> None:
        self._node = node
        self._recorder = recorder
        for name in DOORS:
            setattr(self, name, self._recorded(name, getattr(node, name)))
        self.deadline = node.deadline
        self.reporter = node.reporter
        self.outbox = node.outbox

    def _recorded(self, name: str, door: Value) -> object:
        note = self._recorder.door

        def call(*args: Value) -> object:
            note(name, args)
            return door(*args)

        return call

    def transmit(self, buf: "bytearray | memoryview", now: int) -> int:
        self._recorder.time(now)
        return self._node.transmit(buf, now)

    def event(self) -> object:
        order = self._node.event()
        if order is None:
            self._recorder.settled()
        return order

    @property
    def to(self) -> "tuple[int, bytes, int]":
        return self._node.to

    @property
    def closed(self) -> bool:
        return self._node.closed

    @property
    def outside(self) -> object:
        return self._node.outside

    @outside.setter
    def outside(self, counters: object) -> None:
        self._node.outside = counters

    @property
    def files(self) -> object:
        return self._node.files

    @files.setter
    def files(self, shelf: object) -> None:
        self._node.files = shelf

    @property
    def machine(self) -> object:
        return self._node.machine

    @machine.setter
    def machine(self, machine: object) -> None:
        self._node.machine = machine  # questions of consoles: nothing that a replay would need


class RecordedHost:
    """A console's host with every change recorded; questions go through."""

    def __init__(self, host: object, recorder: Recorder) -> None:
        self._host = host
        self._recorder = recorder

    def __getattr__(self, name: str) -> object:
        found = getattr(self._host, name)
        if name not in HOST_CHANGES:
            return found
        recorder = self._recorder

        def call(*args: Value) -> object:
            recorder.called(name, args)
            return found(*args)

        return call
