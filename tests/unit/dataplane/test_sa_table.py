"""One packet at a time: which SA, which number, which check refuses it, which edge it causes.

`client --> gateway` are two tables with the same keys, back to back.
"""

import struct

import pytest

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.crypto.port import Unsupported
from ezvpn.dataplane import sa_table
from ezvpn.dataplane.port import Edge, PlaneEvent
from ezvpn.dataplane.sa_table import SaTable
from unit.dataplane.contract import PEER, START, child_up, selector
from unit.dataplane.packets import buffer, packet

CLIENT, NET = "10.99.0.5/32", "10.1.0.0/16"


class Ends:
    """A client and a gateway that share one child; `out` and `plain` are the buffers of the movers."""

    def __init__(self, window=64, **how):
        self.client, self.gateway = SaTable(Backend(), window), SaTable(Backend(), window)
        self.out, self.plain = buffer(), buffer()
        self.add(**how)
        self.edges(self.client)
        self.edges(self.gateway)

    def add(self, spi_in=0x1001, spi_out=0x2001, local=CLIENT, remote=NET, **how):
        self.client.install("vpn", child_up(spi_in=spi_in, spi_out=spi_out, local=local, remote=remote, **how), START)
        self.gateway.install("vpn", child_up(spi_in=spi_out, spi_out=spi_in, local=remote, remote=local, **how), START)

    def disarm(self):
        """One packet each way, and the edges of it."""
        assert self.up() and self.down()
        self.edges(self.client)
        self.edges(self.gateway)

    def up(self, inner=None):
        """client --> gateway; the inner packet that arrives, None if none does."""
        return _cross(self.client, self.gateway, inner if inner is not None else packet(), self.out, self.plain)

    def down(self, inner=None):
        """client <-- gateway"""
        inner = inner if inner is not None else packet("10.1.0.5", "10.99.0.5")
        return _cross(self.gateway, self.client, inner, self.out, self.plain)

    def sealed(self, inner=None):
        """The next ESP packet of the gateway for the client, kept."""
        length = self.gateway.seal(inner if inner is not None else packet("10.1.0.5", "10.99.0.5"), self.out)
        assert length
        return bytes(self.out[:length])

    def arrive(self, datagram):
        """The client gets these bytes."""
        return self.client.open(memoryview(bytearray(datagram)), self.plain)

    @staticmethod
    def edges(table):
        found, table.events[:] = list(table.events), []
        return found


def _cross(sender, receiver, inner, out, plain):
    length = sender.seal(inner, out)
    if not length:
        return None
    length = receiver.open(memoryview(bytes(out[:length])), plain)
    return bytes(plain[:length]) if length else None


# -- both ways --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [20, 21, 100, 575, 1400, 1500, 9000])
def test_packets_arrive_as_they_were(length):
    ends = Ends()
    up, down = packet(length=length), packet("10.1.0.5", "10.99.0.5", length=length)
    assert ends.up(up) == bytes(up)
    assert ends.down(down) == bytes(down)
    pair = ends.client.pair(0x1001)
    assert (pair.packets_out, pair.bytes_out, pair.packets_in, pair.bytes_in) == (1, length, 1, length)


def test_the_header_is_spi_and_a_number_that_counts_from_one():
    """ESP: SPI 4 | sequence 4 (RFC 4303 2)"""
    ends = Ends()
    for number in (1, 2, 3):
        assert ends.client.seal(packet(), ends.out)
        assert struct.unpack_from(">II", ends.out) == (0x2001, number)


def test_where_it_goes():
    ends = Ends()
    ends.client.seal(packet(), ends.out)
    to = ends.client.to
    assert to == (True, PEER, 4500)
    ends.client.seal(packet(), ends.out)
    assert ends.client.to is to, "the same object while nothing changes"
    ends.client.moved(PEER, bytes([198, 51, 100, 2]), 4501)
    ends.client.seal(packet(), ends.out)
    assert ends.client.to == (True, bytes([198, 51, 100, 2]), 4501)


def test_moved_concerns_that_peer_only():
    ends = Ends()
    ends.client.moved(bytes(4), bytes([1, 1, 1, 1]), 1)
    ends.client.seal(packet(), ends.out)
    assert ends.client.to == (True, PEER, 4500)


# -- outbound: which SA -----------------------------------------------------------------------------------------------


def spi_chosen(ends, inner):
    length = ends.client.seal(inner, ends.out)
    return struct.unpack_from(">I", ends.out)[0] if length else None


