"""`standby warm`: while the tunnel is up, the next peer is made ready.

    its name is resolved, and again every few minutes          -> no lookup when the current peer dies
    a DH pair is ready (as it is without this)                 -> no exponentiation before the first datagram
    where nobody had to log in, phase 1 and Mode Config stand  -> quick mode at once

A second phase 1 at a peer that asks for XAUTH would be a second log-in, counted by the gateway and ended by its time-out (xauth
6: nothing else may run before it is over); so one is kept only where this tunnel was up without XAUTH before. It takes an address
of that gateway's pool. Belongs here: what is kept ready. Not here: which peer is next (`peers`).
"""

from ezvpn.compat import const
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import Configured, Event, Phase1Up, Rekey, SessionDown, XauthRequest
from ezvpn.tunnel.machine import WARM
from ezvpn.tunnel.offer import preferred
from ezvpn.tunnel.outputs import Resolve
from ezvpn.tunnel.peers import parse_ipv4
from ezvpn.tunnel.renewal import Renewing
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.states import State

FIRST_LOOK_MS = const(1000)  # behind what a new tunnel has to do
REFRESH_MS = const(300000)
FRESH_MS = const(660000)  # an older answer is not used: one lookup may fail
OPEN_PEERS_MAX = const(32)


class Standby(Renewing):
    """warm: session of the phase 1 that is kept, 0 = none."""

    def __init__(self, settings: Settings, endpoint: Endpoint, entropy: object, locate: object, now: int) -> None:
        super().__init__(settings, endpoint, entropy, locate, now)
        self.warm = 0
        self._warm_up: "Phase1Up | None" = None
        self._warm_configured: "Configured | None" = None
        self._host = ""
        self._addresses: "list[bytes]" = []
        self._resolved_at = now
        self._lookup = 0  # ticket
        self._asked_login = False
        self._open_peers: "list[bytes]" = []  # that needed no XAUTH

    # --- what the arcs tell ---------------------------------------------------------------------------------------

    def _do_up(self, now: int) -> None:
        first = self.up_since is None
        super()._do_up(now)
        peer = self.peer_address
        if first and peer is not None:
            if peer in self._open_peers:
                self._open_peers.remove(peer)
            if not self._asked_login:
                self._open_peers.append(peer)
                if len(self._open_peers) > OPEN_PEERS_MAX:
                    self._open_peers.pop(0)
        if first and self.settings.standby_warm:
            self._timers[WARM] = now + FIRST_LOOK_MS

    def _do_credentials(self, now: int) -> None:
        self._asked_login = True
        super()._do_credentials(now)

    def _dial(self, now: int) -> None:
        self._asked_login = False
        up, configured = self._warm_up, self._warm_configured
        if up is None or configured is None or up.peer != self.peers.address:
            self._cool("another gateway is tried", now)
            super()._dial(now)
            return
        session, self.warm = self.warm, 0
        self._forget_warm()
        self.peer_address = up.peer
        self.local = self._locate(up.peer)  # type: ignore[operator]
        self.attempts += 1
        self.telling.note("phase 1 with gateway " + self._peer_text() + " was ready")
        self._adopt(session, up, configured, now)

    def _adopt(self, session: int, up: Phase1Up, configured: Configured, now: int) -> None:
        """A session that stands becomes the one in use."""
        raise NotImplementedError

    def _do_resume(self, now: int) -> None:
        super()._do_resume(now)
        if self.state != State.READY and self.up_since is None and not self.session:
            self._cool("not connected", now)

    def _do_hold(self, now: int) -> None:
        super()._do_hold(now)
        self._cool("not connected", now)

    def _do_stop(self, now: int) -> None:
        super()._do_stop(now)
        self._cool("closed", now)

    def _do_restart(self, now: int) -> None:
        self._cool("closed", now)
        super()._do_restart(now)

    # --- making ready ---------------------------------------------------------------------------------------------

    def _expired(self, slot: int, now: int) -> None:
        if slot == WARM:
            self._look_ahead(now)
        else:
            super()._expired(slot, now)

    def warm_changed(self, now: int) -> None:
        """The configuration says otherwise."""
        self._timers[WARM] = None
        if not self.settings.standby_warm:
            self._cool("standby is switched off", now)
        elif self.up_since is not None:
            self._timers[WARM] = now + FIRST_LOOK_MS

    def _look_ahead(self, now: int) -> None:
        host = self.peers.following
        if not self.settings.standby_warm or self.up_since is None or not host:
            return
        self._timers[WARM] = now + REFRESH_MS
        if host != self._host:
            self._cool("another gateway is next", now)
            self._host = host
            self._addresses = []
        numeric = parse_ipv4(host)
        if numeric is not None:
            if numeric not in self._open_peers:
                self._timers[WARM] = None  # nothing to refresh and nothing to keep up
            self._ready([numeric], now)
            return
        self._ticket += 1
        self._lookup = self._ticket
        self.telling.put(Resolve(self._lookup, host))

    def _looked_up(self, ticket: int, addresses: "list[bytes]", now: int) -> bool:
        """The answer, if it is to our question. A name that does not resolve keeps its last addresses until they are old."""
        if not self._lookup or ticket != self._lookup:
            return False
        self._lookup = 0
        if addresses and self.up_since is not None:
            self._ready(addresses, now)
        return True

    def _ready(self, addresses: "list[bytes]", now: int) -> None:
        self._addresses = addresses
        self._resolved_at = now
        key = self.settings.key
        if self.warm or key is None or addresses[0] not in self._open_peers or addresses[0] == self.peer_address:
            return
        rungs = preferred(self.settings.phase1, self._good_group)
        attempt = self._attempt(addresses[0], key)
        attempt.transforms = rungs[0]
        attempt.local = self._locate(addresses[0])  # type: ignore[operator]
        try:
            self.warm = self.endpoint.connect(attempt, now)
        except ValueError:
            self.warm = 0  # the core has no room: at the next look

    def _known_addresses(self, host: str, now: int) -> "list[bytes]":
        if host == self._host and now - self._resolved_at <= FRESH_MS:
            return self._addresses
        return []

    # --- the warm session -----------------------------------------------------------------------------------------

    def _warm_event(self, event: Event, now: int) -> None:
        if isinstance(event, Phase1Up):
            self._warm_up = event
        elif isinstance(event, Configured):
            self._warm_configured = event
        elif isinstance(event, XauthRequest):
            if self._warm_up is not None and self._warm_up.peer in self._open_peers:
                self._open_peers.remove(self._warm_up.peer)
            self._cool("a log-in is wanted", now)
        elif isinstance(event, Rekey):
            self._cool("renewed", now)
            self._timers[WARM] = now
        elif isinstance(event, SessionDown):
            self.warm = 0
            self._forget_warm()

    def _cool(self, reason: str, now: int) -> None:
        session, self.warm = self.warm, 0
        self._forget_warm()
        if session:
            self.endpoint.close(session, now, reason)

    def _forget_warm(self) -> None:
        self._warm_up = None
        self._warm_configured = None
