"""What consoles may ask of a node, and what they get."""

import pytest
from doubles.device import SIX_LINES, World, gateway
from doubles.plane_kernel import FakeKernel

from ezvpn.config.text import parse
from ezvpn.console.caller import Failed
from ezvpn.machine import Machine, Usage
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
    host = NodeHost(w.node)
    problem, text = host.stored_text(w.now)
    assert problem == ""
    host.save(7, text, w.now)
    w.drain(w.device)
    id, name, data = w.device.ordered("store")[0]
    assert (id, name) == (7, "startup-config")
    assert b"group unity key group-secret" in data
    assert parse(data.decode()).config.profiles[0].name == "office"


class Shelf:
    """`node.files` in a dictionary."""

    def __init__(self, **content):
        self.content = content

    def read(self, name):
        return "", self.content.get(name, b"")

    def write(self, name, data):
        self.content[name] = data
        return ""

    def delete(self, name):
        return "" if self.content.pop(name, None) is not None else "there is no file " + name

    def names(self):
        return [(name[6:], len(self.content[name])) for name in sorted(self.content) if name.startswith("flash:")]


def test_plain_passwords_become_hashes_before_they_are_saved():
    w = World(gateway())
    w.configure("enable secret sesame\nusername a secret open\n" + SIX_LINES)
    w.call(w.device, w.node.execute, 5, "write memory", w.now)
    assert [order for order in w.device.ordered("store") if order[1] == "startup-config"] == []
    for _ in range(200):
        w.call(w.device, w.node.timeout, w.now)
    ((id, name, data),) = [order for order in w.device.ordered("store") if order[1] == "startup-config"]
    assert (id, name, data.count(b"8 $8$")) == (5, "startup-config", 2)
    assert b"sesame" not in data and b"secret open" not in data
    w.call(w.device, w.node.stored, 5, True, w.now)
    assert w.device.ordered("executed")[-1][1] == 0
    w.call(w.device, w.node.console_open, 1, 80, w.now, 0, True)
    w.call(w.device, w.node.console, 1, b"enable\rsesame\r", w.now)
    while w.node.deadline() == 0:
        w.call(w.device, w.node.timeout, w.now)
    assert w.device.ordered("write")[-1][1].endswith(b"#")


def test_recovery_leaves_no_secret_in_what_runs_nor_in_what_is_stored():
    w = World(gateway())
    w.configure("enable secret sesame\n" + SIX_LINES)
    w.up()
    w.node.files = Shelf(**{"startup-config": b"old", "flash:copy": b"old"})
    w.call(w.device, w.node.console_open, 1, 80, w.now, 0, True)
    w.call(w.device, w.node.console_break, 1, w.now)
    w.call(w.device, w.node.console, 1, b"yes\r", w.now)
    assert w.node.config.enable_secret is None
    assert list(w.node.files.content) == ["startup-config"]
    assert b"group-secret" not in w.node.files.content["startup-config"]
    assert w.node.log.after(0)[1][-1].mnemonic == "PASSWORD_RECOVERY"
    assert w.status.state != "IPSEC_ACTIVE"


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


class Told(Machine):
    """A machine with one device that counts."""

    def __init__(self):
        self.kernel = FakeKernel()

    def usage(self, now):
        return Usage()

    def transact(self, request):
        return self.kernel.transact(request)


def test_without_a_machine_interfaces_are_not_told():
    w = World()
    host = NodeHost(w.node)
    for question in (lambda: host.interfaces(w.now), lambda: host.routes(w.now)):
        with pytest.raises(Failed, match="does not tell"):
            question()
    assert host.usage(w.now) == Usage()


def test_interfaces_and_routes_of_the_machine():
    w = World()
    w.node.machine = Told()
    host = NodeHost(w.node)
    assert [facts.name for facts in host.interfaces(w.now)] == ["wan"]
    assert [route.code for route in host.routes(w.now)] == ["S", "C"]
    w.node.machine.transact = lambda request: [b"short"]
    with pytest.raises(Failed, match="not understood"):
        host.interfaces(w.now)


def test_what_was_cleared_is_logged_and_gone_from_consoles_alone():
    w = World()
    host = NodeHost(w.node)
    w.node.counters["strays"] = 4
    host.clear_counters("", w.now)
    assert ("strays", 4) not in host.counters() and ("strays", 0) not in host.counters()
    assert ("strays", 4) in w.node.all_counters()
    _, records = w.node.log.after(0)
    assert records[-1].text() == "%CLEAR-5-COUNTERS: Clear counter on all interfaces by console"


def test_a_user_sets_the_clock():
    w = World()
    host = NodeHost(w.node)
    host.set_clock(1_893_456_000_000, w.now)
    assert host.clock(w.now + 7) == (1_893_456_000_007, True)
    assert host.time().source == "user"
    w.call(w.device, w.node.clock, 1_700_000_000_000, True, w.now)
    assert host.clock(w.now + 7) == (1_893_456_000_007, True)
    assert w.device.ordered("set_clock") == []  # the machine's clock is not ours


def test_reload_is_written_down_before_it_happens():
    w = World()
    w.configure("hostname x\n")
    w.wait(2000)
    NodeHost(w.node).reboot(w.now)
    w.drain(w.device)
    w.call(w.device, w.node.close, w.now)
    assert [data.split()[0] for _, name, data in w.device.ordered("store") if name == "lastrun"] == [
        b"running",
        b"reload",
    ]
    assert w.device.ordered("reboot") == [()]


def test_an_orderly_stop_is_written_down():
    w = World()
    w.configure("hostname x\n")
    w.wait(2000)
    w.call(w.device, w.node.close, w.now)
    assert w.device.ordered("store")[-1] == (-2, "lastrun", b"stopped\n")


def test_no_datagram_of_a_start_waits_for_that():
    w = World()
    w.configure("hostname x\n")
    w.wait(1999)
    assert not [order for order in w.device.ordered("store") if order[1] == "lastrun"]
    w.call(w.device, w.node.close, w.now)
    assert w.device.ordered("store")[-1] == (-2, "lastrun", b"stopped\n")