def test_no_sa_no_packet():
    ends = Ends()
    assert spi_chosen(ends, packet(source="10.99.0.6")) is None
    assert spi_chosen(ends, packet(destination="10.2.0.1")) is None
    assert ends.client.drops["no-sa"] == 2


def test_the_most_specific_wins_then_the_newest():
    ends = Ends(remote="0.0.0.0/0")
    ends.add(spi_in=0x1002, spi_out=0x2002, remote="10.1.0.0/16", child=2)
    ends.add(spi_in=0x1003, spi_out=0x2003, remote="10.1.0.0/16", child=3)
    ends.client.use(0x1003)
    ends.add(spi_in=0x1004, spi_out=0x2004, remote="10.0.0.0/8", child=4)
    assert spi_chosen(ends, packet(destination="10.1.0.5")) == 0x2003
    assert spi_chosen(ends, packet(destination="10.3.0.5")) == 0x2004
    assert spi_chosen(ends, packet(destination="192.0.2.7")) == 0x2001


def test_make_before_break():
    """quick mode renews child 1 --> inbound takes both, outbound stays until the gateway shows that it has the new one"""
    ends = Ends()
    late = ends.sealed()
    ends.add(spi_in=0x1002, spi_out=0x2002, child=2, replaces=1)
    assert spi_chosen(ends, packet()) == 0x2001
    assert ends.arrive(late), "still under the old SA"
    assert spi_chosen(ends, packet()) == 0x2001, "which proves nothing"
    ends.gateway.use(0x2002)
    assert ends.arrive(ends.sealed()), "under the new one"
    assert spi_chosen(ends, packet()) == 0x2002
    ends.client.remove(0x1001)
    assert not ends.arrive(late)
    assert ends.client.stray_spi == 0x1001


def test_a_pair_of_the_next_isakmp_sa_renews_one_for_the_same_networks():
    ends = Ends()
    ends.add(spi_in=0x1002, spi_out=0x2002, child=1, session=2)
    assert spi_chosen(ends, packet()) == 0x2001
    ends.client.use(0x1002)
    assert spi_chosen(ends, packet()) == 0x2002
    ends.client.install("other", child_up(spi_in=0x1003, spi_out=0x2003, local=CLIENT, remote=NET, child=9), START)
    assert not ends.client.pair(0x1003).held, "another tunnel's business"


def test_what_goes_out_after_the_predecessor_is_removed_or_used_up_takes_the_successor():
    removed, used_up = Ends(), Ends(life_kb=4)
    for ends in (removed, used_up):
        ends.add(spi_in=0x1002, spi_out=0x2002, child=2, replaces=1)
    removed.client.remove(0x1001)
    assert spi_chosen(removed, packet()) == 0x2002
    chosen = [spi_chosen(used_up, packet(length=1024)) for _ in range(6)]
    assert chosen == [0x2001] * 4 + [0x2002] * 2
    assert used_up.client.drops["expired"] == 0, "no packet was lost between them"


def test_the_newest_of_three_sends_in_the_end():
    """two renewals within the few seconds that one waits"""
    ends = Ends()
    ends.add(spi_in=0x1002, spi_out=0x2002, child=2, replaces=1)
    ends.add(spi_in=0x1003, spi_out=0x2003, child=3, replaces=2)
    ends.client.use(0x1002)
    assert spi_chosen(ends, packet()) == 0x2002
    ends.client.use(0x1003)
    assert spi_chosen(ends, packet()) == 0x2003
    ends.client.use(0x1002)
    assert spi_chosen(ends, packet()) == 0x2003, "never back"
    ends.client.remove(0x1003)
    assert spi_chosen(ends, packet()) == 0x2002, "but better than nothing"


def test_a_renewed_pair_is_the_last_choice_even_if_narrower():
    ends = Ends(remote="10.1.0.0/16")
    ends.add(spi_in=0x1002, spi_out=0x2002, remote="10.0.0.0/8", child=2, replaces=1)
    ends.client.use(0x1002)
    assert spi_chosen(ends, packet()) == 0x2002
    ends.client.remove(0x1002)
    assert spi_chosen(ends, packet()) == 0x2001


def test_another_sessions_child_of_that_number_is_not_renewed():
    ends = Ends(remote="10.1.0.0/16")
    ends.add(spi_in=0x1002, spi_out=0x2002, remote="10.0.0.0/8", child=2, replaces=1, session=2)
    assert spi_chosen(ends, packet()) == 0x2001


