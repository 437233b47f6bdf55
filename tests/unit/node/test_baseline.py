"""What was cleared is taken off, once, and only where it was counted before."""

from doubles.host import interfaces, tunnel_up

from ezvpn.node.baseline import Baseline
from ezvpn.wire.link_stats import Counters


def test_interfaces_count_from_zero_and_then_again() -> None:
    base = Baseline()
    shown = interfaces()
    base.clear_interfaces(shown, "", 5000)
    shown = interfaces()
    base.interfaces(shown)
    assert shown[0].counters == Counters()
    assert shown[0].cleared == 5000
    for packets in (9, 12):
        shown = interfaces()
        shown[0].counters = Counters((packets,))
        base.interfaces(shown)
        assert shown[0].counters.of("packets_in") == packets - 7
    base.clear_interfaces(shown, "", 6000)
    shown = interfaces()
    shown[0].counters = Counters((13,))
    base.interfaces(shown)
    assert (shown[0].counters.of("packets_in"), shown[0].cleared) == (1, 6000)


def test_one_interface_alone() -> None:
    base = Baseline()
    base.clear_interfaces(interfaces(), "ezvpn0", 5000)
    shown = interfaces()
    base.interfaces(shown)
    assert [facts.cleared for facts in shown] == [None, None, 5000]


def test_a_new_device_with_an_old_index_is_not_the_cleared_one() -> None:
    base = Baseline()
    base.clear_interfaces(interfaces(), "", 5000)
    shown = interfaces()
    shown[0].device = "eth7"
    base.interfaces(shown)
    assert shown[0].counters.of("packets_in") == 7
    assert shown[0].cleared is None


def test_devices_that_are_gone_are_forgotten() -> None:
    base = Baseline()
    base.clear_interfaces(interfaces(), "", 5000)
    base.clear_interfaces(interfaces()[:1], "", 6000)
    assert sorted(base._interfaces) == [2]


def test_tunnels_and_counters() -> None:
    base = Baseline()
    status = tunnel_up("cisco")
    status.dpd_sent, status.dpd_missed = 8, 2
    base.clear([status], [("isakmp malformed", 3)])
    status = tunnel_up("cisco")
    status.dpd_sent, status.dpd_missed = 9, 2
    status.children[0].packets_in += 4
    base.tunnels([status])
    assert (status.dpd_sent, status.dpd_missed) == (1, 2)  # missed is the error counter as it stands
    assert (status.children[0].packets_in, status.children[0].packets_out) == (4, 0)
    assert base.counters([("isakmp malformed", 3), ("x", 0)]) == [("x", 0)]
    assert base.counters([("isakmp malformed", 5)]) == [("isakmp malformed", 2)]


def test_a_renewed_pair_counts_for_itself() -> None:
    base = Baseline()
    base.clear([tunnel_up("cisco")], [])
    status = tunnel_up("cisco")
    status.children[0].spi_in += 1
    base.tunnels([status])
    assert status.children[0].packets_in == 18
