"""The log-in of the user: what a tunnel does about XAUTH requests, for a human who has to be asked, and after a rejection.

draft-beaulieu-ike-xauth-02 5 and 6. Belongs here: the arcs around `XAUTH_REQ`, the reminders, the commands of a human. Not here:
which answer a request gets (`credentials`), the exchange itself (`ike`).
"""

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import XauthRequest, XauthResult
from ezvpn.record import Secret
from ezvpn.tunnel.credentials import ANSWER, ASK
from ezvpn.tunnel.machine import PROGRESS, REMIND, RETRY, Machine
from ezvpn.tunnel.settings import Settings
from ezvpn.tunnel.states import Input
from ezvpn.tunnel.telling import printable

REMIND_MS = 10000
REMINDED_OFTEN = 6
LONGEST_REMIND_MS = 3600000  # where nobody comes for days, the log has other things to keep


class LoggingIn(Machine):
    """Adds the timer REMIND, and what RETRY is while the credentials are held."""

    def __init__(self, settings: Settings, endpoint: Endpoint, entropy: object, locate: object, now: int) -> None:
        super().__init__(settings, endpoint, entropy, locate, now)
        self._reminded = 0
        self._remind_at = now
        self._answer: "list[tuple[int, str | Secret]]" = []

    # --- commands -------------------------------------------------------------------------------------------------

    def prompt(self) -> "XauthRequest | None":
        """What a human is asked for, also when the last answer was rejected; None when nothing is."""
        if self.credentials.request is not None:
            return self.credentials.request
        return self.credentials.rejected_prompt()

    def answer_xauth(self, fields: "list[tuple[int, str | Secret]]", now: int) -> str:
        """`crypto ipsec client ezvpn xauth`: the answers of a human. Returns "" or why not."""
        if self.credentials.request is not None:
            self._answer = fields
            self.credentials.gave(fields)
            self._fire(Input.XAUTH_REQ_INFO_READY, now)
            return ""
        if self.credentials.held:
            self.credentials.type_ahead(fields)
            self._release_hold(True)
            self._fire(Input.CONNECT, now)
            return ""
        return "no XAUTH request is pending"

    # --- actions behind the arcs ----------------------------------------------------------------------------------

    def _do_start(self, now: int) -> None:
        self._reminded = 0
        self._release_hold(True)
        super()._do_start(now)

    def _do_stop(self, now: int) -> None:
        super()._do_stop(now)
        self._release_hold(True)

    def _do_credentials(self, now: int) -> None:
        request = self.credentials.request
        if request is None or self.endpoint.status(request.session, now) is None:
            return  # no session: its SessionDown is on the way
        verdict, fields = self.credentials.decide(request)
        if verdict == ANSWER:
            self._answer = fields
            self._fire(Input.XAUTH_REQ_INFO_READY, now)
        elif verdict == ASK:
            self._fire(Input.XAUTH_PROMPTING, now)
        elif request.session == self.beside.session:
            self.endpoint.refuse_xauth(request.session, now)
            self.telling.warn("phase 1 is not renewed: the gateway asks for a log-in that nobody may answer")
        else:
            session = self.session
            self.endpoint.refuse_xauth(session, now)
            self._rejected("", now)
            self.endpoint.close(session, now, "user authentication was refused")

    def _do_prompt(self, now: int) -> None:
        if self.up_since is None:
            self._timers[PROGRESS] = None  # a human takes the time that the gateway allows
        self._remind(now)

    def _do_answer(self, now: int) -> None:
        fields = self._answer
        self._answer = []
        self._reminded = 0
        request = self.credentials.request
        session = request.session if request is not None else self.session
        self.credentials.request = None
        self._timers[REMIND] = None
        self._progress(now)
        if self.endpoint.status(session, now) is not None:
            self.endpoint.answer_xauth(session, fields, now)

    def _do_hold(self, now: int) -> None:
        self._drop_session(now)
        wait = self.credentials.hold()
        if wait is not None:
            self._timers[RETRY] = now + wait

    # --- timers ---------------------------------------------------------------------------------------------------

    def _expired(self, slot: int, now: int) -> None:
        if slot == REMIND:
            self._remind(now)
        elif slot == RETRY and self.credentials.held:
            self._release_hold(False)
            self._fire(Input.CONNECT, now)
        else:
            super()._expired(slot, now)

    def _remind(self, now: int) -> None:
        """The pending XAUTH request, again each 10 s for a minute, then at twice the time, up to an hour: until somebody shows
        up. A gateway that asks anew in between changes nothing."""
        if self._reminded == 0 or now >= self._remind_at:
            self.telling.notice("EZVPN_XAUTH", self.name)
            self._reminded += 1
            doublings = min(max(self._reminded - REMINDED_OFTEN, 0), 16)
            self._remind_at = now + min(REMIND_MS << doublings, LONGEST_REMIND_MS)
        self._timers[REMIND] = self._remind_at

    def _release_hold(self, anew: bool) -> None:
        if self.credentials.held:
            self.credentials.release(anew)
            self._timers[RETRY] = None

    # --- verdicts -------------------------------------------------------------------------------------------------

    def _xauth_request(self, event: XauthRequest, now: int) -> None:
        self.credentials.request = event
        self._fire(Input.XAUTH_REQUEST, now)

    def _xauth_result(self, event: XauthResult, now: int) -> None:
        if event.ok:
            self._accepted(now)
        else:
            self._rejected(event.message, now)

    def _accepted(self, now: int) -> None:
        self.credentials.accepted()
        self._timers[REMIND] = None
        self._progress(now)
        self._fire(Input.XAUTH_STATUS, now)

    def _rejected(self, message: str, now: int) -> None:
        """The credentials are wrong, or there are none to give: wait for a human, or for a long time."""
        self.session = 0  # the core deletes it by itself
        self._explain("xauth-failed", "xauth", 0, "")
        if message:
            self.reason += " (the gateway says: " + printable(message) + ")"
        self.telling.failed(self.reason, now)
        self._fire(Input.XAUTH_REJECTED, now)
