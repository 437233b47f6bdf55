"""Crypto maps as IOS lays them out, with what their entries lead to.

SOURCE: listings of `show crypto map` as publicly posted; the configuration is the one of the feature document's site-to-site
example.
"""

import json

from doubles.host import tunnel_down, tunnel_up

from ezvpn.config.model import Config
from ezvpn.config.text import parse
from ezvpn.console import render_map
from ezvpn.ike.status import TunnelStatus
from ezvpn.report.json_text import render

CONFIG = """
crypto ipsec transform-set esp-3des-sha esp-3des esp-sha-hmac
crypto map test 1 ipsec-isakmp
 set peer 10.2.80.209
 set transform-set esp-3des-sha
 match address 101
crypto map test 2 ipsec-isakmp
 description two gateways
 set peer 10.0.0.1 default
 set peer gw.example.net
 set security-association lifetime seconds 900
 set security-association lifetime kilobytes disable
 set transform-set esp-3des-sha gone
 set pfs group14
 match address nowhere
crypto map bare 10 ipsec-isakmp
access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
access-list 101 permit tcp host 10.1.0.1 any eq www
interface FastEthernet0
 ip address 10.1.32.14 255.255.255.0
 crypto map test
"""

MAPS = """\
Crypto Map IPv4 "test" 1 ipsec-isakmp
        Peer = 10.2.80.209
        Extended IP access list 101
            access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
            access-list 101 permit tcp host 10.1.0.1 any eq www
        Current peer: 10.2.80.209
        Security association lifetime: 4608000 kilobytes/3600 seconds
        PFS (Y/N): N
        Transform sets={
                esp-3des-sha:  { esp-3des esp-sha-hmac  } ,
        }

Crypto Map IPv4 "test" 2 ipsec-isakmp
        Description: two gateways
        Peer = 10.0.0.1 Default
        Peer = gw.example.net
        Extended IP access list nowhere
            (it does not exist)
        Current peer: 10.0.0.1
        Security association lifetime: no volume limit/900 seconds
        PFS (Y/N): Y
        DH group:  group14
        Transform sets={
                esp-3des-sha:  { esp-3des esp-sha-hmac  } ,
                gone:  (it does not exist) ,
        }
        Interfaces using crypto map test:
                FastEthernet0

Crypto Map IPv4 "bare" 10 ipsec-isakmp
        No matching address list set.
        Current peer: (none)
        Security association lifetime: 4608000 kilobytes/3600 seconds
        PFS (Y/N): N
        Transform sets={
        }
        Interfaces using crypto map bare:
                (none)"""

EZVPN = """\
Crypto Map IPv4 "Ethernet0/0-head-0" 65536 ipsec-isakmp
        Easy VPN tunnel cisco
        Peer = 100.1.1.4
        Extended IP access list
            permit ip host 192.168.168.105 192.168.4.0/255.255.255.0
        Current peer: 100.1.1.4
        Security association lifetime: 4608000 kilobytes/3600 seconds
        PFS (Y/N): Y
        DH group:  group5
        Transform sets={
                default:  { esp-aes esp-sha-hmac  } ,
        }
        Interfaces using crypto map Ethernet0/0-head-0:
                Ethernet0/0"""


def config() -> Config:
    parsed = parse(CONFIG)
    assert not parsed.errors, parsed.errors
    return parsed.config


def maps(tunnels: "list[TunnelStatus]") -> "list[dict[str, object]]":
    found = json.loads(render(render_map.crypto_maps_json(config(), tunnels)))["maps"]
    assert isinstance(found, list)
    return found


def test_entries_match_the_sample() -> None:
    assert render_map.crypto_maps(config(), []) == MAPS.split("\n")


def test_no_map_at_all() -> None:
    assert render_map.crypto_maps(Config(), [tunnel_down("cisco")]) == ["No crypto maps found."]


def test_the_current_peer_is_the_one_its_tunnel_has() -> None:
    status = tunnel_down("test-2")
    status.kind = "crypto-map"
    status.peer_address = b"\xc0\0\2\7"
    assert "        Current peer: 192.0.2.7" in render_map.crypto_maps(config(), [status])
    assert [one["current_peer"] for one in maps([status])] == ["10.2.80.209", "192.0.2.7", None]
    status.kind = "ezvpn"  # an Easy VPN profile that happens to have this name
    assert [one["current_peer"] for one in maps([status])] == ["10.2.80.209", "10.0.0.1", None]


def test_an_easy_vpn_tunnel_is_a_map_of_its_own_while_it_has_sas() -> None:
    status = tunnel_up("cisco")
    status.children[0].pfs_group = 5
    status.children = status.children * 2
    text = render_map.crypto_maps(Config(), [status])
    assert text == EZVPN.replace("255.255.255.0\n", "255.255.255.0\n" + EZVPN.split("\n")[4] + "\n", 1).split("\n")


def test_the_transform_set_of_an_easy_vpn_tunnel_has_its_name_where_it_has_one() -> None:
    named = parse("crypto ipsec transform-set branch-set esp-aes esp-sha-hmac\n").config
    assert "                branch-set:  { esp-aes esp-sha-hmac  } ," in render_map.crypto_maps(
        named, [tunnel_up("cisco")]
    )


def test_keys_do_not_depend_on_what_is_configured() -> None:
    found = maps([tunnel_up("cisco")])
    assert [list(one) for one in found] == [list(found[0])] * 4
    assert found[1]["access_lines"] is None and found[2]["access_lines"] == []
    assert found[1]["transform_sets"] == [
        {"name": "esp-3des-sha", "transform": "esp-3des esp-sha-hmac"},
        {"name": "gone", "transform": None},
    ]
    assert (found[1]["lifetime_kb"], found[1]["pfs_group"], found[0]["pfs_group"]) == (0, 14, None)
    assert (found[3]["sequence"], found[3]["tunnel"]) == (65536, "cisco")
