"""Runs the same core over a trace: every call of the node again, with the recorded answers, and what comes of it.

Level 4, dual, no I/O. A `Step` is one call with the events, log lines and states that followed. Debugging is on, whether or not
it was when the trace was recorded. What the recorder noted for comparison is compared; the first difference ends the run.
"""

from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.none import NoPlane
from ezvpn.dataplane.port import DataPlane
from ezvpn.dataplane.tun import TunPlane
from ezvpn.flight import moved
from ezvpn.flight.doors import DOORS, RECALL, START, from_trace
from ezvpn.flight.playback import Diverged, KeyedCrypto, PlaybackCrypto, PlaybackEntropy, PlaybackKernel, Player
from ezvpn.flight.recorder import FORMAT
from ezvpn.flight.scrub import datagram, first_payload
from ezvpn.flight.tape import BadTrace, Cell, Reader, Tag
from ezvpn.flight.values import Value
from ezvpn.ike.events import Event, Exchanged, Traced
from ezvpn.log import Debug, LogRecord, Severity
from ezvpn.node.facts import Facts
from ezvpn.node.host import NodeHost
from ezvpn.node.node import Node

_BUFFER_BYTES = 4096
_DEBUG = Debug.ISAKMP | Debug.IPSEC | Debug.EZVPN


class Step:
    """at: boot ms · door: the call · events: of the core, as text · log: records, those of debugging too · states: (tunnel,
    state) where one changed, else None."""

    def __init__(self, at: int, door: str) -> None:
        self.at = at
        self.door = door
        self.events: "list[str]" = []
        self.log: "list[LogRecord]" = []
        self.states: "list[tuple[str, str]] | None" = None


class Secrets:
    """A file of keys, read."""

    def __init__(self, data: "bytes | None") -> None:
        self.given = data is not None
        self.revealed: "dict[int, str]" = {}
        self.bytes: "list[bytes]" = []
        self.datagrams: "list[bytes]" = []  # those of which a trace hides something, in order
        self.fault: "BadTrace | None" = None
        if data is None:
            return
        reader = Reader(data)
        for cell in reader.cells():
            if cell.tag == Tag.REVEALED:
                number, text = cell.value
                self.revealed[number] = text
            elif cell.tag == Tag.SECRET_RANDOM:
                self.bytes.append(cell.value)
            elif cell.tag == Tag.DATAGRAM:
                self.datagrams.append(cell.value)
        self.fault = reader.fault


def runs(cells: "list[Cell]") -> "list[list[Cell]]":
    """The records of each run that a trace holds from its beginning, in order."""
    found: "list[list[Cell]]" = []
    for cell in cells:
        if cell.tag == Tag.HEAD:
            found.append([])
        if found:
            found[-1].append(cell)
    return found


def headless(cells: "list[Cell]") -> "list[tuple[int, str]]":
    """What is left of a run whose beginning the ring has lost: its log lines with their boot ms. It cannot be run again."""
    found = []
    now = 0
    for cell in cells:
        if cell.tag == Tag.HEAD:
            break
        if cell.tag == Tag.GOES_ON:
            now = cell.value
        elif cell.tag == Tag.DOOR:
            now += cell.value[1]
        elif cell.tag == Tag.CLOCK:
            now += cell.value
        elif cell.tag == Tag.LOG:
            found.append((now + cell.value[0], cell.value[1]))
    return found


