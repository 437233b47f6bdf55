"""Two site-to-site endpoints on the virtual wire, each with its access list: for tests of main mode.

`Office` owns an endpoint and does what a crypto map would: it begins, adopts what comes in, opens a pair for each line, renews.
"""

from __future__ import annotations

from doubles.handshake import PORTS, Counter
from doubles.link import Pair, Side, Wire

from ezvpn.crypto.choose import best
from ezvpn.ike import events
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import ChildRequest, EspTransform, MainAttempt, PeerRule, Phase1Transform, Selector
from ezvpn.record import Secret
from ezvpn.wire.inet import ipv4_bytes, mask_bytes

LEFT, RIGHT = bytes([198, 51, 100, 2]), bytes([198, 51, 100, 11])
KEY = "site-to-site key"
ESP = (EspTransform("aes-cbc", 128, "sha1"), EspTransform("aes-cbc", 256, "sha256"))
CHEAP = (Phase1Transform("aes", 128, "sha1", 2),)


def net(text: str) -> Selector:
    address, length = text.split("/")
    return Selector(ipv4_bytes(address), mask_bytes(int(length)))


LINES = (("10.1.0.0/16", "10.2.0.0/16"), ("10.1.0.0/16", "10.3.0.0/16"))


def requests(
    mirrored: bool = False, lines: tuple[tuple[str, str], ...] = LINES, **more: object
) -> tuple[ChildRequest, ...]:
    """The lines of an access list as quick modes; mirrored: the other end's."""
    made = []
    for ours, theirs in lines:
        local, remote = (theirs, ours) if mirrored else (ours, theirs)
        options = {"transforms": ESP, **more}
        made.append(ChildRequest(net(local), net(remote), **options))  # type: ignore[arg-type]
    return tuple(made)


def attempt(mirrored: bool = False, **more: object) -> MainAttempt:
    options: dict[str, object] = {
        "peer": LEFT if mirrored else RIGHT,
        "local": RIGHT if mirrored else LEFT,
        "local_ports": PORTS,
        "psk": Secret(KEY),
        "transforms": CHEAP,
        "children": requests(mirrored),
        **more,
    }
    return MainAttempt(**options)  # type: ignore[arg-type]


class Office:
    """One end. rule: the number that its one `PeerRule` has."""

    rule = 7

    def __init__(self, seed: int, attempt: MainAttempt, accepts: bool = True) -> None:
        self.endpoint = Endpoint(best(Counter(seed)), Counter(seed + 1000))
        self.attempt = attempt
        self.events: list[events.Event] = []
        self.session = 0
        if accepts:
            self.endpoint.accept((PeerRule(self.rule, attempt),))

    def said(self, kind: type) -> list[events.Event]:
        return [event for event in self.events if isinstance(event, kind)]


class Offices:
    """`left` and `right` on one wire. Options of one end: `left={…}`, `right={…}` as in `attempt`, of both as keywords."""

    def __init__(
        self,
        left: dict[str, object] | None = None,
        right: dict[str, object] | None = None,
        wire: Wire | None = None,
        seed: int = 1,
        **both: object,
    ) -> None:
        self.left = Office(seed, attempt(False, **{**both, **(left or {})}))
        self.right = Office(seed + 1, attempt(True, **{**both, **(right or {})}))
        self.sides = (
            Side(self.left.endpoint, LEFT, self.left.events.append),
            Side(self.right.endpoint, RIGHT, self.right.events.append),
        )
        self.pair = Pair(*self.sides, wire=wire)

    @property
    def now(self) -> int:
        return self.pair.now

    def side(self, office: Office) -> Side:
        return self.sides[0] if office is self.left else self.sides[1]

    def begin(self, office: Office) -> int:
        """Main mode; returns the session."""
        side = self.side(office)
        office.session = self.pair.call(side, office.endpoint.connect, office.attempt, self.now)  # type: ignore[assignment]
        return office.session

    def open(
        self, office: Office, session: int, line: int = 0, request: ChildRequest | None = None, replaces: int = 0
    ) -> int:
        wanted = request or office.attempt.children[line]
        side = self.side(office)
        return self.pair.call(side, office.endpoint.open_child, session, wanted, self.now, replaces)  # type: ignore[return-value]

    def messages(self, count: int) -> None:
        """Until so many datagrams have arrived, and what is due at once is done, as the steps of a Diffie-Hellman are."""
        end = self.pair.arrived + count
        while self.pair.arrived < end or [True for side in self.sides if side.core.deadline() == self.now]:
            assert self.pair.step()

    def run(self, office: Office, kind: type, count: int = 1) -> list[events.Event]:
        """Until an end has said `count` events of a kind."""
        self.pair.run(lambda: len(office.said(kind)) >= count)
        return office.said(kind)

    def stand(self) -> tuple[int, int]:
        """Phase 1 from left to right: (left's session, right's)."""
        session = self.begin(self.left)
        self.run(self.left, events.Phase1Up)
        (incoming,) = self.run(self.right, events.Incoming)
        return session, incoming.session
