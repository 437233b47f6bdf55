"""Configuration text for strongSwan: each option of a gateway is where charon looks for it."""

from __future__ import annotations

from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.strongswan_conf import client_conf, daemon_conf, gateway_conf


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_braces_are_balanced() -> None:
    for text in (gateway_conf(Gateway(), "198.51.100.11", "198.18.11.0/24"), daemon_conf("/x/vici", "/x/log")):
        assert text.count("{") == text.count("}")
        assert "{{" not in text


def test_gateway_states_who_it_is_and_whom_it_takes() -> None:
    text = gateway_conf(Gateway(group="road", psk="s p"), "198.51.100.12", "198.18.12.0/24")
    rows = lines(text)
    assert "aggressive = yes" in rows
    assert 'id = "keyid:road"' in rows
    assert 'secret = "s p"' in rows
    assert "id = 198.51.100.12" in rows
    assert "auth = xauth-generic" in rows
    assert "addrs = 198.18.12.0/24" in rows


def test_one_child_a_subnet() -> None:
    text = gateway_conf(Gateway(split=("203.0.113.0/24", "198.19.1.0/24")), "198.51.100.11", "198.18.11.0/24")
    assert [r for r in lines(text) if r.startswith("local_ts")] == [
        "local_ts = 203.0.113.0/24",
        "local_ts = 198.19.1.0/24",
    ]


def test_no_split_is_the_whole_default_route() -> None:
    assert "local_ts = 0.0.0.0/0" in lines(gateway_conf(Gateway(split=None), "198.51.100.11", "198.18.11.0/24"))


def test_attributes_by_number() -> None:
    options = Gateway(save_password=True, pfs_attribute=True, backup_servers=("198.51.100.12",), banner="Hi there")
    rows = lines(gateway_conf(options, "198.51.100.11", "198.18.11.0/24"))
    for row in ('28672 = "Hi there"', "28673 = 1", "28674 = lab.example", '28675 = "corp.example"', "28679 = 1"):
        assert row in rows
    assert '28681 = "198.51.100.12"' in rows


def test_absent_attributes_have_no_row() -> None:
    bare = Gateway(banner="", dns=(), wins=(), domain="", split_dns=())
    text = gateway_conf(bare, "198.51.100.11", "198.18.11.0/24")
    assert "286" not in text and "dns" not in text


def test_client_conf_names_the_group_and_the_user() -> None:
    rows = lines(client_conf(Gateway(), "198.51.100.11", "aes128-sha1-modp1024", "aes128-sha1"))
    assert 'id = "keyid:unity"' in rows and "xauth_id = alice" in rows and "proposals = aes128-sha1-modp1024" in rows
