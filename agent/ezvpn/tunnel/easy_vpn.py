"""One Easy VPN remote tunnel: its doors. What the user, the machine and the core say becomes an input of the state machine.

Belongs here: what each event of the core and each command means, and the status. Not here: arcs and timers (`machine`), the
protocol (`ike`), devices and routes (`dataplane`), text of configuration. Sans-I/O: time and entropy are arguments,
orders to the core are calls of its endpoint, everything else is an output that the node drains after each call.
"""

from ezvpn.ike.events import (
    ChildDown,
    ChildFailed,
    ChildUp,
    Configured,
    Event,
    Hint,
    PeerAlive,
    PeerSilent,
    Phase1Up,
    SessionDown,
)
from ezvpn.ike.status import TunnelStatus
from ezvpn.tunnel.flows import CLEARED, UP
from ezvpn.tunnel.machine import CONTACTED_MAX, IDLE, NAME, PREPARE, PREPARE_MS, RETRY, SLOTS
from ezvpn.tunnel.outputs import Output
from ezvpn.tunnel.peers import PeerList
from ezvpn.tunnel.roles import HEARD, Role
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.standby import Standby
from ezvpn.tunnel.states import Input, State
from ezvpn.wire.inet import is_unicast


class EasyVpn(Standby):
    """After every call drain `output()` until None. `stale` counts late answers and events of sessions that were given up."""

    # --- doors ----------------------------------------------------------------------------------------------------

    def output(self) -> "Output | None":
        return self.telling.take()

    def deadline(self) -> "int | None":
        first = self.flows.deadline()
        for at in self._timers:
            if at is not None and (first is None or at < first):
                first = at
        return first

    def timeout(self, now: int) -> None:
        for at in self._timers:
            if at is not None and at <= now:
                self._slots_due(now)
                break
        if not self.flows.timeout(now):
            self._lost("deleted-by-peer", "up", 0, "", now)

    def _slots_due(self, now: int) -> None:
        for slot in range(SLOTS):
            at = self._timers[slot]
            if at is not None and at <= now:
                self._timers[slot] = None
                self._expired(slot, now)

    def owns(self, session: int) -> bool:
        """Whether events of this session are for this tunnel."""
        if session == 0:
            return False
        if session in (self.session, self.beside.closing) or session in self._others():
            return True
        return self._ladder.owns(session)

    def _others(self) -> "tuple[int, int, int]":
        return (self.beside.session, self.beside.previous, self.warm)

    def handle(self, event: Event, now: int) -> None:
        """One event of the core. Those of a session that this tunnel has given up are ignored."""
        if event.__class__ not in HEARD[Role.IN_USE]:
            return
        if event.session and event.session == self.warm:
            self._warm_event(event, now)
            return
        role = self._role(event.session)
        handler = HEARD[role].get(event.__class__)
        if handler is not None:
            getattr(self, handler)(event, now)
        elif role in (Role.STRANGER, Role.ATTEMPT):
            self.stale += 1

    def _role(self, session: int) -> str:
        if not self.owns(session):
            return Role.STRANGER
        if session == self.beside.session:
            return Role.BESIDE
        if session == self.beside.previous:
            return Role.PREVIOUS
        if session == self.beside.closing:
            return Role.CLOSING
        return Role.IN_USE if session == self.session else Role.ATTEMPT

    def interface(self, available: bool, now: int, shut: bool = False) -> None:
        """The outside interface appeared and is up, or not. A link may be back in a moment: where the gateway is watched it is
        asked at once, and its silence is what ends the tunnel. shut: somebody wants it so, there is nothing to wait for."""
        if available == self._available and (available or not shut):
            return
        before, self._available = self._available, available
        if available:
            if self.state == State.VALID_CFG:
                self._fire(Input.INTERFACE_UP, now)
            elif self.state == State.IPSEC_ACTIVE and not before:
                self.telling.note("outside interface " + self.settings.outside + " is up again")
        elif self.state not in (State.IDLE, State.VALID_CFG) and not self.credentials.held:
            # A link that comes and goes must not offer rejected credentials again.
            if self.state == State.IPSEC_ACTIVE and not shut and self.suspect(now):
                self.telling.warn("outside interface " + self.settings.outside + " is down: asking the gateway")
            else:
                self._interface_down(now)

    def suspect(self, now: int) -> bool:
        """Something looks wrong on the way to the gateway: ask it at once. False: nothing will come of it, it is not watched."""
        return self.session != 0 and self.endpoint.probe(self.session, now)

    def hurry(self, now: int) -> None:
        """A link came up, an address or a route is new: the wait between tries ends. Not the one after a rejection."""
        if self.state == State.READY and self._timers[RETRY] is not None:
            self._fire(Input.INTERFACE_UP, now)

    def address_changed(self, now: int) -> None:
        """Our own outside address is another one: the SAs are of no use."""
        if self._busy():
            self._explain("closed", "up", 0, "the outside address changed")
            self._fire(Input.IP_CHANGED, now)

    def resolved(self, ticket: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to `Resolve`: A records, empty = the name does not resolve."""
        if self._looked_up(ticket, addresses, now):
            return
        if not self._asking_name or ticket != self._ticket:
            self.stale += 1
            return
        self._asking_name = False
        self._timers[NAME] = None
        if self.peers.resolved(addresses):
            self._dial(now)
        else:
            self._lost("name-not-resolved", "phase1", 0, "", now)

    def attached(self, now: int) -> None:
        """The data plane did what `Attach` said."""
        if self.state == State.SS_OPEN and self.session:
            self._fire(Input.SOCKET_READY, now)

    def plane_failed(self, text: str, now: int) -> None:
        """The data plane could not."""
        if self.session:
            self._lost("data-plane", "config", 0, text, now)

    def configure(self, settings: Settings, reconnect: bool, now: int) -> None:
        """New settings. reconnect: what changed concerns the SAs that stand."""
        old = self.settings
        self.settings = settings
        self.credentials.configure(settings)
        self.flows.configure(settings)
        if settings.idletime_s != old.idletime_s:
            self._timers[IDLE] = None
            self._look()
        if settings.peers != old.peers:
            gone = self.peers.host not in [host for host, _ in settings.peers]
            reconnect = reconnect or (gone and self._busy())
            current = self.peers.host
            self.peers = PeerList(settings.peers)
            self.peers.keep(current)
        if settings.standby_warm != old.standby_warm or settings.peers != old.peers:
            self.warm_changed(now)
        missing = settings.missing()
        if settings.keepalive != old.keepalive and self.session:
            self.endpoint.set_keepalive(self.session, settings.keepalive, now)
            if self.beside.session:
                self.endpoint.set_keepalive(self.beside.session, settings.keepalive, now)
        if missing:
            self.cause, self.reason = "configuration", missing
            if self.state != State.IDLE:
                self._fire(Input.CONFIG_INCOMPLETE, now)
            self.telling.failed(missing, now)
            self.telling.changed()
            return
        if self.state == State.IDLE:
            self._fire(Input.VALID_CONFIG_ENTERED, now)
        elif self.credentials.held and not settings.same_credentials(old):
            self._release_hold(True)
            self._fire(Input.CONNECT, now)
        elif reconnect or settings.connect != old.connect and self.up_since is None:
            self._explain("closed", "up", 0, "the configuration changed")
            self._fire(Input.RESET, now)
        self.telling.changed()

    # --- commands -------------------------------------------------------------------------------------------------

    def connect(self, now: int) -> str:
        """`crypto ipsec client ezvpn connect`. Returns "" or why not."""
        if self.state == State.IDLE:
            return self.settings.missing()
        if self.state == State.VALID_CFG:
            return self.reason or "the outside interface is down or absent"
        if self.state == State.CONNECT_REQUIRED or self.credentials.held or self._timers[RETRY] is not None:
            self._release_hold(True)
            self._backoff.reset()
            self.peers.begin()
            self._fire(Input.CONNECT, now)
        return ""

    def clear(self, now: int) -> None:
        """`clear crypto ipsec client ezvpn`: everything down; auto connects again at once, manual waits."""
        if self.state not in (State.IDLE, State.VALID_CFG):
            self._explain("closed", "up", 0, CLEARED)
        self._fire(Input.RESET, now)

    def clear_sas(self, now: int) -> None:
        """`clear crypto sa`: the IPsec SAs are deleted and negotiated anew; the ISAKMP SA stays."""
        self.flows.delete_all(now)

    def close(self, now: int) -> None:
        """The agent ends or the profile was removed: deletes go out, the data plane is freed."""
        if self.state == State.IDLE:
            return
        self._explain("closed", "up", 0, "stopped")
        self._fire(Input.CONFIG_INCOMPLETE, now)

    def rekey(self, spi_in: int, now: int) -> None:
        """The data plane says that this pair is nearly used up."""
        self.flows.renew_spi(spi_in, now)

    # --- status ---------------------------------------------------------------------------------------------------

    def spis(self) -> "list[int]":
        """Inbound SPIs of the pairs in use, in the order of the split list."""
        return [flow.spi_in for flow in self.flows.flows if flow.state == UP]

    def status(self, now: int) -> TunnelStatus:
        """The snapshot, without `children`, which the node reads from the data plane."""
        out = TunnelStatus(self.name)
        settings = self.settings
        out.mode = settings.mode
        out.connect = settings.connect
        out.group = settings.group
        out.user = settings.username
        out.state = self.state
        out.since = self.since
        out.last_event = self.last_event
        out.reason = self.reason
        out.cause = self.cause
        out.peer = self.peers.host
        out.peer_address = self.peer_address
        out.peer_index = self.peers.index
        out.peers = tuple([host for host, _ in settings.peers])
        out.attempts = self.attempts
        out.next_try = self._timers[RETRY]
        out.inside = settings.inside
        out.outside = settings.outside
        out.local = self.local
        out.config = self.config
        session = self.session or self._ladder.newest
        out.phase1 = self.endpoint.status(session, now) if session else None
        found = [self.endpoint.status(other, now) for other in self._others() if other]
        out.beside = tuple([status for status in found if status is not None])
        out.up_since = self.up_since
        if settings.keepalive is not None:
            out.dpd_mode = "periodic" if settings.keepalive.periodic else "on-demand"
            out.dpd_interval_s = settings.keepalive.seconds
            out.dpd_retry_s = settings.keepalive.retry
        if out.phase1 is not None:
            out.dpd_sent = out.phase1.dpd_sent
            out.dpd_missed = out.phase1.dpd_missed
            out.dpd_lost = out.phase1.dpd_lost
            out.dpd_rtt_ms = out.phase1.dpd_rtt_ms
        request = self.prompt()
        if request is not None:
            out.xauth_prompt = request.message or "Username and password"
        return out

    # --- events of the core ---------------------------------------------------------------------------------------

    def _hint(self, event: Hint, now: int) -> None:
        self._climbed(self._ladder.refused(event.session, event.notify, now), now)

    def _phase1_up(self, event: Phase1Up, now: int) -> None:
        if self.session:
            return
        self.session = event.session
        self._ladder.won(event.session, now)
        self.peer_address = event.peer
        self._answered(event, now)

    def _adopt(self, session: int, up: Phase1Up, configured: Configured, now: int) -> None:
        self.session = session
        self._answered(up, now)
        self._configured(configured, now)

    def _answered(self, event: Phase1Up, now: int) -> None:
        """Phase 1 with this peer stands."""
        self._good_group = event.transform.group
        self._phase1_port = event.port
        self._peer_id = event.peer_id
        if event.peer not in self._contacted:
            self._contacted.append(event.peer)
            if len(self._contacted) > CONTACTED_MAX:
                self._contacted.pop(0)
        self._progress(now)
        self._watched(event)
        self._fire(Input.CONN_UP, now)

    def _watched(self, event: Phase1Up) -> None:
        """Say once how the gateway is watched."""
        keepalive = self.settings.keepalive
        if keepalive is None:
            return
        if not event.dpd:
            self.telling.warn(
                "gateway "
                + self._peer_text()
                + " does not support DPD: when it dies, nobody notices before the next rekey"
            )
            return
        mode = "every " if keepalive.periodic else "on demand after "
        self.telling.note(
            f"gateway {self._peer_text()} is watched by DPD, {mode}{keepalive.seconds} s, retry {keepalive.retry} s"
        )

    def _peer_silent(self, event: PeerSilent, now: int) -> None:
        self.telling.changed()
        if event.missed == 1:
            self.telling.warn("gateway " + self._peer_text() + " did not answer a DPD probe: asking again")

    def _peer_alive(self, event: PeerAlive, now: int) -> None:
        if event.was_silent:
            self.telling.note("gateway " + self._peer_text() + " is heard again")
            self.telling.changed()

    def _configured(self, event: Configured, now: int) -> None:
        changed = self.config is not None and self.config.address != event.config.address
        if changed and self.up_since is not None:
            self._lost("closed", "up", 0, "the gateway assigned another address", now)
            return
        address = event.config.address
        if address is not None and (not is_unicast(address) or address == self.peer_address):
            self._lost("config-failed", "config", 0, "", now)
            return
        self.config = event.config
        self._fire(Input.MODE_CONFIG_REPLY, now)

    def _child_up(self, event: ChildUp, now: int) -> None:
        if self.flows.child_up(event, now):
            self._timers[PREPARE] = now + PREPARE_MS  # PFS took the spare key pair
            self._look()  # before the counters of the old pair are gone
            self._settle(now)
            self._moved(event.session, now)
        else:
            self.stale += 1  # the pair works, but it is no reason to call the tunnel up

    def _child_down(self, event: ChildDown, now: int) -> None:
        if not self.flows.child_down(event, now):
            return
        self._pairs_went(event.reason, now)
        self.telling.changed()

    def _child_failed(self, event: ChildFailed, now: int) -> None:
        up = self.state == State.IPSEC_ACTIVE
        failure = self.flows.child_failed(event, up, now)
        if not up:
            self._settle(now)
        elif failure:
            self.telling.warn(failure)
        self._moved(event.session, now)

    def _session_down(self, event: SessionDown, now: int) -> None:
        if event.session == self.session:
            self.session = 0
            if event.cause == "xauth-failed":
                self._rejected(event.text, now)
            else:
                self._lost(event.cause, event.step, event.last_hint, event.text, now)
            return
        self._climbed(self._ladder.down(event, now), now)
        self._all_ended(now)
