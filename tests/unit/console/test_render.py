"""What `show` prints, line by line against the samples.

SOURCE: listings of real IOS Easy VPN remotes and routers, as publicly posted; addresses are theirs.
"""

from doubles.host import SECRETS, FakeHost, tunnel_down, tunnel_up

from ezvpn.config.model import Config
from ezvpn.console import render
from ezvpn.console.debug import Clock
from ezvpn.console.host import MqttStatus
from ezvpn.ike.params import EspTransform, ModeConfig
from ezvpn.ike.status import Phase1Status, TunnelStatus
from ezvpn.log import Ring

EZVPN = """\
Easy VPN Remote Phase: 6

Tunnel name : cisco
Inside interface list: Loopback0
Outside interface: Ethernet0/0
Current State: IPSEC_ACTIVE
Last Event: SOCKET_UP
Address: 192.168.168.105
Mask: 255.255.255.255
Save Password: Disallowed
Split Tunnel List: 1
       Address    : 192.168.4.0
       Mask       : 255.255.255.0
       Protocol   : 0x0
       Source Port: 0
       Dest Port  : 0
Current EzVPN Peer: 100.1.1.4"""

ISAKMP_SA = """\
IPv4 Crypto ISAKMP SA
dst             src             state          conn-id status
25.0.0.1        15.0.0.1        QM_IDLE           1001 ACTIVE

IPv6 Crypto ISAKMP SA"""

ISAKMP_DETAIL = """\
Codes: C - IKE configuration mode, D - Dead Peer Detection
       K - Keepalives, N - NAT-traversal
       T - cTCP encapsulation, X - IKE Extended Authentication
       psk - Preshared key, rsig - RSA signature
       renc - RSA encryption
IPv4 Crypto ISAKMP SA

C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.

1001  25.0.0.1        15.0.0.1               ACTIVE aes  sha    psk  5  23:25:03
       Engine-id:Conn-id =  SW:1"""

IPSEC_SA_STARTS = (
    "interface: ",
    "    Crypto map tag: ",
    "   protected vrf: (none)",
    "   local  ident (addr/mask/prot/port): (192.168.168.105/255.255.255.255/0/0)",
    "   remote ident (addr/mask/prot/port): (192.168.4.0/255.255.255.0/0/0)",
    "   current_peer 100.1.1.4 port 500",
    "     PERMIT, flags={origin_is_acl,}",
    "    #pkts encaps: 20, #pkts encrypt: 20, #pkts digest: 20",
    "    #pkts decaps: 18, #pkts decrypt: 18, #pkts verify: 18",
    "    #pkts compressed",
    "    #send errors 0, #recv errors 0",
    "     local crypto endpt.: 15.0.0.1, remote crypto endpt.: 100.1.1.4",
    "     plaintext mtu 1438, path mtu 1500, ip mtu 1500, ip mtu idb ",
    "     current outbound spi: 0x48BAC7D3(1220200403)",
    "     PFS (Y/N): N, DH group: none",
    "     inbound esp sas:",
    "      spi: 0x",
    "        transform: esp-aes esp-sha-hmac ,",
    "        in use settings ={Tunnel, }",
    "        conn id: 1, flow_id: SW:1, sibling_flags 80000040, crypto map: ",
    "        sa timing: remaining key lifetime (k/sec): (4224103/1454)",
    "        IV size: 16 bytes",
    "        replay detection support: Y",
    "        Status: ACTIVE(ACTIVE)",
    "     inbound ah sas:",
    "     inbound pcp sas:",
    "     outbound esp sas:",
    "     outbound ah sas:",
    "     outbound pcp sas:",
)


def up() -> TunnelStatus:
    status: TunnelStatus = tunnel_up("cisco")
    return status


def phase1(status: TunnelStatus) -> Phase1Status:
    assert status.phase1 is not None
    return status.phase1


def test_ezvpn_matches_the_sample() -> None:
    assert render.ezvpn([up()], 0) == EZVPN.split("\n")


def test_ezvpn_leaves_out_what_is_absent() -> None:
    status = up()
    status.config = ModeConfig()  # network extension mode: no address
    text = render.ezvpn([status], 0)
    assert "Save Password: Disallowed" in text
    assert not [line for line in text if line.startswith(("Address", "Mask", "Split", "DNS", "Backup", "Default"))]


