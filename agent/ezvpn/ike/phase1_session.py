"""What a session of either phase 1 mode does: which message goes where, the life of the ISAKMP SA, its path, its end.

`session.Session` (aggressive mode, a gateway's client) and `peer_session.PeerSession` (main mode, site-to-site) add the
messages of their phase 1 and what follows it. The order of checks is RFC 2408 5 as `wire` and `state` have it: length and header,
cookies, repeat of a known message, decrypt with a copy of the IV, payload chain, HASH, state; only then are IV, message ID
and reply kept. RFC 2409 5.7, RFC 3947 7, RFC 3948 4.
"""

from ezvpn.ike.aggressive import Accepted
from ezvpn.ike.child import SHORTEST_LIFE_S, rekey_after_ms
from ezvpn.ike.core import Core
from ezvpn.ike.events import PeerMoved, Phase1Up, Rekey, SessionDown
from ezvpn.ike.exchange import Exchange
from ezvpn.ike.fragment import PATIENCE_MS, Reassembly
from ezvpn.ike.params import SOCKET_NATT, Attempt, MainAttempt, Phase1Transform
from ezvpn.ike.protected import ProtectedSa
from ezvpn.ike.sa import NO_COOKIE
from ezvpn.ike.state import ACCEPTS, STEP, TRANSITIONS, Refused, State, check
from ezvpn.ike.status import Phase1Status
from ezvpn.ike.timers import Slot
from ezvpn.wire.isakmp import HEADER_BYTES, Flag, Header, Payload, parse_chain, parse_header
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.payloads import VendorId, parse_fragment
from ezvpn.wire.sa import IkeAuth


