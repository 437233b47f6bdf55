"""How one tunnel moves: the arcs of `states.TRANSITIONS` and what they do, the timers, how a connection begins and ends.

Belongs here: the machine under `easy_vpn`, which has the doors. Not here: the log-in (`login`), what happens to a connection
while it is up (`renewal`), what an event of the core means.
"""

from ezvpn.compat import const
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import Attempt, ModeConfig
from ezvpn.record import Secret
from ezvpn.tunnel.backoff import Backoff
from ezvpn.tunnel.beside import Beside
from ezvpn.tunnel.causes import explain
from ezvpn.tunnel.credentials import Credentials
from ezvpn.tunnel.flows import FAILED, LIVED_MS, NO_PROPOSAL_CHOSEN, UP, Flows, network
from ezvpn.tunnel.ladder import Ladder
from ezvpn.tunnel.offer import preferred
from ezvpn.tunnel.outputs import Attach, Detach, Resolve
from ezvpn.tunnel.peers import PeerList
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.states import AGAIN, TRANSITIONS, Input, State
from ezvpn.tunnel.telling import Telling, printable
from ezvpn.wire.inet import ipv4_text

# Timer slots. RETRY: the next try after a failed round or a rejection · REMIND: the pending XAUTH request is shown again ·
# PROGRESS: the attempt has stood still for too long · NAME: a name lookup is given up · PREPARE: a key pair for the next
# attempt is begun · RENEW: phase 1 is tried again beside the one in use · PASSED: the superseded one is closed · IDLE: the time
# without traffic may be over · WARM: the next peer is looked at · PREPARE_ON: the next step of that key pair.
RETRY = const(0)
REMIND = const(1)
PROGRESS = const(2)
NAME = const(3)
PREPARE = const(4)
RENEW = const(5)
PASSED = const(6)
IDLE = const(7)
WARM = const(8)
PREPARE_ON = const(9)
SLOTS = const(10)

FIRST_WAIT_MS = 2000
LONGEST_WAIT_MS = 60000
WAIT_JITTER = 50  # percent
PROGRESS_MS = 120000
NAME_MS = 15000
PREPARE_MS = 500
PREPARE_STEP_MS = 5  # a key that is typed comes in between
PREPARE_IN_ATTEMPT_MS = 2000  # most attempts are over by then; this is for the peer after one that is silent
CONTACTED_MAX = const(32)

# Causes after which the next peer of the list is tried first.
_NEXT_PEER = ("peer-dead", "no-answer")


