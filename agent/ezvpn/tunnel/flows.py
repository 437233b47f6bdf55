"""The quick modes of one tunnel: which pairs of selectors, with PFS or without, and how each of them stands.

RFC 2409 5.5; Unity attributes 28676 (split include) and 28679 (PFS). Belongs here: the plan and its bookkeeping. Not
here: exchanges (`ike`), SAs (`dataplane`).
"""

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildDown, ChildFailed, ChildUp
from ezvpn.ike.params import ChildRequest, ModeConfig, Selector
from ezvpn.tunnel.settings import Settings
from ezvpn.wire.inet import ipv4_text

OPENING = "opening"
UP = "up"
DOWN = "down"
FAILED = "failed"

MAX_FLOWS = 64  # split-include entries beyond are not opened; `Flows.left_out` counts them
REOPENED_MAX = 3  # times in a row that a pair is negotiated anew after a delete
# A gateway that ends everything deletes the ESP SAs first and the ISAKMP SA right after: wait for the second.
REOPEN_MS = 1000
RETRY_MS = 60000  # a quick mode that failed beside others that work
RENEW_MS = 10000  # a renewal that failed while the old pair lives, then twice as long, up to 160 s
LIVED_MS = 60000
NO_PROPOSAL_CHOSEN = 14
NOTHING = (0, 0)
CLEARED = "cleared by command"
_ANY = Selector(b"\0\0\0\0", b"\0\0\0\0")
_HOST_MASK = b"\xff\xff\xff\xff"


class Flow:
    """One pair of selectors. standing: (session, child, inbound SPI) of the pairs of SAs that stand, the one in use last ·
    opening, renewal: (session, child) of the quick mode for the first pair or for the next one, `NOTHING` without."""

    def __init__(self, local: Selector, remote: Selector) -> None:
        self.local = local
        self.remote = remote
        self.state = DOWN
        self.standing: "list[tuple[int, int, int]]" = []
        self.opening = NOTHING
        self.renewal = NOTHING
        self.renew_at: "int | None" = None  # a renewal that failed is tried again
        self.since = 0
        self.pfs = 0
        self.flipped = False
        self.reopened = 0
        self.missed = 0  # renewals that failed in a row
        self.failure = (0, "", "")  # notify, cause, text of the last ChildFailed

    @property
    def child(self) -> int:
        """Number of the pair in use, or of the one that is being opened."""
        return self.standing[-1][1] if self.standing else self.opening[1]

    @property
    def spi_in(self) -> int:
        return self.standing[-1][2] if self.standing else 0

    def failure_text(self) -> str:
        return self.failure[2] or self.failure[1]


