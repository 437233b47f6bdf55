"""Which quick modes are started, with PFS or without, and what becomes of them."""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.events import ChildDown, ChildFailed, Rekey
from ezvpn.ike.params import Attempt
from ezvpn.tunnel.flows import DOWN, FAILED, MAX_FLOWS, NOTHING, OPENING, RENEW_MS, UP, Flows, network
from ezvpn.wire.attributes import Xauth

from .scene import GW1, START, Scene, config, settings

NET = (10, 1, 0, 0)


def opened(given=None, mode_config=None, group=14):
    endpoint = FakeEndpoint()
    chosen = given or settings()
    session = endpoint.connect(Attempt(GW1, None, (500, 4500), b"g", chosen.key, chosen.phase1[0]), START)
    endpoint.take_calls()
    flows = Flows(endpoint)
    flows.open(session, chosen, mode_config or config(), group, START)
    return flows, endpoint


def test_no_split_list_means_everything():
    flows, endpoint = opened()
    assert [network(flow) for flow in flows.flows] == ["0.0.0.0/0.0.0.0"]
    assert endpoint.calls == [("open_child", 1, 1, 0, 0)]


def test_entries_that_say_the_same_are_one_and_there_is_a_bound():
    networks = [(10, 1, i, 0) for i in range(MAX_FLOWS + 5)]
    flows, _ = opened(mode_config=config(NET, NET, *networks[1:]))
    assert len(flows.flows) == MAX_FLOWS
    assert flows.left_out == 5


def test_pfs_configured_or_by_attribute_or_off():
    assert opened(settings(pfs_group=5), config(pfs=True))[1].calls[0][3] == 5
    assert opened(None, config(pfs=True), group=2)[1].calls[0][3] == 2
    assert opened(None, config(pfs=False))[1].calls[0][3] == 0


def test_network_plus_protects_the_address_and_the_inside():
    flows, _ = opened(settings(mode="network-plus", networks=((bytes(NET), b"\xff\xff\0\0"),)))
    assert [flow.local.address for flow in flows.flows] == [b"\x0a\x63\x00\x07", bytes(NET)]


def test_a_config_without_an_address_gives_no_flow_in_client_mode():
    assert opened(None, config(address=None))[0].flows == []


def test_opened_again_only_what_is_new_and_what_went_is_closed():
    flows, endpoint = opened(mode_config=config((10, 1, 0, 0), (10, 2, 0, 0)))
    for flow in flows.flows:
        flow.state = UP
    endpoint.take_calls()
    flows.open(1, settings(), config((10, 2, 0, 0), (10, 3, 0, 0)), 14, START)
    assert endpoint.take_calls() == [("close_child", 1, 1), ("open_child", 1, 3, 0, 0)]


def test_a_failure_beside_working_ones_is_tried_again_later():
    flows, endpoint = opened(mode_config=config((10, 1, 0, 0), (10, 2, 0, 0)))
    flows.flows[0].state = UP
    said = flows.child_failed(ChildFailed(1, 2, "refused", 18, "INVALID-ID-INFORMATION"), True, START)
    assert said == "network 10.2.0.0/255.255.255.0 is not reachable: INVALID-ID-INFORMATION"
    assert flows.flows[1].state == DOWN
    assert flows.reopen_at == START + 60000
    assert flows.reopen(START + 60000)
    assert flows.flows[1].state == OPENING


def test_a_failure_with_nothing_else_is_final():
    flows, _ = opened()
    flows.child_failed(ChildFailed(1, 1, "no-answer", 0, ""), False, START)
    assert flows.flows[0].state == FAILED
    assert flows.settled()
    assert flows.failure() == (0, "no-answer", "")


def test_a_delete_while_the_successor_is_on_its_way_waits_for_it():
    s = Scene()
    s.up()
    s.tunnel.rekey(0x1001, s.now)
    s.child_down(1, 1)
    assert s.tunnel.flows.flows[0].state == OPENING
    assert s.tunnel.flows.flows[0].child == 2


def test_what_a_human_clears_is_negotiated_anew_at_once_however_often():
    s = Scene()
    s.up(config((10, 1, 0, 0), (10, 2, 0, 0)))
    for _ in range(5):
        s.tunnel.clear_sas(s.now)
        closed = [call[2] for call in s.endpoint.take_calls() if call[0] == "close_child"]
        assert len(closed) == 2
        for child in closed:
            s.child_down(1, child, "cleared by command")
        assert s.state == "SS_OPEN"
        assert s.tunnel.status(s.now).reason == "closed: cleared by command"
        s.later(0)
        opened = [call[2] for call in s.endpoint.calls if call[0] == "open_child"]
        assert len(opened) == 2
        for child in opened:
            s.child_up(1, child)
        assert s.state == "IPSEC_ACTIVE"
        s.endpoint.take_calls()
    assert s.connects() == []


