"""One session with a gateway, initiator's side: which message goes to which exchange, states, lifetimes, the end.

    AG_INIT_EXCH -AM2-> AG_AUTH -REQUEST-> CONF_XAUTH -STATUS ok-> CONF_ADDR -REPLY-> QM_IDLE
                              \\ (no XAUTH negotiated) ------------> CONF_ADDR

The order of checks is RFC 2408 5 as `wire` and `state` have it: length and header, cookies, repeat of a known message, decrypt
with a copy of the IV, payload chain, HASH, state; only then are IV, message ID and reply kept. What each exchange does is
in its own file; what goes out again is decided in `exchange`.
"""

from ezvpn.ike.aggressive import Accepted, Aggressive
from ezvpn.ike.child import SHORTEST_LIFE_S, Child, rekey_after_ms
from ezvpn.ike.core import Core
from ezvpn.ike.debug import FROM_IPSEC, FROM_PEER, P1_COMPLETE
from ezvpn.ike.events import Configured, PeerMoved, Phase1Up, Rekey, SessionDown, XauthResult
from ezvpn.ike.exchange import Exchange
from ezvpn.ike.fragment import PATIENCE_MS, Reassembly
from ezvpn.ike.mode_config import ModeConfigClient
from ezvpn.ike.params import SOCKET_NATT, Attempt, ModeConfig, Phase1Transform
from ezvpn.ike.protected import ProtectedSa
from ezvpn.ike.sa import NO_COOKIE
from ezvpn.ike.state import ACCEPTS, STEP, TRANSITIONS, Refused, State, check
from ezvpn.ike.status import Phase1Status
from ezvpn.ike.timers import Slot
from ezvpn.ike.xauth import XauthClient
from ezvpn.record import Secret
from ezvpn.wire.attributes import ConfigType, parse_config
from ezvpn.wire.isakmp import HEADER_BYTES, Flag, Header, Part, Payload, parse_chain, parse_header
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.payloads import VendorId, parse_fragment
from ezvpn.wire.sa import IkeAuth

# How long the gateway may take for its next step once phase 1 stands, and how long a user may think.
STEP_WAIT_MS = 30000
USER_WAIT_MS = 120000

# Cause of an attempt that nobody answered, by the last thing that was heard. (cause, sentence)
_UNANSWERED = {
    0: ("no-answer", "the gateway does not answer"),
    NotifyType.NO_PROPOSAL_CHOSEN: ("no-proposal", "the gateway accepts none of the offered proposals"),
    NotifyType.AUTHENTICATION_FAILED: (
        "authentication",
        "the gateway refuses the group: check the group name and key",
    ),
    NotifyType.INVALID_ID_INFORMATION: ("authentication", "the gateway does not know the group: check the group name"),
}


