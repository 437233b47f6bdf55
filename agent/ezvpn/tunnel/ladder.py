"""The aggressive mode attempts at one address, one DH group each: which runs, which is next, which won, why all failed.

RFC 2409 5: in aggressive mode the group cannot be negotiated. NO-PROPOSAL-CHOSEN before phase 1 is not authenticated
(RFC 2409 5.7), so it only starts the next group beside the attempt; that attempt stays alive until its own end, and
whichever is answered first wins.
"""

from ezvpn.compat import const
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import SessionDown
from ezvpn.ike.params import Attempt, Phase1Transform

_NO_PROPOSAL_CHOSEN = const(14)


class _Try:
    """One aggressive mode that runs. moved_on: the next group was started because of it."""

    def __init__(self, session: int, rung: int) -> None:
        self.session = session
        self.rung = rung
        self.moved_on = False


class Ladder:
    """`verdict` is the most telling end so far: (cause, step, number of the last unauthenticated notify, text)."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._tries: "list[_Try]" = []
        self._rungs: "tuple[tuple[Phase1Transform, ...], ...]" = ()
        self._template: "Attempt | None" = None
        self._top = -1  # the highest rung that was started
        self.verdict = ("no-answer", "phase1", 0, "")

    @property
    def newest(self) -> int:
        """Session of the attempt that was started last, 0 = none runs."""
        return self._tries[-1].session if self._tries else 0

    def start(self, template: Attempt, rungs: "tuple[tuple[Phase1Transform, ...], ...]", now: int) -> None:
        """Start the first rung. `template` holds all but the transforms. `newest` is 0 if the core has no room."""
        self._template = template
        self._rungs = rungs
        self._top = -1
        self.verdict = ("no-answer", "phase1", 0, "")
        self._climb(now)

    def owns(self, session: int) -> bool:
        return self._find(session) is not None

    def refused(self, session: int, notify: int, now: int) -> "tuple[int, int] | None":
        """A notify that could belong to this attempt. (group refused, group started) if it made the next one start."""
        trial = self._find(session)
        if trial is None or notify != _NO_PROPOSAL_CHOSEN or trial.moved_on:
            return None
        trial.moved_on = True
        return self._next_after(trial, now)

    def down(self, event: SessionDown, now: int) -> "tuple[int, int] | None":
        """An attempt ended. As `refused`; nothing runs any more when `newest` is 0."""
        trial = self._find(event.session)
        if trial is None:
            return None
        self._tries.remove(trial)
        if event.cause != "no-answer" or event.last_hint or self.verdict[0] == "no-answer":
            self.verdict = (event.cause, event.step, event.last_hint, event.text)
        if event.cause == "no-proposal" and not trial.moved_on:
            return self._next_after(trial, now)
        return None

    def won(self, session: int, now: int) -> None:
        """This attempt was answered: forget the others in silence."""
        for trial in self._tries:
            if trial.session != session:
                self._endpoint.abandon(trial.session, now)
        self._tries = []

    def abandon(self, now: int) -> None:
        """Forget all."""
        self.won(0, now)

    def _next_after(self, trial: _Try, now: int) -> "tuple[int, int] | None":
        # Only the top attempt leads upwards: the end of a lower one says nothing about the groups above it.
        if trial.rung != self._top or not self._climb(now):
            return None
        return self._rungs[trial.rung][0].group, self._rungs[self._top][0].group

    def _climb(self, now: int) -> bool:
        template = self._template
        if template is None or self._top + 1 >= len(self._rungs):
            return False
        attempt = Attempt(
            template.peer,
            template.local,
            template.local_ports,
            template.group_name,
            template.psk,
            self._rungs[self._top + 1],
            initial_contact=template.initial_contact,
            force_natt=template.force_natt,
            request_address=template.request_address,
            nat_keepalive_s=template.nat_keepalive_s,
            application_version=template.application_version,
            keepalive=template.keepalive,
            address=template.address,
        )
        try:
            session = self._endpoint.connect(attempt, now)
        except ValueError:
            self.verdict = ("busy", "phase1", 0, "")  # the core has a bound on its sessions
            return False
        self._top += 1
        self._tries.append(_Try(session, self._top))
        return True

    def _find(self, session: int) -> "_Try | None":
        for trial in self._tries:
            if trial.session == session:
                return trial
        return None
