"""All sessions of one device behind one set of verbs: cookies to sessions, datagrams in and out.

The law (docs/architecture.md): one mutation, then `transmit` until 0, then `event` until None, then `deadline`; only then wait.
A peer's fault never leaves `receive`: it becomes a counter and a `Dropped` event. What a datagram that belongs to no session
may allocate is up to `admission`.
"""

from ezvpn.crypto.port import Crypto
from ezvpn.ike.admission import Admission
from ezvpn.ike.core import Core
from ezvpn.ike.events import Event
from ezvpn.ike.params import SOCKET_NATT, Attempt, ChildRequest, Keepalive, MainAttempt, PeerRule
from ezvpn.ike.peer_session import PeerSession
from ezvpn.ike.phase1_session import Phase1Session, answers_to
from ezvpn.ike.session import Session
from ezvpn.ike.state import Refused, State
from ezvpn.ike.status import Phase1Status
from ezvpn.ike.timers import earlier
from ezvpn.record import Secret
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import NON_ESP_MARKER_BYTES, Header, parse_header

NON_ESP_MARKER = b"\0" * NON_ESP_MARKER_BYTES
NAT_KEEPALIVE = b"\xff"
SESSIONS_MAX = 16
DELETED_MAX = 4  # kept for `show crypto isakmp sa`, as IOS does
DELETED_MS = 60000


