"""What happens to a connection while it is up: phase 1 is renewed beside the one in use, and time without traffic ends it.

    Rekey "phase1"  -> a second aggressive mode with the same gateway, XAUTH answered as before, Mode Config asks for the address
                       that we hold -> quick modes for all networks under it -> the old pairs and then the old ISAKMP SA go

Make before break. RFC 2408 2.5.2 lets SAs of phase 2 outlive that of phase 1, but no gateway has to; another address, or nobody
there to log in, ends in a plain reconnect. Belongs here: those decisions. Not here: quick modes (`flows`), arcs (`machine`).
"""

from ezvpn.ike.events import Configured, Rekey, SessionDown, XauthResult
from ezvpn.ike.params import ModeConfig
from ezvpn.tunnel.beside import PASSED_MS
from ezvpn.tunnel.flows import CLEARED, UP
from ezvpn.tunnel.login import LoggingIn
from ezvpn.tunnel.machine import IDLE, PASSED, PREPARE, PREPARE_MS, REMIND, RENEW
from ezvpn.tunnel.offer import preferred
from ezvpn.tunnel.outputs import Look
from ezvpn.tunnel.states import Input, State

# What of Mode Config the pairs and the data plane are made of.
_SHAPE = ("address", "netmask", "split_include", "split_exclude", "dns", "domain", "split_dns")


# Reason of a ChildDown -> what `_explain` is told.
_GONE = {
    "deleted by peer": ("deleted-by-peer", "up", 0, ""),
    CLEARED: ("closed", "up", 0, CLEARED),
}
_WORN_OUT = ("lifetime", "up", 0, "")


class Renewing(LoggingIn):
    """Adds the timers RENEW, PASSED and IDLE."""

    def traffic(self, at: "int | None", now: int) -> None:
        """Answer to `Look`: boot ms of the last inner packet under the pairs that stand, None = none yet."""
        idletime_s = self.settings.idletime_s
        if at is not None and at > self._traffic_at:
            self._traffic_at = at
        if idletime_s is None or self.up_since is None:
            return
        end = self._traffic_at + idletime_s * 1000
        if now < end:
            self._timers[IDLE] = end
        else:
            self._lost("idle", "up", 0, str(idletime_s) + " s", now)

    def _expired(self, slot: int, now: int) -> None:
        if slot == RENEW:
            self._renew_phase1(now)
        elif slot == PASSED:
            self._close_previous(now)
        elif slot == IDLE:
            self._look()
        else:
            super()._expired(slot, now)

    def _look(self) -> None:
        if self.settings.idletime_s is not None and self.up_since is not None:
            self.telling.put(Look())

    # --- phase 1 beside -------------------------------------------------------------------------------------------

    def _rekey(self, event: Rekey, now: int) -> None:
        if event.what == "phase1":
            self._renew_phase1(now)
        else:
            self.flows.renew(event.session, event.child, now)

    def _renew_phase1(self, now: int) -> None:
        """Before the tunnel is up there is nothing to keep: then the end of the life ends it."""
        peer, key, config = self.peer_address, self.settings.key, self.config
        if self.state != State.IPSEC_ACTIVE or self.beside.session or peer is None or key is None or config is None:
            return
        rungs = preferred(self.settings.phase1, self._good_group)
        if not rungs:
            return
        attempt = self._attempt(peer, key)
        attempt.transforms = rungs[0]
        attempt.initial_contact = False  # a gateway would forget the ISAKMP SA that is in use
        attempt.address = config.address
        self.credentials.begin()
        if not self.beside.start(attempt, now):
            self._timers[RENEW] = now + self.beside.again()
        self._timers[PREPARE] = now + PREPARE_MS

    def _beside_result(self, event: XauthResult, now: int) -> None:
        if event.ok:
            self._accepted(now)
            return
        self.credentials.forget()
        self.telling.warn("phase 1 is not renewed: the gateway rejected the user")

    def _beside_configured(self, event: Configured, now: int) -> None:
        old = self.config
        if old is None or event.config.address != old.address:
            self._lost("closed", "up", 0, "the gateway assigned another address", now)
            return
        self._close_previous(now)  # with lives this short there is no time to wait
        previous = self.session
        self.endpoint.set_keepalive(previous, None, now)  # whether the gateway lives is for one of them to find out
        self.session = self.beside.session
        self.beside.took_over(previous)
        self._timers[PREPARE] = now + PREPARE_MS
        self._timers[RENEW] = None
        self.telling.note("phase 1 with gateway " + self._peer_text() + " was renewed")
        self.flows.move(self.session, self._good_group, now)
        if _differ(old, event.config):
            self.config = event.config
            self._fire(Input.MODE_CONFIG_REPLY, now)
        self._moved(self.session, now)
        self.telling.changed()

    def _beside_down(self, event: SessionDown, now: int) -> None:
        """Tried again: what is in use lives on until its own end."""
        self.beside.session = 0
        request = self.credentials.request
        if request is not None and request.session == event.session:
            self.credentials.request = None
            self._timers[REMIND] = None
        if event.cause != "xauth-failed":
            self._timers[RENEW] = now + self.beside.again()
        self.telling.changed()

    def _previous_down(self, event: SessionDown, now: int) -> None:
        self.beside.previous = 0
        self._timers[PASSED] = None

    def _close_previous(self, now: int) -> None:
        """What still stands under it goes with it."""
        previous = self.beside.previous
        self.beside.close_previous(now)
        if previous:
            self.flows.lost(previous, now)
            self._pairs_went("", now)

    def _pairs_went(self, reason: str, now: int) -> None:
        """Some pairs are gone: if they were the last ones, the tunnel waits for others."""
        if self.state == State.IPSEC_ACTIVE and not self.flows.count(UP):
            self._explain(*_GONE.get(reason, _WORN_OUT))
            self._progress(now)
            self._fire(Input.SOCKET_DOWN, now)

    def _moved(self, session: int, now: int) -> None:
        """Something came of a quick mode. Once no successor is under way any more, what stands under the previous ISAKMP SA is of
        no use; nor is what the gateway still begins there."""
        if not self.beside.previous or self.flows.renewing():
            return
        if session == self.beside.previous or not self.beside.passing:
            self.beside.let_go(now)
            self._timers[PASSED] = now + PASSED_MS


def _differ(a: ModeConfig, b: ModeConfig) -> bool:
    return [1 for name in _SHAPE if getattr(a, name) != getattr(b, name)] != []