def test_selectors_with_protocol_and_port():
    web = selector(NET, protocol=6, port=443)
    ends = Ends(remote=web)
    assert spi_chosen(ends, packet(protocol=6, ports=(40000, 443)))
    assert not spi_chosen(ends, packet(protocol=6, ports=(40000, 80)))
    assert not spi_chosen(ends, packet(protocol=17, ports=(40000, 443)))
    assert not spi_chosen(ends, packet(protocol=6, ports=(40000, 443), fragment=8)), "no ports in a later fragment"
    assert not spi_chosen(ends, packet(protocol=6, length=22)), "cut off before the ports"
    ends.add(spi_in=0x1002, spi_out=0x2002, child=2)
    assert spi_chosen(ends, packet(protocol=6, ports=(40000, 80))) == 0x2002
    assert spi_chosen(ends, packet(protocol=6, ports=(40000, 443))) == 0x2001, "the narrower one"


def test_local_port():
    ends = Ends(local=selector(CLIENT, protocol=17, port=1701))
    assert spi_chosen(ends, packet(ports=(1701, 5)))
    assert not spi_chosen(ends, packet(ports=(1702, 5)))


@pytest.mark.parametrize(
    "data", [b"", b"\x45", bytes(19), b"\x60" + bytes(59), b"\x44" + bytes(40), b"\x50" + bytes(40)]
)
def test_what_is_not_ipv4_stays(data):
    ends = Ends()
    assert ends.client.seal(memoryview(bytearray(data)), ends.out) == 0
    assert ends.client.drops["not-ipv4"] == 1


def test_flows_are_bounded():
    ends = Ends(remote="0.0.0.0/0")
    for number in range(1000):
        assert ends.up(packet(destination=f"10.7.{number // 250}.{number % 250}"))
    assert len(ends.client.flows) <= sa_table.FLOW_LIMIT
    assert len(ends.gateway.pair(0x2001).flows) <= sa_table.FLOW_LIMIT


# -- inbound: the checks in their order -------------------------------------------------------------------------------


def test_a_replay_is_dropped_and_counted():
    """ "This should be the first ESP check applied" (RFC 4303 3.4.3)"""
    ends = Ends()
    first = ends.sealed()
    assert ends.arrive(first)
    assert ends.arrive(first) == 0
    assert ends.client.pair(0x1001).replays == 1


def test_reordering_inside_the_window_passes():
    ends = Ends()
    datagrams = [ends.sealed() for _ in range(100)]
    assert ends.arrive(datagrams[99])
    assert ends.arrive(datagrams[36])
    assert not ends.arrive(datagrams[35]), "64 back"
    wide = Ends(window=1024)
    datagrams = [wide.sealed() for _ in range(100)]
    assert wide.arrive(datagrams[99])
    assert wide.arrive(datagrams[0])


def test_a_forged_number_moves_nothing():
    ends = Ends()
    forged = bytearray(ends.sealed())
    struct.pack_into(">I", forged, 4, 4_000_000_000)
    assert ends.arrive(forged) == 0
    assert ends.client.pair(0x1001).auth_failures == 1
    assert ends.arrive(ends.sealed()), "the window is where it was"


def test_every_changed_bit_is_refused():
    ends = Ends()
    good = ends.sealed(packet("10.1.0.5", "10.99.0.5", length=40))
    for at in range(4, len(good)):
        changed = bytearray(good)
        changed[at] ^= 1
        assert ends.arrive(changed) == 0
    assert ends.arrive(good)


def test_truncated_at_every_byte():
    ends = Ends()
    good = ends.sealed()
    for length in range(len(good)):
        assert ends.arrive(good[:length]) == 0
    assert ends.client.drops["short"] == 8


def test_inner_addresses_must_be_the_sas():
    """ "the inner source address … must be" one of the SA's (RFC 3948 3.1.1, RFC 4301 5.2)"""
    ends = Ends()
    wide = "0.0.0.0/0"
    ends.gateway.install("vpn", child_up(spi_in=0x2001, spi_out=0x1001, local=wide, remote=wide), START)
    assert ends.down(packet("10.1.0.5", "10.99.0.5"))
    assert not ends.down(packet("10.2.0.5", "10.99.0.5"))
    assert not ends.down(packet("10.1.0.5", "10.99.0.6"))
    assert ends.client.drops["selector"] == 2
    assert ends.client.pair(0x1001).packets_in == 1


