"""Sessions as IOS lays them out, and what dead peer detection measured below.

SOURCE: listings of `show crypto session [brief|detail]` and `show crypto isakmp peers` as publicly posted.
"""

import pytest
from doubles.host import tunnel_down, tunnel_up

from ezvpn.console import render_session
from ezvpn.ike.status import Phase1Status, TunnelStatus

DETAIL = """\
Crypto session current status

Code: C - IKE Configuration mode, D - Dead Peer Detection
K - Keepalives, N - NAT-traversal, T - cTCP encapsulation
X - IKE Extended Authentication, F - IKE Fragmentation
R - IKE Auto Reconnect

Interface: Tunnel1
Uptime: 00:52:46
Session status: UP-ACTIVE
Peer: 203.0.113.9 port 4500 fvrf: (none) ivrf: (none)
      Phase1_id: 203.0.113.9
      Desc: (none)
  Session ID: 3
  IKEv1 SA: local 192.0.2.7/4500 remote 203.0.113.9/4500 Active
          Capabilities:DN connid:1003 lifetime:23:07:14
  IPSEC FLOW: permit ip 0.0.0.0/0.0.0.0 0.0.0.0/0.0.0.0
        Active SAs: 2, origin: crypto map
        Inbound:  #pkts dec'ed 279 drop 0 life (KB/Sec) 4607976/433
        Outbound: #pkts enc'ed 164 drop 0 life (KB/Sec) 4607976/433
  Dead peer detection: on-demand, interval 10 s, retry 2 s
        Probes sent 7, missed 1 of 5 in a row, never answered 2, round trip 12 ms"""

BRIEF = """\
Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating
        K - No IKE
ivrf = (none)
           Peer     I/F        Username          Group/Phase1_id   Uptime Status
       10.3.3.1   Fa0/1             ra1                   ra1grp 00:17:31    UA"""

NOW = 2**30 + 5000


def up() -> TunnelStatus:
    status: TunnelStatus = tunnel_up("cisco")
    return status


def ike(status: TunnelStatus) -> Phase1Status:
    assert status.phase1 is not None
    return status.phase1


def site() -> TunnelStatus:
    """The session of the sample."""
    status = up()
    status.kind = "crypto-map"
    status.user = status.group = ""
    status.config = None
    status.outside = "Tunnel1"
    status.peer_address = b"\xcb\0\x71\x09"
    status.up_since = NOW - (52 * 60 + 46) * 1000
    sa = ike(status)
    sa.session, sa.peer, sa.local, sa.peer_id = 3, b"\xcb\0\x71\x09", b"\xc0\0\2\7", "203.0.113.9"
    sa.local_port = sa.peer_port = 4500
    sa.dpd = sa.natt = True
    sa.remaining_s = 23 * 3600 + 7 * 60 + 14
    child = status.children[0]
    child.local.address = child.local.mask = child.remote.address = child.remote.mask = b"\0\0\0\0"
    child.packets_in, child.packets_out, child.remaining_kb, child.remaining_s = 279, 164, 4607976, 433
    status.dpd_mode, status.dpd_interval_s, status.dpd_retry_s = "on-demand", 10, 2
    status.dpd_sent, status.dpd_missed, status.dpd_lost, status.dpd_rtt_ms = 7, 1, 2, 12
    return status


def test_detail_matches_the_sample() -> None:
    assert render_session.sessions([site()], NOW, True) == DETAIL.split("\n")


def test_without_detail_there_are_no_counters_and_no_uptime() -> None:
    text = render_session.sessions([site()], NOW)
    assert text[:5] == [
        "Crypto session current status",
        "",
        "Interface: Tunnel1",
        "Session status: UP-ACTIVE",
        "Peer: 203.0.113.9 port 4500",
    ]
    assert text[-1] == "        Active SAs: 2, origin: crypto map"


def test_brief_matches_the_sample() -> None:
    status = up()
    status.peer_address, status.outside = b"\x0a\3\3\1", "FastEthernet0/1"
    status.user, status.group = "ra1", "ra1grp"
    status.up_since = NOW - (17 * 60 + 31) * 1000
    assert render_session.brief([status], NOW) == BRIEF.split("\n")


def test_brief_keeps_long_names_apart_and_cleans_them() -> None:
    status = up()
    status.user, status.group = "u" * 60, "g\x1b[2J" + "g" * 40
    status.outside = "br-lan.4000"
    words = render_session.brief([status], NOW)[-1].split(" ")
    assert "u" * 60 in words and "g" in words and words[-1] == "UA"


def test_the_word_for_each_state() -> None:
    status = up()
    assert render_session.session_status(status) == ("UP-ACTIVE", "UA")
    for state in ("MM_NO_STATE", "MM_KEY_AUTH", "AG_AUTH", "CONF_XAUTH", "CONF_ADDR"):
        ike(status).state = state
        assert render_session.session_status(status) == ("UP-ACTIVE", "UA")  # made anew beside pairs that carry
    children, status.children = status.children, ()
    assert render_session.session_status(status) == ("DOWN-NEGOTIATING", "DN")
    assert "  IKEv1 SA: local 15.0.0.1/500 remote 25.0.0.1/500 Inactive" in render_session.sessions([status], NOW)
    ike(status).state = "QM_IDLE"
    assert render_session.session_status(status) == ("UP-IDLE", "UI")
    status.phase1 = None
    assert render_session.session_status(status) == ("DOWN", "D")
    status.children = children
    assert render_session.session_status(status) == ("UP-NO-IKE", "UK")


