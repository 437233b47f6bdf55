"""The shared secrets g^xy of one session, made in turns of their own, in parts where the backend makes them so.

A Diffie-Hellman is the longest thing that a device computes: while it lasts no console echoes and no timer fires. So a message
that brings a public value is only checked in its own turn, and what needs g^xy goes on later: `want` sets `Slot.SECRET`, and each
`timeout` makes one step. Belongs here: whose secret is next. Not here: what becomes of it (`aggressive`, `main_mode`,
`quick_mode`).
"""

from ezvpn.crypto import dh
from ezvpn.crypto.dh import KeyPair
from ezvpn.crypto.port import BadPublicValue, Sharing
from ezvpn.ike.core import Core
from ezvpn.ike.state import Refused
from ezvpn.ike.timers import Slot, Timers


class WantsSecret:
    """An exchange that waits for its g^xy."""

    def secret_made(self, g_xy: bytearray, now: int) -> None:
        """Go on. `g_xy` has group length and is the receiver's to wipe."""
        raise NotImplementedError


class _Wanted:
    def __init__(self, owner: WantsSecret, pair: KeyPair, sharing: Sharing) -> None:
        self.owner = owner
        self.pair = pair
        self.sharing = sharing


class Secrets:
    """Those of one session, in the order in which they were wanted."""

    def __init__(self, core: Core, timers: Timers) -> None:
        self._core = core
        self._timers = timers
        self._wanted: "list[_Wanted]" = []

    def want(self, owner: WantsSecret, pair: KeyPair, public: bytes, now: int) -> None:
        """Begin; `owner.secret_made` follows in a later turn, and the pair's exponent is zeroed then. `public` has passed
        `check_value`."""
        sharing = self._core.crypto.dh_sharing(pair.group, pair.exponent, public)
        self._wanted.append(_Wanted(owner, pair, sharing))
        self._timers.set(Slot.SECRET, now)

    def wanted_by(self, owner: WantsSecret) -> bool:
        """Whether this exchange still waits."""
        return [True for wanted in self._wanted if wanted.owner is owner] != []

    def forget(self, owner: WantsSecret) -> None:
        """An exchange was given up."""
        self._wanted = [wanted for wanted in self._wanted if wanted.owner is not owner]

    def timeout(self, now: int) -> None:
        """One step."""
        if not self._timers.take(Slot.SECRET, now) or not self._wanted:
            return
        first = self._wanted[0]
        g_xy = first.sharing.step()
        if g_xy is not None:
            self._wanted.pop(0)
            first.pair.wipe()
        if self._wanted:
            self._timers.set(Slot.SECRET, now)
        if g_xy is not None:
            first.owner.secret_made(g_xy, now)


def check_value(group: int, public: bytes) -> None:
    """The peer's public value. `Refused` unless it can be used: that costs nothing, so it is done before the answer waits."""
    try:
        dh.check_public(group, public)
    except BadPublicValue as fault:
        raise Refused("public-value", str(fault))
