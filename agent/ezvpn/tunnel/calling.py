"""Main mode at one address: whether it runs, and why it ended. What `ladder` is for aggressive mode.

RFC 2409 5.4: all policies go out in one offer, so there is one attempt and nothing to climb.
"""

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import SessionDown
from ezvpn.ike.params import MainAttempt


class Calling:
    """newest: session of the attempt, 0 = none runs · verdict: (cause, step, number of the last unauthenticated notify, text)."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.newest = 0
        self.verdict = ("no-answer", "phase1", 0, "")

    def call(self, attempt: MainAttempt, now: int) -> None:
        """Start. `newest` is 0 if the core has no room."""
        self.verdict = ("busy", "phase1", 0, "")
        try:
            self.newest = self._endpoint.connect(attempt, now)
        except ValueError:
            self.newest = 0  # the core has a bound on its sessions

    def owns(self, session: int) -> bool:
        return session != 0 and session == self.newest

    def down(self, event: SessionDown) -> None:
        """It ended without an ISAKMP SA."""
        self.newest = 0
        self.verdict = (event.cause, event.step, event.last_hint, event.text)

    def release(self) -> int:
        """Somebody else takes it: its session, 0 = none."""
        session = self.newest
        self.newest = 0
        return session

    def abandon(self, now: int) -> None:
        """Forget it."""
        session = self.release()
        if session:
            self._endpoint.abandon(session, now)
