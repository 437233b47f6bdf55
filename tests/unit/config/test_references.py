"""Names that lead nowhere, and what is offered after that."""

from ezvpn.config import references
from unit.config.lines import edited


def said(*lines: str) -> "list[str]":
    return [message for _, message in references.warnings(edited(*lines))]


def test_a_complete_configuration_has_nothing_to_warn_of() -> None:
    assert (
        said("crypto ipsec client ezvpn hq", "peer 10.0.0.1", "interface eth0", "crypto ipsec client ezvpn hq inside")
        == []
    )


def test_missing_transform_set() -> None:
    config = edited(
        "crypto ipsec transform-set a esp-aes esp-sha-hmac",
        "crypto ipsec transform-set b esp-des esp-sha-hmac",
        "crypto ipsec client ezvpn hq",
        "transform-set none a b",
    )
    found = references.warnings(config)
    assert found[0] == (config.profiles[0], "there is no transform set none: that entry is inactive")
    assert "b is not offered" in found[1][1]
    assert [one.cipher for one in references.esp_offer(config, config.profiles[0])] == ["aes-cbc"]
    config.allow_weak = True
    assert [one.cipher for one in references.esp_offer(config, config.profiles[0])] == ["aes-cbc", "des"]


def test_missing_profile_and_second_outside_interface() -> None:
    assert said("interface eth0", "crypto ipsec client ezvpn hq") == [
        "there is no ezvpn profile hq: that line is inactive"
    ]
    lines = ["crypto ipsec client ezvpn hq", "interface eth0", "crypto ipsec client ezvpn hq", "interface eth1"]
    assert "another outside" in said(*lines, "crypto ipsec client ezvpn hq")[0]


def test_missing_parts_of_a_crypto_map() -> None:
    lines = [
        "crypto map m 1 ipsec-isakmp",
        "set transform-set t u",
        "match address 101",
        "interface eth0",
        "crypto map x",
    ]
    assert said(*lines) == [
        "there is no crypto map x: that line is inactive",
        "there is no transform set t: that entry is inactive",
        "there is no transform set u: that entry is inactive",
        "there is no access list 101: that entry is inactive",
    ]
    assert said("access-list 101 permit ip any any", "crypto map m 1 ipsec-isakmp", "match address 101") == []
    assert said("ip access-list extended n", "crypto map m 1 ipsec-isakmp", "match address n") == []


def test_weak_policies_are_offered_only_when_allowed() -> None:
    lines = ["crypto isakmp policy 1", "hash md5", "crypto isakmp policy 2", "encryption aes 256", "group 14"]
    text = "policy 1 is not offered: DES and MD5 and group 1 only with `crypto isakmp allow-weak`"
    assert said(*lines) == [text]
    assert [one.group for one in references.phase1_offer(edited(*lines))] == [14]
    weak = edited(*lines, "crypto isakmp allow-weak")
    assert [(one.cipher, one.group) for one in references.phase1_offer(weak)] == [("des", 1), ("aes", 14)]
    assert references.warnings(weak) == []


def test_the_longest_mask_chooses_the_key() -> None:
    config = edited(
        "crypto isakmp key any address 0.0.0.0 0.0.0.0",
        "crypto isakmp key one address 10.2.80.209",
        "crypto isakmp key net address 10.2.80.1 255.255.255.0",
        "crypto isakmp key name hostname gw.example",
    )

    def chosen(address: bytes, host: str = "") -> "bytes | None":
        key = references.key_for(config, address, host)
        return bytes(key.key.reveal()) if key is not None else None

    assert chosen(b"\x0a\x02\x50\xd1") == b"one"
    assert chosen(b"\x0a\x02\x50\xd2") == b"net"
    assert chosen(b"\x0a\x02\x51\xd2", "gw.example") == b"any"
    config.preshared_keys.pop(0)
    assert chosen(b"\x0a\x02\x51\xd2") is None
    assert chosen(b"\x0a\x02\x51\xd2", "GW.example") == b"name"


def test_lines_that_cannot_be_protected_are_named() -> None:
    lines = [
        "access-list 101 permit ip any host 10.0.0.1",
        "access-list 101 permit tcp any any established",
        "access-list 101 deny ip any host 10.0.0.2",
        "access-list 101 permit ip any host 10.0.0.1 fragments",
    ]
    config = edited(*lines, "crypto map m 1 ipsec-isakmp", "match address 101")
    found = [message for record, message in references.warnings(config) if record is config.crypto_maps[0]]
    assert found[0].startswith("access list 101: `permit tcp any any established` is left out")
    assert found[1].startswith("access list 101: `permit ip any host 10.0.0.1 fragments` is left out")
    assert found[2].startswith("access list 101: `deny` takes nothing out")
    assert len(references.protected(config, config.crypto_maps[0])) == 1


def test_a_tunnel_has_one_name() -> None:
    assert said("crypto ipsec client ezvpn m-1", "crypto map m 1 ipsec-isakmp") == [
        "ezvpn profile m-1 has the name of its tunnel: this entry is inactive"
    ]
