"""The data plane's contract: what the node tells it, what it reports back, and the kernel door it works through.

Level 3. Implementations: `fake` (tests), `tun` (userspace ESP over a TUN device), `none`, later `xfrm`. All pass the same
contract test. Straight-line code: kernel requests are answered inside the call, so nothing here waits.
"""

from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import ModeConfig
from ezvpn.ike.status import ChildStatus
from ezvpn.record import Record


class Edge:
    """What the plane reports: edges, never packets. The names are the `kind` of a `PlaneEvent`."""

    FIRST_OUT = "first-outbound"  # first outbound packet after silence
    FIRST_IN = "first-inbound"  # first inbound packet (ICV and anti-replay passed) after silence
    UNKNOWN_SPI = "unknown-spi"
    VOLUME = "volume"  # volume life or sequence numbers are nearly used up: rekey
    ICMP = "icmp-error"  # the path said unreachable
    DEVICE = "device-lost"  # somebody removed the TUN device or took it down; spi is 0


class PlaneEvent(Record):
    """One edge: kind (`Edge`), the SPI it concerns (inbound SPI, or the unknown one) and the peer's address if known."""

    _fields = ("kind", "spi", "peer")

    def __init__(self, kind: str, spi: int, peer: "bytes | None" = None) -> None:
        self.kind = kind
        self.spi = spi
        self.peer = peer


class Route(Record):
    """How the machine reaches an address: device index and name, gateway (None = on link), our source address."""

    _fields = ("device_index", "device", "gateway", "source")

    def __init__(self, device_index: int, device: str, gateway: "bytes | None", source: "bytes | None") -> None:
        self.device_index = device_index
        self.device = device
        self.gateway = gateway
        self.source = source


class KernelError(Exception):
    """The kernel refused a request: errno, and what was asked, as text for the log."""

    def __init__(self, errno: int, what: str) -> None:
        super().__init__(what)
        self.errno = errno
        self.what = what


class Kernel:
    """The door to the kernel, implemented by the runtime (`runtime/*/netlink.py`, `tundev.py`). Answers inside the call."""

    def transact(self, request: "bytes | memoryview") -> "list[bytes]":
        """Send one rtnetlink request (one nlmsg, header included) and return every nlmsg of the answer (NLMSG_DONE dropped,
        ACK = empty list). Raises `KernelError`."""
        raise NotImplementedError

    def open_tun(self, name: str) -> int:
        """Create the TUN device (IFF_TUN | IFF_NO_PI, not persistent) and return its interface index. Raises `KernelError`."""
        raise NotImplementedError

    def close_tun(self) -> None:
        """Close it; the kernel takes device, addresses and its routes away."""
        raise NotImplementedError

    def read_text(self, path: str) -> str:
        """Content of a small file such as /etc/resolv.conf or a leftover record; "" if it does not exist."""
        raise NotImplementedError

    def write_text(self, path: str, text: "str | None") -> None:
        """Write a small file in the state directory atomically; None removes it."""
        raise NotImplementedError


class PacketTable:
    """What a mover needs of a userspace plane: two methods a packet. Implemented by `sa_table`.

    `to` is where the packet that `seal` just wrote goes: (encapsulated in UDP, peer's 4 bytes, port). It is the same object
    from packet to packet as long as the destination is the same, so a mover may compare it with `is`. `stray_spi` is set by
    `open` for an SPI that is not ours. `events` holds the edges the node has not fetched yet: when it is not empty after a
    batch, the loop calls `node.plane_edges`.
    """

    to: "tuple[bool, bytes, int]" = (False, b"\0\0\0\0", 0)
    stray_spi = 0
    now = 0  # boot ms of the batch under way, set by the mover: when a pair was used last
    events: "list[PlaneEvent]" = []

    def seal(self, packet: memoryview, out: memoryview) -> int:
        """Write the ESP packet for one inner packet into `out` and return its length; 0 = not to be sent, counted. Sets `to`."""
        raise NotImplementedError

    def open(self, datagram: memoryview, out: memoryview) -> int:
        """Check and decrypt one ESP packet (SPI .. ICV) into `out`; return the inner packet's length; 0 = dropped, counted.
        After 0, a `stray_spi` other than 0 asks for a call of `stray`."""
        raise NotImplementedError

    def stray(self, peer: bytes, now: int) -> None:
        """Where the packet with `stray_spi` came from."""
        raise NotImplementedError

    def send_failed(self, to: "tuple[bool, bytes, int]", count: int) -> None:
        """The socket would not take `count` packets that `seal` wrote for `to`."""
        raise NotImplementedError

    def deliver_failed(self) -> None:
        """The device would not take the packet that `open` wrote last."""
        raise NotImplementedError

    def device_lost(self) -> None:
        """The device is gone; the mover that says so stops reading it."""
        raise NotImplementedError