def test_ezvpn_with_everything_a_gateway_can_send() -> None:
    status = up()
    config = status.config
    assert config is not None
    config.dns = (b"\x0a\0\0\x01", b"\x0a\0\0\x02", b"\x0a\0\0\x03")
    config.wins = (b"\x0a\0\0\x04",)
    config.domain = "branch.example\x1b[2J"
    config.save_password = True
    config.backup_servers = ("green.example", "10.9.9.9")
    status.children[0].pfs_group = 2
    assert render.ezvpn([status], 0)[9:] == [
        "DNS Primary: 10.0.0.1",
        "DNS Secondary: 10.0.0.2",
        "NBMS/WINS Primary: 10.0.0.4",
        "Default Domain: branch.example [2J",
        "Using PFS Group: 2",
        "Save Password: Allowed",
        "Split Tunnel List: 1",
        "       Address    : 192.168.4.0",
        "       Mask       : 255.255.255.0",
        "       Protocol   : 0x0",
        "       Source Port: 0",
        "       Dest Port  : 0",
        "Backup Gateways",
        " (0): green.example",
        " (1): 10.9.9.9",
        "Current EzVPN Peer: 100.1.1.4",
    ]


def test_ezvpn_says_what_is_wrong_and_what_comes_next() -> None:
    status = tunnel_down("cisco")
    status.reason = "no answer from 100.1.1.4"
    status.next_try = 10000
    status.xauth_prompt = "Token?"
    assert render.ezvpn([status], 5500)[7:] == [
        "Last Failure: no answer from 100.1.1.4",
        "Next Try: in 5 seconds",
        "XAUTH Request: Token?",
        "Current EzVPN Peer: 100.1.1.4",
    ]


def test_ezvpn_separates_tunnels_by_an_empty_line() -> None:
    text = render.ezvpn([tunnel_down("a"), tunnel_down("b")], 0)
    assert text[1:3] == ["", "Tunnel name : a"]
    assert text[text.index("Tunnel name : b") - 1] == ""
    assert render.ezvpn([], 0) == ["Easy VPN Remote Phase: 6"]


def test_isakmp_sa_matches_the_sample() -> None:
    assert render.isakmp_sa([up()], []) == ISAKMP_SA.split("\n")
    status = up()
    phase1(status).initiator = False  # the peer asked us: we are the destination
    assert render.isakmp_sa([status], [])[2] == ISAKMP_SA.split("\n")[2].replace(
        "25.0.0.1        15.0.0.1", "15.0.0.1        25.0.0.1"
    )
    phase1(status).state = "MM_KEY_EXCH"
    assert render.isakmp_sa([status], [])[2] == "15.0.0.1        25.0.0.1        MM_KEY_EXCH       1001 ACTIVE"
    assert len(render.isakmp_sa([tunnel_down("cisco")], [])) == 4


def test_sas_beside_the_one_in_use_are_listed() -> None:
    status, other = up(), phase1(up())
    other.session, other.state = 2, "AG_INIT_EXCH"
    status.beside = (other,)
    assert [line.split()[2:] for line in render.isakmp_sa([status], [])[2:4]] == [
        ["QM_IDLE", "1001", "ACTIVE"],
        ["AG_INIT_EXCH", "1002", "ACTIVE"],
    ]
    assert [line[:4] for line in render.isakmp_sa_detail([status]) if line[:2] == "10"] == ["1001", "1002"]


def test_an_isakmp_sa_that_two_entries_share_is_listed_once() -> None:
    one, two = up(), up()
    two.name = "m-20"
    assert render.isakmp_sa([one, two], []) == render.isakmp_sa([one], [])
    assert render.all_isakmp_sas([one, two]) == [(one, one.phase1)]
    phase1(two).session += 1
    assert [status.name for status, _ in render.all_isakmp_sas([one, two])] == [one.name, "m-20"]


def test_sas_that_are_gone_are_listed_as_deleted() -> None:
    gone = phase1(up())
    gone.state = "MM_NO_STATE"
    text = render.isakmp_sa([up()], [gone])
    assert text[2].endswith("QM_IDLE           1001 ACTIVE")
    assert text[3] == "25.0.0.1        15.0.0.1        MM_NO_STATE          0 ACTIVE (deleted)"


def test_isakmp_sa_detail_matches_the_sample() -> None:
    status = up()
    phase1(status).local, phase1(status).peer = b"\x19\0\0\x01", b"\x0f\0\0\x01"
    assert render.isakmp_sa_detail([status]) == ISAKMP_DETAIL.split("\n")


