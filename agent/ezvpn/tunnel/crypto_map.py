"""One entry of a crypto map: a site-to-site tunnel, main mode in either direction, one pair of SAs for each `permit` line.

It is an Easy VPN tunnel whose far end asks for no user and pushes no configuration: peers, back-off, renewals and the arcs are
those of `easy_vpn`; what Mode Config says there, the access list says here. Belongs here: what differs. RFC 2409 5.4, 5.5.

    we call:      connect -> Phase1Up -> Attach -> quick modes for all lines at once
    they call:    Incoming, Phase1Up  -> Attach -> their quick modes; ours after a moment for the lines that they left out
    both at once: two ISAKMP SAs stand. The one with the larger initiator's cookie is used, which both ends know; what was made
                  under the other is renewed and then let go. Far apart in time, the newer one is used.

Entries with the same peer share its ISAKMP SAs (`shares`): each is called, stands and ends here as if it were this entry's alone.
"""

from ezvpn.compat import const
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildDown, ChildFailed, ChildUp, Event, Hint, Phase1Up, Rekey, SessionDown
from ezvpn.ike.params import MainAttempt, ModeConfig, Selector, Split
from ezvpn.ike.status import TunnelStatus
from ezvpn.record import Secret
from ezvpn.tunnel.calling import Calling
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.machine import PREPARE, PREPARE_MS, RENEW
from ezvpn.tunnel.map_causes import explain_map
from ezvpn.tunnel.map_settings import MapSettings
from ezvpn.tunnel.peers import parse_ipv4
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.states import Input, State
from ezvpn.tunnel.telling import Telling

# How long a peer that called may take for its quick modes before we start ours.
THEIRS_FIRST_MS = 2000
# Two ISAKMP SAs that stood up within this time were begun at the same time.
TWINS_MS = 10000
# Sessions that are neither in use nor the previous one: calls under way in both directions.
CALLS_MAX = const(4)
_OF_PAIRS: "dict[type[Event], str]" = {
    ChildUp: "_child_up",
    ChildDown: "_child_down",
    ChildFailed: "_child_failed",
    Rekey: "_rekey",
}