class Endpoint:
    """entropy(n) -> n random bytes. `to` is where the datagram of the last `transmit` goes: (socket, 4-byte peer, port)."""

    def __init__(self, crypto: Crypto, entropy: object) -> None:
        self._core = Core(crypto, entropy)
        self._admission = Admission(self._core)
        self._sessions: "list[Phase1Session]" = []
        self._leaving: "list[Phase1Session]" = []  # ended, but their last messages are not out yet
        self._deleted: "list[tuple[int, Phase1Status]]" = []
        self._next_id = 1
        self.to: "tuple[int, bytes, int]" = (0, b"\0\0\0\0", 0)

    @property
    def dropped(self) -> "dict[str, int]":
        """Datagrams thrown away, by cause."""
        return self._core.dropped

    @property
    def trace(self) -> int:
        """Bits of `log.Debug`: which `Traced` and `Exchanged` events are told."""
        return self._core.trace

    @trace.setter
    def trace(self, bits: int) -> None:
        self._core.trace = bits

    # --- commands ---------------------------------------------------------------------------------------------------

    def connect(self, attempt: "Attempt | MainAttempt", now: int) -> int:
        """Start aggressive mode, or main mode with a `MainAttempt`; returns the session id. ValueError when too many sessions of
        ours are under way (our own mistake)."""
        if len([True for session in self._sessions if session.initiator]) >= SESSIONS_MAX:
            raise ValueError("too many sessions")
        session: Phase1Session
        if isinstance(attempt, MainAttempt):
            session = PeerSession(self._next_id, self._core, attempt)
            session.allowed = self._admission.allowed(attempt)
        else:
            session = Session(self._next_id, self._core, attempt)
        self._next_id += 1
        self._sessions.append(session)
        session.start(now)
        return session.id

    def accept(self, rules: "tuple[PeerRule, ...]") -> None:
        """Who may begin main mode with us, and what each peer may negotiate under any session with it, whoever began: replaces
        the whole table. Of several rules for one peer the first counts. Without a rule a session's own attempt says it."""
        self._admission.rules = rules
        for session in self._sessions:
            if isinstance(session, PeerSession):
                session.allowed = self._admission.allowed(session.main_attempt)

    def answer_xauth(self, session: int, fields: "list[tuple[int, str | Secret]]", now: int) -> None:
        self._client(session).answer_xauth(fields, now)

    def refuse_xauth(self, session: int, now: int) -> None:
        self._client(session).refuse_xauth(now)

    def open_child(self, session: int, request: ChildRequest, now: int, replaces: int = 0) -> int:
        return self._get(session).open_child(request, replaces, now)

    def close_child(self, session: int, child: int, now: int, reason: str = "closed") -> None:
        self._get(session).close_child(child, reason, now)

    def retire(self, session: int, now: int, children: "list[int] | None" = None) -> None:
        """Pairs under a newer session stand in for all of this one's, or for these: they are deleted after 30 s, one by one, so
        that nothing is lost on its way. The session itself stays until `close`."""
        found = self._find(session)
        if found is not None:
            found.retire_children(now, children)

    def close(self, session: int, now: int, reason: str = "closed") -> None:
        """Send the deletes and end; SessionDown follows with cause `reason`. An unknown session is already closed."""
        found = self._find(session)
        if found is not None:
            found.close(now, reason, reason)
            self._sweep(now)

    def abandon(self, session: int, now: int) -> None:
        """Forget an attempt in silence: no message, no event."""
        found = self._find(session)
        if found is not None:
            found.forget_everything()
            self._sessions.remove(found)

    def set_keepalive(self, session: int, keepalive: "Keepalive | None", now: int) -> None:
        """Watch the peer of a live session in another way: its timers start again. None: answer its probes only."""
        found = self._find(session)
        if found is not None:
            found.liveness.configure(keepalive, now)

    def probe(self, session: int, now: int) -> bool:
        """Something looks wrong on the way to the peer: ask it at once. What comes of it is up to dead peer detection; False:
        nothing will, because this peer is not watched."""
        found = self._find(session)
        return found is not None and found.liveness.probe_now(now)

    def suspect(self, peer: bytes, now: int) -> None:
        """The network says that this peer cannot be reached: ask it at once. ICMP proves nothing, so it is no verdict."""
        for session in self._sessions:
            if session.peer == peer:
                session.liveness.probe_now(now)

    def note_outbound(self, session: int, now: int) -> None:
        """The data plane sent a packet after the silence that `events.Watch` told of."""
        found = self._find(session)
        if found is not None:
            found.liveness.note_outbound(now)

    def note_inbound(self, session: int, at: int, spi: int = 0) -> bool:
        """Authenticated ESP past anti-replay came in at `at`, under our SPI `spi`: a sign of life (RFC 3706 5.4), and the pair
        stands at the gateway too. False: a later sign of life is known, so this one changes nothing."""
        found = self._find(session)
        if found is None:
            return False
        if spi:
            found.quick3_arrived(spi)
        return found.liveness.heard(at)

    def prepare(self, group: int, now: int) -> bool:
        """Make a DH key pair while there is time: a step of it where that takes long. True: it is there."""
        return self._core.prepare(group)

    def prepare_on(self, group: int, now: int) -> bool:
        """The next step of that. True: there is none."""
        return self._core.prepare_on(group)

    def status(self, session: int, now: int) -> "Phase1Status | None":
        found = self._find(session)
        return found.status(now) if found is not None else None

    def deleted(self, now: int) -> "list[Phase1Status]":
        """ISAKMP SAs that ended in the last minute, the oldest first, four at most."""
        return [status for at, status in self._deleted if now - at < DELETED_MS]

    # --- the five verbs ---------------------------------------------------------------------------------------------

    def receive(self, view: "memoryview | bytes", now: int, source: "tuple[int, bytes, int]") -> None:
        """One datagram, marker included on SOCKET_NATT. `view` is valid during this call only."""
        view = memoryview(view)
        owner = 0
        try:
            if source[0] == SOCKET_NATT:
                if bytes(view) == NAT_KEEPALIVE:
                    return  # RFC 3948 4: ignored, and no sign of life
                if bytes(view[:NON_ESP_MARKER_BYTES]) != NON_ESP_MARKER:
                    raise Refused("esp", "ESP on the IKE path")
                view = view[NON_ESP_MARKER_BYTES:]
            header = parse_header(view)
            session = self._owner(header)
            if session is None:
                begun = self._admission.begin(self._next_id, view, header, now, source, self._sessions)
                self._next_id += 1
                self._sessions.append(begun)
            else:
                owner = session.id
                session.lines.received(source, now)
                session.receive(view, header, now, source)
                self._admission.settle(session, self._sessions, now)
        except Malformed as fault:
            self._core.drop(owner, "malformed", fault.what + " at byte " + str(fault.offset), now)
        except Refused as fault:
            self._core.drop(owner, fault.cause, fault.text, now)
        self._sweep(now)

    def timeout(self, now: int) -> None:
        for session in list(self._sessions):
            session.timeout(now)
            if session.state != State.DEAD and session.keepalive_due(now):
                session.queue(NAT_KEEPALIVE, now)
        self._sweep(now)

    def transmit(self, buf: "bytearray | memoryview", now: int) -> int:
        """Write the next datagram into `buf`; its length, 0 = nothing more. `to` says where it goes."""
        if self._admission.notices:
            self.to, packet = self._admission.notices.pop(0)
            return self._put(buf, packet)
        for session in self._leaving + self._sessions if self._leaving else self._sessions:
            packet = session.next_packet()
            if packet:
                self.to = (session.socket, session.peer, session.peer_port)
                return self._put(buf, packet)
        if self._leaving:
            self._leaving = []
        return 0

    def event(self) -> "Event | None":
        return self._core.event()

    def deadline(self) -> "int | None":
        first = None
        for session in self._sessions:
            first = earlier(first, session.deadline())
        return first

    def _put(self, buf: "bytearray | memoryview", packet: bytes) -> int:
        """A message in the caller's buffer, with the marker where `to` needs one."""
        start = 0
        if self.to[0] == SOCKET_NATT and packet != NAT_KEEPALIVE:
            start = NON_ESP_MARKER_BYTES
            buf[:start] = NON_ESP_MARKER
        buf[start : start + len(packet)] = packet
        return start + len(packet)

    # --- sessions ---------------------------------------------------------------------------------------------------

    def _owner(self, header: Header) -> "Phase1Session | None":
        for session in self._sessions:
            if answers_to(session, header):
                return session
        return None

    def _find(self, id: int) -> "Phase1Session | None":
        for session in self._sessions:
            if session.id == id:
                return session
        return None

    def _get(self, id: int) -> Phase1Session:
        session = self._find(id)
        if session is None:
            raise ValueError("no session " + str(id))
        return session

    def _client(self, id: int) -> Session:
        session = self._get(id)
        if not isinstance(session, Session):
            raise ValueError("session " + str(id) + " is no Easy VPN session")
        return session

    def _sweep(self, now: int) -> None:
        for session in self._sessions:
            if session.state == State.DEAD:
                break
        else:
            return
        for session in list(self._sessions):
            if session.state == State.DEAD:
                self._deleted.append((now, session.status(now)))
                if len(self._deleted) > DELETED_MAX:
                    self._deleted.pop(0)
                self._sessions.remove(session)
                if not session.silent():
                    self._leaving.append(session)
