"""One Easy VPN remote tunnel: which gateway is tried when, and what each event of the core means for the user.

Belongs here: the actions behind the arcs of `states.TRANSITIONS`, the group ladder, the timers, the status. Not here: the
protocol (`ike`), devices and routes (`dataplane`), text of configuration. Sans-I/O: time and entropy are arguments,
orders to the core are calls of its endpoint, everything else is an output that the node drains after each call.
"""

from ezvpn.compat import const
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import (
    ChildDown,
    ChildFailed,
    ChildUp,
    Configured,
    Event,
    Hint,
    Phase1Up,
    Rekey,
    SessionDown,
    XauthRequest,
    XauthResult,
)
from ezvpn.ike.params import Attempt, ModeConfig
from ezvpn.ike.status import TunnelStatus
from ezvpn.record import Secret
from ezvpn.tunnel.backoff import Backoff
from ezvpn.tunnel.causes import explain
from ezvpn.tunnel.credentials import ANSWER, ASK, Credentials
from ezvpn.tunnel.flows import FAILED, LIVED_MS, NO_PROPOSAL_CHOSEN, UP, Flows, network
from ezvpn.tunnel.ladder import Ladder
from ezvpn.tunnel.offer import preferred
from ezvpn.tunnel.outputs import Attach, Detach, Output, Resolve
from ezvpn.tunnel.peers import PeerList
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.states import AGAIN, TRANSITIONS, Input, State
from ezvpn.tunnel.telling import Telling, printable
from ezvpn.wire.inet import ipv4_text

# Timer slots. RETRY: the next try after a failed round or a rejection · REMIND: the pending XAUTH request is shown again ·
# PROGRESS: the attempt has stood still for too long · NAME: a name lookup is given up · PREPARE: a key pair for the next
# attempt is made.
_RETRY = const(0)
_REMIND = const(1)
_PROGRESS = const(2)
_NAME = const(3)
_PREPARE = const(4)
_SLOTS = const(5)

FIRST_WAIT_MS = 2000
LONGEST_WAIT_MS = 60000
WAIT_JITTER = 50  # percent
REMIND_MS = 10000
PROGRESS_MS = 120000
NAME_MS = 15000
PREPARE_MS = 500
_CONTACTED_MAX = const(32)


