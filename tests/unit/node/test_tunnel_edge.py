"""What one tunnel has of this machine: the way to its peer and the pairs under it."""

from doubles.device import CLIENT, GATEWAY, SIX_LINES, World, gateway

from ezvpn.dataplane.port import Route


def up(text=SIX_LINES):
    w = World(gateway())
    w.configure(text)
    w.up()
    return w


def test_another_default_route_takes_over():
    # the route that went was the better of two: our address on the way to the gateway is another one now
    w = World(gateway())
    w.configure(SIX_LINES)
    w.up()
    w.device.plane.ways[GATEWAY] = Route(3, "wwan0", None, bytes([203, 0, 113, 77]))
    w.call(w.device, w.node.routes_changed, w.now)
    w.run(lambda: w.status.local == bytes([203, 0, 113, 77]), 1000)
    assert "address changed" in " ".join(w.device.log()) or w.status.reason == "closed: the outside address changed"


def test_a_new_source_address_reconnects_the_same_one_does_not():
    w = World(gateway())
    w.configure(SIX_LINES)
    w.up()
    w.call(w.device, w.node.link, "eth0", True, CLIENT, w.now)
    assert w.status.state == "IPSEC_ACTIVE"
    w.device.plane.ways[GATEWAY] = Route(3, "wwan0", None, bytes([192, 0, 2, 77]))
    w.call(w.device, w.node.link, "wwan0", True, bytes([192, 0, 2, 77]), w.now)
    assert w.status.state == "READY"
    assert w.status.last_event == "IP_CHANGED"


def test_a_way_that_is_gone_for_a_moment_changes_nothing():
    w = up()
    w.device.plane.ways.clear()
    w.call(w.device, w.node.link, "eth0", True, CLIENT, w.now)
    assert w.status.state == "IPSEC_ACTIVE"


def test_without_an_outside_interface_the_status_names_the_device_on_the_way():
    w = World(gateway())
    w.device.plane.ways[GATEWAY] = Route(2, "wan7", None, CLIENT)
    w.configure(SIX_LINES)
    w.up()
    assert w.status.outside == "wan7"
    assert [child.spi_in for child in w.status.children] == w.node.tunnel("office").spis()


def test_the_newest_packet_in_either_direction_counts_for_the_idle_time():
    w = up(SIX_LINES + " idletime 60\n")
    (spi,) = w.node.tunnel("office").spis()
    w.device.plane.counters[spi] = {"last_in": w.now + 30000, "last_out": w.now + 40000}
    taken_down = "no traffic for 60 s"
    w.wait(99000)
    assert not [line for line in w.device.log() if taken_down in line]
    w.wait(2000)
    assert [line for line in w.device.log() if taken_down in line]
