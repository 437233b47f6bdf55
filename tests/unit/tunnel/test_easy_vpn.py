"""The tunnel's life as message diagrams: who is tried when, what each failure says, what is left behind."""

import pytest

from ezvpn.ike.events import Rekey
from ezvpn.ike.params import Keepalive

from .scene import GW2, PASSWORD, USER_NAME, Scene, config, settings

NET_A, NET_B = (10, 1, 0, 0), (10, 2, 0, 0)
BOTH = (("10.2.80.209", False), ("10.2.80.210", False))


class TestTheGoodWay:
    def test_auto_connects_logs_in_and_comes_up(self):
        s = Scene()
        # -> AM1 with the first group, <- AM2
        assert s.endpoint.take_calls() == [("connect", 1, 14)]
        assert s.state == "READY"
        s.phase1_up(1)
        assert s.state == "XAUTH_REQ"
        # <- CFG_REQUEST, -> CFG_REPLY with the stored pair
        s.asks(1)
        assert s.endpoint.take_calls() == [
            ("answer_xauth", 1, [(USER_NAME, "alice"), (PASSWORD, "user-password-secret")])
        ]
        assert s.state == "XAUTH_REPLIED"
        s.result(1, True)
        assert s.state == "READY"
        # <- CFG_REPLY of Mode Config, -> quick 1 for everything
        s.configured(1)
        assert s.plane == ["attach"]
        assert s.state == "SS_OPEN"
        assert s.endpoint.take_calls() == [("open_child", 1, 1, 0, 0)]
        request = s.endpoint.requests[1]
        assert (request.local.address, request.local.mask) == (b"\x0a\x63\x00\x07", b"\xff\xff\xff\xff")
        assert (request.remote.address, request.remote.mask) == (b"\0\0\0\0", b"\0\0\0\0")
        s.child_up(1, 1)
        status = s.tunnel.status(s.now)
        assert (status.state, status.last_event, status.reason, status.cause) == ("IPSEC_ACTIVE", "SOCKET_UP", "", "")
        assert status.up_since == s.now
        assert s.tunnel.spis() == [0x1001]
        assert s.said("EZVPN_CONNECTION_UP") == [("alice", "sales", "192.0.2.5", "10.2.80.209", "10.99.0.7")]
        assert s.said("SESSION_STATUS") == [("UP  ", "10.2.80.209", 500, "gw.example")]

    def test_each_split_network_gets_a_pair_and_one_failing_is_a_warning(self):
        s = Scene()
        s.phase1_up(1)
        s.asks(1)
        s.result(1, True)
        s.endpoint.take_calls()
        s.configured(1, config(NET_A, NET_B, NET_A))
        assert s.endpoint.take_calls() == [("open_child", 1, 1, 0, 0), ("open_child", 1, 2, 0, 0)]
        s.child_up(1, 1)
        assert s.state == "SS_OPEN"  # the second has not come to an end
        s.child_failed(1, 2, cause="refused", text="INVALID-ID-INFORMATION")
        assert s.state == "IPSEC_ACTIVE"
        assert s.said("EZVPN_WARNING") == [
            ("ez", "network 10.2.0.0/255.255.255.0 is not reachable: INVALID-ID-INFORMATION")
        ]

    def test_without_xauth_the_gateway_goes_straight_to_mode_config(self):
        s = Scene()
        s.phase1_up(1)
        s.configured(1)
        s.child_up(1, 1)
        assert s.state == "IPSEC_ACTIVE"

    def test_network_extension_asks_for_no_address_and_protects_the_inside_network(self):
        s = Scene(settings(mode="network-extension", networks=((bytes(NET_B), b"\xff\xff\xff\x00"),)))
        assert s.endpoint.attempts[1].request_address is False
        s.phase1_up(1)
        s.configured(1, config(NET_A, address=None))
        assert s.endpoint.requests[1].local.address == bytes(NET_B)
        assert s.endpoint.requests[1].remote.address == bytes(NET_A)

    def test_first_contact_is_said_once_for_each_peer(self):
        s = Scene()
        assert s.endpoint.attempts[1].initial_contact is True
        s.up()
        s.tunnel.clear(s.now)
        assert s.endpoint.attempts[2].initial_contact is False

    def test_a_key_pair_is_made_while_nothing_is_urgent(self):
        s = Scene(settings(connect="manual"))
        s.later(1000)
        assert s.endpoint.take_calls() == [("prepare", 14)]
        s.tunnel.connect(s.now)
        s.up()
        s.later(1000)
        assert s.endpoint.take_calls() == [("prepare", 14)]

    def test_where_a_key_pair_takes_long_it_is_made_in_steps_with_others_in_between(self):
        s = Scene(settings(connect="manual"))
        s.endpoint.steps = 3
        s.later(500)
        for _ in range(2):
            s.later(5)
        assert s.endpoint.take_calls() == [("prepare", 14)] + [("prepare_on", 14)] * 2
        s.later(1000)
        assert s.endpoint.take_calls() == []


