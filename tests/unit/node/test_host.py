"""What consoles may ask of a node, and what they get."""

from doubles.device import SIX_LINES, World, gateway

from ezvpn.config.text import parse
from ezvpn.node.host import NodeHost
from ezvpn.record import Secret
from ezvpn.wire.attributes import Xauth

MANUAL = SIX_LINES.replace("auto", "manual")


def test_facts_and_clock():
    w = World()
    host = NodeHost(w.node)
    version = host.version(1234)
    assert (version.model, version.plane, version.up_ms) == ("Edge 1", "fake", 1234)
    assert host.clock(w.now) == (None, False)
    w.call(w.device, w.node.clock, 1_700_000_000_000, True, w.now)
    assert host.clock(w.now + 5) == (1_700_000_000_005, True)


def test_the_running_configuration_is_the_nodes():
    w = World()
    host = NodeHost(w.node)
    config = parse("hostname there\n").config
    assert host.apply(config, w.now) == []
    assert host.config is config is w.node.config


def test_save_orders_a_store_with_the_secrets_in_it():
    w = World(gateway())
    w.configure(SIX_LINES)
    NodeHost(w.node).save(7, w.now)
    w.drain(w.device)
    id, name, data = w.device.ordered("store")[0]
    assert (id, name) == (7, "startup-config")
    assert b"group unity key group-secret" in data
    assert parse(data.decode()).config.profiles[0].name == "office"


def test_a_manual_tunnel_starts_and_is_cleared_by_command():
    w = World(gateway())
    w.configure(MANUAL)
    host = NodeHost(w.node)
    assert w.status.state == "CONNECT_REQUIRED"
    assert host.tunnel_connect("office", w.now) == ""
    w.drain(w.device)
    w.up()
    assert host.deleted_sas(w.now) == []
    host.tunnel_clear("office", w.now)
    w.drain(w.device)
    assert host.tunnels(w.now)[0].state == "CONNECT_REQUIRED"
    assert [sa.state for sa in host.deleted_sas(w.now)] == ["MM_NO_STATE"]
    assert w.device.plane.attached == {}


def test_ipsec_sas_are_cleared_and_come_back_under_the_same_isakmp_sa():
    w = World(gateway())
    w.configure(SIX_LINES)
    host = NodeHost(w.node)
    w.up()
    before = host.tunnels(w.now)[0]
    host.tunnel_clear_sas("office", w.now)
    w.drain(w.device)
    assert host.tunnels(w.now)[0].children == ()
    w.up()
    after = host.tunnels(w.now)[0]
    assert after.phase1.session == before.phase1.session
    assert after.children[0].spi_in != before.children[0].spi_in


def test_a_cleared_tunnel_comes_back_at_once_with_connect_auto():
    w = World(gateway())
    w.configure(SIX_LINES)
    host = NodeHost(w.node)
    w.up()
    first, at = host.tunnels(w.now)[0].phase1.session, w.now
    host.tunnel_clear("office", w.now)
    w.drain(w.device)
    assert host.tunnels(w.now)[0].phase1.session == first + 1  # no wait: its first message is out
    w.up()
    assert w.now - at < 2000


def test_an_attempt_under_way_is_cleared_and_begins_anew():
    w = World(gateway())
    w.configure(SIX_LINES)
    host = NodeHost(w.node)
    w.run(lambda: w.status.phase1 is not None)
    first = w.status.phase1.session
    host.tunnel_clear("office", w.now)
    w.drain(w.device)
    w.up()
    assert w.status.phase1.session > first


def test_a_human_logs_in():
    w = World(gateway())
    w.configure(SIX_LINES.replace(" username alice password alice-pass\n", ""))
    host = NodeHost(w.node)
    assert host.tunnel_xauth_prompt("office") is None
    w.run(lambda: w.status.state == "XAUTH_PROMPT")
    assert host.tunnel_xauth_prompt("office").fields == (Xauth.USER_NAME, Xauth.PASSWORD)
    answers = [(Xauth.USER_NAME, "alice"), (Xauth.PASSWORD, Secret("alice-pass"))]
    assert host.tunnel_xauth("office", answers, w.now) == ""
    w.drain(w.device)
    w.up()
    assert host.tunnel_xauth("office", answers, w.now) == "no XAUTH request is pending"


def test_names_that_do_not_exist():
    host = NodeHost(World().node)
    assert host.tunnel_connect("x", 0) == host.tunnel_xauth("x", [], 0) == "there is no tunnel x"
    assert host.tunnel_xauth_prompt("x") is None
    host.tunnel_clear("x", 0)


def test_mqtt_and_counters():
    w = World()
    host = NodeHost(w.node)
    assert host.mqtt_status(w.now).broker == ""
    w.configure("mqtt\n broker mqtts://192.0.2.9\n client-id dev\n")
    w.wait(1)
    status = host.mqtt_status(w.now)
    assert (status.broker, status.connected, status.topic) == ("mqtts://192.0.2.9:8883", False, "ezvpn/dev")
    assert ("data plane edges lost", 0) in host.counters()


def test_reboot_is_an_order():
    w = World()
    NodeHost(w.node).reboot(w.now)
    w.drain(w.device)
    assert w.device.ordered("reboot") == [()]
