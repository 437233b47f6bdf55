"""One session with a site-to-site peer: main mode as initiator or responder, then quick modes both ways.

    MM_NO_STATE -MM1 or MM2-> MM_SA_SETUP -MM3 or MM4-> MM_KEY_EXCH -MM5 or MM6-> MM_KEY_AUTH -> QM_IDLE

RFC 2409 5.4 and 5.5. Both sides may begin at the same time: then two ISAKMP SAs stand, each with the quick modes that began
under it, and neither end takes one down for being the second. Whoever wants a new pair uses the SA of its own that it likes, as
a rule the newest; a pair that was made twice is the newer one's. INITIAL-CONTACT removes only what stood before the session began
that says it, so that two that began together do not remove each other.

A responder is nobody's session until MM5 is proven (`events.Incoming`): before that it ends without a word, after `HALF_OPEN_MS`.
"""

from ezvpn.ike.aggressive import Accepted
from ezvpn.ike.child import Child
from ezvpn.ike.core import Core
from ezvpn.ike.debug import FROM_IPSEC, FROM_PEER, P1_COMPLETE
from ezvpn.ike.events import Incoming
from ezvpn.ike.exchange import Exchange
from ezvpn.ike.main_mode import MainInitiator, MainMode, MainResponder
from ezvpn.ike.params import ChildRequest, MainAttempt, PeerRule, Phase1Transform, Selector
from ezvpn.ike.phase1_session import Phase1Session
from ezvpn.ike.sa import COOKIE_BYTES
from ezvpn.ike.selectors import HOST_MASK
from ezvpn.ike.state import MAIN_ACCEPTS, MAIN_MESSAGES, Refused, State
from ezvpn.ike.timers import Slot
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.isakmp import Flag, Header, Part, Payload
from ezvpn.wire.notify import Notify, NotifyType, write_notify
from ezvpn.wire.sa import DOI_IPSEC, Protocol

# How long a peer may take from its MM1 to its MM5.
HALF_OPEN_MS = 30000

# Cause of an attempt whose MM1 nobody answered, by the last thing that was heard. (cause, sentence)
_UNANSWERED = {
    0: ("no-answer", "the peer does not answer"),
    NotifyType.NO_PROPOSAL_CHOSEN: ("no-proposal", "the peer accepts none of our isakmp policies"),
    NotifyType.AUTHENTICATION_FAILED: ("authentication", "the peer has no pre-shared key for our address"),
    NotifyType.INVALID_ID_INFORMATION: ("authentication", "the peer has no pre-shared key for our address"),
}
# Message that came -> where phase 1 is then, in the words of IOS's debug lines.
_TURNS = {
    "mm1": "IKE_R_MM2",
    "mm2": "IKE_I_MM3",
    "mm3": "IKE_R_MM4",
    "mm4": "IKE_I_MM5",
    "mm5": P1_COMPLETE,
    "mm6": P1_COMPLETE,
}
# What a peer says that could not read or verify MM5.
_KEY_DIFFERS = (
    NotifyType.AUTHENTICATION_FAILED,
    NotifyType.INVALID_HASH_INFORMATION,
    NotifyType.PAYLOAD_MALFORMED,
    NotifyType.INVALID_ID_INFORMATION,
)