class CryptoMap(EasyVpn):
    """settings: a `MapSettings`. `callers` are the peers that may call; the node tells `adopt` of one that did."""

    def __init__(self, settings: Settings, endpoint: Endpoint, entropy: object, locate: object, now: int) -> None:
        super().__init__(settings, endpoint, entropy, locate, now)
        self.telling = Telling(settings.name, "MAP")
        self._calling = Calling(endpoint)
        self._calls: "list[int]" = []  # owned, and Phase1Up is awaited
        self._theirs: "list[int]" = []  # of all sessions owned: the peer began
        self._stood_at = now
        self._move_at: "int | None" = None

    # --- doors ----------------------------------------------------------------------------------------------------

    def callers(self) -> "list[MainAttempt]":
        """What each peer that may call is answered with. Peers by name are those that the name led to last."""
        settings = self._map()
        found: "list[MainAttempt]" = []
        if settings.missing() or self.state in (State.IDLE, State.VALID_CFG):
            return found
        hosts = [(parse_ipv4(host), host) for host, _ in settings.peers]
        for address in (self.peer_address, self.peers.address):
            if address is not None:
                hosts.append((address, self.peers.host))
        for address, host in hosts:
            if address is None or [1 for known in found if known.peer == address]:
                continue
            key = settings.key_for(address, host)
            if key is not None:
                found.append(self._main_attempt(address, key, False, self._way_to(address)))
        return found

    def wants(self, peer: bytes) -> bool:
        """Whether it would use an ISAKMP SA with this peer that another entry called for. It moves to the newest one, as the peer
        does, for whom all entries are one."""
        if self.state in (State.IDLE, State.VALID_CFG) or self._map().missing():
            return False
        if self._busy():
            return self.peer_address == peer
        known = [parse_ipv4(host) for host, _ in self.settings.peers]
        return peer in known or peer in (self.peer_address, self.peers.address)

    def carries(self, local: Selector, remote: Selector, peer: bytes) -> bool:
        """Whether this is its peer, and a line of its access list says just this."""
        return self._attached and self.peer_address == peer and (local, remote) in self._map().protects

    def adopt(self, session: int, peer: bytes, now: int, theirs: bool = True) -> None:
        """A main mode with this peer is complete, which the peer began, or (theirs False) another entry; its Phase1Up follows."""
        busy_elsewhere = self.up_since is not None and self.peer_address != peer
        if busy_elsewhere or len(self._calls) >= CALLS_MAX or self.state in (State.IDLE, State.VALID_CFG):
            # While another peer carries the tunnel this one is not needed; when that one is dead, DPD says so.
            self.endpoint.close(session, now, "not in use")
            return
        if self.session and self.peer_address != peer:
            self._lost("closed", "quick", 0, "another peer called", now)
        if self._calling.newest:
            if self.peer_address == peer:
                self._calls.append(self._calling.release())  # both began: both may stand
            else:
                self._calling.abandon(now)
        self._calls.append(session)
        if theirs:
            self._theirs = [known for known in self._theirs if self.owns(known)] + [session]
        self.peer_address = peer
        self.local = self._locate(peer)  # type: ignore[operator]
        self._progress(now)

    def owns(self, session: int) -> bool:
        if session == 0:
            return False
        return session in self._calls or self._calling.owns(session) or super().owns(session)

    def deadline(self) -> "int | None":
        first = super().deadline()
        if self._move_at is not None and (first is None or self._move_at < first):
            first = self._move_at
        return first

    def timeout(self, now: int) -> None:
        super().timeout(now)
        if self._move_at is not None and self._move_at <= now:
            self._move_at = None
            self.flows.move(self.session, self._good_group, now)
            self._moved(self.session, now)

    def handle(self, event: Event, now: int) -> None:
        session = event.session
        if session and isinstance(event, Phase1Up) and self.owns(session) and session != self.session:
            self._stands(event, now)
        elif session and (session in self._calls or self._calling.owns(session)):
            if isinstance(event, SessionDown):
                self._call_ended(event, now)
            elif not isinstance(event, Hint):
                self.stale += 1
        elif session and event.__class__ in _OF_PAIRS and not self.owns(session):
            # A pair of ours under the ISAKMP SA of another entry.
            getattr(self, _OF_PAIRS[event.__class__])(event, now)
        else:
            super().handle(event, now)

    def configure(self, settings: Settings, reconnect: bool, now: int) -> None:
        super().configure(settings, reconnect, now)
        if self.reason and self.cause == "configuration":
            self.telling.changed()

    def status(self, now: int) -> TunnelStatus:
        out = super().status(now)
        out.kind = "crypto-map"
        out.mode = ""
        out.config = None
        out.user = ""
        session = self.session or self._calling.newest or (self._calls[0] if self._calls else 0)
        out.phase1 = self.endpoint.status(session, now) if session else None
        return out

    # --- calling --------------------------------------------------------------------------------------------------

    def _map(self) -> MapSettings:
        settings = self.settings
        assert isinstance(settings, MapSettings)
        return settings

    def _way_to(self, peer: bytes) -> "bytes | None":
        found: "bytes | None" = self._locate(peer)  # type: ignore[operator]
        return found

    def _key_of(self, peer: bytes) -> "Secret | None":
        return self._map().key_for(peer, self.peers.host)

    def _dial(self, now: int) -> None:
        peer = self.peers.address
        if peer is not None and self._key_of(peer) is None:
            self._lost("no-key", "phase1", 0, "", now)
            return
        super()._dial(now)

    def _begin_phase1(self, peer: bytes, key: Secret, now: int) -> None:
        contact = peer not in self._contacted and self.peers.host not in self._map().shared
        self._calling.call(self._main_attempt(peer, key, contact, self.local), now)

    def _main_attempt(self, peer: bytes, key: Secret, contact: bool, local: "bytes | None") -> MainAttempt:
        settings = self._map()
        transforms = settings.phase1[0] if settings.phase1 else ()
        return MainAttempt(
            peer,
            local,
            settings.local_ports,
            key,
            transforms,
            settings.children(),
            initial_contact=contact,
            force_natt=settings.force_natt,
            keepalive=settings.keepalive,
        )

    def _all_ended(self, now: int) -> None:
        if not self._calling.newest and not self._calls:
            cause, step, hint, text = self._calling.verdict
            self._lost(cause, step, hint, text, now)

    def _call_ended(self, event: SessionDown, now: int) -> None:
        if self._calling.owns(event.session):
            self._calling.down(event)
        else:
            self._calls.remove(event.session)
            if event.session in self._theirs:
                self._theirs.remove(event.session)
            elif self._calling.verdict[0] == "busy":
                self._calling.verdict = (event.cause, event.step, event.last_hint, event.text)
        if not self.session:
            self._all_ended(now)
        self.telling.changed()

    # --- ISAKMP SAs that stand ------------------------------------------------------------------------------------

    def _stands(self, event: Phase1Up, now: int) -> None:
        session = event.session
        if session in self._calls:
            self._calls.remove(session)
        else:
            self._calling.release()
        if not self.session:
            self._first(event, now)
            return
        # RFC 2409 allows several ISAKMP SAs with one peer. Which of twins is used, both ends see in the same way.
        twins = now - self._stood_at <= TWINS_MS and session != self.beside.session
        if self.beside.session and session != self.beside.session and not twins:
            self._calls.append(self.beside.session)  # our own renewal is still under way
        self.beside.close_previous(now)
        if twins and self._cookie(self.session, now) > self._cookie(session, now):
            previous = session
        else:
            previous = self.session
            self.session = session
            self._stood_at = now
            self._good_group = event.transform.group
            self._phase1_port = event.port
        self.beside.took_over(previous)
        self._timers[PREPARE] = now + PREPARE_MS
        self._timers[RENEW] = None
        if not twins:
            self.telling.note("phase 1 with peer " + self._peer_text() + " was renewed")
        self.flows.session = self.session
        self._move_at = now + (THEIRS_FIRST_MS if self.session in self._theirs else 0)
        self.telling.changed()

    def _first(self, event: Phase1Up, now: int) -> None:
        self._stood_at = now
        self._phase1_up(event, now)
        self.peers.at(self._host_of(event.peer), event.peer)
        config = ModeConfig()
        config.split_include = tuple([_split(here, there) for here, there in self._map().protects])
        self.config = config
        self._fire(Input.MODE_CONFIG_REPLY, now)

    def _host_of(self, peer: bytes) -> str:
        for host, _ in self.settings.peers:
            if parse_ipv4(host) == peer:
                return host
        return self.peers.host

    def _cookie(self, session: int, now: int) -> bytes:
        status = self.endpoint.status(session, now)
        return status.initiator_cookie if status is not None else b""

    def _do_open_flows(self, now: int) -> None:
        if self.session not in self._theirs:
            super()._do_open_flows(now)
            return
        # They called, and will say what they want; we ask for what is missing then.
        self.flows.plan(self.session, self.settings, self._good_group, now + THEIRS_FIRST_MS)

    def _renew_phase1(self, now: int) -> None:
        peer = self.peer_address
        if self.state != State.IPSEC_ACTIVE or self.beside.session or peer is None:
            return
        key = self._map().key_for(peer, self.peers.host)
        if key is None:
            return
        if not self.beside.start(self._main_attempt(peer, key, False, self.local), now):
            self._timers[RENEW] = now + self.beside.again()
        self._timers[PREPARE] = now + PREPARE_MS

    def _moved(self, session: int, now: int) -> None:
        if self._move_at is None:
            super()._moved(session, now)

    def _session_down(self, event: SessionDown, now: int) -> None:
        previous = self.beside.previous
        stands = previous != 0 and not self.beside.passing and self.endpoint.status(previous, now) is not None
        if event.session == self.session and stands:
            # The one that was to take over is gone, and the one before still stands.
            self.beside.previous = 0
            self.session = previous
            self.flows.session = previous
            self._move_at = now
            self.telling.changed()
            return
        super()._session_down(event, now)

    def _drop_session(self, now: int) -> None:
        for flow in self.flows.flows:
            for session, child, _ in flow.standing:
                if not self.owns(session):
                    self.endpoint.close_child(session, child, now, self.reason or "closed")
        super()._drop_session(now)
        self._calling.abandon(now)
        for session in self._calls:
            self.endpoint.close(session, now, self.reason or "closed")
        self._calls = []
        self._theirs = []
        self._move_at = None

    def _busy(self) -> bool:
        return self._calling.newest != 0 or self._calls != [] or super()._busy()

    # --- telling --------------------------------------------------------------------------------------------------

    def _explain(self, cause: str, step: str, hint: int, text: str) -> None:
        self.cause, self.reason = explain_map(cause, step, hint, self.peers.host, text)

    def _announce(self, mnemonic: str, word: str) -> None:
        self.telling.notice("SESSION_STATUS", word, self._peer_text(), self._phase1_port, self._peer_id)


def _split(here: Selector, there: Selector) -> Split:
    """The far network, as what the data plane routes into the tunnel."""
    return Split(there.address, there.mask, there.protocol, here.port, there.port)