def inner_as_sent(ends, inner):
    """The gateway seals bytes that its own checks would not let out."""
    state = ends.gateway.pair(0x2001).state_out
    ends.gateway.pair(0x2001).sequence += 1
    length = state.seal(0x1001, ends.gateway.pair(0x2001).sequence, memoryview(bytearray(inner)), ends.out)
    return bytes(ends.out[:length])


@pytest.mark.parametrize(
    "inner",
    [
        b"",
        b"\x45" + bytes(18),
        b"\x60" + bytes(59),  # IPv6
        b"\x44" + bytes(19),  # header of 16 bytes
        struct.pack(">BBH", 0x45, 0, 19) + bytes(16),  # total below the header
        struct.pack(">BBH", 0x46, 0, 20) + bytes(20),
        struct.pack(">BBH", 0x45, 0, 21) + bytes(16),  # longer than what came
        struct.pack(">BBH", 0x45, 0, 65535) + bytes(80),
    ],
)
def test_what_is_not_a_whole_ipv4_packet_is_dropped(inner):
    ends = Ends()
    assert ends.arrive(inner_as_sent(ends, inner)) == 0
    assert ends.client.drops["inner"] == 1


def test_padding_behind_the_inner_packet_is_cut():
    """Traffic flow confidentiality padding (RFC 4303 2.7): the inner packet's own length says where it ends."""
    ends = Ends()
    inner = bytes(packet("10.1.0.5", "10.99.0.5", length=60))
    assert ends.arrive(inner_as_sent(ends, inner + bytes(200))) == 60
    assert bytes(ends.plain[:60]) == inner


class _OtherHeader:
    """A state whose packets verify and name this next header."""

    def __init__(self, next_header):
        self.next_header = next_header

    def open(self, datagram, out):
        return 40 << 8 | self.next_header

    def wipe(self):
        pass


def test_dummies_and_other_next_headers():
    ends = Ends()
    for next_header, cause in ((59, "dummy"), (41, "next-header")):
        ends.client.pair(0x1001).state_in = _OtherHeader(next_header)
        assert ends.arrive(ends.sealed()) == 0
        assert ends.client.drops[cause] == 1


# -- edges ------------------------------------------------------------------------------------------------------------


def test_a_new_pair_tells_its_first_packets_and_then_is_silent():
    ends = Ends()
    ends.up()
    ends.up()
    assert ends.edges(ends.client) == [PlaneEvent(Edge.FIRST_OUT, 0x1001, PEER)]
    ends.down()
    ends.down()
    assert ends.edges(ends.client) == [PlaneEvent(Edge.FIRST_IN, 0x1001, PEER)]


def test_arming_again():
    ends = Ends()
    ends.disarm()
    ends.client.arm_in(0x1001)
    ends.up()
    assert ends.edges(ends.client) == []
    ends.down()
    assert ends.edges(ends.client) == [PlaneEvent(Edge.FIRST_IN, 0x1001, PEER)]
    ends.client.arm_out(0x1001)
    ends.down()
    assert ends.edges(ends.client) == []
    ends.up()
    assert ends.edges(ends.client) == [PlaneEvent(Edge.FIRST_OUT, 0x1001, PEER)]


def test_a_replay_and_a_forgery_are_no_sign_of_life():
    ends = Ends()
    ends.disarm()
    old = ends.sealed()
    assert ends.arrive(old)
    ends.client.arm_in(0x1001)
    ends.arrive(old)
    forged = bytearray(ends.sealed())
    forged[-1] ^= 1
    ends.arrive(forged)
    assert ends.edges(ends.client) == []


def test_unknown_spis_are_told_once_a_second_and_all_counted():
    ends = Ends()

    def stranger(spi, now):
        assert ends.arrive(struct.pack(">II", spi, 1) + bytes(60)) == 0
        assert ends.client.stray_spi == spi
        ends.client.stray(PEER, now)

    stranger(0xAAAA, START)
    stranger(0xBBBB, START + 999)
    stranger(0xCCCC, START + 1000)
    assert ends.client.drops["unknown-spi"] == 3
    assert ends.edges(ends.client) == [
        PlaneEvent(Edge.UNKNOWN_SPI, 0xAAAA, PEER),
        PlaneEvent(Edge.UNKNOWN_SPI, 0xCCCC, PEER),
    ]
    assert ends.client.stray_spi == 0


