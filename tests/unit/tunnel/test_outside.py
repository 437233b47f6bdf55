"""Interfaces of the configuration and devices of the machine."""

from ezvpn.tunnel.outside import LINKS_MAX, Links

HERE = bytes([192, 0, 2, 1])


def test_where_nothing_is_known_everything_counts_as_there():
    links = Links(())
    assert links.available("GigabitEthernet0/0")
    assert links.warning("GigabitEthernet0/0", None) == ""


def test_an_alias_or_the_same_name():
    links = Links((("GigabitEthernet0/0", "eth0"),))
    links.tell("eth0", True, HERE)
    assert links.device_of("gigabitethernet0/0") == "eth0"
    assert links.available("GigabitEthernet0/0") and links.available("eth0") and links.available("")
    assert not links.available("eth1")
    links.tell("eth0", False, None)
    assert not links.available("eth0")


def test_what_differs_is_said():
    links = Links(())
    links.tell("eth0", True, HERE)
    assert links.warning("eth9", None) == "interface eth9: this machine has no device eth9: it counts as absent"
    assert links.warning("eth0", bytes([10, 0, 0, 1])) == "interface eth0: its address here is 192.0.2.1, not 10.0.0.1"
    assert links.warning("eth0", HERE) == ""


def test_the_number_of_devices_is_bounded():
    links = Links(())
    assert all(links.tell(f"v{i}", True, None) for i in range(LINKS_MAX))
    assert not links.tell("one-more", True, None)
    assert links.tell("v0", False, None)


def test_a_loopback_is_always_there():
    links = Links(())
    links.tell("eth0", True, HERE)
    for name in ("lo", "Loopback0"):
        assert links.available(name) and links.warning(name, HERE) == ""
    assert not links.available("lowpan0") and not links.available("loopback-lan")
    aliased = Links((("Loopback1", "dummy0"),))
    aliased.tell("eth0", True, HERE)
    assert aliased.available("Loopback0") and not aliased.available("Loopback1")
