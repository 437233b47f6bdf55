"""An endpoint and a practice gateway that can be brought to any step of the negotiation, with every datagram kept.

Deterministic: entropy is a counter under SHA-256, time is a number. For fuzzing, vectors and unit tests of `ike`.
"""

from __future__ import annotations

import hashlib

from ezvpn.crypto.choose import best
from ezvpn.ike import events
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import Attempt, ChildRequest, Keepalive, Phase1Transform, Selector
from ezvpn.record import Secret
from ezvpn.wire.attributes import Xauth
from ezvpn_hil.gateway.endpoint import GatewayEndpoint
from ezvpn_hil.gateway.policy import ESP, PHASE1, Policy

CLIENT = bytes([198, 51, 100, 2])
GATEWAY = bytes([198, 51, 100, 11])
PORTS = (500, 4500)
START = 2**30 - 5000
PASSWORD = "alice-pass"


class Counter:
    """Entropy that repeats: the same seed gives the same run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.count = 0

    def __call__(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            out += hashlib.sha256(b"%d/%d" % (self.seed, self.count)).digest()
            self.count += 1
        return out[:size]


class Datagram:
    """One datagram as it arrived: from whom, to which socket."""

    def __init__(self, to_client: bool, data: bytes, source: tuple[int, bytes, int]) -> None:
        self.to_client = to_client
        self.data = data
        self.source = source


class Handshake:
    """`step()` moves one datagram; `run(until)` goes on until an event of that kind came out of the client."""

    def __init__(
        self,
        seed: int = 1,
        policy: Policy | None = None,
        transforms: tuple[Phase1Transform, ...] | None = None,
        pfs: int = 0,
        password: str = PASSWORD,
        key: str = "group-secret",
        group: str = "unity",
        answer: bool = True,
        local: bytes | None = CLIENT,
        keepalive: Keepalive | None = None,
    ) -> None:
        crypto = best(Counter(seed))
        self.client = Endpoint(crypto, Counter(seed + 1000))
        self.gateway = GatewayEndpoint(crypto, Counter(seed + 2000), policy or Policy())
        self.now = START
        self.pfs = pfs
        self.password = password
        self.answer = answer
        self.events: list[events.Event] = []
        self.gateway_events: list[events.Event] = []
        self.flying: list[Datagram] = []
        self.seen: list[Datagram] = []
        offered = transforms or tuple(t for t in PHASE1 if t.group == 14)
        attempt = Attempt(GATEWAY, local, PORTS, group.encode(), Secret(key), offered, keepalive=keepalive)
        self.session = self.client.connect(attempt, self.now)
        self.drain()

    def drain(self) -> None:
        """The law, for both sides; what goes out flies."""
        buf = bytearray(4096)
        while size := self.client.transmit(buf, self.now):
            socket = self.client.to[0]
            self.flying.append(Datagram(False, bytes(buf[:size]), (socket, CLIENT, PORTS[socket])))
        while (event := self.client.event()) is not None:
            self.events.append(event)
            self._react(event)
        while size := self.gateway.transmit(buf, self.now):
            socket = self.gateway.to[0]
            self.flying.append(Datagram(True, bytes(buf[:size]), (socket, GATEWAY, PORTS[socket])))
        while (event := self.gateway.event()) is not None:
            self.gateway_events.append(event)

    def _react(self, event: events.Event) -> None:
        if isinstance(event, events.XauthRequest) and self.answer:
            known: dict[int, str | Secret] = {
                Xauth.USER_NAME: "alice",
                Xauth.PASSWORD: Secret(self.password),
                Xauth.PASSCODE: "123456",
            }
            self.client.answer_xauth(
                self.session, [(number, known.get(number, "")) for number in event.fields], self.now
            )
            self.drain()
        elif isinstance(event, events.Configured) and event.config.address is not None:
            own = Selector(event.config.address, b"\xff" * 4)
            networks = [Selector(split.address, split.mask) for split in event.config.split_include]
            for remote in networks or [Selector(bytes(4), bytes(4))]:
                self.client.open_child(self.session, ChildRequest(own, remote, ESP, self.pfs), self.now)
            self.drain()

    def deliver(self, datagram: Datagram) -> None:
        """Hand one datagram over, then settle."""
        self.seen.append(datagram)
        receiver = self.client if datagram.to_client else self.gateway
        receiver.receive(datagram.data, self.now, datagram.source)
        self.settle(receiver)

    def settle(self, receiver: Endpoint | GatewayEndpoint) -> None:
        """The law, then what is due at once, as the steps of a Diffie-Hellman are."""
        self.drain()
        while receiver.deadline() == self.now:
            receiver.timeout(self.now)
            self.drain()

    def step(self) -> bool:
        """The next datagram in order; False when none flies."""
        if not self.flying:
            return False
        self.deliver(self.flying.pop(0))
        return True

    def run(self, until: type[events.Event] | None = None) -> None:
        """Until the client's events hold one of `until`, or nothing flies any more."""
        while not (until and self.said(until)) and self.step():
            pass

    def said(self, kind: type[events.Event]) -> list[events.Event]:
        """The client's events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def jump(self) -> bool:
        """Time goes on to the next deadline of either side; False if there is none."""
        due = [at for at in (self.client.deadline(), self.gateway.deadline()) if at is not None]
        if not due:
            return False
        self.now = max(self.now, min(due))
        self.client.timeout(self.now)
        self.gateway.timeout(self.now)
        self.drain()
        return True
