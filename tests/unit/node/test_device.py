"""What a device does with a new configuration, and what it refuses."""

import pytest
from doubles.device import SIX_LINES, World, gateway

from ezvpn.wire.inet import ipv4_bytes
from ezvpn_hil.gateway.policy import PHASE1, Policy


def test_the_restart_is_logged_once():
    w = World()
    for text in ("", "hostname a\n", "hostname b\n"):
        w.configure(text)
    assert len([line for line in w.device.log() if "RESTART" in line]) == 1


def test_a_flood_of_lines_pushes_no_other_order_out():
    w = World()
    for number in range(300):
        w.node.order("log", str(number))
    w.node.order("mqtt_start", "broker")
    names = []
    while (order := w.node.event()) is not None:
        names.append(order.name)
    assert names == ["log"] * 256 + ["mqtt_start"]
    assert w.node.counters == {"lost_orders": 44}


def test_a_prompt_that_nobody_answers_for_days_does_not_fill_the_log():
    w = World(gateway())
    w.configure(SIX_LINES.replace(" username alice password alice-pass\n", ""))
    w.run(lambda: w.status.state == "XAUTH_PROMPT")
    for _ in range(48):
        w.wait(3600000)
    reminders = [line for line in w.device.log() if "Pending XAuth Request" in line]
    assert 48 < len(reminders) < 70, "one an hour, also when the gateway asks anew every few minutes"


def test_a_split_list_that_is_too_long_is_said():
    w = World(gateway(Policy(split=tuple(f"10.{number}.0.0/16" for number in range(100)))))
    w.configure(SIX_LINES)
    w.up()
    assert len(w.status.children) == 64
    assert [line for line in w.device.log() if "all but its first 64 networks are left out" in line]


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "198.51.100.11"])
def test_an_address_that_nobody_can_have_is_refused(address):
    w = World(gateway(Policy(pool=[ipv4_bytes(address)])))
    w.configure(SIX_LINES)
    w.run(lambda: w.status.cause == "config-failed")
    assert w.device.plane.attached == {}


class TestApply:
    def test_a_host_name_bounces_nothing(self):
        w = World(gateway())
        w.configure(SIX_LINES)
        w.up()
        w.configure("hostname elsewhere\n" + SIX_LINES)
        assert w.status.state == "IPSEC_ACTIVE"

    @pytest.mark.parametrize(
        "change", [("unity", "other"), ("group-secret", "another"), ("mode client", "mode network-plus")]
    )
    def test_what_concerns_the_sas_reconnects(self, change):
        w = World(gateway())
        w.configure(SIX_LINES)
        w.up()
        w.configure(SIX_LINES.replace(*change))
        assert w.status.state != "IPSEC_ACTIVE"
        assert w.device.plane.attached == {}

    def test_a_removed_profile_goes_with_all_it_has(self):
        w = World(gateway())
        w.configure(SIX_LINES)
        w.up()
        w.configure("hostname bare\n")
        assert w.node.tunnels(w.now) == []
        assert w.device.plane.attached == {}
        w.wait(1000)
        assert w.gateways[0].core.sessions == []

    def test_what_is_missing_is_in_the_status(self):
        w = World()
        w.configure("crypto ipsec client ezvpn office\n peer 198.51.100.11\n")
        assert (w.status.state, w.status.reason) == ("IDLE", "no group is configured: add `group NAME key KEY`")

    def test_refused_policies_are_said(self):
        w = World()
        w.configure("crypto isakmp policy 1\n encryption des\n group 14\n" + SIX_LINES)
        assert "no usable phase 1 proposal" in w.status.reason
        w.wait(0)
        (line,) = [line for line in w.device.log() if "no usable phase 1 proposal" in line]
        assert "crypto isakmp policy" in line and "allow-weak" in line

    def test_configured_policies_are_offered_exactly(self):
        policy = Policy(phase1=tuple(t for t in PHASE1 if t.group == 2 and t.cipher == "3des" and t.hash == "sha1"))
        w = World(gateway(policy))
        w.configure(
            "crypto isakmp policy 1\n encryption 3des\n hash sha\n authentication pre-share\n group 2\n" + SIX_LINES
        )
        w.up()
        assert w.status.phase1.transform.cipher == "3des"
