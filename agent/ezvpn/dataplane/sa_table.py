"""The ESP SAs of one machine and what happens to one packet: the policy half of the userspace data plane.

Here: which SA seals an inner packet (RFC 4301 5.1), the checks on an ESP packet in their order (RFC 4303 3.4, RFC 4301 5.2,
RFC 3948 3.1.1), sequence numbers, volume lifetimes, counters and edges. Not here: what one pair holds (`pair`), descriptors
and addresses of sockets (the movers, `runtime/*/tundev`), devices and routes (`tun`).

Make before break: a pair that renews another takes packets at once. It sends from the first fresh packet that came in under it,
for then the peer has it too; or when `use` says so, a few seconds after quick 3; or when its predecessor is removed or used up.
Quick 3 and the first ESP packet may overtake each other, and a peer drops what comes for an SA that it does not have yet.

`seal` and `open` run once a packet: everything rare is behind one comparison with a `watch_` number.
"""

from struct import unpack_from

from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.pair import LAST_SEQUENCE, NEARLY_LAST_SEQUENCE, Pair, selects, specificity
from ezvpn.dataplane.port import Edge, PacketTable, PlaneEvent
from ezvpn.dataplane.replay import SMALLEST, ReplayWindow
from ezvpn.ike.events import ChildUp
from ezvpn.record import wipe

EVENT_LIMIT = 64  # edges waiting for the node; a new one that does not fit is counted in `overflows`
FLOW_LIMIT = 256  # remembered (source, destination) pairs; all are forgotten when it is full
STRAY_EDGE_MS = 1000  # at most one unknown-SPI edge in this time

NEXT_HEADER_IPV4 = 4
NEXT_HEADER_DUMMY = 59  # RFC 4303 2.6: discarded, and no error

# Counters of packets that reached no SA or were refused after their ICV verified, in the order in which they are shown.
DROP_CAUSES = (
    "no-sa",  # outbound, no SA's selectors hold it
    "loop",  # outbound to the peer itself: our own ESP, because the route around the tunnel is gone
    "not-ipv4",  # outbound: IPv6 or not an IP packet
    "expired",  # volume lifetime or sequence numbers used up
    "unknown-spi",
    "short",  # too short for an ESP header
    "dummy",
    "next-header",
    "inner",  # the inner packet is not a whole IPv4 packet
    "selector",  # inner addresses outside the SA's selectors
    "send",  # the socket would not take it
    "deliver",  # the device would not take it
)


