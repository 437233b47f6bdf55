"""Who may begin main mode with us, and how much an unsolicited datagram may allocate.

Nothing, unless a rule names its source and it is a well-formed MM1 that one of our policies fits. Then a half-open session:
at most `HALF_OPEN_MAX`, `HALF_OPEN_PER_PEER` of one address, each for `peer_session.HALF_OPEN_MS`. Where there are too many, the
oldest that has not answered yet makes room: a forged source never answers, an honest one is safe after one round trip. No answer
is longer than the datagram it answers. RFC 2408 2.5.3, 5.1; RFC 2409 5.4.
"""

from ezvpn.ike.core import Core
from ezvpn.ike.params import ChildRequest, MainAttempt, PeerRule
from ezvpn.ike.peer_session import PeerSession
from ezvpn.ike.phase1_session import Phase1Session
from ezvpn.ike.sa import COOKIE_BYTES, NO_COOKIE
from ezvpn.ike.state import Refused, State
from ezvpn.wire.isakmp import Exchange, Header, MessageWriter, Payload
from ezvpn.wire.notify import Notify, NotifyType, write_notify
from ezvpn.wire.sa import DOI_IPSEC, Protocol

HALF_OPEN_MAX = 8
HALF_OPEN_PER_PEER = 2
# Of one peer that has proven itself: make-before-break needs two, and two more when both sides begin at once.
STANDING_PER_PEER = 4
NOTICES_MAX = 8
NOTICE_BYTES = 64


class Admission:
    """Of one endpoint. rules: the whole table, first match counts. notices: (source, packet) of refusals, to be sent."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.rules: "tuple[PeerRule, ...]" = ()
        self.notices: "list[tuple[tuple[int, bytes, int], bytes]]" = []

    def begin(
        self,
        id: int,
        view: memoryview,
        header: Header,
        now: int,
        source: "tuple[int, bytes, int]",
        sessions: "list[Phase1Session]",
    ) -> PeerSession:
        """The session of a datagram that belongs to none. Raises `Malformed` or `Refused`, and then nothing is allocated."""
        rule = self._rule(source[1]) if _begins_main_mode(header) else None
        if rule is None:
            raise Refused("unknown-cookie", "no session has these cookies")
        for session in sessions:
            if session.initiator_cookie == header.initiator_cookie:
                raise Refused("replay", "main mode with the cookie of a session that there is")
        session = PeerSession(id, self.core, rule.attempt, rule)
        try:
            session.begin(view, header, now, source)
            self._make_room(source[1], sessions)
        except Refused as fault:
            session.vanish()
            if fault.cause == "no-proposal":
                self._notice(header, source)
            raise
        return session

    def settle(self, session: Phase1Session, sessions: "list[Phase1Session]", now: int) -> None:
        """After a datagram for `session`: what it means for the other sessions with the same peer."""
        if not isinstance(session, PeerSession):
            return
        others = [
            other
            for other in sessions
            if isinstance(other, PeerSession)
            and other is not session
            and other.state == State.UP
            and other.attempt.peer == session.attempt.peer
        ]
        if session.contact:
            session.contact = False
            for other in others:
                # Two that began at the same time say it to each other, and both stay.
                if other.started < session.created:
                    other.down("deleted-by-peer", "the peer started anew (INITIAL-CONTACT)", now)
        if session.state == State.UP and not session.initiator:
            standing = [other for other in others if not other.initiator and other.state == State.UP]
            if len(standing) >= STANDING_PER_PEER:
                oldest = standing[0]
                oldest.close(now, "closed", "the peer keeps making new ISAKMP SAs")

    def allowed(self, attempt: MainAttempt) -> "tuple[ChildRequest, ...]":
        """What the peer of a session may negotiate there."""
        rule = self._rule(attempt.peer)
        return rule.attempt.children if rule is not None else attempt.children

    def _rule(self, address: bytes) -> "PeerRule | None":
        for rule in self.rules:
            if rule.attempt.peer == address:
                return rule
        return None

    def _make_room(self, peer: bytes, sessions: "list[Phase1Session]") -> None:
        half_open = [s for s in sessions if isinstance(s, PeerSession) and s.half_open() and s.state != State.DEAD]
        same = [s for s in half_open if s.attempt.peer == peer]
        if len(same) >= HALF_OPEN_PER_PEER:
            crowd = same
        elif len(half_open) >= HALF_OPEN_MAX:
            crowd = half_open
        else:
            return
        waiting = [s for s in crowd if s.state == State.MM_SA_SETUP]
        if not waiting and crowd is half_open:
            raise Refused("flood", "too many half-open sessions")
        (waiting or crowd)[0].vanish()

    def _notice(self, header: Header, source: "tuple[int, bytes, int]") -> None:
        """NO-PROPOSAL-CHOSEN in the clear (RFC 2409 5.7): shorter than any MM1, and nothing is kept for it."""
        if len(self.notices) >= NOTICES_MAX:
            return
        cookie, message_id = self.core.random(COOKIE_BYTES), int.from_bytes(self.core.random(4), "big") | 1
        w = MessageWriter(bytearray(NOTICE_BYTES), header.initiator_cookie, cookie, Exchange.INFORMATIONAL, message_id)
        w.begin(Payload.N)
        write_notify(w, Notify(DOI_IPSEC, Protocol.ISAKMP, b"", NotifyType.NO_PROPOSAL_CHOSEN, b""))
        w.end()
        self.notices.append((source, bytes(w.buf[: w.finish()])))


def _begins_main_mode(header: Header) -> bool:
    return (
        header.exchange == Exchange.MAIN
        and header.next_payload == Payload.SA
        and header.responder_cookie == NO_COOKIE
        and header.initiator_cookie != NO_COOKIE
        and not header.flags
        and not header.message_id
    )