def test_capability_letters() -> None:
    status = up()
    sa = phase1(status)
    sa.config_mode = sa.dpd = sa.natt = sa.xauth = True
    assert render.isakmp_sa_detail([status])[-2].endswith("23:25:03 CDNX")
    sa.config_mode = sa.natt = False
    assert render.capabilities(sa) == "DX"
    sa.dpd, sa.ios_keepalive, sa.fragmentation = False, True, True
    assert render.capabilities(sa) == "KX"  # this legend has no F


def test_isakmp_sa_before_anything_is_agreed() -> None:
    status = up()
    phase1(status).transform = None
    phase1(status).local = None
    assert "0.0.0.0" in render.isakmp_sa([status], [])[2]
    assert "ACTIVE" in render.isakmp_sa_detail([status])[-2]


def test_ipsec_sa_has_the_lines_of_ios_in_their_order() -> None:
    text = render.ipsec_sa([up()])
    at = 0
    for start in IPSEC_SA_STARTS:
        while at < len(text) and not text[at].startswith(start):
            at += 1
        assert at < len(text), f"{start!r} is missing or in the wrong place"


def test_ipsec_sa_of_other_kinds() -> None:
    status = up()
    child = status.children[0]
    child.encap = True
    child.remaining_kb = 0
    child.pfs_group = 14
    child.transform = EspTransform("aes-gcm", 256, "")
    child.auth_failures, child.replays = 2, 3
    text = render.ipsec_sa([status])
    assert "        in use settings ={Tunnel UDP-Encaps, }" in text
    assert "        sa timing: remaining key lifetime (sec): 1454" in text
    assert "     PFS (Y/N): Y, DH group: group14" in text
    assert "        transform: esp-256-gcm ," in text
    assert "        IV size: 8 bytes" in text
    assert "    #send errors 0, #recv errors 5" in text
    assert render.ipsec_sa([tunnel_down("cisco")]) == ["No SAs found"]


def test_esp_words() -> None:
    assert render.esp_words(EspTransform("aes-cbc", 256, "sha256")) == "esp-256-aes esp-sha256-hmac"
    assert render.esp_words(EspTransform("3des", 0, "md5")) == "esp-3des esp-md5-hmac"


def test_running_config_shows_no_secret() -> None:
    text = "\n".join(render.running_config(FakeHost().config))
    assert "Current configuration : 297 bytes" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_logging_tells_what_the_ring_lost() -> None:
    ring = Ring(2)
    for text in "abc":
        ring.add(1000, "EZVPN_NOTE", "cisco", text)
    clock = Clock(2000, None, False)
    config = Config()
    config.logging_level = 6
    assert render.logging(ring, config, clock) == [
        "Syslog logging: enabled",
        "    Console logging: level informational",
        "    Buffer logging:  level debugging",
        "",
        "Log Buffer (16384 bytes, 2 lines), 3 lines logged:",
        "",
        "1 line lost",
        "00:00:01.000: %CRYPTO-6-EZVPN_NOTE: EZVPN(cisco): b",
        "00:00:01.000: %CRYPTO-6-EZVPN_NOTE: EZVPN(cisco): c",
    ]
    config.logging_level, config.logging_kept = -1, 5
    assert render.logging(ring, config, clock)[1:] == [
        "    Console logging: disabled",
        "    Buffer logging:  level notifications",
        "",
        "Log Buffer (16384 bytes, 2 lines), 3 lines logged:",
        "",
        "1 line lost",
    ]


def test_mqtt() -> None:
    clock = Clock(9000, None, False)
    assert render.mqtt(MqttStatus("", False, "", 0, "", []), clock) == ["MQTT is not configured"]
    status = MqttStatus("mqtts://b:8883", False, "refused: wrong CA", 61000, "ezvpn/R", [("events dropped", 4)])
    assert render.mqtt(status, clock) == [
        "Broker: mqtts://b:8883",
        "State: not connected since 00:01:01.000",
        "Reason: refused: wrong CA",
        "Topics: ezvpn/R/...",
        "events dropped                          4",
    ]


def test_uptime() -> None:
    assert render.uptime(0) == "0 minutes"
    assert render.uptime(3600000) == "1 hour"
    assert render.uptime(86400000 * 15 + 60000 * 61) == "2 weeks, 1 day, 1 hour, 1 minute"


def test_counters_and_clock() -> None:
    assert render.counters([]) == ["Nothing was dropped or refused"]


def test_an_empty_configuration_prints() -> None:
    assert render.running_config(Config())[-1] == "end"