class Replay:
    """One run. `step()` until None; raises `Diverged`. `crypto`: a real backend (its `hash`; all of it with a file of keys)."""

    def __init__(self, cells: "list[Cell]", crypto: Crypto, secrets: Secrets) -> None:
        self._player = player = Player(cells, secrets.bytes if secrets.given else None)
        self._secrets = secrets.revealed
        self._datagrams = list(secrets.datagrams)
        head = player.take(Tag.HEAD)
        version, now, device, lists, plane_name, plane_args = head
        if version != FORMAT:
            raise Diverged(0, "the trace has format " + str(version) + ", this program reads " + str(FORMAT))
        self.now: int = now
        self.facts = Facts(*device)
        backend = KeyedCrypto if secrets.given else PlaybackCrypto
        played = backend(player, lists, crypto)
        kernel = PlaybackKernel(player)
        self.plane: DataPlane
        if plane_name == "tun":
            window, name, resolv_conf = plane_args[1:]
            self.plane = TunPlane(kernel, played, window, name, resolv_conf)
        else:
            self.plane = NoPlane(kernel if plane_args[0] else None)
        self.node = Node(played, PlaybackEntropy(player), self.plane, self.facts)
        self.node.endpoint.trace = _DEBUG
        debugging = getattr(self.node, "debugging", None)
        if debugging is not None:
            debugging.switch(_DEBUG)
        self._host = NodeHost(self.node)
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._seq = 0
        self._events: "list[str]" = []
        self._take = self.node.endpoint.event
        self.node.endpoint.event = self._event  # type: ignore[method-assign]

    def _event(self) -> "Event | None":
        event = self._take()
        if event is not None and not isinstance(event, (Traced, Exchanged)):
            self._events.append(repr(event))
        return event

    def step(self) -> "Step | None":
        """The next call of the node, None at the end of the trace."""
        player = self._player
        while player.peek() in (Tag.GOES_ON, Tag.MOVED, Tag.EDGE):
            if player.peek() == Tag.GOES_ON:
                player.next()
                continue
            moved.put_back(self.plane, player.peek(), player.next())
        if not player.peek():
            return None
        name, later, raw = player.take(Tag.DOOR)
        self.now += later
        step = Step(self.now, name)
        self._call(name, from_trace(raw, self._secrets))
        if name not in (START, RECALL):
            self._drain()
        step.events = self._events
        self._events = []
        self._settled(step)
        return step

    def _call(self, name: str, args: Value) -> None:
        node, player = self.node, self._player
        if name == START:
            self.plane.start(self.now)
            return
        if name == RECALL:
            node.reporter.recall(args[0])
            return
        if name == "receive":
            socket: int = args[1][0]
            player.payload = first_payload(args[0], socket)
            if self._datagrams and datagram(args[0], socket)[1]:
                args = (self._datagrams.pop(0), args[1])
        at, recorded = DOORS[name]
        if not recorded or (name == "stored" and args[0] >= 0):
            while player.peek() == Tag.HOST:
                asked, given = player.next()
                getattr(self._host, asked)(*from_trace(given, self._secrets))
            node.after_command(self.now)
            return
        getattr(node, name)(*(args[:at] + (self.now,) + args[at:]))

    def _drain(self) -> None:
        """The law, at the recorded times."""
        node, player = self.node, self._player
        while True:
            if player.peek() == Tag.CLOCK:
                later: int = player.next()
                self.now += later
            if not node.transmit(self._buffer, self.now):
                break
        while node.event() is not None:
            pass

    def _settled(self, step: Step) -> None:
        """What came of it, and whether the recorder saw the same."""
        node, player = self.node, self._player
        _, step.log = node.log.after(self._seq)
        self._seq = node.log.next_seq - 1
        for record in step.log:
            if record.severity() < Severity.DEBUG:
                self._hold(Tag.LOG, (record.at - self.now, record.text()), "log line")
        if player.peek() == Tag.STATE:
            step.states = node.states()
            self._hold(Tag.STATE, step.states, "state")
        elif player.peek() == Tag.LOG:
            raise Diverged(player.offset, "log line: recorded " + repr(player.next()) + ", there is none in the replay")

    def _hold(self, tag: int, found: object, what: str) -> None:
        offset = self._player.offset
        if not self._player.peek():
            return  # the trace was cut off behind the call
        recorded = self._player.take(tag)
        if recorded != found:
            raise Diverged(offset, what + ": recorded " + repr(recorded) + ", in the replay " + repr(found))
