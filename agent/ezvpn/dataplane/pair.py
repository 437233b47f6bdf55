"""One pair of ESP SAs, inbound and outbound: keys, selectors, numbers, counters; and which packets its selectors hold.

Here: RFC 4301 4.4.1.1 (selectors), the moments at which a pair wants a closer look. Not here: choosing among pairs and the
checks on a packet (`sa_table`).
"""

from ezvpn.crypto.port import EspTransformState
from ezvpn.dataplane.replay import ReplayWindow
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import Selector

LAST_SEQUENCE = 0xFFFFFFFF  # "the sender's counter MUST NOT be allowed to cycle" (RFC 4303 3.3.3)
NEARLY_LAST_SEQUENCE = LAST_SEQUENCE + 1 - (1 << 20)
# A renewal is asked for at 80 to 90 % of the volume, so that two ends that count the same bytes do not ask at once.
VOLUME_FROM_PERCENT = 80
VOLUME_SPREAD_PERCENT = 10

_NEVER = 1 << 62


def inside(selector: Selector, address: "bytes | memoryview") -> bool:
    """Whether 4 address bytes lie in the selector's network."""
    network = selector.address
    mask = selector.mask
    for i in range(4):
        if (address[i] ^ network[i]) & mask[i]:
            return False
    return True


def port_at(packet: "bytes | memoryview", offset: int) -> int:
    """The source (offset 0) or destination (2) port of an inner packet, or -1 where it shows none: another protocol than
    TCP, UDP and SCTP, a fragment without its beginning, or a packet cut short."""
    if packet[9] not in (6, 17, 132) or (packet[6] & 0x1F) | packet[7]:
        return -1
    start = (packet[0] & 15) * 4 + offset
    if start + 2 > len(packet):
        return -1
    return packet[start] << 8 | packet[start + 1]


def selects(near: Selector, far: Selector, packet: "bytes | memoryview") -> bool:
    """Whether an inner packet runs from within `near` to within `far` (RFC 4301 4.4.1.1)."""
    if not inside(near, packet[12:16]) or not inside(far, packet[16:20]):
        return False
    protocol = near.protocol or far.protocol
    if protocol and packet[9] != protocol:
        return False
    if near.port and port_at(packet, 0) != near.port:
        return False
    return not far.port or port_at(packet, 2) == far.port


def specificity(sa: "Pair") -> int:
    """How narrow a pair's selectors are: the sum of both prefix lengths, and one for each port and protocol named."""
    count = 0
    for selector in (sa.local, sa.remote):
        for octet in selector.mask:
            while octet & 0x80:
                count += 1
                octet = (octet << 1) & 0xFF
        count += (1 if selector.protocol else 0) + (1 if selector.port else 0)
    return count


class Pair:
    """One inbound and one outbound SA with their counters. Only `SaTable` changes it."""

    __slots__ = (
        "session",
        "child",
        "tunnel",
        "spi_in",
        "spi_out",
        "transform",
        "local",
        "remote",
        "encap",
        "pfs_group",
        "life_s",
        "life_kb",
        "installed_at",
        "age",
        "ported",
        "replaces",
        "held",
        "retired",
        "state_in",
        "state_out",
        "window",
        "to",
        "sequence",
        "last_in",
        "last_out",
        "packets_in",
        "bytes_in",
        "packets_out",
        "bytes_out",
        "auth_failures",
        "replays",
        "send_errors",
        "watch_sequence",
        "watch_bytes_out",
        "watch_bytes_in",
        "armed_out",
        "armed_in",
        "sequence_told",
        "volume_told",
        "flows",
    )

    def __init__(
        self, tunnel: str, up: ChildUp, state_in: EspTransformState, state_out: EspTransformState, window: int, now: int
    ) -> None:
        self.tunnel = tunnel
        self.session = up.session
        self.child = up.child
        self.spi_in = up.spi_in
        self.spi_out = up.spi_out
        self.transform = up.transform
        self.local = up.local
        self.remote = up.remote
        self.encap = up.encap
        self.pfs_group = up.pfs_group
        self.life_s = up.life_s
        self.life_kb = up.life_kb
        self.installed_at = now
        self.age = 0  # order of installation: the higher, the newer
        self.replaces = up.replaces
        self.held = False  # takes packets, but its predecessor goes on sending
        self.retired = False  # another pair sends in its place
        # Inner addresses alone do not decide whether a packet is this pair's.
        self.ported = bool(up.local.protocol or up.local.port or up.remote.protocol or up.remote.port)
        self.state_in = state_in
        self.state_out = state_out
        self.window = ReplayWindow(window)
        self.to: "tuple[bool, bytes, int]" = (up.encap, up.peer, up.peer_port)
        self.sequence = 0  # the last one used
        self.last_in: "int | None" = None  # boot ms of the last packet past ICV and anti-replay
        self.last_out: "int | None" = None
        self.packets_in = 0
        self.bytes_in = 0
        self.packets_out = 0
        self.bytes_out = 0
        self.auth_failures = 0
        self.replays = 0
        self.send_errors = 0
        self.armed_out = True
        self.armed_in = True
        self.sequence_told = False
        self.volume_told = False
        self.watch_sequence = 0  # seal: look closer at or above it
        self.watch_bytes_out = 0
        self.watch_bytes_in = 0
        self.flows: "dict[bytes, bool]" = {}  # inner addresses that passed the inbound selector check

    def volume(self) -> int:
        """The volume lifetime in bytes, of each direction by itself; 0 = no limit."""
        return self.life_kb * 1024

    def volume_edge(self) -> int:
        """At how many bytes a renewal is asked for. The SPI is a random number of this pair: its last byte is the jitter."""
        percent = VOLUME_FROM_PERCENT * 256 + VOLUME_SPREAD_PERCENT * (self.spi_in & 0xFF)
        return self.volume() * percent // (100 * 256)

    def succeeds(self, other: "Pair") -> bool:
        """Whether this pair was made to take the place of the other: for the same networks of the same tunnel, under whichever
        ISAKMP SA, or because quick mode said so."""
        if other.age >= self.age or other.tunnel != self.tunnel:
            return False
        if self.replaces and other.child == self.replaces and other.session == self.session:
            return True
        return other.local == self.local and other.remote == self.remote

    def rearm(self) -> None:
        """Set the `watch_` numbers to the next moment at which something rare is due."""
        self.watch_sequence = LAST_SEQUENCE + 1 if self.sequence_told else NEARLY_LAST_SEQUENCE
        limit = self.volume()
        edge = _NEVER
        if limit:
            edge = limit if self.volume_told else self.volume_edge()
        self.watch_bytes_out = 0 if self.armed_out else edge
        self.watch_bytes_in = 0 if self.armed_in else edge