class Flows:
    """All pairs of one tunnel. `session`: where quick modes are started; pairs of the ISAKMP SA before it may still stand · `pfs`
    is the group in use, 0 = off · `reopen_at`: when deleted pairs are negotiated anew."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._settings: "Settings | None" = None
        self.flows: "list[Flow]" = []
        self.session = 0
        self.pfs = 0
        self.pfs_fixed = False
        self.phase1_group = 0
        self.left_out = 0
        self.reopen_at: "int | None" = None

    def clear(self) -> None:
        """The session is gone, and all pairs with it."""
        self.flows = []
        self.session = 0
        self.left_out = 0
        self.reopen_at = None

    def configure(self, settings: Settings) -> None:
        """Lives and PFS count from the next renewal; what else a quick mode offers reconnects the tunnel."""
        if self._settings is None:
            return
        self._settings = settings
        self.pfs_fixed = settings.pfs_group is not None
        if settings.pfs_group is not None:
            self.pfs = settings.pfs_group

    def plan(self, session: int, settings: Settings, phase1_group: int, at: int) -> None:
        """The peer called: it negotiates what it wants; what does not stand at `at` (ms) is opened by us."""
        self._begin(session, settings, phase1_group)
        self._plan(list(settings.protects))
        self.reopen_at = at

    def open(self, session: int, settings: Settings, config: ModeConfig, phase1_group: int, now: int) -> None:
        """Start a quick mode for each planned pair that isn't up, and close what is no longer planned."""
        self._begin(session, settings, phase1_group)
        if settings.pfs_group is None:
            # 28679 is a flag, not a group number: the group is that of phase 1.
            self.pfs = phase1_group if config.pfs else 0
        old = self.flows
        self._plan(list(settings.protects) or _selectors(settings, config))
        for flow in old:
            if flow in self.flows:
                continue
            for of, child in [(pair[0], pair[1]) for pair in flow.standing] + [flow.opening, flow.renewal]:
                if child:
                    self._endpoint.close_child(of, child, now)
        for flow in self.flows:
            if flow.state != UP:
                self._start(flow, False, now)

    def move(self, session: int, phase1_group: int, now: int) -> None:
        """A new ISAKMP SA took over: renew every pair under it."""
        self.session = session
        self.phase1_group = phase1_group
        for flow in self.flows:
            flow.renewal = NOTHING  # one that runs under the old ISAKMP SA may still come up beside
            if flow.standing and flow.standing[-1][0] == session:
                continue  # the peer was faster
            if flow.state == UP:
                self._start(flow, True, now)
            elif flow.state == OPENING:
                self._start(flow, False, now)

    def child_up(self, event: ChildUp, now: int) -> bool:
        """A pair stands. False: selectors that nobody planned."""
        key = (event.session, event.child)
        flow = self._of(key) or self._of((event.session, event.replaces)) or self._find(event.local, event.remote)
        if flow is None:
            return False
        pair = (event.session, event.child, event.spi_in)
        if flow.standing and event.session != self.session:
            flow.standing.insert(0, pair)  # the ISAKMP SA that was taken over from: it goes soon
        else:
            flow.standing.append(pair)
        if flow.renewal == key:
            flow.renewal = NOTHING
        flow.opening = NOTHING
        flow.renew_at = None
        flow.missed = 0
        flow.since = now
        flow.state = UP
        flow.flipped = False
        if not self.pfs_fixed:
            self.pfs = flow.pfs  # what one took is what the next quick mode starts with
        return True

    def child_down(self, event: ChildDown, now: int) -> bool:
        """A pair is gone. False: it was not in use any more."""
        for flow in self.flows:
            for pair in flow.standing:
                if pair[0] == event.session and pair[1] == event.child:
                    used = pair is flow.standing[-1]
                    flow.standing.remove(pair)
                    if not flow.standing:
                        self._bare(flow, event.reason, now)
                    return used
        return False

    def lost(self, session: int, now: int) -> None:
        """This session is closed, and whatever stood under it."""
        for flow in self.flows:
            left = [pair for pair in flow.standing if pair[0] != session]
            if len(left) == len(flow.standing):
                continue
            flow.standing = left
            if not left:
                self._bare(flow, "replaced", now)

    def _bare(self, flow: Flow, reason: str, now: int) -> None:
        if now - flow.since >= LIVED_MS:
            flow.reopened = 0
        flow.renew_at = None
        flow.opening = flow.renewal
        flow.renewal = NOTHING
        if flow.opening != NOTHING:
            flow.state = OPENING  # its successor is on the way
        else:
            flow.state = DOWN
            self.reopen_at = now + REOPEN_MS
            if reason == CLEARED:
                flow.reopened = 0  # nobody fails when a human wants this
                self.reopen_at = now

    def child_failed(self, event: ChildFailed, up: bool, now: int) -> str:
        """A quick mode ended without a pair. up: others carry the tunnel, so this one is tried again later. Returns what to
        say, or ""."""
        key = (event.session, event.child)
        flow = self._of(key)
        if flow is None or key not in (flow.opening, flow.renewal):
            return ""
        renewing = flow.renewal == key
        if event.notify == NO_PROPOSAL_CHOSEN and not self.pfs_fixed and not flow.flipped:
            # PFS the other way, once, and only where it is not configured.
            flow.flipped = True
            flow.pfs = 0 if flow.pfs else self.phase1_group
            self._start(flow, renewing, now)
            return ""
        flow.flipped = False
        flow.failure = (event.notify, event.cause, event.text)
        if renewing:
            flow.renewal = NOTHING
            flow.renew_at = now + (RENEW_MS << min(flow.missed, 4))
            flow.missed += 1
            if flow.missed > 1:
                return ""  # said once
            return "renewing the SA for " + network(flow) + " failed: " + flow.failure_text()
        flow.opening = NOTHING
        flow.state = FAILED
        if up:
            flow.state = DOWN
            self.reopen_at = now + RETRY_MS
        return "network " + network(flow) + " is not reachable: " + flow.failure_text()

    def renew(self, session: int, child: int, now: int) -> None:
        """Negotiate the successor of this pair."""
        flow = self._of((session, child))
        if flow is not None and flow.state == UP and flow.renewal == NOTHING:
            self._start(flow, True, now)

    def delete_all(self, now: int) -> None:
        """Delete every pair that stands, and give its successor up; `reopen_at` follows with the last ChildDown of each."""
        for flow in self.flows:
            if flow.state != UP:
                continue
            found = [(pair[0], pair[1]) for pair in flow.standing]
            if flow.renewal != NOTHING:
                found.append(flow.renewal)
                flow.renewal = NOTHING
            for session, child in found:
                self._endpoint.close_child(session, child, now, CLEARED)

    def renew_spi(self, spi_in: int, now: int) -> None:
        for flow in self.flows:
            if flow.state == UP and flow.spi_in == spi_in:
                self.renew(flow.standing[-1][0], flow.child, now)

    def deadline(self) -> "int | None":
        first = self.reopen_at
        for flow in self.flows:
            if flow.renew_at is not None and (first is None or flow.renew_at < first):
                first = flow.renew_at
        return first

    def timeout(self, now: int) -> bool:
        """Renew what could not be renewed before, open again what was deleted. False: that happened too often in a row."""
        for flow in self.flows:
            if flow.renew_at is not None and flow.renew_at <= now:
                flow.renew_at = None
                if flow.standing and flow.renewal == NOTHING:
                    self._start(flow, True, now)
        if self.reopen_at is None or self.reopen_at > now:
            return True
        return self.reopen(now)

    def reopen(self, now: int) -> bool:
        """Negotiate deleted pairs anew. False: that happened too often in a row."""
        self.reopen_at = None
        for flow in self.flows:
            if flow.state == DOWN:
                flow.reopened += 1
                if flow.reopened > REOPENED_MAX:
                    return False
                self._start(flow, False, now)
        return True

    def spis(self) -> "list[int]":
        """Inbound SPIs of all that stands, also of what was renewed."""
        return [pair[2] for flow in self.flows for pair in flow.standing]

    def renewing(self) -> bool:
        """A successor of some pair is under way."""
        return [1 for flow in self.flows if flow.renewal != NOTHING] != []

    def _of(self, key: "tuple[int, int]") -> "Flow | None":
        for flow in self.flows:
            if key[1] and (
                key in (flow.opening, flow.renewal) or [1 for pair in flow.standing if (pair[0], pair[1]) == key]
            ):
                return flow
        return None

    def settled(self) -> bool:
        """Nothing is under way or about to be opened."""
        return self.count(OPENING) + self.count(DOWN) == 0

    def count(self, state: str) -> int:
        return len([flow for flow in self.flows if flow.state == state])

    def failure(self) -> "tuple[int, str, str]":
        """(notify, cause, text) of a flow that failed."""
        for flow in self.flows:
            if flow.state == FAILED:
                return flow.failure
        return (0, "no-answer", "")

    def _begin(self, session: int, settings: Settings, phase1_group: int) -> None:
        self.session = session
        self._settings = settings
        self.phase1_group = phase1_group
        self.pfs_fixed = settings.pfs_group is not None
        if settings.pfs_group is not None:
            self.pfs = settings.pfs_group

    def _plan(self, pairs: "list[tuple[Selector, Selector]]") -> None:
        planned: "list[Flow]" = []
        self.left_out = 0
        for local, remote in pairs:
            if [flow for flow in planned if flow.local == local and flow.remote == remote]:
                continue
            if len(planned) >= MAX_FLOWS:
                self.left_out += 1
                continue
            planned.append(self._find(local, remote) or Flow(local, remote))
        self.flows = planned

    def _start(self, flow: Flow, renewing: bool, now: int) -> None:
        settings = self._settings
        if not renewing:
            flow.opening = NOTHING
            flow.state = OPENING
        if settings is None or self._endpoint.status(self.session, now) is None:
            return  # the session ended in this very moment: its SessionDown is on the way
        if not flow.flipped:
            flow.pfs = self.pfs
        request = ChildRequest(
            flow.local, flow.remote, settings.esp, flow.pfs, settings.child_life_s, settings.child_life_kb
        )
        # Numbers of children are those of a session: only a pair of this one can be named.
        replaces = flow.child if renewing and flow.standing[-1][0] == self.session else 0
        started = (self.session, self._endpoint.open_child(self.session, request, now, replaces))
        if renewing:
            flow.renewal = started
        else:
            flow.opening = started

    def _find(self, local: Selector, remote: Selector) -> "Flow | None":
        for flow in self.flows:
            if flow.local == local and flow.remote == remote:
                return flow
        return None


def network(flow: Flow) -> str:
    """`10.1.0.0/255.255.0.0`: how messages name a flow."""
    return ipv4_text(flow.remote.address) + "/" + ipv4_text(flow.remote.mask)


def _selectors(settings: Settings, config: ModeConfig) -> "list[tuple[Selector, Selector]]":
    """(ours, theirs) for each quick mode: every local side with every split-include network, or with everything."""
    sides: "list[tuple[bytes, bytes]]" = []
    if config.address is not None and settings.mode != "network-extension":
        sides.append((config.address, _HOST_MASK))
    if settings.mode != "client":
        sides.extend(settings.networks)
    out: "list[tuple[Selector, Selector]]" = []
    for address, mask in sides:
        if not config.split_include:
            out.append((Selector(address, mask), _ANY))
        for split in config.split_include:
            out.append(
                (
                    Selector(address, mask, split.protocol, split.source_port),
                    Selector(split.address, split.mask, split.protocol, split.destination_port),
                )
            )
    return out
