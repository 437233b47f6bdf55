"""What `ezvpn check` says about an entry of a crypto map."""

from ezvpn.config import check, check_map
from unit.config.lines import edited

WHOLE = (
    "crypto isakmp policy 1",
    "encryption aes 256",
    "hash sha256",
    "group 14",
    "crypto isakmp key key-secret address 10.0.0.0 255.255.255.0",
    "crypto ipsec transform-set t esp-gcm 256",
    "access-list 101 permit ip 10.1.0.0 0.0.255.255 host 10.2.0.1",
    "access-list 101 permit tcp 10.1.0.0 0.0.255.255 any eq www",
    "crypto map m 10 ipsec-isakmp",
    "description the main site",
    "set peer 10.0.0.1",
    "set peer 10.0.0.2 default",
    "set transform-set t",
    "match address 101",
    "interface eth0",
    "crypto map m",
)


def missing(*more: str) -> "list[str]":
    config = edited(*WHOLE, *more)
    return check_map.missing(config, config.crypto_maps[0])


def test_a_whole_entry_is_explained_and_nothing_is_missing() -> None:
    config = edited(*WHOLE)
    text = check.explain(config)
    assert "Crypto map m 10 (tunnel m-10):" in text
    for line in (
        "described as: the main site",
        "peers, in this order: 10.0.0.1, 10.0.0.2 (primary)",
        "protects 10.1.0.0/16 to 10.2.0.1",
        "protects 10.1.0.0/16 protocol 6 to any protocol 6 port 80",
        "is on eth0",
        "phase 1 offers AES-256 with SHA256 in group 14",
        "ESP offers AES-GCM-256",
        "without PFS",
    ):
        assert "  - " + line in text
    assert "key-secret" not in "\n".join(text)
    assert check.missing(config) == []


def test_each_missing_part_says_what_to_type() -> None:
    bare = edited("crypto map m 10 ipsec-isakmp")
    found = "\n".join(check.missing(bare))
    for words in (
        "crypto map m 10 cannot",
        "add `set peer",
        "add `set transform-set",
        "add `match address",
        "add `crypto map m`",
    ):
        assert words in found
    assert missing("no crypto map m 10", "crypto map m 10 ipsec-isakmp")[0].startswith("cannot come up: no peer")
    assert missing("no access-list 101") == ["cannot come up: there is no access list 101"]
    assert missing("crypto ipsec transform-set t esp-des esp-md5-hmac") == [
        "cannot come up: none of its transform sets is active"
    ]
    assert missing("no access-list 101", "access-list 101 deny ip any any") == [
        "cannot come up: no `permit` line of access list 101 can be protected"
    ]


def test_a_peer_without_a_key_is_named_with_the_line_to_type() -> None:
    assert missing("crypto map m 10", "set peer 10.9.9.9", "set peer gw.example") == [
        "has no key for peer 10.9.9.9: add `crypto isakmp key KEY address 10.9.9.9`"
    ]
    assert missing("no crypto isakmp key key-secret", "crypto map m 10", "set peer gw.example")[-1] == (
        "has no key for peer gw.example: add `crypto isakmp key KEY hostname gw.example`"
    )


def test_weak_choices_are_named() -> None:
    config = edited(*WHOLE, "crypto map m 10", "set pfs", "crypto isakmp key k address 0.0.0.0")
    found = "\n".join(check.weaknesses(config))
    assert "crypto map m 10: PFS group 1 is too short" in found
    assert "one pre-shared key is for every address" in found