class DataPlane:
    """One machine's data plane."""

    name = ""  # "tun", "xfrm", "none", "fake": what `show version` prints
    table: "PacketTable | None" = None  # set where packets pass through our process
    overflows = 0  # edges that did not fit the queue

    def start(self, now: int) -> None:
        """Remove what a crashed run left behind (recorded in the state directory). Called once, before anything else."""
        raise NotImplementedError

    def route_to(self, address: bytes) -> "Route | None":
        """How this machine reaches an address outside the tunnel (RTM_GETROUTE); None when there is no route or no netlink."""
        raise NotImplementedError

    def attach(self, tunnel: str, config: ModeConfig, peer: bytes, now: int) -> None:
        """Mode Config arrived: make the device, set address and MTU, pin a host route to the peer outside the tunnel, then
        route split-include networks (or the default, as two halves) into the tunnel. Calling again replaces. Raises
        `KernelError`; then nothing is left behind. What nothing depends on (records, name servers, one network of several
        that the machine routes itself) is a `complaint` only."""
        raise NotImplementedError

    def detach(self, tunnel: str, now: int) -> None:
        """Undo `attach`, in reverse order. Never raises: what is already gone is gone."""
        raise NotImplementedError

    def install(self, tunnel: str, child: ChildUp, now: int) -> bool:
        """Add a pair of SAs and zero the key arrays of the event. True: it renews another pair, which goes on sending until a
        fresh packet came in under the new one, until `use`, or until it is removed itself."""
        raise NotImplementedError

    def use(self, spi_in: int) -> None:
        """Send with this pair from now on. Unknown: nothing happens."""
        raise NotImplementedError

    def remove(self, spi_in: int, now: int) -> None:
        """Remove the pair whose inbound SPI this is. Unknown: nothing happens."""
        raise NotImplementedError

    def moved(self, peer: bytes, new_peer: bytes, new_port: int) -> None:
        """The peer's outer address or port changed: outbound SAs follow, and so does the host route."""
        raise NotImplementedError

    def refresh(self, now: int) -> None:
        """Links, addresses or routes of the machine changed: what somebody took out is put back, and the host route to a peer
        follows the way there. Never raises."""
        raise NotImplementedError

    def complaint(self) -> str:
        """What did not work and nothing depends on, for the log; each is told once, "" = nothing."""
        raise NotImplementedError

    def arm_out(self, spi_in: int) -> None:
        """Report the next outbound packet of this pair as FIRST_OUT. A new pair is armed. Unknown: nothing happens."""
        raise NotImplementedError

    def arm_in(self, spi_in: int) -> None:
        """Report the next inbound packet of this pair that passes ICV and anti-replay as FIRST_IN. A new pair is armed."""
        raise NotImplementedError

    def drops(self) -> "dict[str, int]":
        """Packets that were dropped and belong to no pair's counters: cause -> count. Empty where the kernel moves packets."""
        raise NotImplementedError

    def event(self) -> "PlaneEvent | None":
        """Next edge, or None. Bounded queue (64): what does not fit is counted in `overflows`."""
        raise NotImplementedError

    def status(self, spi_in: int, now: "int | None" = None) -> "ChildStatus | None":
        """Counters of one pair, filled into a fresh record; None if unknown. Without `now`, remaining_s is the whole life."""
        raise NotImplementedError

    def stop(self, now: int) -> None:
        """Detach everything and close the device."""
        raise NotImplementedError
