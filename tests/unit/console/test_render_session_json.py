"""The JSON twins of sessions and peers: stable keys, null for what is not known."""

from doubles.host import tunnel_down, tunnel_up

from ezvpn.console import render_session_json
from ezvpn.ike.status import TunnelStatus
from ezvpn.report.json_text import Object


def items(answer: Object, key: str) -> "list[dict[str, object]]":
    found = dict(answer.pairs)[key]
    assert isinstance(found, list)
    return [dict(item.pairs) for item in found]


def two() -> "list[TunnelStatus]":
    return [tunnel_up("cisco"), tunnel_down("spare")]


def test_keys_do_not_depend_on_the_state() -> None:
    up, down = items(render_session_json.sessions(two(), 61000), "sessions")
    assert list(up) == list(down)
    assert (up["status"], up["conn_id"], up["uptime_s"], up["ike_active"]) == ("UP-ACTIVE", 1001, 60, True)
    assert (down["status"], down["conn_id"], down["uptime_s"], down["ike_active"]) == ("DOWN", None, None, False)
    assert (down["peer"], down["peer_address"], down["flows"]) == ("100.1.1.4", None, [])


def test_a_flow_has_its_counters() -> None:
    (up,) = items(render_session_json.sessions(two()[:1], 61000), "sessions")
    flows = up["flows"]
    assert isinstance(flows, list)
    flow = dict(flows[0].pairs)
    assert (flow["packets_in"], flow["packets_out"], flow["dropped_in"], flow["remaining_kb"]) == (18, 20, 0, 4224103)


def test_an_isakmp_sa_beside_the_one_in_use() -> None:
    status = tunnel_up("cisco")
    other = tunnel_up("x").phase1
    other.session, other.state = 4, "AG_INIT_EXCH"
    status.beside = (other,)
    (session,) = items(render_session_json.sessions([status], 61000), "sessions")
    beside = session["beside"]
    assert isinstance(beside, list)
    assert dict(beside[0].pairs) == {
        "conn_id": 1004,
        "ike_state": "AG_INIT_EXCH",
        "peer_address": "25.0.0.1",
        "peer_port": 500,
        "remaining_s": 84303,
    }
    assert len(items(render_session_json.peers([status]), "peers")) == 2


def test_peers_are_those_with_an_isakmp_sa() -> None:
    (peer,) = items(render_session_json.peers(two()), "peers")
    assert peer == {"tunnel": "cisco", "peer": "25.0.0.1", "port": 500, "local": "15.0.0.1", "phase1_id": "25.0.0.1"}
    assert items(render_session_json.peers([]), "peers") == []


def test_what_a_peer_calls_itself_is_cleaned() -> None:
    status = tunnel_up("cisco")
    status.phase1.peer_id = "gw\x1b[2J"
    assert items(render_session_json.peers([status]), "peers")[0]["phase1_id"] == "gw [2J"