class TestConfigurationAndPlane:
    def test_a_plane_that_fails_closes_the_session_and_waits(self):
        s = Scene()
        s.attach_error = "EPERM: open /dev/net/tun"
        s.phase1_up(1)
        s.configured(1)
        assert s.endpoint.calls[-1] == ("close", 1)
        assert s.plane == ["attach", "detach"]
        assert s.sentences() == ["the system refused the tunnel device or its routes: EPERM: open /dev/net/tun"]
        assert s.wait() > 0

    def test_an_absent_outside_interface_is_waited_for(self):
        s = Scene(settings(outside="GigabitEthernet0/1"), available=False)
        assert s.state == "VALID_CFG"
        assert s.sentences() == ["outside interface GigabitEthernet0/1 is down or absent"]
        assert s.tunnel.connect(s.now) == "outside interface GigabitEthernet0/1 is down or absent"
        s.tunnel.interface(True, s.now)
        assert s.connects() == [("connect", 1, 14)]

    def test_an_outside_interface_that_goes_down_takes_the_tunnel_with_it(self):
        s = Scene()
        s.up()
        s.tunnel.interface(False, s.now)
        s.drain()
        assert s.state == "VALID_CFG"
        assert s.plane == ["attach", "detach"]
        assert s.said("SESSION_STATUS")[-1][0] == "DOWN"
        s.tunnel.interface(True, s.now)
        assert s.state == "READY"

    def test_an_outside_interface_that_goes_down_where_the_gateway_is_watched_is_a_probe(self):
        s = Scene()
        session = s.up()
        s.endpoint.watched = True
        s.tunnel.interface(False, s.now)
        s.drain()
        assert (s.state, s.endpoint.take_calls()) == ("IPSEC_ACTIVE", [("probe", session)])
        s.down(session, "peer-dead", "up")
        assert s.state == "VALID_CFG"
        assert s.connects() == []
        s.tunnel.interface(True, s.now)
        assert s.connects() == [("connect", 2, 14)]

    def test_an_attempt_does_not_outlive_the_outside_interface(self):
        s = Scene()
        s.endpoint.watched = True
        s.tunnel.interface(False, s.now)
        assert s.state == "VALID_CFG"

    def test_another_keepalive_is_told_to_the_live_session(self):
        s = Scene()
        session = s.up()
        keepalive = Keepalive(10, 2, True)
        s.tunnel.configure(settings(keepalive=keepalive), False, s.now)
        assert s.endpoint.take_calls() == [("set_keepalive", session, keepalive)]

    def test_a_new_outside_address_reconnects_at_once(self):
        s = Scene()
        s.up()
        s.tunnel.address_changed(s.now)
        assert s.endpoint.take_calls() == [("close", 1), ("connect", 2, 14)]

    def test_what_is_missing_is_said(self):
        s = Scene(settings(peers=()))
        assert s.state == "IDLE"
        assert s.tunnel.status(s.now).reason == "no gateway is configured: add `peer ADDRESS`"
        assert s.tunnel.connect(s.now) == "no gateway is configured: add `peer ADDRESS`"
        assert s.sentences() == ["no gateway is configured: add `peer ADDRESS`"]
        s.tunnel.configure(settings(), False, s.now)
        assert s.state == "READY"

    def test_removing_the_current_peer_reconnects_to_another(self):
        s = Scene(settings(BOTH))
        s.up()
        s.tunnel.configure(settings((("10.2.80.210", False),)), False, s.now)
        assert s.endpoint.take_calls() == [("close", 1), ("connect", 2, 14)]
        assert s.endpoint.attempts[2].peer == GW2

    def test_adding_a_peer_leaves_the_tunnel_alone(self):
        s = Scene()
        s.up()
        s.tunnel.configure(settings(BOTH), False, s.now)
        assert s.endpoint.take_calls() == []
        assert s.state == "IPSEC_ACTIVE"

    def test_close_sends_deletes_and_detaches(self):
        s = Scene()
        s.up()
        s.tunnel.close(s.now)
        s.drain()
        assert s.endpoint.take_calls() == [("close", 1)]
        assert s.plane == ["attach", "detach"]
        assert s.tunnel.deadline() is None

    def test_another_assigned_address_reconnects(self):
        s = Scene()
        s.up()
        s.configured(1, config(address=b"\x0a\x63\x00\x08"))
        s.drain()
        assert s.plane == ["attach", "detach"]
        assert s.wait() > 0


