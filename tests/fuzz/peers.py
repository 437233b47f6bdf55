"""What `receive` fuzzes of site-to-site: a session in each state of main mode, as initiator (I) and as responder (R)."""

from __future__ import annotations

from doubles.peers import LEFT, RIGHT, Offices

from ezvpn.ike import events
from ezvpn.ike.admission import HALF_OPEN_PER_PEER
from ezvpn.ike.core import EVENTS_MAX
from ezvpn.ike.peer_session import PeerSession
from ezvpn.ike.sa import EXCHANGES_MAX, QUEUE_MAX, SEEN_MAX
from ezvpn.ike.state import State
from ezvpn.log import Debug, LogRecord
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import Exchange, parse_header

# name -> (state, how many datagrams were delivered, whether ours is the initiator); the message that is due has been seen.
STEPS = {
    "MM_NO_STATE-I": (State.MM_NO_STATE, 1, True),
    "MM_SA_SETUP-R": (State.MM_SA_SETUP, 2, False),
    "MM_SA_SETUP-I": (State.MM_SA_SETUP, 3, True),
    "MM_KEY_EXCH-R": (State.MM_KEY_EXCH, 4, False),
    "MM_KEY_EXCH-I": (State.MM_KEY_EXCH, 5, True),
    "MM_QM_IDLE-R": (State.UP, 9, False),
    "MM_QM_IDLE-I": (State.UP, 9, True),
}


class PeerTarget:
    """Stands in for `receive.Target`."""

    def __init__(self, name: str, seed: int) -> None:
        self.state, messages, initiator = STEPS[name]
        self.o = Offices(seed=seed)
        self.office = self.o.left if initiator else self.o.right
        self.peer = RIGHT if initiator else LEFT
        if self.state == State.UP:
            self.o.open(self.o.left, self.o.stand()[0])
            self.o.run(self.o.right, events.ChildUp)
        else:
            self.o.begin(self.o.left)
            self.o.messages(messages)
        found = self.office.endpoint._sessions[-1]
        assert isinstance(found, PeerSession) and found.state == self.state, found.state
        self._session = found
        self.endpoint = self.office.endpoint
        self.endpoint.trace = Debug.ISAKMP  # nothing that is told of such datagrams may raise
        self.corpus = [data for _, _, _, data in self.o.pair.log]
        self.sources = [(0, self.peer, 500)]
        waiting = [flight[3] for flight in self.o.pair._flying if flight[2] is self.o.side(self.office)]
        self.next = waiting[0] if waiting else b""

    @property
    def now(self) -> int:
        return self.o.now

    def session(self) -> PeerSession:
        return self._session

    def alive(self) -> bool:
        return self._session in self.endpoint._sessions

    def sealed(self) -> bool:
        return self._session.protection is not None

    def tell(self) -> None:
        """Drain, and put the lines of debugging into words."""
        self.o.pair.drain(self.o.side(self.office))
        for event in self.office.said(events.Traced):
            LogRecord(1, 0, event.mnemonic, event.args).text()
        self.office.events.clear()

    def fingerprint(self) -> tuple[object, ...]:
        """Everything that only an authenticated message may change."""
        s = self._session
        children = [(c.id, c.spi_in, c.spi_out, c.up, c.life_s, c.life_kb) for c in s.children]
        chains = [(e.message_id, e.iv, e.received, e.waiting) for e in s.exchanges]
        main = (s.main.iv, s.main.peer_public, s.main.transform, s.accepted is not None)
        return (s.state, s.peer, s.peer_port, s.responder_cookie, children, chains, main)

    def assert_bounded(self) -> None:
        s, core = self._session, self.endpoint._core
        assert len(s.exchanges) <= EXCHANGES_MAX
        assert len(s._seen) <= SEEN_MAX
        assert len(s._queue) <= QUEUE_MAX
        assert len(core._events) <= EVENTS_MAX
        assert len(core.dropped) < 32
        assert len(self.endpoint._sessions) <= 1 + HALF_OPEN_PER_PEER

    def may_change(self, data: bytes) -> bool:
        """Before MM5 nothing is authenticated: whatever is a main mode message may be taken for the peer's."""
        if self.state not in (State.MM_NO_STATE, State.MM_SA_SETUP):
            return False
        try:
            return parse_header(data).exchange == Exchange.MAIN
        except Malformed:
            return False
