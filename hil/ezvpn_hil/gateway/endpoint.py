"""The practice gateway behind the five verbs: datagrams to sessions, a new session for each AM1.

Bounded: at most 64 sessions, a half-open one is given up when AM2 was never answered. Refusals before phase 1 are told in
an unprotected notify, as real gateways do.
"""

from __future__ import annotations

from collections.abc import Callable

from ezvpn.crypto.port import Crypto
from ezvpn.ike.core import Core
from ezvpn.ike.endpoint import NON_ESP_MARKER
from ezvpn.ike.events import Event
from ezvpn.ike.params import SOCKET_NATT
from ezvpn.ike.sa import NO_COOKIE
from ezvpn.ike.state import Refused, State
from ezvpn.ike.timers import earlier
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import Exchange, Header, MessageWriter, Payload, parse_header
from ezvpn.wire.notify import Notify, NotifyType, write_notify
from ezvpn_hil.gateway.policy import Policy
from ezvpn_hil.gateway.session import GatewaySession, Source

SESSIONS_MAX = 64
REFUSALS = {"no-proposal": NotifyType.NO_PROPOSAL_CHOSEN, "identity": NotifyType.AUTHENTICATION_FAILED}


class GatewayEndpoint:
    """Same verbs as `ezvpn.ike.endpoint.Endpoint`, the other role. frozen: like a stopped process it hears and says nothing and
    knows of no time; what comes meanwhile is lost."""

    def __init__(
        self,
        crypto: Crypto,
        entropy: Callable[[int], bytes],
        policy: Policy,
        local_ports: tuple[int, int] = (500, 4500),
    ) -> None:
        self.core = Core(crypto, entropy)
        self.policy = policy
        self.local_ports = local_ports
        self.frozen = False
        self.sessions: list[GatewaySession] = []
        self.to: Source = (0, bytes(4), 0)
        self._leaving: list[GatewaySession] = []
        self._refusals: list[tuple[bytes, Source]] = []
        self._next_id = 1

    @property
    def dropped(self) -> dict[str, int]:
        return self.core.dropped

    def receive(self, view: memoryview | bytes, now: int, source: Source) -> None:
        """One datagram, marker included on SOCKET_NATT. Never raises for a peer's fault."""
        if self.frozen:
            return
        view = memoryview(view)
        try:
            if source[0] == SOCKET_NATT:
                if bytes(view[:4]) != NON_ESP_MARKER:
                    raise Refused("esp", "no IKE message")
                view = view[4:]
            header = parse_header(view)
            self._dispatch(view, header, now, source)
        except Malformed as fault:
            self.core.drop(0, "malformed", f"{fault.what} at byte {fault.offset}", now)
        except Refused as fault:
            self.core.drop(0, fault.cause, fault.text, now)
        self._sweep()

    def _dispatch(self, view: memoryview, header: Header, now: int, source: Source) -> None:
        for session in self.sessions:
            if session.initiator_cookie == header.initiator_cookie:
                if header.responder_cookie not in (session.responder_cookie, NO_COOKIE):
                    raise Refused("cookie", "wrong responder cookie")
                session.receive(view, header, now, source)
                return
        if header.exchange != Exchange.AGGRESSIVE or header.responder_cookie != NO_COOKIE:
            raise Refused("unknown-cookie", "no session has these cookies")
        if len(self.sessions) >= SESSIONS_MAX:
            raise Refused("flood", "too many sessions")
        session = GatewaySession(self._next_id, self.core, self.policy, self.local_ports, source)
        try:
            session.answer_am1(view, header, now)
        except Refused as fault:
            self._refuse(header, fault, source)
            raise
        self._next_id += 1
        self.sessions.append(session)

    def _refuse(self, header: Header, fault: Refused, source: Source) -> None:
        if fault.cause not in REFUSALS or len(self._refusals) >= 16:
            return
        scratch = bytearray(128)
        w = MessageWriter(scratch, header.initiator_cookie, self.core.random(8), Exchange.INFORMATIONAL, 1)
        w.begin(Payload.N)
        write_notify(w, Notify(1, 1, b"", REFUSALS[fault.cause], b""))
        w.end()
        self._refusals.append((bytes(scratch[: w.finish()]), source))

    def timeout(self, now: int) -> None:
        if self.frozen:
            return
        for session in list(self.sessions):
            session.timeout(now)
        self._sweep()

    def transmit(self, buf: bytearray | memoryview, now: int) -> int:
        """Write the next datagram; 0 = nothing more."""
        if self.frozen:
            return 0
        if self._refusals:
            packet, self.to = self._refusals.pop(0)
            return self._put(buf, packet)
        for session in [*self._leaving, *self.sessions]:
            packet = session.next_packet()
            if packet:
                self.to = (session.socket, session.peer, session.peer_port)
                return self._put(buf, packet)
        self._leaving = []
        return 0

    def _put(self, buf: bytearray | memoryview, packet: bytes) -> int:
        marked = NON_ESP_MARKER + packet if self.to[0] == SOCKET_NATT else packet
        buf[: len(marked)] = marked
        return len(marked)

    def event(self) -> Event | None:
        return self.core.event()

    def deadline(self) -> int | None:
        first = None
        for session in [] if self.frozen else self.sessions:
            first = earlier(first, session.deadline())
        return first

    def close_all(self, now: int) -> None:
        """Delete every SA."""
        for session in list(self.sessions):
            session.close(now)
        self._sweep()

    def _sweep(self) -> None:
        for session in list(self.sessions):
            if session.state == State.DEAD:
                self.sessions.remove(session)
                self._leaving.append(session)