class TestQuickModes:
    def _ready(self, given=None, mode_config=None):
        s = Scene(given)
        s.phase1_up(1)
        s.endpoint.take_calls()
        s.configured(1, mode_config)
        return s

    def test_pfs_follows_the_attribute_with_the_group_of_phase_1(self):
        s = self._ready(mode_config=config(pfs=True))
        assert s.endpoint.take_calls() == [("open_child", 1, 1, 14, 0)]

    def test_a_refused_quick_mode_is_tried_once_the_other_way(self):
        s = self._ready()
        s.child_failed(1, 1, notify=14, cause="no-proposal")
        assert s.endpoint.take_calls()[-1] == ("open_child", 1, 2, 14, 0)
        s.child_up(1, 2)
        assert s.state == "IPSEC_ACTIVE"
        # and is remembered for the next one
        s.event(Rekey(1, "child", 2))
        assert s.endpoint.take_calls()[-1] == ("open_child", 1, 3, 14, 2)

    def test_a_configured_group_is_not_changed(self):
        s = self._ready(settings(pfs_group=2))
        assert s.endpoint.take_calls() == [("open_child", 1, 1, 2, 0)]
        s.child_failed(1, 1, notify=14, cause="no-proposal")
        assert s.endpoint.take_calls()[0] == ("close", 1)
        assert s.tunnel.cause == "no-proposal"
        assert "ESP proposals" in s.tunnel.reason
        assert s.plane == ["attach", "detach"]

    def test_refused_both_ways_is_a_failure(self):
        s = self._ready()
        s.child_failed(1, 1, notify=14, cause="no-proposal")
        s.child_failed(1, 2, notify=14, cause="no-proposal")
        assert s.tunnel.cause == "no-proposal"
        assert s.wait() > 0

    def test_a_rekey_replaces_without_a_gap(self):
        s = self._ready()
        s.child_up(1, 1)
        s.endpoint.take_calls()
        s.event(Rekey(1, "child", 1))
        s.event(Rekey(1, "child", 1))  # said again while it runs
        assert s.endpoint.take_calls() == [("open_child", 1, 2, 0, 1)]
        s.child_up(1, 2, replaces=1)
        s.child_down(1, 1, "replaced")
        assert s.state == "IPSEC_ACTIVE"
        assert s.tunnel.spis() == [0x1002]

    def test_the_data_plane_can_ask_for_a_rekey(self):
        s = self._ready()
        s.child_up(1, 1)
        s.tunnel.rekey(0x1001, s.now)
        assert s.endpoint.calls[-1] == ("open_child", 1, 2, 0, 1)

    def test_deleted_pairs_are_opened_again_unless_the_session_goes_too(self):
        s = self._ready()
        s.child_up(1, 1)
        s.child_down(1, 1)
        assert s.state == "SS_OPEN"
        assert s.endpoint.calls[-1][2] == 1
        s.later(1000)
        assert s.endpoint.calls[-1] == ("open_child", 1, 2, 0, 0)
        s.child_up(1, 2)
        assert s.state == "IPSEC_ACTIVE"
        s.child_down(1, 2)
        s.down(1, "deleted-by-peer", "up")
        s.later(1000)
        assert s.endpoint.calls[-1][0] != "open_child"

    def test_pairs_that_are_deleted_again_and_again_end_in_a_reconnect(self):
        s = self._ready()
        s.child_up(1, 1)
        for child in (1, 2, 3):
            s.child_down(1, child)
            s.later(1000)
            s.child_up(1, child + 1)
        s.child_down(1, 4)
        s.later(1000)
        assert ("close", 1) in s.endpoint.calls
        assert s.plane == ["attach", "detach"]

    def test_a_pair_of_the_gateways_own_renews_by_its_selectors(self):
        s = self._ready()
        s.child_up(1, 1)
        s.endpoint.requests[77] = s.endpoint.requests[1]
        s.child_up(1, 77)
        assert s.tunnel.spis() == [0x1000 + 77]

    def test_phase_1_at_its_end_reconnects(self):
        s = self._ready()
        s.child_up(1, 1)
        s.later(3600000)
        s.endpoint.take_calls()
        s.down(1, "lifetime", "up")
        assert s.endpoint.take_calls() == [("connect", 2, 14)]