class Phase1Session(ProtectedSa):
    """A role fills in `phase1`, `phase1_exchange`, `wait_over` and what `ProtectedSa` wants."""

    mode = ExchangeType.AGGRESSIVE
    accepts = ACCEPTS

    def __init__(self, id: int, core: Core, attempt: "Attempt | MainAttempt") -> None:
        # Below here only what both kinds of attempt have is used; what one kind has more, its own files hold as their own.
        super().__init__(id, core, attempt)  # type: ignore[arg-type]
        self.reassembly = Reassembly()
        self.accepted: "Accepted | None" = None
        self.started = 0  # when phase 1 was done
        self.life_s = 0
        self.confirmed = False  # something authenticated came after phase 1

    # --- what a role adds -------------------------------------------------------------------------------------------

    def phase1(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        """A message of `mode`. Raises `Malformed` or `Refused`."""
        raise NotImplementedError

    def phase1_exchange(self) -> Exchange:
        """The exchange with message ID 0."""
        raise NotImplementedError

    def wait_over(self, now: int) -> None:
        """`Slot.WAIT` is due."""
        raise NotImplementedError

    def unreadable(self, header: Header, source: "tuple[int, bytes, int]") -> None:
        """Something encrypted came before phase 1 is over."""

    def forget_role(self) -> None:
        """Zero what is secret in a phase 1 under way."""
        raise NotImplementedError

    def announced(self) -> bool:
        """Whether anybody outside knows of this session."""
        return True

    # --- ending -----------------------------------------------------------------------------------------------------

    def move(self, state: str) -> None:
        """Change state along `state.TRANSITIONS`."""
        if state not in TRANSITIONS[self.state]:
            raise ValueError("no transition from " + self.state + " to " + state)
        self.state = state

    def close(self, now: int, cause: str, text: str) -> None:
        """Tell the gateway (ESP deletes first, then the ISAKMP delete), then end."""
        self.lines.ending(cause, now)
        if self.protection is not None and self.state != State.DEAD:
            for child in self.children:
                if child.up:
                    self.informational.send_delete_child(child, now)
            self.informational.send_delete_isakmp(now)
        self.down(cause, text, now)

    def down(self, cause: str, text: str, now: int) -> None:
        if self.state == State.DEAD:
            return
        self.lines.ending(cause, now)
        step = STEP[self.state]
        for child in list(self.children):
            if child.up:
                self.child_down(child, "closed")
        if step == "up" and self.children:
            step = "quick"
        self.move(State.DEAD)
        self.forget_everything()
        if self.announced():
            self.core.emit(SessionDown(self.id, step, cause, self.last_hint, text))
        self.lines.ended()

    def forget_everything(self) -> None:
        """Stop all timers, zero all keys."""
        self.liveness.stop()
        self.timers.stop_all()
        self.forget_children()
        self.exchanges = []
        self.forget_role()
        if self.protection is not None:
            self.protection.wipe()
            self.protection = None

    # --- receiving --------------------------------------------------------------------------------------------------

    def receive(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        """One message for our cookies. Raises `Malformed` or `Refused`; then nothing has changed."""
        if header.next_payload == Payload.FRAG:
            self._fragment(view, header, now, source)
            return
        if self.state == State.DEAD or (self.state, header.exchange) not in self.accepts:
            raise Refused("state", "exchange " + str(header.exchange) + " in state " + self.state)
        if header.exchange == self.mode:
            self.phase1(view, header, now, source)
        elif not header.flags & Flag.ENCRYPTION:
            self._unprotected(view, header, source)
        elif self.protection is None:
            self.unreadable(header, source)
            raise Refused("state", "encrypted message before phase 1 is over")
        else:
            self.receive_protected(view, header, now, source)

    def _fragment(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        # Before its first answer nobody has shown the vendor ID yet, but that itself may come in pieces: only our offer says so.
        if self.accepted is not None and not self.accepted.names(VendorId.FRAGMENTATION):
            raise Refused("fragment", "fragment from a peer that never said it fragments")
        if source[1] != self.peer:
            raise Refused("address", "fragment from another address")
        parts, _ = parse_chain(view, HEADER_BYTES, len(view), header.next_payload)
        if len(parts) != 1:
            raise Refused("payloads", "fragment with other payloads")
        whole = self.reassembly.add(view, parse_fragment(view, parts[0].start, parts[0].end))
        self.timers.set(Slot.FRAGMENTS, now + PATIENCE_MS)
        if whole is not None:
            inner = parse_header(whole)
            if inner.next_payload == Payload.FRAG or not answers_to(self, inner):
                raise Refused("fragment", "reassembled message is none of this session")
            self.receive(memoryview(whole), inner, now, source)

    def _unprotected(self, view: memoryview, header: Header, source: "tuple[int, bytes, int]") -> None:
        # RFC 2409 5.7: without an ISAKMP SA an informational is sent in the clear; once there is one, it must not be.
        if self.protection is not None or header.exchange != ExchangeType.INFORMATIONAL:
            raise Refused("unencrypted", "unprotected message under an ISAKMP SA")
        if source[1] != self.peer:
            raise Refused("address", "hint from another address")
        parts, _ = parse_chain(view, HEADER_BYTES, len(view), header.next_payload)
        check("hint", parts)
        self.informational.process_hint(view, parts)

    def heard(self, now: int, source: "tuple[int, bytes, int]") -> None:
        """Something new and authenticated: our last message of phase 1 has arrived, and the peer may have moved."""
        if not self.confirmed:
            self.confirmed = True
            self.phase1_exchange().waiting = False
            if self.attempt.initial_contact and self.initiator:
                if self.lines.on():
                    self.lines.tagged("ISAKMP_INITIAL_CONTACT")
                self.informational.send_initial_contact(now)
        # RFC 3947 7: only the end that is not behind the NAT may follow; the other one keeps what it was told.
        if source[0] != SOCKET_NATT or self.socket != SOCKET_NATT or self.natt.we_are_behind:
            return
        if source[1] != self.peer or source[2] != self.peer_port:
            self.peer, self.peer_port = source[1], source[2]
            self.core.emit(PeerMoved(self.id, self.peer, self.peer_port))

    # --- phase 1 stands ---------------------------------------------------------------------------------------------

    def phase1_stands(self, accepted: Accepted, now: int) -> None:
        """Arm the life of the ISAKMP SA and the NAT keepalive; Phase1Up."""
        self.accepted = accepted
        self.dpd.peer_sends = accepted.names(VendorId.DPD)
        life_s = accepted.life_s or accepted.transform.life_s
        if life_s:
            # In aggressive mode nothing authenticates it: an attacker must not make us negotiate all day.
            life_s = max(life_s, SHORTEST_LIFE_S)
            self.timers.set(Slot.PHASE1_REKEY, now + rekey_after_ms(life_s, self.core.jitter()))
            self.timers.set(Slot.PHASE1_LIFE, now + life_s * 1000)
        self.started, self.life_s = now, life_s
        if self.natt.we_are_behind and self.attempt.nat_keepalive_s:
            self.timers.set(Slot.NAT_KEEPALIVE, now + self.attempt.nat_keepalive_s * 1000)
        self.core.emit(
            Phase1Up(
                self.id,
                self.peer,
                self.peer_port,
                accepted.transform,
                self.natt.encapsulate(),
                self.natt.we_are_behind,
                self.dpd.peer_sends,
                accepted.names(VendorId.XAUTH),
                accepted.names(VendorId.UNITY),
                accepted.peer_id,
                life_s,
            )
        )

    def up(self, now: int) -> None:
        """All that comes before quick mode is over. Only now the peer is watched: a gateway that waits for a user's password is
        not bound to answer."""
        self.move(State.UP)
        self.liveness.start(now)
        self.start_waiting(now)

    def shorten_phase1(self, life_s: int) -> None:
        """RFC 2407 4.6.3.1: only a shorter life is adopted, and not below a floor."""
        life_s = max(life_s, SHORTEST_LIFE_S) if life_s else 0
        if not life_s or (self.life_s and life_s >= self.life_s):
            return
        # A renewal that was asked for already is not asked for again.
        if not self.life_s or self.timers.running(Slot.PHASE1_REKEY):
            self.timers.set(Slot.PHASE1_REKEY, self.started + rekey_after_ms(life_s, self.core.jitter()))
        self.timers.set(Slot.PHASE1_LIFE, self.started + life_s * 1000)
        self.life_s = life_s
        if self.lines.on():
            self.lines.tagged("ISAKMP_RESTART_TIMER", life_s)

    # --- time -------------------------------------------------------------------------------------------------------

    def timeout(self, now: int) -> None:
        self.exchanges_due(now)
        self.children_due(now)
        timers = self.timers
        first = timers.next()
        if first is None or now < first:
            return
        if timers.take(Slot.FRAGMENTS, now):
            self.reassembly.clear()
        self.liveness.timeout(now)
        if timers.take(Slot.WAIT, now):
            self.wait_over(now)
        if timers.take(Slot.PHASE1_REKEY, now):
            self.core.emit(Rekey(self.id, "phase1", 0))
        if timers.take(Slot.PHASE1_LIFE, now):
            self.close(now, "lifetime", "the ISAKMP SA reached the end of its life")

    def keepalive_due(self, now: int) -> bool:
        """RFC 3948 4: a NAT keepalive, only if nothing else was sent for its interval."""
        if not self.timers.take(Slot.NAT_KEEPALIVE, now):
            return False
        interval = self.attempt.nat_keepalive_s * 1000
        if now - self.sent_at < interval:
            self.timers.set(Slot.NAT_KEEPALIVE, self.sent_at + interval)
            return False
        self.sent_at = now
        self.timers.set(Slot.NAT_KEEPALIVE, now + interval)
        return True

    # --- status -----------------------------------------------------------------------------------------------------

    def transform(self) -> "Phase1Transform | None":
        return self.accepted.transform if self.accepted is not None else None

    def status(self, now: int) -> Phase1Status:
        status = Phase1Status()
        status.session = self.id
        status.state = self.state_word()
        status.local = self.attempt.local
        status.local_port = self.local_port()
        status.peer = self.peer
        status.peer_port = self.peer_port
        status.transform = self.transform()
        end = self.timers.at(Slot.PHASE1_LIFE)
        status.remaining_s = max(end - now, 0) // 1000 if end is not None else 0
        status.natt = self.natt.encapsulate()
        status.behind_nat = self.natt.we_are_behind
        status.dpd = self.dpd.peer_sends
        status.xauth = self.accepted is not None and self.accepted.auth == IkeAuth.XAUTH_INIT_PSK
        status.peer_id = self.accepted.peer_id if self.accepted is not None else ""
        status.dpd_sent = self.dpd.sent
        status.dpd_missed = self.liveness.missed
        status.dpd_lost = self.dpd.lost
        status.dpd_rtt_ms = self.dpd.rtt_ms
        status.fragmentation = self.accepted is not None and self.accepted.names(VendorId.FRAGMENTATION)
        status.initiator = self.initiator
        status.initiator_cookie = self.initiator_cookie
        status.responder_cookie = self.responder_cookie
        return status


def answers_to(session: Phase1Session, header: Header) -> bool:
    """Whether a header's cookies are this session's; before its first answer is taken any responder cookie may be the peer's."""
    if header.initiator_cookie != session.initiator_cookie:
        return False
    if session.responder_cookie == NO_COOKIE:
        return True
    if header.responder_cookie == NO_COOKIE and not session.initiator:
        return True  # its first message again
    return header.responder_cookie == session.responder_cookie