def test_an_edge_that_does_not_fit_is_told_later():
    ends = Ends()
    ends.client.events[:] = [PlaneEvent(Edge.UNKNOWN_SPI, 1)] * sa_table.EVENT_LIMIT
    ends.up()
    assert ends.client.overflows == 1
    ends.edges(ends.client)
    ends.up()
    assert ends.edges(ends.client) == [PlaneEvent(Edge.FIRST_OUT, 0x1001, PEER)]


def test_a_lost_device_is_told():
    ends = Ends()
    ends.client.device_lost()
    assert ends.edges(ends.client) == [PlaneEvent(Edge.DEVICE, 0, None)]


def test_what_socket_and_device_refuse_is_counted():
    ends = Ends()
    ends.client.seal(packet(), ends.out)
    to = ends.client.to
    ends.client.send_failed(to, 2)
    ends.client.deliver_failed()
    assert (ends.client.drops["send"], ends.client.drops["deliver"]) == (2, 1)
    assert ends.client.pair(0x1001).send_errors == 2
    ends.client.remove(0x1001)
    ends.client.send_failed(to, 1)
    assert ends.client.drops["send"] == 3


# -- ends of life -----------------------------------------------------------------------------------------------------


def test_sequence_numbers_end_and_never_wrap():
    """RFC 4303 3.3.3: "the sender checks to ensure that the counter has not cycled" """
    ends = Ends()
    ends.disarm()
    pair = ends.client.pair(0x1001)
    pair.sequence = 2**32 - 2**20 - 2
    ends.up()
    assert ends.edges(ends.client) == []
    ends.up()
    assert ends.edges(ends.client) == [PlaneEvent(Edge.VOLUME, 0x1001, PEER)]
    pair.sequence = 2**32 - 2
    assert ends.up()
    assert struct.unpack_from(">I", ends.out, 4) == (2**32 - 1,)
    for _ in range(3):
        assert not ends.up()
    assert pair.sequence == 2**32 - 1
    assert ends.client.drops["expired"] == 3
    assert ends.edges(ends.client) == [], "told once"


@pytest.mark.parametrize("way", ["up", "down"])
def test_volume_is_told_at_80_to_90_percent_and_ends_at_100(way):
    ends = Ends(life_kb=100)  # 102400 bytes
    ends.disarm()
    inner = packet(length=1024) if way == "up" else packet("10.1.0.5", "10.99.0.5", length=1024)
    told = []
    passed = 0
    ends.gateway.pair(0x2001).life_kb = 0
    ends.gateway.pair(0x2001).rearm()
    while getattr(ends, way)(inner):
        passed += 1
        told += [(passed, event.kind) for event in ends.edges(ends.client)]
    assert passed == 100
    assert told == [(81, Edge.VOLUME)], "80 % and one SPI byte of jitter"
    assert ends.client.drops["expired"] == 1


def test_no_volume_limit():
    ends = Ends(life_kb=0)
    ends.disarm()
    ends.client.pair(0x1001).bytes_out = 1 << 50
    ends.client.pair(0x1001).bytes_in = 1 << 50
    assert ends.up() and ends.down()
    assert ends.edges(ends.client) == []


# -- installing -------------------------------------------------------------------------------------------------------


def test_a_refused_transform_still_zeroes_the_keys():
    table = SaTable(Backend())
    up = child_up(cipher="blowfish")
    with pytest.raises(Unsupported):
        table.install("vpn", up, START)
    assert not any(up.key_in) and not any(up.auth_out)
    assert table.pairs() == []


def test_removed_keys_are_wiped():
    ends = Ends()
    pair = ends.client.remove(0x1001)
    with pytest.raises(Unsupported):
        pair.state_out.seal(1, 1, packet(), ends.out)
    assert not ends.up()


def test_the_window_size_is_checked_at_once():
    with pytest.raises(ValueError):
        SaTable(Backend(), 32)


def test_our_own_packets_do_not_go_round():
    # The route to the gateway outside the tunnel is gone: its ESP packets come in again at the device, ever longer.
    ends = Ends(remote="0.0.0.0/0")
    assert ends.up(packet("10.99.0.5", "198.51.100.1")) is None
    assert ends.up(packet("10.99.0.5", "198.51.100.1")) is None
    assert ends.client.drops["loop"] == 2
    assert ends.up(packet("10.99.0.5", "198.51.100.2")) is not None
