"""A gateway of the soak: the practice gateway with what real ones do over months.

It forgets sessions (restart), ends them after a life of its own with deletes or in silence, lets a newer login of the same user
replace the older one, announces INITIAL-CONTACT, renews pairs by itself and deletes single ones. Nothing is judged here.
"""

from __future__ import annotations

from random import Random

from ezvpn.crypto.port import Crypto
from ezvpn.ike.core import Core
from ezvpn.ike.events import Configured, Rekey
from ezvpn.ike.params import ChildRequest, Selector
from ezvpn.wire.inet import ipv4_bytes
from ezvpn_hil.gateway.endpoint import GatewayEndpoint
from ezvpn_hil.gateway.policy import Policy
from ezvpn_hil.gateway.session import HOST_MASK, GatewaySession

HOUR = 3_600_000
# What one gateway is like; drawn when it starts.
LIVES_MS = (4 * HOUR, 8 * HOUR, 24 * HOUR, 26 * HOUR)

SESSIONS_KEPT = 32  # of clients that went away without a word


class Gateway(GatewayEndpoint):
    """`up`: it takes datagrams. `crypto` and `chance` survive restarts."""

    def __init__(self, address: bytes, crypto: Crypto, chance: Random, split: tuple[str, ...]) -> None:
        self.address = address
        self.chance = chance
        self.split = split
        self.up = True
        self.replaces = chance.random() < 0.7  # a newer login ends the older one
        self.greets = chance.random() < 0.3  # INITIAL-CONTACT to the client
        self.renews = chance.random() < 0.3  # starts quick modes by itself
        self.silent_end = chance.random() < 0.3  # forgets a session at the end of its life instead of deleting it
        self.life_ms = chance.choice(LIVES_MS)
        self.renewed = 0
        self._ends: list[tuple[int, GatewaySession]] = []
        super().__init__(crypto, chance.randbytes, self._policy())

    def _policy(self) -> Policy:
        pool = [ipv4_bytes(f"198.18.{self.address[3]}.{n}") for n in range(1, 200)]
        return Policy(address=self.address, split=self.split, pool=pool)

    def restart(self) -> None:
        """Everything is forgotten."""
        self.core = Core(self.core.crypto, self.chance.randbytes)
        self.policy = self._policy()
        self.sessions = []
        self._leaving = []
        self._refusals = []
        self._ends = []

    def settle(self, now: int) -> None:
        """After each mutation: do what its own events ask for. The caller transmits afterwards."""
        while (event := self.core.event()) is not None:
            if isinstance(event, Configured):
                self._configured(event.session, now)
            elif isinstance(event, Rekey) and self.renews and self.chance.random() < 0.5:
                self._renew(event, now)

    def timeout(self, now: int) -> None:
        super().timeout(now)
        while self._ends and self._ends[0][0] <= now:
            session = self._ends.pop(0)[1]
            if session in self.sessions:
                if self.silent_end:
                    self.forget(session)
                session.close(now)
        if len(self.sessions) > SESSIONS_KEPT:
            self.forget(self.sessions[0])
            self.sessions[0].close(now)
        self._sweep()

    def deadline(self) -> int | None:
        first = super().deadline()
        if self._ends and (first is None or self._ends[0][0] < first):
            return self._ends[0][0]
        return first

    def forget(self, session: GatewaySession) -> None:
        """In silence."""
        if session.address is not None:
            self.policy.pool.insert(0, session.address)
            session.address = None
        session.protection = None
        session.children = []

    def delete_pair(self, now: int) -> None:
        """An administrator clears one pair."""
        for session in self.sessions:
            for child in session.children:
                if child.up:
                    session.close_child(child.id, "closed", now)
                    return

    def knows(self, cookie: bytes) -> bool:
        """Whether the ISAKMP SA with this initiator's cookie stands here."""
        return [1 for session in self.sessions if session.initiator_cookie == cookie] != []

    def pairs(self) -> set[tuple[int, int]]:
        """(client's inbound SPI, its outbound SPI) of every pair that stands here."""
        return {(child.spi_out, child.spi_in) for session in self.sessions for child in session.children if child.up}

    def _configured(self, id: int, now: int) -> None:
        for session in list(self.sessions):
            if session.id == id:
                if not [end for end in self._ends if end[1] is session]:
                    self._ends.append((now + self.life_ms, session))
                if self.greets:
                    session.informational.send_initial_contact(now)
            elif self.replaces and session.address is not None:
                self.forget(session)
                session.close(now)
        if len(self.sessions) > SESSIONS_KEPT:
            self.forget(self.sessions[0])
            self.sessions[0].close(now)
        self._sweep()

    def _renew(self, event: Rekey, now: int) -> None:
        for session in self.sessions:
            for child in session.children:
                if session.id == event.session and child.id == event.child and session.address is not None:
                    own = Selector(session.address, HOST_MASK)
                    request = ChildRequest(child.local, own, (child.transform,), 0, child.life_s)
                    session.open_child(request, child.id, now)
                    self.renewed += 1
                    return