class EasyVpn:
    """locate(peer) -> our 4-byte source address on the way there, or None. entropy(n) -> n random bytes.

    After every call drain `output()` until None. `ignored` counts inputs without an arc, `stale` late answers.
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
        self._timers: "list[int | None]" = [None] * _SLOTS
        self._ladder = Ladder(endpoint)
        self._good_group = 0
        self._phase1_port = 500
        self._peer_id = ""
        self._attached = False
        self._available = False
        self._more = False
        self._wait = 0
        self._ticket = 0
        self._asking_name = False
        self._answer: "list[tuple[int, str | Secret]]" = []
        self._contacted: "list[bytes]" = []

    # --- doors ----------------------------------------------------------------------------------------------------

    def output(self) -> "Output | None":
        return self.telling.take()

    def deadline(self) -> "int | None":
        first = self.flows.reopen_at
        for at in self._timers:
            if at is not None and (first is None or at < first):
                first = at
        return first

    def timeout(self, now: int) -> None:
        for slot in range(_SLOTS):
            at = self._timers[slot]
            if at is not None and at <= now:
                self._timers[slot] = None
                self._expired(slot, now)
        at = self.flows.reopen_at
        if at is not None and at <= now and not self.flows.reopen(now):
            self._lost("deleted-by-peer", "up", 0, "", now)

    def owns(self, session: int) -> bool:
        """Whether events of this session are for this tunnel."""
        if session == 0:
            return False
        return session == self.session or self._ladder.owns(session)

    def handle(self, event: Event, now: int) -> None:
        """One event of the core. Those of a session that this tunnel has given up are ignored."""
        handler = _HANDLERS.get(event.__class__)
        if handler is None:
            return
        if not self.owns(event.session) or (event.session != self.session and handler not in _BEFORE_PHASE1):
            self.stale += 1
            return
        getattr(self, handler)(event, now)

    def interface(self, available: bool, now: int) -> None:
        """The outside interface appeared and is up, or not."""
        if available == self._available:
            return
        self._available = available
        if available:
            if self.state == State.VALID_CFG:
                self._fire(Input.INTERFACE_UP, now)
        elif self.state not in (State.IDLE, State.VALID_CFG) and not self.credentials.held:
            # A link that comes and goes must not offer rejected credentials again.
            self._explain("interface-down", "up", 0, self.settings.outside or "(none)")
            self._contacted = []
            self._fire(Input.INTERFACE_DOWN, now)
            self.telling.failed(self.reason, now)

    def hurry(self, now: int) -> None:
        """A link came up, an address or a route is new: the wait between tries ends. Not the one after a rejection."""
        if self.state == State.READY and self._timers[_RETRY] is not None:
            self._fire(Input.INTERFACE_UP, now)

    def address_changed(self, now: int) -> None:
        """Our own outside address is another one: the SAs are of no use."""
        if self._busy():
            self._explain("closed", "up", 0, "the outside address changed")
            self._fire(Input.IP_CHANGED, now)

    def resolved(self, ticket: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to `Resolve`: A records, empty = the name does not resolve."""
        if not self._asking_name or ticket != self._ticket:
            self.stale += 1
            return
        self._asking_name = False
        self._timers[_NAME] = None
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
        if settings.peers != old.peers:
            gone = self.peers.host not in [host for host, _ in settings.peers]
            reconnect = reconnect or (gone and self._busy())
            current = self.peers.host
            self.peers = PeerList(settings.peers)
            self.peers.keep(current)
        missing = settings.missing()
        if missing:
            self.cause, self.reason = "configuration", missing
            if self.state != State.IDLE:
                self._fire(Input.CONFIG_INCOMPLETE, now)
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
        if self.state == State.CONNECT_REQUIRED or self.credentials.held or self._timers[_RETRY] is not None:
            self._release_hold(True)
            self._backoff.reset()
            self.peers.begin()
            self._fire(Input.CONNECT, now)
        return ""

    def clear(self, now: int) -> None:
        """`clear crypto ipsec client ezvpn`: everything down; auto connects again at once, manual waits."""
        if self.state not in (State.IDLE, State.VALID_CFG):
            self._explain("closed", "up", 0, "cleared by command")
        self._fire(Input.RESET, now)

    def prompt(self) -> "XauthRequest | None":
        """What a human is asked for, also when the last answer was rejected; None when nothing is."""
        if self.credentials.request is not None:
            return self.credentials.request
        return self.credentials.rejected_prompt()

    def answer_xauth(self, fields: "list[tuple[int, str | Secret]]", now: int) -> str:
        """`crypto ipsec client ezvpn xauth`: the answers of a human. Returns "" or why not."""
        if self.credentials.request is not None:
            self._answer = fields
            self._fire(Input.XAUTH_REQ_INFO_READY, now)
            return ""
        if self.credentials.held:
            self.credentials.type_ahead(fields)
            self._release_hold(True)
            self._fire(Input.CONNECT, now)
            return ""
        return "no XAUTH request is pending"

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
        out.next_try = self._timers[_RETRY]
        out.inside = settings.inside
        out.outside = settings.outside
        out.local = self.local
        out.config = self.config
        session = self.session or self._ladder.newest
        out.phase1 = self.endpoint.status(session, now) if session else None
        out.up_since = self.up_since
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
        self._good_group = event.transform.group
        self.peer_address = event.peer
        self._phase1_port = event.port
        self._peer_id = event.peer_id
        if event.peer not in self._contacted:
            self._contacted.append(event.peer)
            if len(self._contacted) > _CONTACTED_MAX:
                self._contacted.pop(0)
        self._progress(now)
        self._fire(Input.CONN_UP, now)

    def _xauth_request(self, event: XauthRequest, now: int) -> None:
        self.credentials.request = event
        self._fire(Input.XAUTH_REQUEST, now)

    def _xauth_result(self, event: XauthResult, now: int) -> None:
        if event.ok:
            self.credentials.accepted()
            self._timers[_REMIND] = None
            self._progress(now)
            self._fire(Input.XAUTH_STATUS, now)
        else:
            self._rejected(event.message, now)

    def _configured(self, event: Configured, now: int) -> None:
        changed = self.config is not None and self.config.address != event.config.address
        if changed and self.up_since is not None:
            self._lost("closed", "up", 0, "the gateway assigned another address", now)
            return
        self.config = event.config
        self._fire(Input.MODE_CONFIG_REPLY, now)

    def _child_up(self, event: ChildUp, now: int) -> None:
        if self.flows.child_up(event, now):
            self._settle(now)
        else:
            self.stale += 1  # the pair works, but it is no reason to call the tunnel up

    def _child_down(self, event: ChildDown, now: int) -> None:
        if not self.flows.child_down(event, now):
            return
        if self.state == State.IPSEC_ACTIVE and not self.flows.count(UP):
            self._explain("deleted-by-peer" if event.reason == "deleted by peer" else "lifetime", "up", 0, "")
            self._progress(now)
            self._fire(Input.SOCKET_DOWN, now)
        self.telling.changed()

    def _child_failed(self, event: ChildFailed, now: int) -> None:
        up = self.state == State.IPSEC_ACTIVE
        failure = self.flows.child_failed(event, up, now)
        if not up:
            self._settle(now)
        elif failure:
            self.telling.warn(failure)

    def _rekey(self, event: Rekey, now: int) -> None:
        if event.what == "phase1":
            self._lost("lifetime", "up", 0, "", now)
        else:
            self.flows.renew(event.child, now)

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

    # --- actions behind the arcs ----------------------------------------------------------------------------------

    def _do_consider(self, now: int) -> None:
        if self._available:
            self._fire(Input.INTERFACE_UP, now)
        else:
            self._explain("interface-down", "up", 0, self.settings.outside or "(none)")
            self.telling.failed(self.reason, now)

    def _do_start(self, now: int) -> None:
        self._backoff.reset()
        self._release_hold(True)
        self.peers.begin()
        if self.state == State.READY:
            self._do_attempt(now)
        else:
            self._timers[_PREPARE] = now + PREPARE_MS

    def _do_restart(self, now: int) -> None:
        self._drop_session(now)
        self._do_start(now)

    def _do_stop(self, now: int) -> None:
        self._drop_session(now)
        self._release_hold(True)

    def _do_attempt(self, now: int) -> None:
        """Try the current peer."""
        self._timers[_RETRY] = None
        if self._busy():
            return
        self.credentials.begin()
        self._more = False
        if self.peers.address is None:
            self._ticket += 1
            self._asking_name = True
            self._timers[_NAME] = now + NAME_MS
            self.telling.put(Resolve(self._ticket, self.peers.host))
            return
        self._dial(now)

    def _do_resume(self, now: int) -> None:
        """A connection or an attempt ended: `_lost` decided what is next."""
        if self.state == State.READY and self._wait == 0:
            self._do_attempt(now)
            return
        if self.state == State.READY:
            self._timers[_RETRY] = now + self._wait
        self._timers[_PREPARE] = now + PREPARE_MS

    def _do_credentials(self, now: int) -> None:
        request = self.credentials.request
        if request is None or self.endpoint.status(self.session, now) is None:
            return  # no session: its SessionDown is on the way
        verdict, fields = self.credentials.decide(request)
        if verdict == ANSWER:
            self._answer = fields
            self._fire(Input.XAUTH_REQ_INFO_READY, now)
        elif verdict == ASK:
            self._fire(Input.XAUTH_PROMPTING, now)
        else:
            session = self.session
            self.endpoint.refuse_xauth(session, now)
            self._rejected("", now)
            self.endpoint.close(session, now, "user authentication was refused")

    def _do_prompt(self, now: int) -> None:
        self._timers[_PROGRESS] = None  # a human takes the time that the gateway allows
        self._timers[_REMIND] = now + REMIND_MS
        self.telling.notice("EZVPN_XAUTH", self.name)

    def _do_answer(self, now: int) -> None:
        fields = self._answer
        self._answer = []
        self.credentials.request = None
        self._timers[_REMIND] = None
        self._progress(now)
        if self.endpoint.status(self.session, now) is not None:
            self.endpoint.answer_xauth(self.session, fields, now)

    def _do_hold(self, now: int) -> None:
        self._drop_session(now)
        wait = self.credentials.hold()
        if wait is not None:
            self._timers[_RETRY] = now + wait

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
            left_out = str(self.flows.left_out)
            self.telling.warn("the gateway's split list is too long: its last " + left_out + " networks are left out")
        if not self.flows.flows:
            self._lost("config-failed", "config", 0, "", now)
            return
        self._settle(now)

    def _do_up(self, now: int) -> None:
        self._timers[_PROGRESS] = None
        self._timers[_PREPARE] = now + PREPARE_MS
        self.cause, self.reason = "", ""
        self.telling.good_again()
        for flow in self.flows.flows:
            if flow.state == FAILED:
                self.telling.warn("network " + network(flow) + " is not reachable: " + flow.failure_text())
        if self.up_since is None:
            self.up_since = now
            self.telling.notice("EZVPN_CONNECTION_UP", *self._identity())
            self.telling.notice("SESSION_STATUS", "UP", self._peer_text(), self._phase1_port, self._peer_id)

    # --- one connection -------------------------------------------------------------------------------------------

    def _dial(self, now: int) -> None:
        """The address of the current peer is known."""
        settings = self.settings
        peer, key = self.peers.address, settings.key
        if peer is None or key is None or not settings.phase1:
            self._lost("configuration", "phase1", 0, settings.missing(), now)
            return
        self.peer_address = peer
        self.local = self._locate(peer)  # type: ignore[operator]
        self.attempts += 1
        template = Attempt(
            peer,
            self.local,
            settings.local_ports,
            settings.group.encode(),
            key,
            (),
            initial_contact=peer not in self._contacted,
            force_natt=settings.force_natt,
            request_address=settings.mode != "network-extension",
        )
        self._progress(now)
        self._ladder.start(template, preferred(settings.phase1, self._good_group), now)
        self.telling.changed()
        self._all_ended(now)

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

    def _rejected(self, message: str, now: int) -> None:
        """The credentials are wrong, or there are none to give: wait for a human, or for a long time."""
        self.session = 0  # the core deletes it by itself
        self._explain("xauth-failed", "xauth", 0, "")
        if message:
            self.reason += " (the gateway says: " + printable(message) + ")"
        self.telling.failed(self.reason, now)
        self._fire(Input.XAUTH_REJECTED, now)

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
        self.telling.failed(self.reason, now)
        self._fire(Input.CONN_DOWN, now)

    def _drop_session(self, now: int) -> None:
        """Free whatever the connection or the attempt holds, and stop every timer."""
        if self.up_since is not None:
            self.telling.notice("EZVPN_CONNECTION_DOWN", *self._identity())
            self.telling.notice("SESSION_STATUS", "DOWN", self._peer_text(), self._phase1_port, self._peer_id)
        session = self.session
        self.session = 0
        self._ladder.abandon(now)
        if session:
            self.endpoint.close(session, now, self.reason or "closed")
        if self._attached:
            self._attached = False
            self.telling.put(Detach())
        for slot in range(_SLOTS):
            self._timers[slot] = None
        self._asking_name = False
        self.credentials.request = None
        self.flows.clear()
        self.config = None
        self.up_since = None

    def _release_hold(self, anew: bool) -> None:
        if self.credentials.held:
            self.credentials.release(anew)
            self._timers[_RETRY] = None

    # --- timers ---------------------------------------------------------------------------------------------------

    def _expired(self, slot: int, now: int) -> None:
        if slot == _RETRY:
            held = self.credentials.held
            self._release_hold(False)
            if held:
                self._fire(Input.CONNECT, now)
            else:
                self._do_attempt(now)
                self.telling.changed()
        elif slot == _REMIND:
            self._timers[_REMIND] = now + REMIND_MS
            self.telling.notice("EZVPN_XAUTH", self.name)
        elif slot == _PROGRESS:
            if self._busy() and self.state != State.IPSEC_ACTIVE:
                self._lost("no-progress", "", 0, "", now)
        elif slot == _NAME:
            self.resolved(self._ticket, [], now)
        elif slot == _PREPARE:
            rungs = preferred(self.settings.phase1, self._good_group)
            if rungs:
                self.endpoint.prepare(rungs[0][0].group, now)

    def _progress(self, now: int) -> None:
        self._timers[_PROGRESS] = now + PROGRESS_MS

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


_BEFORE_PHASE1 = ("_hint", "_phase1_up", "_session_down")

# Causes after which the next peer of the list is tried first.
_NEXT_PEER = ("peer-dead", "no-answer")

_HANDLERS = {
    Hint: "_hint",
    Phase1Up: "_phase1_up",
    XauthRequest: "_xauth_request",
    XauthResult: "_xauth_result",
    Configured: "_configured",
    ChildUp: "_child_up",
    ChildDown: "_child_down",
    ChildFailed: "_child_failed",
    Rekey: "_rekey",
    SessionDown: "_session_down",
}