def test_a_successor_on_its_way_is_cleared_with_its_pair():
    s = Scene()
    s.up()
    s.tunnel.flows.renew(1, 1, s.now)
    s.endpoint.take_calls()
    s.tunnel.clear_sas(s.now)
    assert [call[:3] for call in s.endpoint.take_calls()] == [("close_child", 1, 1), ("close_child", 1, 2)]
    s.child_failed(1, 2, cause="closed")
    s.child_down(1, 1, "cleared by command")
    s.later(0)
    assert [call[0] for call in s.endpoint.calls] == ["open_child"]


def test_unknown_children_change_nothing():
    flows, _ = opened()
    assert not flows.child_down(ChildDown(1, 99, 1, 2, "closed"), START)
    assert flows.child_failed(ChildFailed(1, 99, "no-answer", 0, ""), False, START) == ""
    flows.renew(1, 99, START)
    flows.renew_spi(99, START)


def test_a_renewal_that_failed_is_tried_again_while_the_old_pair_lives():
    s = Scene()
    s.up()
    flow = s.tunnel.flows.flows[0]
    s.tunnel.rekey(0x1001, s.now)
    s.child_failed(1, 2)
    assert s.said("EZVPN_WARNING")[0][1] == "renewing the SA for 0.0.0.0/0.0.0.0 failed: no-answer"
    for child, wait in ((3, RENEW_MS), (4, 2 * RENEW_MS), (5, 4 * RENEW_MS)):
        s.endpoint.take_calls()
        s.later(wait - 1)
        assert ("open_child", 1, child, 0, 1) not in s.endpoint.calls
        s.later(1)
        assert ("open_child", 1, child, 0, 1) in s.endpoint.calls
        s.child_failed(1, child)
    assert len(s.said("EZVPN_WARNING")) == 1, "said once"
    s.later(8 * RENEW_MS)
    s.child_up(1, 6, replaces=1)
    assert (flow.state, flow.child, flow.missed, flow.renew_at, flow.renewal) == (UP, 6, 0, None, NOTHING)


def test_of_two_pairs_that_came_up_the_one_that_stays_is_in_use():
    """Both ends renewed at once: the core lets one of them go."""
    s = Scene()
    s.up()
    flow = s.tunnel.flows.flows[0]
    s.tunnel.rekey(0x1001, s.now)
    s.child_up(1, 2, replaces=1)
    s.child_up(1, 7, replaces=1)  # the gateway's
    assert (flow.child, s.tunnel.spis(), s.tunnel.flows.spis()) == (7, [0x1007], [0x1001, 0x1002, 0x1007])
    s.child_down(1, 1, "replaced")
    s.child_down(1, 7, "replaced")
    assert (s.state, flow.state, flow.child, s.tunnel.spis()) == ("IPSEC_ACTIVE", UP, 2, [0x1002])
    s.endpoint.take_calls()
    s.event(Rekey(1, "child", 2))
    assert s.endpoint.take_calls() == [("open_child", 1, 3, 0, 2)]


def test_lives_and_pfs_of_the_configuration_count_from_the_next_quick_mode():
    s = Scene(settings(child_life_s=1200, child_life_kb=0))
    s.up()
    assert (s.endpoint.requests[1].life_s, s.endpoint.requests[1].life_kb) == (1200, 0)
    s.tunnel.configure(settings(child_life_s=600, child_life_kb=5000, pfs_group=5), False, s.now)
    s.drain()
    assert s.endpoint.take_calls() == []
    s.tunnel.rekey(0x1001, s.now)
    renewed = s.endpoint.requests[2]
    assert (renewed.life_s, renewed.life_kb, renewed.pfs_group) == (600, 5000, 5)


def test_a_session_that_is_gone_is_not_asked():
    flows, endpoint = opened()
    endpoint.died(1)
    endpoint.take_calls()
    flows.flows[0].state = DOWN
    assert flows.reopen(START)
    assert endpoint.take_calls() == []


def test_xauth_numbers_used_by_the_scenes_are_those_of_the_draft():
    assert (Xauth.USER_NAME, Xauth.PASSWORD, Xauth.PASSCODE, Xauth.NEXT_PIN) == (16521, 16522, 16523, 16528)
