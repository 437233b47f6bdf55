"""The ISAKMP SAs beside the one in use: the one that is made to take its place, and the one whose place was taken.

Belongs here: which session is which, and when one is tried again or closed. Not here: what their events mean (`renewal`).
"""

from ezvpn.compat import const
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import Attempt, MainAttempt
from ezvpn.tunnel.backoff import Backoff

AGAIN_MS = const(60000)  # a renewal that failed; a gateway's life has hours left
LONGEST_AGAIN_MS = const(3600000)
AGAIN_JITTER = const(20)  # percent
# Its pairs are deleted one by one within 30 s (`ike.child.RETIRED_MS`), then it has nothing left.
PASSED_MS = const(32000)


class Beside:
    """session: made to take over, 0 = none · previous: was taken over from, 0 = none · passing: its pairs are being let
    go · closing: was closed last, and may still say which of its pairs went."""

    def __init__(self, endpoint: Endpoint, entropy: object) -> None:
        self._endpoint = endpoint
        self._again = Backoff(entropy, AGAIN_MS, LONGEST_AGAIN_MS, AGAIN_JITTER)
        self.session = 0
        self.previous = 0
        self.closing = 0
        self.passing = False

    def start(self, attempt: "Attempt | MainAttempt", now: int) -> bool:
        """False: the core has no room at the moment."""
        try:
            self.session = self._endpoint.connect(attempt, now)
        except ValueError:
            return False
        return True

    def again(self) -> int:
        """ms until the next try."""
        return self._again.next()

    def took_over(self, previous: int) -> None:
        """`session` is the one in use from now on, and this was it so far."""
        self._again.reset()
        self.session = 0
        self.previous = previous
        self.passing = False

    def let_go(self, now: int) -> None:
        """Everything has moved to the new one: the pairs of the previous one end, also one that came up late."""
        if self.previous:
            self.passing = True
            self._endpoint.retire(self.previous, now)

    def close_previous(self, now: int) -> None:
        """What stood under it to the end, such as a pair that the gateway renewed meanwhile, is told to be down after this."""
        session = self.previous
        self.previous = 0
        if session:
            self.closing = session
            self._endpoint.close(session, now, "replaced")

    def drop(self, now: int, reason: str) -> None:
        """The connection is over."""
        self._again.reset()
        self.close_previous(now)
        session = self.session
        self.session = 0
        if session:
            self._endpoint.close(session, now, reason)
