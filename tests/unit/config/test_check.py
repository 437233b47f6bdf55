"""`ezvpn check`: the explanation, the weak points, the missing pieces."""

import pytest

from ezvpn.config import check
from ezvpn.config.model import Config
from unit.config.lines import edited

SIX = (
    "crypto isakmp keepalive 10 periodic",
    "crypto ipsec client ezvpn hq",
    "group unity key hush-hush",
    "peer 10.2.80.209",
    "username joe password hush-hush",
)


def test_six_lines_lack_nothing() -> None:
    config = edited(*SIX)
    assert check.missing(config) == []
    text = "\n".join(check.explain(config))
    assert "gateways, in this order: 10.2.80.209" in text
    assert "leaves by the interface that routes to the gateway" in text
    assert "a probe every 10 s, repeated every 2 s; a dead gateway is noticed within 20 s" in text
    assert "hush" not in text


def test_explanation_follows_the_configuration() -> None:
    config = edited(
        *("crypto isakmp policy 10", "encryption aes 256", "hash sha256", "group 14"),
        *("crypto ipsec transform-set gcm esp-gcm 256", "crypto ipsec transform-set a esp-aes esp-sha-hmac"),
        *(
            "crypto ipsec client ezvpn hq",
            "connect manual",
            "mode network-plus",
            "peer a.example",
            "peer b.example default",
        ),
        *("group g key k", "username u password p", "xauth retry-minutes never", "pfs group 14", "transform-set gcm a"),
        *("interface fa0", "crypto ipsec client ezvpn hq", "interface vlan1", "crypto ipsec client ezvpn hq inside"),
        *("mqtt", "broker mqtts://b.example", "hostname edge", "crypto isakmp keepalive 30 20"),
    )
    text = "\n".join(check.explain(config))
    for words in (
        "comes up when `crypto ipsec client ezvpn connect` is typed",
        "a.example, b.example (primary)",
        "waits until it is changed",
        "leaves by FastEthernet0",
        "serves the networks of Vlan1",
        "phase 1 offers AES-256 with SHA256 in group 14",
        "ESP offers AES-GCM-256; AES-128 with SHA1",
        "PFS with group 14",
        "a probe after 30 s of silence if there is traffic to send, repeated every 20 s",
        "mqtts://b.example:8883, topics ezvpn/edge/",
    ):
        assert words in text


def test_how_a_tunnel_is_left() -> None:
    block = ("crypto ipsec client ezvpn hq", "peer a.example", "peer b.example")
    said = {
        (
            *block,
            "idletime 90",
            "connect manual",
        ): "after 90 s without traffic it goes down until it is connected again",
        (*block, "idletime 90", "peer a.example default"): "goes down and comes up at once at the primary, a.example",
        (*block, "idletime 90"): "`idletime` is for `connect manual` or a `peer ... default`",
        (*block, "standby warm"): "keeps the next gateway's name resolved and a key pair ready",
        block: "an IPsec SA is renewed before it is 3600 s or 4608000 kB old",
        ("crypto ipsec security-association lifetime kilobytes disable", *block): "before it is 3600 s old",
    }
    for lines in said:
        assert said[lines] in "\n".join(check.explain(edited(*lines)))


def test_an_empty_configuration_is_explained_too() -> None:
    text = "\n".join(check.explain(Config()))
    assert "makes no tunnel" in text
    assert "none of our own are configured" in text
    assert check.missing(Config()) == [
        "no tunnel: add `crypto ipsec client ezvpn NAME` or `crypto map NAME 10 ipsec-isakmp`"
    ]
    assert check.weaknesses(Config()) == []


def test_missing_pieces() -> None:
    found = "\n".join(
        check.missing(edited("crypto ipsec client ezvpn hq", "xauth userid mode local", "transform-set x", "mqtt"))
    )
    for words in ("no gateway", "no group", "needs `username", "none of its transform sets", "add `broker"):
        assert words in found
    found = "\n".join(check.missing(edited(*SIX, "crypto isakmp policy 1")))
    assert "every ISAKMP policy needs `crypto isakmp allow-weak`" in found
    assert "\n".join(check.explain(edited(*SIX, "crypto isakmp policy 1"))).count("offers nothing") == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["crypto isakmp policy 1", "group 1"], "policy 1: group 1 is too short"),
        (["crypto isakmp policy 1", "group 2"], "policy 1: group 2 is too short"),
        (["crypto isakmp policy 1", "group 5"], "policy 1: group 5 is too short"),
        (["crypto isakmp policy 1"], "policy 1: DES is weak"),
        (["crypto isakmp policy 1", "encryption 3des"], "policy 1: 3DES is weak"),
        (["crypto isakmp policy 1", "hash md5"], "policy 1: MD5 is weak"),
        (["crypto ipsec transform-set t esp-des esp-md5-hmac"], "transform set t: MD5 is weak"),
        (["crypto ipsec transform-set t esp-null esp-sha-hmac"], "transform set t: nothing is encrypted"),
        (["crypto ipsec client ezvpn hq", "pfs group 2"], "PFS group 2 is too short"),
        (["crypto ipsec client ezvpn hq"], "without `crypto isakmp policy`, group 5 and then 2"),
        (["crypto ipsec client ezvpn hq", "group g key k"], "can be guessed off line"),
        (["mqtt", "broker mqtt://b", "username u password p"], "the password travels in the clear"),
        (["mqtt", "broker mqtt://b", "ca f"], "used with mqtts:// only"),
        (["mqtt", "broker mqtts://b"], "without `ca FILE`"),
    ],
)
def test_weaknesses(lines: "list[str]", words: str) -> None:
    assert words in "\n".join(check.weaknesses(edited(*lines)))


def test_a_strong_configuration_has_only_the_group_key_to_say() -> None:
    found = check.weaknesses(
        edited(
            "crypto isakmp policy 1",
            "encryption aes 256",
            "hash sha256",
            "group 14",
            "crypto ipsec client ezvpn a",
            "group g key k",
        )
    )
    assert len(found) == 1
    assert "group key" in found[0]
