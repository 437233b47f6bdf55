"""What a pair's selectors hold, how narrow they are, and when a pair wants a closer look."""

import pytest

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.dataplane.pair import LAST_SEQUENCE, NEARLY_LAST_SEQUENCE, Pair, inside, port_at, selects, specificity
from ezvpn.wire.inet import ipv4_bytes
from unit.dataplane.contract import START, child_up, selector
from unit.dataplane.packets import packet


def pair(**how):
    state = Backend().esp("null", b"", "sha1", bytes(20))
    return Pair("vpn", child_up(**how), state, state, 64, START)


@pytest.mark.parametrize(
    ("network", "address", "expected"),
    [
        ("0.0.0.0/0", "255.255.255.255", True),
        ("10.1.0.0/16", "10.1.255.255", True),
        ("10.1.0.0/16", "10.2.0.0", False),
        ("10.1.2.3/16", "10.1.9.9", True),  # host bits of the selector do not count
        ("10.99.0.5/32", "10.99.0.5", True),
        ("10.99.0.5/32", "10.99.0.4", False),
        ("192.0.2.128/25", "192.0.2.127", False),
    ],
)
def test_inside(network, address, expected):
    assert inside(selector(network), ipv4_bytes(address)) is expected


def test_ports_of_a_packet():
    assert port_at(packet(ports=(1000, 2000)), 0) == 1000
    assert port_at(packet(ports=(1000, 2000)), 2) == 2000
    assert port_at(packet(protocol=1), 0) == -1
    assert port_at(packet(fragment=1), 0) == -1
    assert port_at(packet(fragment=0x2000), 0) == 1000, "a first fragment has them"
    assert port_at(packet(length=23), 2) == -1


def test_selects_both_ends():
    near, far = selector("10.99.0.5/32"), selector("10.1.0.0/16", 6, 443)
    assert selects(near, far, packet(protocol=6, ports=(5, 443)))
    assert not selects(near, far, packet(protocol=6, ports=(443, 5)))
    assert selects(far, near, packet("10.1.0.5", "10.99.0.5", protocol=6, ports=(443, 5)))


def test_specificity():
    assert specificity(pair(local="10.99.0.5/32", remote="0.0.0.0/0")) == 32
    assert specificity(pair(local="10.99.0.5/32", remote="10.1.0.0/16")) == 48
    assert specificity(pair(local="10.99.0.5/32", remote=selector("10.1.0.0/16", 6, 443))) == 50


def test_a_new_pair_looks_at_its_first_packets():
    one = pair(life_kb=100)
    assert (one.watch_sequence, one.watch_bytes_out, one.watch_bytes_in) == (0, 0, 0)


def test_rearm_waits_for_the_next_rare_thing():
    one = pair(life_kb=100)
    one.armed_out = one.armed_in = False
    one.rearm()
    assert (one.watch_sequence, one.watch_bytes_out, one.watch_bytes_in) == (NEARLY_LAST_SEQUENCE, 81960, 81960)
    one.volume_told = one.sequence_told = True
    one.rearm()
    assert (one.watch_sequence, one.watch_bytes_out) == (LAST_SEQUENCE + 1, 102400)
    one.armed_in = True
    one.rearm()
    assert (one.watch_bytes_out, one.watch_bytes_in) == (102400, 0)


def test_without_a_volume_life_nothing_is_due():
    one = pair(life_kb=0)
    one.armed_out = one.armed_in = False
    one.rearm()
    assert one.watch_bytes_out > 1 << 60


def test_a_renewal_is_asked_for_at_80_to_90_percent_of_the_volume():
    edges = [pair(life_kb=100, spi_in=0x1000 + last).volume_edge() for last in (0, 128, 255)]
    assert edges == [81920, 87040, 92120]
