"""A gateway of the soak: the practice gateway with what real ones do over months.

It forgets sessions (restart), ends them after a life of its own with deletes or in silence, lets a newer login of the same user
replace the older one, announces INITIAL-CONTACT, probes its clients, renews pairs by itself and deletes single ones. Frozen, it
finds afterwards what its socket kept. Nothing is judged here.
"""

from __future__ import annotations

from random import Random

from ezvpn.crypto.port import Crypto
from ezvpn.ike.core import Core
from ezvpn.ike.endpoint import NON_ESP_MARKER
from ezvpn.ike.events import Configured, Rekey
from ezvpn.ike.params import SOCKET_NATT, ChildRequest, Keepalive, Selector
from ezvpn.ike.state import Refused, State
from ezvpn.wire.inet import ipv4_bytes
from ezvpn.wire.isakmp import HEADER_BYTES
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.notify import parse_notify
from ezvpn_hil.gateway.endpoint import GatewayEndpoint
from ezvpn_hil.gateway.policy import Policy
from ezvpn_hil.gateway.session import HOST_MASK, GatewaySession, Source

HOUR = 3_600_000
# What one gateway is like; drawn when it starts.
LIVES_MS = (4 * HOUR, 8 * HOUR, 24 * HOUR, 26 * HOUR)

BACKLOG_MAX = 100
NEVER = 1 << 62
SESSIONS_KEPT = 32  # of clients that went away without a word

# RFC 2408 3.14, RFC 3706 5.3: a notify payload up to its type, the last of its message.
NOTIFY_BYTES = 32
R_U_THERE = bytes((0, 0, 0, 32, 0, 0, 0, 1, 1, 16)) + (36136).to_bytes(2, "big")
R_U_THERE_ACK = R_U_THERE[:10] + (36137).to_bytes(2, "big")


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
        self.asks = (
            Keepalive(chance.choice((120, 600)), 5, True) if chance.random() < 0.2 else None
        )  # probes of its own
        self.life_ms = chance.choice(LIVES_MS)
        self.backlog: list[tuple[bytes, Source]] | None = None  # frozen: what waits in its socket
        self.renewed = 0
        self.probes = 0  # R-U-THERE that were answered
        self.due = NEVER  # its deadline, as of the last time that it was asked
        self._ends: list[tuple[int, GatewaySession]] = []
        super().__init__(crypto, chance.randbytes, self._policy())

    def _policy(self) -> Policy:
        pool = [ipv4_bytes(f"198.18.{self.address[3]}.{n}") for n in range(1, 200)]
        return Policy(address=self.address, split=self.split, pool=pool)

    def restart(self) -> None:
        """Everything is forgotten."""
        self.backlog = None
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

    def ask_again(self) -> int:
        """Renew `due`."""
        at = self.deadline() if self.up else None
        self.due = NEVER if at is None else at
        return self.due

    def standing(self) -> list[object]:
        """All that a judge sees of it: which SAs stand, and which pairs."""
        found: list[object] = []
        for session in self.sessions:
            found.append(session.initiator_cookie)
            for child in session.children:
                if child.up:
                    found.append((child.spi_out, child.spi_in))
        return found

    def answer_probe(self, data: bytes, now: int, source: Source) -> bytes | None:
        """The R-U-THERE-ACK for an R-U-THERE under an SA that stands, marker included; b"" for the answer to a probe of its own;
        None for anything else, which goes the usual way. The practice gateway does the same, at ten times the cost, and almost
        all that happens is this."""
        marker = NON_ESP_MARKER if source[0] == SOCKET_NATT else b""
        message = data[len(marker) :]
        if len(message) <= HEADER_BYTES or message[18] != ExchangeType.INFORMATIONAL:
            return None
        for session in self.sessions:
            if session.initiator_cookie == message[:8]:
                break
        else:
            return None
        protection = session.protection
        if protection is None or session.state != State.UP:
            return None
        crypto, name, phase1 = protection.crypto, protection.hash, protection.keys
        start = protection.first_iv(int.from_bytes(message[20:24], "big"))
        plain = crypto.cbc_decrypt(protection.cipher, phase1.cipher_key, start, message[HEADER_BYTES:])
        hashed = 4 + len(phase1.skeyid_a)
        rest = plain[hashed : hashed + NOTIFY_BYTES]
        said = rest[:12]
        if said not in (R_U_THERE, R_U_THERE_ACK):
            return None
        if crypto.hmac(name, phase1.skeyid_a, message[20:24] + rest) != plain[4:hashed]:
            return None
        if said == R_U_THERE_ACK:
            notify = parse_notify(rest, 4, NOTIFY_BYTES)
            try:
                session.liveness.ack(notify, now)
            except Refused:
                return None
            session.heard(now, source)
            return b""
        session.heard(now, source)
        self.probes += 1
        id = self.chance.randbytes(4)
        rest = R_U_THERE_ACK + rest[12:]
        body = plain[:4] + crypto.hmac(name, phase1.skeyid_a, id + rest) + rest + plain[hashed + NOTIFY_BYTES :]
        start = protection.first_iv(int.from_bytes(id, "big"))
        sealed = crypto.cbc_encrypt(protection.cipher, phase1.cipher_key, start, body)
        return marker + message[:20] + id + message[24:HEADER_BYTES] + sealed

    def receive(self, view: memoryview | bytes, now: int, source: Source) -> None:
        super().receive(view, now, source)
        for session in self.sessions:
            self.probes += session.dpd.answered
            session.dpd.answered = 0

    def timeout(self, now: int) -> None:
        for session in list(self.sessions):
            session.liveness.timeout(now)
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
            self.policy.release(session.address)
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
                if self.asks is not None:
                    session.dpd.peer_sends = True
                    session.liveness.keepalive = self.asks
                    session.liveness.start(now)
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
