"""One session with an Easy VPN gateway, initiator's side: aggressive mode, then XAUTH and Mode Config.

    AG_INIT_EXCH -AM2-> AG_AUTH -REQUEST-> CONF_XAUTH -STATUS ok-> CONF_ADDR -REPLY-> QM_IDLE
                              \\ (no XAUTH negotiated) ------------> CONF_ADDR

What it shares with a site-to-site session (receiving, lifetimes, the end) is in `phase1_session`; what each exchange does is in
its own file; what goes out again is decided in `exchange`.
"""

from ezvpn.ike.aggressive import Aggressive
from ezvpn.ike.child import Child
from ezvpn.ike.core import Core
from ezvpn.ike.debug import FROM_IPSEC, FROM_PEER, P1_COMPLETE
from ezvpn.ike.events import Configured, XauthResult
from ezvpn.ike.exchange import Exchange
from ezvpn.ike.mode_config import ModeConfigClient
from ezvpn.ike.params import Attempt, ModeConfig
from ezvpn.ike.phase1_session import Phase1Session
from ezvpn.ike.state import Refused, State, check
from ezvpn.ike.status import Phase1Status
from ezvpn.ike.timers import Slot
from ezvpn.ike.xauth import XauthClient
from ezvpn.record import Secret
from ezvpn.wire.attributes import ConfigType, parse_config
from ezvpn.wire.isakmp import HEADER_BYTES, Flag, Header, Part, Payload, parse_chain
from ezvpn.wire.notify import NotifyType
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


class Session(Phase1Session):
    """Made by `Endpoint.connect`; driven by `Endpoint` only."""

    def __init__(self, id: int, core: Core, attempt: Attempt) -> None:
        super().__init__(id, core, attempt)
        self.aggressive = Aggressive(self, core.take_pair(attempt.transforms[0].group))
        self.xauth = XauthClient(self)
        self.mode_config = ModeConfigClient(self)

    def start(self, now: int) -> None:
        if self.lines.on():
            self.lines.tagged("ISAKMP_AGGRESSIVE")
        self.aggressive.start(now)
        self.lines.turn(FROM_IPSEC, "IKE_SA_REQ_AM", "IKE_I_AM1")

    def phase1_exchange(self) -> Exchange:
        return self.aggressive.exchange

    def forget_role(self) -> None:
        self.xauth.pending = None
        self.aggressive.wipe()

    # --- receiving --------------------------------------------------------------------------------------------------

    def phase1(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        exchange = self.aggressive.exchange
        # AM2 is neither encrypted nor part of a later exchange; nobody but the address we wrote to may answer AM1.
        if header.flags & Flag.ENCRYPTION or header.message_id or source[1] != self.peer:
            raise Refused("state", "not an answer to AM1")
        digest = self.core.crypto.hash("sha1", view)
        if exchange.received == digest:
            self.repeat(exchange, now)
            return
        if self.aggressive.accepted is not None:
            raise Refused("state", "another AM2 after the one that was proven")
        parts, _ = parse_chain(view, HEADER_BYTES, len(view), header.next_payload)
        check("am2", parts)
        self.traced_in(header.exchange, 0, parts, len(view))
        self.lines.payloads(parts, 0)
        self.aggressive.process(view, header, parts, now, source)
        exchange.answered(digest, b"", now)

    def phase1_answered(self, now: int) -> None:
        """AM3 is out."""
        accepted = self.aggressive.accepted
        if accepted is None:
            raise ValueError("no AM2 was proven")
        self.move(State.AM3_SENT)
        self.lines.turn(FROM_PEER, "IKE_AM_EXCH", P1_COMPLETE)
        self.phase1_stands(accepted, now)
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
            self.up(now)
        else:
            # xauth 5.5: a STATUS without a REQUEST says that we are authenticated already.
            self._ask_config(now)

    def configured(self, config: ModeConfig, now: int) -> None:
        if self.attempt.request_address and config.address is None:
            self.close(now, "config-failed", "the gateway assigned no address: check its address pool")
            return
        self.config = config
        self.timers.stop(Slot.WAIT)
        if self.state == State.AM3_SENT:
            self.move(State.CONFIG)
        self.core.emit(Configured(self.id, config))
        self.up(now)

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

    def wait_over(self, now: int) -> None:
        if self.state == State.XAUTH:
            self.close(now, "xauth-timeout", "user name and password were not settled in time")
        elif self.state == State.CONFIG:
            self.close(now, "config-failed", "the gateway's answer to Mode Config says nothing")
        else:
            self.close(now, "no-answer", "the gateway did not continue after phase 1")

    # --- status -----------------------------------------------------------------------------------------------------

    def status(self, now: int) -> Phase1Status:
        status = super().status(now)
        status.config_mode = self.mode_config.done
        return status