class Machine:
    """locate(peer) -> our 4-byte source address on the way there, or None. entropy(n) -> n random bytes.

    `ignored` counts inputs without an arc.
    """

    def __init__(self, settings: Settings, endpoint: Endpoint, entropy: object, locate: object, now: int) -> None:
        self.name = settings.name
        self.settings = settings
        self.endpoint = endpoint
        self._locate = locate
        self.state = State.IDLE
        self.since = now
        self.last_event = ""
        self.cause = ""
        self.reason = ""
        self.attempts = 0
        self.up_since: "int | None" = None
        self.peer_address: "bytes | None" = None
        self.local: "bytes | None" = None
        self.config: "ModeConfig | None" = None
        self.session = 0
        self.ignored: "dict[str, int]" = {}
        self.stale = 0
        self.telling = Telling(settings.name)
        self.peers = PeerList(settings.peers)
        self.flows = Flows(endpoint)
        self.credentials = Credentials(settings, entropy)
        self._backoff = Backoff(entropy, FIRST_WAIT_MS, LONGEST_WAIT_MS, WAIT_JITTER)
        self._timers: "list[int | None]" = [None] * SLOTS
        self._ladder = Ladder(endpoint)
        self.beside = Beside(endpoint, entropy)
        self._traffic_at = now
        self._good_group = 0
        self._phase1_port = 500
        self._peer_id = ""
        self._attached = False
        self._available = False
        self._more = False
        self._wait = 0
        self._ticket = 0
        self._asking_name = False
        self._contacted: "list[bytes]" = []

    # --- actions behind the arcs ----------------------------------------------------------------------------------

    def _do_consider(self, now: int) -> None:
        if self._available:
            self._fire(Input.INTERFACE_UP, now)
        else:
            self._explain("interface-down", "up", 0, self.settings.outside or "(none)")
            self.telling.failed(self.reason, now)

    def _do_start(self, now: int) -> None:
        self._backoff.reset()
        self.peers.begin()
        if self.state == State.READY:
            self._do_attempt(now)
        else:
            self._timers[PREPARE] = now + PREPARE_MS

    def _do_restart(self, now: int) -> None:
        self._drop_session(now)
        self._do_start(now)

    def _do_stop(self, now: int) -> None:
        self._drop_session(now)

    def _do_attempt(self, now: int) -> None:
        """Try the current peer."""
        self._timers[RETRY] = None
        if self._busy():
            return
        self.credentials.begin()
        self._more = False
        if self.peers.address is None:
            self.peers.resolved(self._known_addresses(self.peers.host, now))
        if self.peers.address is None:
            self._ticket += 1
            self._asking_name = True
            self._timers[NAME] = now + NAME_MS
            self.telling.put(Resolve(self._ticket, self.peers.host))
            return
        self._dial(now)

    def _known_addresses(self, host: str, now: int) -> "list[bytes]":
        """A name is resolved at each attempt, unless somebody has just done it ahead of time."""
        return []

    def _do_resume(self, now: int) -> None:
        """A connection or an attempt ended: `_lost` decided what is next."""
        if self.state == State.READY and self._wait == 0:
            self._do_attempt(now)
            return
        if self.state == State.READY:
            self._timers[RETRY] = now + self._wait
        self._timers[PREPARE] = now + PREPARE_MS

    def _do_attach(self, now: int) -> None:
        config = self.config
        if config is None or self.peer_address is None:
            return
        if config.banner:
            self.telling.notice("EZVPN_BANNER", self.name, printable(config.banner))
        self._progress(now)
        self._attached = True
        self.telling.put(Attach(config, self.peer_address))

    def _do_open_flows(self, now: int) -> None:
        config = self.config
        if config is None:
            return
        self.flows.open(self.session, self.settings, config, self._good_group, now)
        if self.flows.left_out:
            self.telling.warn("the gateway's split list is too long: all but its first 64 networks are left out")
        if not self.flows.flows:
            self._lost("config-failed", "config", 0, "", now)
            return
        self._settle(now)

    def _do_up(self, now: int) -> None:
        self._timers[PROGRESS] = None
        self._timers[PREPARE] = now + PREPARE_MS
        self.cause, self.reason = "", ""
        self.telling.good_again()
        for flow in self.flows.flows:
            if flow.state == FAILED:
                self.telling.warn("network " + network(flow) + " is not reachable: " + flow.failure_text())
        if self.up_since is None:
            self.up_since = now
            self._traffic_at = now
            if self.settings.idletime_s is not None:
                self._timers[IDLE] = now + self.settings.idletime_s * 1000
            self._announce("EZVPN_CONNECTION_UP", "UP  ")

    # --- one connection -------------------------------------------------------------------------------------------

    def _dial(self, now: int) -> None:
        """The address of the current peer is known."""
        settings = self.settings
        peer = self.peers.address
        key = self._key_of(peer) if peer is not None else None
        if peer is None or key is None or not settings.phase1:
            self._lost("configuration", "phase1", 0, settings.missing(), now)
            return
        self.peer_address = peer
        self.local = self._locate(peer)  # type: ignore[operator]
        self.attempts += 1
        self._progress(now)
        self._timers[PREPARE] = now + PREPARE_IN_ATTEMPT_MS
        self._begin_phase1(peer, key, now)
        self.telling.changed()
        self._all_ended(now)

    def _key_of(self, peer: bytes) -> "Secret | None":
        """The pre-shared key for this peer."""
        return self.settings.key

    def _begin_phase1(self, peer: bytes, key: Secret, now: int) -> None:
        self._ladder.start(self._attempt(peer, key), preferred(self.settings.phase1, self._good_group), now)

    def _attempt(self, peer: bytes, key: Secret) -> Attempt:
        """What every phase 1 with this peer says, but for the transforms."""
        settings = self.settings
        return Attempt(
            peer,
            self.local,
            settings.local_ports,
            settings.group.encode(),
            key,
            (),
            initial_contact=peer not in self._contacted,
            force_natt=settings.force_natt,
            request_address=settings.mode != "network-extension",
            keepalive=settings.keepalive,
        )

    def _all_ended(self, now: int) -> None:
        if not self._ladder.newest:
            cause, step, hint, text = self._ladder.verdict
            self._lost(cause, step, hint, text, now)

    def _climbed(self, groups: "tuple[int, int] | None", now: int) -> None:
        if groups is None:
            return
        self._progress(now)
        text = "gateway " + self._peer_text() + " refused the proposals with DH group " + str(groups[0])
        self.telling.note(text + ": trying group " + str(groups[1]))

    def _settle(self, now: int) -> None:
        """All quick modes have come to an end: is there one to live on?"""
        if not self.flows.settled():
            return
        if self.flows.count(UP):
            self._fire(Input.SOCKET_UP, now)
            return
        notify, cause, text = self.flows.failure()
        self._lost("no-proposal" if notify == NO_PROPOSAL_CHOSEN else cause, "quick", 0, text, now)

    def _lost(self, cause: str, step: str, hint: int, text: str, now: int) -> None:
        """The connection or the attempt is over: say why, free everything, decide what is next."""
        lived = -1 if self.up_since is None else now - self.up_since
        self._explain(cause, step, hint, text)
        self._drop_session(now)
        if lived < 0:
            self._more = self.peers.advance()
            self._wait = 0 if self._more else self._backoff.next()
        else:
            self._more = False
            self.peers.begin(after=cause in _NEXT_PEER)
            if lived >= LIVED_MS:
                self._backoff.reset()
            # A dead peer was waited for long enough, and a tunnel that lived long is no storm.
            self._wait = 0 if lived >= LIVED_MS or cause in _NEXT_PEER else self._backoff.next()
        if cause == "idle":
            self.telling.note(self.reason)
        else:
            self.telling.failed(self.reason, now)
        if self._available:
            self._fire(Input.CONN_DOWN, now)
        else:
            self._interface_down(now)

    def _interface_down(self, now: int) -> None:
        self._explain("interface-down", "up", 0, self.settings.outside or "(none)")
        self._contacted = []
        self._fire(Input.INTERFACE_DOWN, now)
        self.telling.failed(self.reason, now)

    def _drop_session(self, now: int) -> None:
        """Free whatever the connection or the attempt holds, and stop every timer."""
        if self.up_since is not None:
            self._announce("EZVPN_CONNECTION_DOWN", "DOWN")
        session = self.session
        self.session = 0
        self._ladder.abandon(now)
        self.beside.drop(now, self.reason or "closed")
        if session:
            self.endpoint.close(session, now, self.reason or "closed")
        if self._attached:
            self._attached = False
            self.telling.put(Detach())
        for slot in range(SLOTS):
            self._timers[slot] = None
        self._asking_name = False
        self.credentials.request = None
        self.credentials.forget()
        self.flows.clear()
        self.config = None
        self.up_since = None

    def _announce(self, mnemonic: str, word: str) -> None:
        """The tunnel is up or down."""
        self.telling.notice(mnemonic, *self._identity())
        self.telling.notice("SESSION_STATUS", word, self._peer_text(), self._phase1_port, self._peer_id)

    # --- timers ---------------------------------------------------------------------------------------------------

    def _expired(self, slot: int, now: int) -> None:
        if slot == RETRY:
            self._do_attempt(now)
            self.telling.changed()
        elif slot == PROGRESS:
            if self._busy() and self.state != State.IPSEC_ACTIVE:
                self._lost("no-progress", "", 0, "", now)
        elif slot == NAME:
            self._asking_name = False
            self._lost("name-not-resolved", "phase1", 0, "", now)
        elif slot in (PREPARE, PREPARE_ON):
            rungs = preferred(self.settings.phase1, self._good_group)
            prepare = self.endpoint.prepare if slot == PREPARE else self.endpoint.prepare_on
            if rungs and not prepare(rungs[0][0].group, now):
                self._timers[PREPARE_ON] = now + PREPARE_STEP_MS

    def _progress(self, now: int) -> None:
        self._timers[PROGRESS] = now + PROGRESS_MS

    # --- telling --------------------------------------------------------------------------------------------------

    def _fire(self, what: str, now: int) -> None:
        """Take the arc for this input, or count it."""
        row = TRANSITIONS.get((self.state, what))
        if row is None:
            self.ignored[what] = self.ignored.get(what, 0) + 1
            return
        target, action = row
        if target == AGAIN:
            target = State.READY if self.settings.connect == "auto" or self._more else State.CONNECT_REQUIRED
        self.telling.notice("EZVPN_STATE", self.name, self.state, what, target)
        self.last_event = what
        if target != self.state:
            self.state = target
            self.since = now
        self.telling.changed()
        if action:
            getattr(self, "_do_" + action)(now)

    def _explain(self, cause: str, step: str, hint: int, text: str) -> None:
        peer = self.peers.host
        address = self.peers.address
        if address is not None and ipv4_text(address) != peer:
            peer += " (" + ipv4_text(address) + ")"
        settings = self.settings
        self.cause, self.reason = explain(cause, step, hint, peer, settings.group, settings.username, text)

    def _identity(self) -> "tuple[object, ...]":
        assigned = self.config.address if self.config is not None else None
        return (
            self.settings.username,
            self.settings.group,
            ipv4_text(self.local) if self.local else "",
            self._peer_text(),
            ipv4_text(assigned) if assigned else "",
        )

    def _peer_text(self) -> str:
        return ipv4_text(self.peer_address) if self.peer_address else self.peers.host

    def _busy(self) -> bool:
        return self.session != 0 or self._ladder.newest != 0 or self._asking_name