class PeerSession(Phase1Session):
    """Made by `Endpoint.connect` (rule None: we begin) or by `admission`; driven by `Endpoint` only."""

    mode = ExchangeType.MAIN
    accepts = MAIN_ACCEPTS

    def __init__(self, id: int, core: Core, attempt: MainAttempt, rule: "PeerRule | None" = None) -> None:
        super().__init__(id, core, attempt)
        self.state = State.MM_NO_STATE
        self.main_attempt = attempt
        self.allowed = attempt.children  # what the peer may negotiate: the endpoint changes it
        self.rule = rule
        self.initiator = rule is None
        self.lines.role = "I" if rule is None else "R"
        self.main: MainMode = MainInitiator(self, attempt) if rule is None else MainResponder(self, attempt)
        self.created = 0
        self.contact = False  # the peer said INITIAL-CONTACT: the endpoint clears it
        self._refused = False  # the peer was told that its key differs

    # --- starting and ending ----------------------------------------------------------------------------------------

    def start(self, now: int) -> None:
        """MM1."""
        self.created = now
        if self.lines.on():
            self.lines.tagged("ISAKMP_MAIN")
        if isinstance(self.main, MainInitiator):
            self.main.start(now)
        self.lines.turn(FROM_IPSEC, "IKE_SA_REQ_MM", "IKE_I_MM1")

    def begin(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        """The peer's MM1. Raises `Malformed` or `Refused`; then the session is not to be kept."""
        self.created = now
        self.initiator_cookie = header.initiator_cookie
        self.responder_cookie = self.core.random(COOKIE_BYTES)
        self.socket, self.peer, self.peer_port = source
        self.timers.set(Slot.WAIT, now + HALF_OPEN_MS)
        self.phase1(view, header, now, source)

    def half_open(self) -> bool:
        """Whether the peer began and has not proven itself."""
        return not self.announced()

    def announced(self) -> bool:
        return self.initiator or self.accepted is not None

    def vanish(self) -> None:
        """Room for another: without a word."""
        self.forget_everything()
        self._queue = []
        self.state = State.DEAD

    def phase1_exchange(self) -> Exchange:
        return self.main.exchange

    def forget_role(self) -> None:
        self.main.wipe()

    # --- phase 1 ----------------------------------------------------------------------------------------------------

    def phase1(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        exchange = self.main.exchange
        if header.message_id:
            raise Refused("state", "main mode with a message ID")
        # RFC 2409 5.4: the key goes with the address, so another one cannot be this peer.
        if source[1] != self.main_attempt.peer:
            raise Refused("address", "main mode from another address")
        digest = self.core.crypto.hash("sha1", view)
        if exchange.received == digest:
            self.repeat(exchange, now)
            return
        due = MAIN_MESSAGES.get((self.initiator, self.state))
        if due is None:
            raise Refused("state", "another main mode message after phase 1")
        if self.main.waiting():
            raise Refused("state", "the peer's last message is not answered yet")
        rule, encrypted, _ = due
        if bool(header.flags & Flag.ENCRYPTION) != encrypted:
            raise Refused("state", "not the " + rule + " that is due")
        try:
            accepted = self.main.process(rule, view, header, now, source)
        except Refused as fault:
            if fault.cause in ("authentication", "identity"):
                self._not_proven(fault, now)
            raise
        exchange.received = digest
        if not self.main.waiting():
            self.phase1_answered(now)
        if accepted is not None:
            self._proven(accepted, now)

    def phase1_answered(self, now: int) -> None:
        rule, _, after = MAIN_MESSAGES[(self.initiator, self.state)]
        self.move(after)
        self.lines.turn(FROM_PEER, "IKE_MM_EXCH", _TURNS[rule])

    def _proven(self, accepted: Accepted, now: int) -> None:
        self.timers.stop(Slot.WAIT)
        self.wrong_hash = False
        if self.rule is not None:
            self.core.emit(Incoming(self.id, self.rule.id, self.peer))
        self.phase1_stands(accepted, now)
        if self.initiator and self.main_attempt.initial_contact:
            # RFC 2407 4.6.3.3: under the ISAKMP SA, before anything else.
            self.confirmed = True
            self.informational.send_initial_contact(now)
        self.up(now)

    def _not_proven(self, fault: Refused, now: int) -> None:
        if self.initiator:
            self.hint(NotifyType.AUTHENTICATION_FAILED, fault.text)
            if fault.cause == "identity":
                # HASH_R was right: waiting for another one is in vain, and for the peer the SA stands.
                self.protection = self.main.protection
                self.close(now, "authentication", fault.text)
            return
        # One small word for the human at the other end; unprotected, as there are no common keys (RFC 2409 5.7).
        if not self._refused:
            self._refused = True
            w = self.writer(ExchangeType.INFORMATIONAL, self.new_message_id())
            w.begin(Payload.N)
            write_notify(w, Notify(DOI_IPSEC, Protocol.ISAKMP, b"", NotifyType.AUTHENTICATION_FAILED, b""))
            w.end()
            self.queue(bytes(w.buf[: w.finish()]), now)

    def unreadable(self, header: Header, source: "tuple[int, bytes, int]") -> None:
        # A responder with another key cannot read MM5, and says so with keys that we do not have.
        if self.state == State.MM_KEY_EXCH and self.initiator and source[1] == self.peer:
            self.wrong_hash = True

    def first_contact(self, now: int) -> None:
        self.contact = True

    def gave_up(self, exchange: Exchange, now: int) -> None:
        """MM1, MM3 or MM5 was given up: name the likeliest cause."""
        if self.state == State.MM_NO_STATE:
            cause, text = _UNANSWERED.get(self.last_hint, _UNANSWERED[0])
            self.down(cause, text, now)
        elif self.state == State.MM_KEY_EXCH and (self.wrong_hash or self.last_hint in _KEY_DIFFERS):
            self.down("authentication", "the peer does not accept our proof: check the pre-shared key", now)
        elif self.state == State.MM_KEY_EXCH and self.natt.encapsulate():
            self.down("no-answer", "no answer on port 4500: check firewalls, then the pre-shared key", now)
        elif self.state == State.MM_KEY_EXCH:
            # Nothing else but the key makes a peer fall silent here, where no port changed.
            self.down("authentication", "the peer does not answer our proof: check the pre-shared key", now)
        else:
            self.down("no-answer", "the peer stopped answering in the middle of main mode", now)

    def wait_over(self, now: int) -> None:
        self.core.drop(self.id, "half-open", "a peer began main mode and did not finish it in time", now)
        self.vanish()

    # --- quick modes that the peer starts ---------------------------------------------------------------------------

    def renewable(self) -> "list[Child]":
        """One template for each line of the access list; it replaces the newest pair that stands for the same networks."""
        made = []
        for request in self.allowed:
            replaces = 0
            for child in self.children:
                if child.up and not child.retired and same_networks(child, request):
                    replaces = child.id
            made.append(Child(replaces, request, 0))
        return made

    def fits(self, request: ChildRequest, local: Selector, remote: Selector) -> bool:
        """The peer's access list is the mirror of ours, line by line: no part of a line, and nothing wider."""
        return local == request.local and remote == request.remote

    def implied_networks(self) -> "tuple[Selector, Selector] | None":
        """RFC 2409 5.5: "If ISAKMP is not acting as a client negotiator [...] the identities of the SAs negotiated in Quick
        Mode are implicitly assumed to be the IP addresses of the ISAKMP peers"."""
        if self.main_attempt.local is None:
            return None
        return Selector(self.main_attempt.local, HOST_MASK), Selector(self.main_attempt.peer, HOST_MASK)

    def transaction(self, exchange: Exchange, clear: memoryview, parts: "list[Part]", now: int) -> None:
        raise Refused("state", "a site-to-site peer has nothing to configure")  # MAIN_ACCEPTS keeps it out

    # --- status -----------------------------------------------------------------------------------------------------

    def transform(self) -> "Phase1Transform | None":
        return self.main.transform


def same_networks(child: Child, request: ChildRequest) -> bool:
    """Whether a pair carries just what a line of the access list says."""
    return child.local == request.local and child.remote == request.remote
