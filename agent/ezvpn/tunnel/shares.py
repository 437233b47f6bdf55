"""One ISAKMP SA for all entries of crypto maps that have the same peer, as IOS has it: who uses which one.

    we call      an entry that calls a peer which another one is calling waits for that call
    they call    for every entry that names the peer
    a pair       belongs to the entry that asked for it, else to the one whose line it carries, whatever ISAKMP SA it is under
    the end      the last user's `close` deletes the ISAKMP SA; those before delete their own pairs

Belongs here: that bookkeeping, and the endpoint as one of the users sees it. Not here: whether an entry wants a call or a pair
(`crypto_map`). RFC 2409 5.5: "Multiple Quick Mode exchanges" under one ISAKMP SA.
"""

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import Attempt, ChildRequest, Keepalive, MainAttempt
from ezvpn.ike.status import Phase1Status

# What two attempts at one peer must have in common to be one, besides the key.
_SAME = ("peer", "local", "local_ports", "transforms", "force_natt", "keepalive")


class Shares:
    """Of one endpoint. Tunnels are known by name."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._users: "dict[int, list[str]]" = {}  # session -> tunnels
        self._calls: "dict[int, MainAttempt]" = {}  # sessions that we began and that do not stand yet
        self._pairs: "dict[tuple[int, int], str]" = {}  # (session, child) -> tunnel

    def view(self, tunnel: str) -> "Share":
        """The endpoint for this tunnel."""
        return Share(self, tunnel)

    def join(self, session: int, tunnel: str) -> None:
        """It uses this session, too."""
        users = self._users.setdefault(session, [])
        if tunnel not in users:
            users.append(tunnel)

    def stands(self, session: int) -> bool:
        """Its phase 1 is over. Whether it was a call of ours: then entries without one may join."""
        return self._calls.pop(session, None) is not None

    def take(self, session: int, child: int, tunnel: str) -> None:
        """A pair that the peer asked for is this tunnel's."""
        self._pairs[(session, child)] = tunnel

    def owner(self, session: int, child: int) -> str:
        """The tunnel of a pair or of a quick mode, "" = nobody said."""
        return self._pairs.get((session, child), "")

    def gone(self, session: int, child: int, now: int) -> None:
        """A pair or a quick mode ended. An ISAKMP SA that was kept for it alone goes, too."""
        if self._pairs.pop((session, child), "") and self._users.get(session) == [] and not self._others(session, ""):
            del self._users[session]
            self.endpoint.close(session, now, "not in use")

    def ended(self, session: int) -> None:
        """The session is no more."""
        self._calls.pop(session, None)
        self._users.pop(session, None)
        for key in [key for key in self._pairs if key[0] == session]:
            del self._pairs[key]

    # --- what a user does -------------------------------------------------------------------------------------------

    def call(self, attempt: MainAttempt, tunnel: str, now: int) -> int:
        """The session of this call: one that is under way, or a new one."""
        for session in sorted(self._calls):
            if tunnel not in self._users[session] and _same(self._calls[session], attempt):
                self._users[session].append(tunnel)
                return session
        session = self.endpoint.connect(attempt, now)
        self._users[session] = [tunnel]
        self._calls[session] = attempt
        return session

    def leave(self, session: int, tunnel: str, now: int, reason: str) -> bool:
        """Whether somebody else uses it still; then what this tunnel has under it is deleted."""
        users = self._users.get(session, [])
        if tunnel in users:
            users.remove(tunnel)
        own = self.own(session, tunnel)
        for child in own:
            del self._pairs[(session, child)]
        if not users and not self._others(session, tunnel):
            self.ended(session)
            return False
        if self.endpoint.status(session, now) is not None:  # else its SessionDown is on the way
            for child in own:
                self.endpoint.close_child(session, child, now, reason)
        return True

    def alone(self, session: int, tunnel: str) -> bool:
        """Whether nobody else uses it."""
        return self._users.get(session, [tunnel]) == [tunnel] and not self._others(session, tunnel)

    def own(self, session: int, tunnel: str) -> "list[int]":
        """Its pairs and quick modes under this session."""
        return sorted([child for of, child in self._pairs if of == session and self._pairs[(of, child)] == tunnel])

    def _others(self, session: int, tunnel: str) -> "list[int]":
        return [child for of, child in self._pairs if of == session and self._pairs[(of, child)] != tunnel]


class Share(Endpoint):
    """The endpoint as one tunnel sees it. Those of its verbs are here that a tunnel of a crypto map says."""

    def __init__(self, shares: Shares, tunnel: str) -> None:
        self._shares = shares
        self._tunnel = tunnel

    def connect(self, attempt: "Attempt | MainAttempt", now: int) -> int:
        assert isinstance(attempt, MainAttempt)
        return self._shares.call(attempt, self._tunnel, now)

    def open_child(self, session: int, request: ChildRequest, now: int, replaces: int = 0) -> int:
        child = self._shares.endpoint.open_child(session, request, now, replaces)
        self._shares.take(session, child, self._tunnel)
        return child

    def close_child(self, session: int, child: int, now: int, reason: str = "closed") -> None:
        if self.status(session, now) is not None:
            self._shares.endpoint.close_child(session, child, now, reason)

    def retire(self, session: int, now: int, children: "list[int] | None" = None) -> None:
        if not self._shares.alone(session, self._tunnel):
            children = self._shares.own(session, self._tunnel)
        self._shares.endpoint.retire(session, now, children)

    def close(self, session: int, now: int, reason: str = "closed") -> None:
        if not self._shares.leave(session, self._tunnel, now, reason):
            self._shares.endpoint.close(session, now, reason)

    def abandon(self, session: int, now: int) -> None:
        if not self._shares.leave(session, self._tunnel, now, "closed"):
            self._shares.endpoint.abandon(session, now)

    def prepare(self, group: int, now: int) -> bool:
        return self._shares.endpoint.prepare(group, now)

    def prepare_on(self, group: int, now: int) -> bool:
        return self._shares.endpoint.prepare_on(group, now)

    def probe(self, session: int, now: int) -> bool:
        return self._shares.endpoint.probe(session, now)

    def set_keepalive(self, session: int, keepalive: "Keepalive | None", now: int) -> None:
        self._shares.endpoint.set_keepalive(session, keepalive, now)

    def status(self, session: int, now: int) -> "Phase1Status | None":
        return self._shares.endpoint.status(session, now)


def _same(one: MainAttempt, other: MainAttempt) -> bool:
    return one.psk.same(other.psk) and [1 for name in _SAME if getattr(one, name) != getattr(other, name)] == []