# (what happens to session 1 in phase 1, cause, sentence)
FAILURES = [
    (
        ("no-answer", "phase1", 0),
        "no-answer",
        "no answer from gateway 10.2.80.209: check that it is reachable and that UDP port 500 is open",
    ),
    (
        ("no-answer", "phase1", 24),
        "unknown-group",
        "gateway 10.2.80.209 does not accept group sales: check the name in `group sales key`",
    ),
    (
        ("authentication", "phase1", 0),
        "authentication",
        "gateway 10.2.80.209 did not prove that it knows the group key: check the key in `group sales key`",
    ),
    (
        ("xauth-timeout", "xauth", 0),
        "xauth-timeout",
        "user authentication with gateway 10.2.80.209 was not finished in time: "
        "add `username` or answer `crypto ipsec client ezvpn xauth`",
    ),
    (
        ("config-failed", "config", 0),
        "config-failed",
        "gateway 10.2.80.209 gave no usable configuration: check its address pool for group sales",
    ),
]


@pytest.mark.parametrize(("down", "cause", "sentence"), FAILURES)
def test_each_cause_is_one_clear_sentence(down, cause, sentence):
    s = Scene()
    if down[1] != "phase1":
        s.phase1_up(1)
    s.down(1, down[0], down[1], down[2])
    status = s.tunnel.status(s.now)
    assert (status.cause, status.reason) == (cause, sentence)
    assert s.sentences() == [sentence]
    assert s.wait() > 0
    # the same again is not said again
    s.later(s.wait())
    s.down(2)
    assert len(s.sentences()) == (1 if down == ("no-answer", "phase1", 0) else 2)


def test_a_name_that_does_not_resolve_is_named():
    s = Scene(settings((("nowhere.example", False),)))
    s.tunnel.resolved(s.resolves[0].ticket, [], s.now)
    s.drain()
    assert s.sentences() == ["the name nowhere.example does not resolve: check its spelling and the DNS server"]
    assert s.wait() > 0


def test_no_secret_in_any_output():
    s = Scene()
    s.phase1_up(1)
    s.asks(1)
    s.result(1, False)
    s.tunnel.clear(s.now)
    s.up()
    shown = repr(s.notices) + repr(s.tunnel.status(s.now)) + repr(s.given)
    assert "secret" not in shown.replace("<secret>", "")