def test_a_session_without_sas_shows_what_is_configured() -> None:
    status = tunnel_down("cisco")
    status.peer = "vpn.example.net"
    text = render_session.sessions([status], NOW, True)[7:]
    assert text == [
        "Interface: Ethernet0/0",
        "Username: ipsecuser",
        "Group: branch",
        "Session status: DOWN",
        "Peer: vpn.example.net port 500 fvrf: (none) ivrf: (none)",
        "      Phase1_id: (none)",
        "      Desc: (none)",
        "  Dead peer detection: not configured",
    ]


def test_no_tunnel_two_tunnels_and_many_pairs() -> None:
    assert render_session.sessions([], NOW) == ["Crypto session current status"]
    assert render_session.peers([]) == ["No ISAKMP SA stands or is being negotiated"]
    assert len(render_session.brief([], NOW)) == 4
    status = up()
    status.children = status.children * 64
    text = render_session.sessions([status, tunnel_down("spare")], NOW, True)
    assert len([line for line in text if line.startswith("  IPSEC FLOW: ")]) == 64
    second = [i for i in range(len(text)) if text[i].startswith("Interface: ")][1]
    assert text[second - 1] == ""


def test_an_isakmp_sa_beside_the_one_in_use_is_listed_behind_it() -> None:
    status, other = site(), ike(up())
    other.session, other.state, other.peer = 4, "AG_INIT_EXCH", b"\xcb\0\x71\x63"
    other.peer_id = ""
    status.beside = (other,)
    text = render_session.sessions([status], NOW, True)
    at = text.index("  IKEv1 SA: local 15.0.0.1/500 remote 203.0.113.99/500 Inactive")
    assert text[at - 1] == "          Capabilities:DN connid:1003 lifetime:23:07:14"
    assert text[at + 1] == "          Capabilities:(none) connid:1004 lifetime:23:25:03"
    assert text[7:9] == ["Interface: Tunnel1", "Uptime: 00:52:46"] and "Session status: UP-ACTIVE" in text
    assert render_session.peers([status])[2:] == [
        "Peer: 203.0.113.99 Port: 500 Local: 15.0.0.1",
        " Phase1 id: (none)",
    ]


def test_capability_letters_in_the_order_of_the_legend() -> None:
    sa = ike(up())
    assert render_session.capabilities(sa) == ""
    sa.config_mode = sa.dpd = sa.ios_keepalive = sa.natt = sa.xauth = sa.fragmentation = True
    assert render_session.capabilities(sa) == "CDKNXF"


def test_a_flow_names_hosts_protocol_and_ports() -> None:
    child = up().children[0]
    assert render_session.flow_text(child) == "permit ip host 192.168.168.105 192.168.4.0/255.255.255.0"
    child.local.protocol = child.remote.protocol = 6
    child.remote.port = 80
    assert render_session.flow_text(child) == "permit 6 host 192.168.168.105 192.168.4.0/255.255.255.0 port 80"


def test_life_without_volume_and_dropped_packets() -> None:
    status = site()
    child = status.children[0]
    child.remaining_kb, child.auth_failures, child.replays, child.send_errors = 0, 2, 3, 4
    text = render_session.sessions([status], NOW, True)
    assert "        Inbound:  #pkts dec'ed 279 drop 5 life (KB/Sec) KB Vol Rekey Disabled/433" in text
    assert "        Outbound: #pkts enc'ed 164 drop 4 life (KB/Sec) KB Vol Rekey Disabled/433" in text


def test_dead_peer_detection_that_cannot_or_does_not_measure_yet() -> None:
    status = site()
    status.dpd_rtt_ms = None
    assert render_session.sessions([status], NOW, True)[-1].endswith("round trip not measured")
    ike(status).dpd = False
    assert render_session.sessions([status], NOW, True)[-1] == (
        "  Dead peer detection: on-demand, interval 10 s, retry 2 s, but the peer does not support it"
    )
    ike(status).state = "AG_INIT_EXCH"
    assert render_session.sessions([status], NOW, True)[-1].endswith("retry 2 s")


def test_what_a_peer_calls_itself_is_cleaned() -> None:
    status = site()
    ike(status).peer_id = "gw\r\nRouter#\x1b[2J"
    assert "      Phase1_id: gw  Router# [2J" in render_session.sessions([status], NOW, True)
    assert render_session.peers([status]) == [
        "Peer: 203.0.113.9 Port: 4500 Local: 192.0.2.7",
        " Phase1 id: gw  Router# [2J",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00:00"),
        (3166, "00:52:46"),
        (86399, "23:59:59"),
        (86400, "1d00h"),
        (7 * 86400 - 1, "6d23h"),
        (15 * 86400, "2w1d"),
        (400 * 86400, "1y5w"),
    ],
)
def test_uptimes_as_ios_writes_them(seconds: int, text: str) -> None:
    assert render_session.uptime_text(seconds) == text


def test_interface_names_are_shortened() -> None:
    short = render_session.short_name
    assert (short("FastEthernet0/1"), short("GigabitEthernet0/0/1")) == ("Fa0/1", "Gi0/0/1")
    assert (short("Ethernet0"), short("eth0"), short("br-lan")) == ("Et0", "eth0", "br-lan")
