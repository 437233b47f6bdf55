"""Which answer an XAUTH request gets: the stored pair once, what a human typed, a question to a human, or a refusal.

draft-beaulieu-ike-xauth-02 5 and 6. Belongs here: that decision and the pauses after a rejection. Not here: the exchange
itself (`ike`). A pair that was rejected is not repeated: a RADIUS server locks accounts after a few wrong passwords.
"""

from ezvpn.ike.events import XauthRequest
from ezvpn.record import Secret
from ezvpn.tunnel.backoff import Backoff
from ezvpn.tunnel.settings import Settings
from ezvpn.wire.attributes import Xauth, XauthType

ANSWER = "answer"
ASK = "ask"
REFUSE = "refuse"

LONGEST_PAUSE_MS = 24 * 3600 * 1000
_ATTRIBUTES_SHOWN = (Xauth.TYPE, Xauth.MESSAGE, Xauth.CHALLENGE, Xauth.STATUS)  # never typed by anybody
_STORED = (Xauth.USER_NAME, Xauth.PASSWORD, Xauth.DOMAIN)


class Credentials:
    """`request` is the pending question to a human, or None. `held`: rejected, nothing is offered until `release`."""

    def __init__(self, settings: Settings, entropy: object) -> None:
        self.settings = settings
        self._entropy = entropy
        self.request: "XauthRequest | None" = None
        self.held = False
        self._typed: "list[tuple[int, str | Secret]] | None" = None
        self._given: "list[tuple[int, str | Secret]]" = []  # by a human, no verdict yet
        self._kept: "list[tuple[int, str | Secret]] | None" = None  # by a human, right, while this tunnel is up
        self._kept_given = False
        self._stored_given = False
        self._typed_given = False
        self._pauses = self._fresh_pauses()

    def configure(self, settings: Settings) -> None:
        if settings.xauth_retry_minutes != self.settings.xauth_retry_minutes:
            self.settings = settings
            self._pauses = self._fresh_pauses()
        self.settings = settings

    def begin(self) -> None:
        """A new attempt: the stored pair may be given once again."""
        self.request = None
        self._stored_given = False
        self._typed_given = False
        self._kept_given = False
        self._given = []

    def gave(self, fields: "list[tuple[int, str | Secret]]") -> None:
        """What a human typed goes to the gateway."""
        self._typed_given = True
        self._given = fields

    def forget(self) -> None:
        """The tunnel is down, or what was kept is wrong."""
        self._kept = None

    def accepted(self) -> None:
        """STATUS ok: what was given is right, so a later request on this SA may have it again (xauth 6). A user name and password
        that were typed are kept in memory while the tunnel is up, for the next ISAKMP SA; a token's code would be used up."""
        if self._given and not [1 for number, _ in self._given if number not in _STORED]:
            self._kept = self._given
        self.begin()
        self._typed = None
        self._pauses.reset()

    def type_ahead(self, fields: "list[tuple[int, str | Secret]]") -> None:
        """Answers a human typed while nothing was pending: for the next request, once."""
        self._typed = fields

    def decide(self, request: XauthRequest) -> "tuple[str, list[tuple[int, str | Secret]]]":
        """(ANSWER, fields), (ASK, []) or (REFUSE, [])."""
        asked = [field for field in request.fields if field not in _ATTRIBUTES_SHOWN]
        if request.kind == XauthType.RADIUS_CHAP:
            return REFUSE, []  # CHAP needs the password hashed in a way that no gateway of today asks for
        if not asked:
            return ANSWER, []
        typed = self._typed
        if typed is not None:
            self._typed = None
            found = _pick(asked, typed)
            if found is not None:
                self.gave(found)
                return ANSWER, found
        local = self.settings.xauth_mode == "local"
        only_pair = request.kind == XauthType.GENERIC and not [field for field in asked if field not in _STORED]
        if only_pair and self._kept is not None and not self._kept_given:
            self._kept_given = True
            found = _pick(asked, self._kept + [(Xauth.DOMAIN, "")])
            if found is not None:
                return ANSWER, found
        password = self.settings.password
        if only_pair and self.settings.username and password is not None and not self._typed_given:
            if self._stored_given:
                return REFUSE, []  # asked for the same again: the pair is wrong
            self._stored_given = True
            pair: "list[tuple[int, str | Secret]]" = [
                (Xauth.USER_NAME, self.settings.username),
                (Xauth.PASSWORD, password),
                (Xauth.DOMAIN, ""),
            ]
            return ANSWER, _pick(asked, pair) or []
        return (REFUSE, []) if local else (ASK, [])

    def hold(self) -> "int | None":
        """Rejected. ms until one more offer, growing from `xauth retry-minutes` to a day; None = only a human ends it."""
        self.held = True
        self.request = None
        if self.settings.xauth_retry_minutes is None or self.settings.connect != "auto":
            return None
        return self._pauses.next()

    def release(self, anew: bool) -> None:
        """Offer again. anew: a human or the configuration changed something, so pauses start small again."""
        self.held = False
        if anew:
            self._pauses.reset()

    def rejected_prompt(self) -> "XauthRequest | None":
        """What `crypto ipsec client ezvpn xauth` asks for while the last answer stands rejected."""
        if not self.held:
            return None
        return XauthRequest(0, XauthType.GENERIC, (Xauth.USER_NAME, Xauth.PASSWORD), "", b"", 0)

    def _fresh_pauses(self) -> Backoff:
        minutes = self.settings.xauth_retry_minutes or 60
        return Backoff(self._entropy, minutes * 60000, LONGEST_PAUSE_MS, 0)


def _pick(asked: "list[int]", offered: "list[tuple[int, str | Secret]]") -> "list[tuple[int, str | Secret]] | None":
    """The offered values in the order asked, or None if one is missing. "answer only what was asked" (xauth 6.2)."""
    out: "list[tuple[int, str | Secret]]" = []
    for number in asked:
        for have, value in offered:
            if have == number:
                out.append((number, value))
                break
        else:
            return None
    return out