class SaTable(PacketTable):
    """All pairs of one data plane. The firmware's mover reads `flows`, `by_spi`, the pairs and their windows, and counts in them;
    it brings here whatever needs a decision (firmware/cmodule/mover.c)."""

    def __init__(self, crypto: Crypto, window: int = SMALLEST) -> None:
        """window: anti-replay size of pairs installed from now on, 64-1024 (`ValueError`)."""
        ReplayWindow(window)
        self.crypto = crypto
        self.window = window
        self.to = (False, b"\0\0\0\0", 0)
        self.stray_spi = 0
        self.now = 0
        self.drops: "dict[str, int]" = {}
        for cause in DROP_CAUSES:
            self.drops[cause] = 0
        self.overflows = 0
        self.events = []
        self._pairs: "list[Pair]" = []  # in order of preference for outbound packets
        self.by_spi: "dict[int, Pair]" = {}
        self.flows: "dict[bytes, Pair]" = {}  # inner source and destination -> pair
        self._ported = False  # some pair is `ported`: flows are not remembered
        self._age = 0
        self._stray_at = -STRAY_EDGE_MS

    # -- changes ------------------------------------------------------------------------------------------------------

    def install(self, tunnel: str, up: ChildUp, now: int) -> Pair:
        """Add a pair and zero the event's keys, also when the crypto backend refuses (`Unsupported`)."""
        transform = up.transform
        try:
            state_in = self.crypto.esp(transform.cipher, up.key_in, transform.auth, up.auth_in)
            state_out = self.crypto.esp(transform.cipher, up.key_out, transform.auth, up.auth_out)
        finally:
            for key in (up.key_in, up.auth_in, up.key_out, up.auth_out):
                wipe(key)
        self.remove(up.spi_in)
        pair = Pair(tunnel, up, state_in, state_out, self.window, now)
        self._age += 1
        pair.age = self._age
        pair.held = self._sender_before(pair) is not None
        self.by_spi[up.spi_in] = pair
        self._pairs.append(pair)
        self._reorder()
        return pair

    def remove(self, spi_in: int) -> "Pair | None":
        """Remove the pair and its keys; None if there is no such SPI."""
        pair = self.by_spi.pop(spi_in, None)
        if pair is None:
            return None
        self._pairs = [other for other in self._pairs if other is not pair]
        for other in list(self._pairs):
            if other.held and self._sender_before(other) is None:
                self._take_over(other)
        self._reorder()
        pair.state_in.wipe()
        pair.state_out.wipe()
        return pair

    def use(self, spi_in: int) -> None:
        """Send with this pair from now on, whatever has come in under it."""
        pair = self.by_spi.get(spi_in)
        if pair is not None and pair.held:
            self._take_over(pair)

    def moved(self, peer: bytes, new_peer: bytes, new_port: int) -> None:
        """Send what went to `peer` to the new address and port."""
        for pair in self._pairs:
            if pair.to[1] == peer:
                pair.to = (pair.to[0], bytes(new_peer), new_port)

    def arm_out(self, spi_in: int) -> None:
        """Report the next outbound packet of this pair as FIRST_OUT."""
        pair = self.by_spi.get(spi_in)
        if pair is not None:
            pair.armed_out = True
            pair.rearm()

    def arm_in(self, spi_in: int) -> None:
        """Report the next inbound packet that passes ICV and anti-replay as FIRST_IN."""
        pair = self.by_spi.get(spi_in)
        if pair is not None:
            pair.armed_in = True
            pair.rearm()

    def pair(self, spi_in: int) -> "Pair | None":
        return self.by_spi.get(spi_in)

    def pairs(self) -> "list[Pair]":
        """All pairs, the one preferred outbound first."""
        return list(self._pairs)

    def _sender_before(self, pair: Pair) -> "Pair | None":
        """Whom `pair` renews, as long as that one is there and not replaced."""
        for other in self._pairs:
            if not other.retired and pair.succeeds(other):
                return other
        return None

    def _take_over(self, pair: Pair) -> None:
        """A renewed pair keeps its inbound half until `remove`, and is the last choice outbound."""
        pair.held = False
        for other in self._pairs:
            if pair.succeeds(other):
                other.retired = True
                other.held = False
        self._reorder()

    def _relieve(self, pair: Pair) -> bool:
        """This pair may not send any more: let its successor, if there is one."""
        for other in self._pairs:
            if other.held and other.succeeds(pair):
                self._take_over(other)
                return True
        return False

    def _reorder(self) -> None:
        # Keys are unique (age is), so this needs no stable sort.
        self._pairs.sort(key=lambda pair: (pair.retired or pair.held, -specificity(pair), -pair.age))
        self.flows = {}
        self._ported = False
        for pair in self._pairs:
            self._ported = self._ported or pair.ported

    # -- packets ------------------------------------------------------------------------------------------------------

    def seal(self, packet: memoryview, out: memoryview) -> int:
        """Write the ESP packet for one inner packet into `out` (which holds `espcodec.sealed_length` of it) and return its
        length, or 0 for a packet that is not to be sent, counted in `drops`. Sets `to`."""
        length = len(packet)
        if length < 20 or not 0x45 <= packet[0] <= 0x4F:
            self.drops["not-ipv4"] += 1
            return 0
        pair = self.flows.get(bytes(packet[12:20]))
        if pair is None:
            pair = self._choose(packet)
            if pair is None:
                return 0
        sequence = pair.sequence + 1
        if (sequence >= pair.watch_sequence or pair.bytes_out >= pair.watch_bytes_out) and not self._look_out(pair):
            if self._relieve(pair):
                return self.seal(packet, out)
            self.drops["expired"] += 1
            return 0
        # Counted before it is sealed: whatever happens then, this number is never used again (GCM's IV is the number).
        pair.sequence = sequence
        pair.last_out = self.now
        pair.packets_out += 1
        pair.bytes_out += length
        self.to = pair.to
        return pair.state_out.seal(pair.spi_out, sequence, packet, out)

    def open(self, datagram: memoryview, out: memoryview) -> int:
        """Check and decrypt one ESP packet (SPI .. ICV) into `out` (as long as the datagram); return the length of the inner
        IPv4 packet, or 0 for one that is dropped. After 0, a `stray_spi` other than 0 asks for a call of `stray`."""
        if len(datagram) < 8:
            self.drops["short"] += 1
            return 0
        spi, sequence = unpack_from(">II", datagram)
        pair = self.by_spi.get(spi)
        if pair is None:
            self.drops["unknown-spi"] += 1
            self.stray_spi = spi
            return 0
        window = pair.window
        if sequence <= window.top and not window.fresh(sequence):
            pair.replays += 1
            return 0
        opened = pair.state_in.open(datagram, out)
        if opened < 0:
            pair.auth_failures += 1
            return 0
        window.mark(sequence)
        pair.last_in = self.now
        if pair.bytes_in >= pair.watch_bytes_in and not self._look_in(pair):
            return 0
        payload = opened >> 8
        if opened & 0xFF != NEXT_HEADER_IPV4:
            self.drops["dummy" if opened & 0xFF == NEXT_HEADER_DUMMY else "next-header"] += 1
            return 0
        # The inner packet's own length says where it ends; what follows it is traffic flow padding (RFC 4303 2.7).
        length = out[2] << 8 | out[3]
        if payload < 20 or not 0x45 <= out[0] <= 0x4F or length > payload or length < (out[0] & 15) * 4:
            self.drops["inner"] += 1
            return 0
        addresses = bytes(out[12:20])
        if addresses not in pair.flows and not self._admit(pair, addresses, out[:length]):
            self.drops["selector"] += 1
            return 0
        pair.packets_in += 1
        pair.bytes_in += length
        return length

    def stray(self, peer: bytes, now: int) -> None:
        """Where the packet with `stray_spi` came from: at most one UNKNOWN_SPI edge a second (all are counted)."""
        spi = self.stray_spi
        self.stray_spi = 0
        if now - self._stray_at >= STRAY_EDGE_MS and self._tell(Edge.UNKNOWN_SPI, spi, peer):
            self._stray_at = now

    def send_failed(self, to: "tuple[bool, bytes, int]", count: int) -> None:
        """The socket would not take `count` packets for `to`: counted, also for the pair."""
        self.drops["send"] += count
        for pair in self._pairs:
            if pair.to is to:
                pair.send_errors += count
                return

    def deliver_failed(self) -> None:
        """The device would not take the packet that `open` wrote last."""
        self.drops["deliver"] += 1

    def device_lost(self) -> None:
        self._tell(Edge.DEVICE, 0, None)

    # -- the rare things ----------------------------------------------------------------------------------------------

    def _choose(self, packet: memoryview) -> "Pair | None":
        for pair in self._pairs:
            if selects(pair.local, pair.remote, packet):
                if packet[16:20] == pair.to[1]:
                    self.drops["loop"] += 1
                    return None
                if not self._ported:
                    if len(self.flows) >= FLOW_LIMIT:
                        self.flows = {}
                    self.flows[bytes(packet[12:20])] = pair
                return pair
        self.drops["no-sa"] += 1
        return None

    def _admit(self, pair: Pair, addresses: bytes, packet: memoryview) -> bool:
        # "the inner source address … must be checked" (RFC 3948 3.1.1); both are, as RFC 4301 5.2 step 4 says.
        if not selects(pair.remote, pair.local, packet):
            return False
        if not pair.ported:
            if len(pair.flows) >= FLOW_LIMIT:
                pair.flows = {}
            pair.flows[addresses] = True
        return True

    def _look_out(self, pair: Pair) -> bool:
        """Something rare is due before the next outbound packet of this pair; False = it must not be sent."""
        limit = pair.volume()
        if pair.sequence >= LAST_SEQUENCE or (limit and pair.bytes_out >= limit):
            return False
        if pair.armed_out and self._tell(Edge.FIRST_OUT, pair.spi_in, pair.to[1]):
            pair.armed_out = False
        if (
            pair.sequence + 1 >= NEARLY_LAST_SEQUENCE
            and not pair.sequence_told
            and self._tell(Edge.VOLUME, pair.spi_in, pair.to[1])
        ):
            pair.sequence_told = True
        self._look_at_volume(pair, pair.bytes_out)
        pair.rearm()
        return True

    def _look_in(self, pair: Pair) -> bool:
        limit = pair.volume()
        if limit and pair.bytes_in >= limit:
            self.drops["expired"] += 1
            return False
        if pair.held:
            self._take_over(pair)
        if pair.armed_in and self._tell(Edge.FIRST_IN, pair.spi_in, pair.to[1]):
            pair.armed_in = False
        self._look_at_volume(pair, pair.bytes_in)
        pair.rearm()
        return True

    def _look_at_volume(self, pair: Pair, used: int) -> None:
        limit = pair.volume()
        if (
            limit
            and not pair.volume_told
            and used >= pair.volume_edge()
            and self._tell(Edge.VOLUME, pair.spi_in, pair.to[1])
        ):
            pair.volume_told = True

    def _tell(self, kind: str, spi: int, peer: "bytes | None") -> bool:
        """Queue an edge. False when the queue is full: it is counted, and the caller tries again with the next packet."""
        if len(self.events) >= EVENT_LIMIT:
            self.overflows += 1
            return False
        self.events.append(PlaneEvent(kind, spi, peer))
        return True