class Session(ProtectedSa):
    """Made by `Endpoint.connect`; driven by `Endpoint` only."""

    def __init__(self, id: int, core: Core, attempt: Attempt) -> None:
        super().__init__(id, core, attempt)
        self.aggressive = Aggressive(self, core.take_pair(attempt.transforms[0].group))
        self.xauth = XauthClient(self)
        self.mode_config = ModeConfigClient(self)
        self.reassembly = Reassembly()
        self.accepted: "Accepted | None" = None
        self.started = 0  # when phase 1 was done
        self.life_s = 0
        self.confirmed = False  # something authenticated came after AM3

    # --- starting and ending ----------------------------------------------------------------------------------------

    def start(self, now: int) -> None:
        if self.lines.on():
            self.lines.tagged("ISAKMP_AGGRESSIVE")
        self.aggressive.start(now)
        self.lines.turn(FROM_IPSEC, "IKE_SA_REQ_AM", "IKE_I_AM1")

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
        self.core.emit(SessionDown(self.id, step, cause, self.last_hint, text))
        self.lines.ended()

    def forget_everything(self) -> None:
        """Stop all timers, zero all keys."""
        self.liveness.stop()
        self.timers.stop_all()
        self.forget_children()
        self.exchanges = []
        self.xauth.pending = None
        self.aggressive.pair.wipe()
        if self.protection is not None:
            self.protection.wipe()
            self.protection = None

    # --- receiving --------------------------------------------------------------------------------------------------

    def receive(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        """One message for our cookies. Raises `Malformed` or `Refused`; then nothing has changed."""
        if header.next_payload == Payload.FRAG:
            self._fragment(view, header, now, source)
            return
        if self.state == State.DEAD or (self.state, header.exchange) not in ACCEPTS:
            raise Refused("state", "exchange " + str(header.exchange) + " in state " + self.state)
        if header.exchange == ExchangeType.AGGRESSIVE:
            self._phase1(view, header, now, source)
        elif not header.flags & Flag.ENCRYPTION:
            self._unprotected(view, header, source)
        elif self.protection is None:
            raise Refused("state", "encrypted message before phase 1 is over")
        else:
            self.receive_protected(view, header, now, source)

    def _fragment(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        # Before AM2 nobody has shown the vendor ID yet, but AM2 itself may come in pieces: only our offer says so then.
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

    def _phase1(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        exchange = self.aggressive.exchange
        # AM2 is neither encrypted nor part of a later exchange; nobody but the address we wrote to may answer AM1.
        if header.flags & Flag.ENCRYPTION or header.message_id or source[1] != self.peer:
            raise Refused("state", "not an answer to AM1")
        digest = self.core.crypto.hash("sha1", view)
        if exchange.received == digest:
            self.repeat(exchange, now)
            return
        if self.state != State.AM1_SENT:
            raise Refused("state", "another AM2 after phase 1")
        parts, _ = parse_chain(view, HEADER_BYTES, len(view), header.next_payload)
        check("am2", parts)
        self.traced_in(header.exchange, 0, parts, len(view))
        self.lines.payloads(parts, 0)
        accepted = self.aggressive.process(view, header, parts, now, source)
        exchange.received = digest
        self._phase1_done(accepted, now)

    def _phase1_done(self, accepted: Accepted, now: int) -> None:
        self.accepted = accepted
        self.move(State.AM3_SENT)
        self.dpd.peer_sends = accepted.names(VendorId.DPD)
        self.lines.turn(FROM_PEER, "IKE_AM_EXCH", P1_COMPLETE)
        life_s = accepted.life_s or accepted.transform.life_s
        if life_s:
            # What AM2 says of it is not authenticated: an attacker must not make us negotiate all day.
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
        if accepted.auth == IkeAuth.XAUTH_INIT_PSK:
            self.timers.set(Slot.WAIT, now + STEP_WAIT_MS)
        else:
            self._ask_config(now)

    def _ask_config(self, now: int) -> None:
        self.move(State.CONFIG)
        if self.lines.on():
            self.lines.tagged("ISAKMP_NEED_CONFIG")
        # The request is repeated and given up on its own; this is for an answer that says nothing.
        self.timers.set(Slot.WAIT, now + STEP_WAIT_MS)
        self.mode_config.start(now)

    def heard(self, now: int, source: "tuple[int, bytes, int]") -> None:
        """Something new and authenticated: AM3 has arrived, and the peer may have moved."""
        if not self.confirmed:
            self.confirmed = True
            self.aggressive.exchange.waiting = False
            if self.attempt.initial_contact:
                if self.lines.on():
                    self.lines.tagged("ISAKMP_INITIAL_CONTACT")
                self.informational.send_initial_contact(now)
        # RFC 3947 7: only the end that is not behind the NAT may follow; the other one keeps what it was told.
        moved = source[1:] != (self.peer, self.peer_port) and source[0] == self.socket == SOCKET_NATT
        if moved and not self.natt.we_are_behind:
            self.peer, self.peer_port = source[1], source[2]
            self.core.emit(PeerMoved(self.id, self.peer, self.peer_port))

    def renewable(self) -> "list[Child]":
        """A gateway may renew a pair that stands, and start nothing else. Of several for the same networks the newest counts."""
        return [child for child in reversed(self.children) if child.up]

    def transaction(self, exchange: Exchange, clear: memoryview, parts: "list[Part]", now: int) -> None:
        for part in parts:
            if part.type != Payload.ATTR:
                continue
            message = parse_config(clear, part.start, part.end)
            self.lines.transaction(message, exchange.message_id)
            ours = self.xauth.wants(message)
            if message.type == ConfigType.REQUEST and ours:
                self.xauth.process_request(exchange, message, now)
            elif message.type == ConfigType.REQUEST:
                self.mode_config.process_request(exchange, message, now)
            elif message.type == ConfigType.SET and ours:
                self.xauth.process_set(exchange, message, now)
            elif message.type == ConfigType.SET and self.state != State.XAUTH:
                self.mode_config.process_set(exchange, message, now)
            elif message.type == ConfigType.REPLY:
                self.mode_config.process_reply(exchange, message, now)

    # --- what the exchange files report -----------------------------------------------------------------------------

    def credentials_wanted(self, now: int) -> None:
        if self.state != State.XAUTH:
            self.move(State.XAUTH)
            # xauth 6: nothing but informationals may run until XAUTH is over.
            self.mode_config.put_off()
        self.timers.set(Slot.WAIT, now + USER_WAIT_MS)

    def authenticated(self, ok: bool, message: str, now: int) -> None:
        if ok and self.state not in (State.AM3_SENT, State.XAUTH):
            return  # told before, under another message ID
        self.timers.stop(Slot.WAIT)
        self.core.emit(XauthResult(self.id, ok, message))
        if not ok:
            # xauth 6: when it fails, the phase 1 SA must be deleted at once.
            text = "the gateway refused user name or password"
            self.close(now, "xauth-failed", text + (": " + message if message else ""))
        elif self.mode_config.done:
            self._up(now)
        else:
            # xauth 5.5: a STATUS without a REQUEST says that we are authenticated already.
            self._ask_config(now)

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

    def configured(self, config: ModeConfig, now: int) -> None:
        if self.attempt.request_address and config.address is None:
            self.close(now, "config-failed", "the gateway assigned no address: check its address pool")
            return
        self.config = config
        self.timers.stop(Slot.WAIT)
        if self.state == State.AM3_SENT:
            self.move(State.CONFIG)
        self.core.emit(Configured(self.id, config))
        self._up(now)

    def _up(self, now: int) -> None:
        """All that comes before quick mode is over. Only now the peer is watched: a gateway that waits for a user's password is
        not bound to answer."""
        self.move(State.UP)
        self.liveness.start(now)
        self.start_waiting(now)

    # --- commands ---------------------------------------------------------------------------------------------------

    def answer_xauth(self, fields: "list[tuple[int, str | Secret]]", now: int) -> None:
        if self.xauth.pending is not None:
            self.timers.set(Slot.WAIT, now + STEP_WAIT_MS)
            self.xauth.answer(fields, now)

    def refuse_xauth(self, now: int) -> None:
        if self.xauth.pending is not None:
            self.timers.set(Slot.WAIT, now + STEP_WAIT_MS)
            self.xauth.refuse(now)

    # --- time -------------------------------------------------------------------------------------------------------

    def timeout(self, now: int) -> None:
        self.exchanges_due(now)
        self.children_due(now)
        if self.timers.take(Slot.FRAGMENTS, now):
            self.reassembly.clear()
        self.liveness.timeout(now)
        if self.timers.take(Slot.WAIT, now):
            self._wait_over(now)
        if self.timers.take(Slot.PHASE1_REKEY, now):
            self.core.emit(Rekey(self.id, "phase1", 0))
        if self.timers.take(Slot.PHASE1_LIFE, now):
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

    def gave_up(self, exchange: Exchange, now: int) -> None:
        if exchange is self.aggressive.exchange:
            self._unanswered(now)
        else:
            self.close(now, "config-failed", "the gateway does not answer Mode Config")

    def _unanswered(self, now: int) -> None:
        """AM1 or AM3 was given up: name the likeliest cause."""
        if self.wrong_hash:
            self.last_hint = (
                0  # HASH_R says more than an unauthenticated notify: the gateway knows the group, not the key
            )
            self.close(now, "authentication", "the gateway's group key differs from ours: check the group key")
            return
        if self.state != State.AM1_SENT:
            # A hint from before AM2 is about something else.
            self.close(now, "no-answer", "the gateway stopped answering after phase 1")
            return
        cause, text = _UNANSWERED.get(self.last_hint, _UNANSWERED[0])
        self.close(now, cause, text)

    def _wait_over(self, now: int) -> None:
        if self.state == State.XAUTH:
            self.close(now, "xauth-timeout", "user name and password were not settled in time")
        elif self.state == State.CONFIG:
            self.close(now, "config-failed", "the gateway's answer to Mode Config says nothing")
        else:
            self.close(now, "no-answer", "the gateway did not continue after phase 1")

    # --- status -----------------------------------------------------------------------------------------------------

    def transform(self) -> "Phase1Transform | None":
        return self.accepted.transform if self.accepted is not None else None

    def status(self, now: int) -> Phase1Status:
        status = Phase1Status()
        status.session = self.id
        status.state = self.state
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
        status.config_mode = self.mode_config.done
        status.peer_id = self.accepted.peer_id if self.accepted is not None else ""
        status.dpd_sent = self.dpd.sent
        status.dpd_missed = self.liveness.missed
        status.dpd_lost = self.dpd.lost
        status.dpd_rtt_ms = self.dpd.rtt_ms
        status.fragmentation = self.accepted is not None and self.accepted.names(VendorId.FRAGMENTATION)
        status.initiator_cookie = self.initiator_cookie
        status.responder_cookie = self.responder_cookie
        return status


def answers_to(session: Session, header: Header) -> bool:
    """Whether a header's cookies are this session's; before AM2 is proven any responder cookie may be the gateway's."""
    if header.initiator_cookie != session.initiator_cookie:
        return False
    if session.responder_cookie == NO_COOKIE:
        return True
    return header.responder_cookie == session.responder_cookie
