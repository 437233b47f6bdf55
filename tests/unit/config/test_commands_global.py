"""Global commands, one by one: what they set, what `no` undoes, what they refuse."""

import pytest

from ezvpn.config.model import Keepalive
from ezvpn.config.secrets import Hashed
from unit.config.lines import edited, last, rejected


def test_hostname() -> None:
    assert edited("hostname edge-1").hostname == "edge-1"
    assert edited("hostname edge-1", "no hostname").hostname == "Router"
    assert "host name" in rejected("hostname 12345")
    assert "host name" in rejected("hostname " + "x" * 64)


@pytest.mark.parametrize(
    ("line", "keepalive"),
    [
        ("crypto isakmp keepalive 10", Keepalive(10, 2, False)),
        ("crypto isakmp keepalive 10 periodic", Keepalive(10, 2, True)),
        ("crypto isakmp keepalive 3600 60 periodic", Keepalive(3600, 60, True)),
        ("crypto isakmp keepalive 30 20 on-demand", Keepalive(30, 20, False)),
        ("no crypto isakmp keepalive", None),
        ("default crypto isakmp keepalive", None),
    ],
)
def test_keepalive(line: str, keepalive: "Keepalive | None") -> None:
    assert edited("crypto isakmp keepalive 11", line).keepalive == keepalive


@pytest.mark.parametrize(
    "line", ["crypto isakmp keepalive", "crypto isakmp keepalive 9", "crypto isakmp keepalive 3601"]
)
def test_keepalive_without_seconds_in_range_names_the_range(line: str) -> None:
    assert last(line).expected == ["<10-3600>"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("crypto isakmp keepalive 9", "9 is out of range: <10-3600>"),
        ("crypto isakmp keepalive 3601 5 periodic", "3601 is out of range: <10-3600>"),
        ("crypto isakmp keepalive 10 1", "1 is out of range: <2-60>"),
        ("crypto isakmp keepalive 10 61 periodic", "61 is out of range: <2-60>"),
        ("crypto isakmp keepalive", ""),
        ("crypto isakmp keepalive periodic", ""),
        ("crypto isakmp keepalive 10 2 5", ""),
        ("crypto isakmp keepalive 10", ""),
    ],
)
def test_a_number_out_of_range_is_told_the_range(line: str, told: str) -> None:
    assert last(line).out_of_range == told


def test_policies_are_kept_by_priority() -> None:
    config = edited("crypto isakmp policy 20", "crypto isakmp policy 5", "crypto isakmp policy 10", "group 14")
    assert [(policy.priority, policy.group) for policy in config.policies] == [(5, 1), (10, 14), (20, 1)]
    config = edited("crypto isakmp policy 20", "crypto isakmp policy 5", "no crypto isakmp policy 20")
    assert [policy.priority for policy in config.policies] == [5]
    assert rejected("no crypto isakmp policy 7") == "there is no policy 7"


def test_allow_weak() -> None:
    assert edited("crypto isakmp allow-weak").allow_weak
    assert not edited("crypto isakmp allow-weak", "no crypto isakmp allow-weak").allow_weak


def test_enable_secret_and_password() -> None:
    config = edited("enable secret 0 one", "enable password two words")
    assert config.enable_secret is not None and config.enable_secret.reveal() == b"one"
    assert config.enable_password is not None and config.enable_password.reveal() == b"two words"
    assert edited("enable secret x", "no enable secret").enable_secret is None
    hashed = edited("enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0").enable_secret
    assert isinstance(hashed, Hashed) and hashed.kind == "5"
    for line in ("enable secret 9 $9$x", "enable secret 8 $8$x"):
        assert "hash" in rejected(line)


@pytest.mark.parametrize(
    ("line", "size", "level"),
    [
        ("logging buffered", 16384, 7),
        ("logging buffered 51200 warnings", 51200, 4),
        ("logging buffered 5", 16384, 5),
        ("no logging buffered", 16384, -1),
        ("default logging buffered", 16384, 7),
    ],
)
def test_logging_buffered(line: str, size: int, level: int) -> None:
    config = edited("logging buffered 4096 1", line)
    assert (config.logging_bytes, config.logging_kept) == (size, level)


@pytest.mark.parametrize(
    ("line", "level"),
    [("logging console", 7), ("logging console 6", 6), ("logging console errors", 3), ("no logging console", -1)],
)
def test_logging_console(line: str, level: int) -> None:
    assert edited("logging console 1", line).logging_level == level


def test_preshared_keys_of_site_to_site_peers() -> None:
    match = last("crypto isakmp key 0 k address 10.2.80.209 255.255.255.0")
    assert (match.status, match.warnings) == ("ok", [])
    (key,) = edited("crypto isakmp key k address 0.0.0.0 no-xauth").preshared_keys
    assert (key.address, key.mask, key.no_xauth) == (b"\0\0\0\0", b"\0\0\0\0", True)
    keys = edited("crypto isakmp key k hostname gw.example", "crypto isakmp key k2 hostname gw.example").preshared_keys
    assert [(one.key.reveal(), one.address, one.hostname) for one in keys] == [(b"k2", None, "gw.example")]
    assert not edited("crypto isakmp key k address 10.0.0.1", "no crypto isakmp key k").preshared_keys
    assert not edited("crypto isakmp key k address 10.0.0.1", "no crypto isakmp key k address 10.0.0.1").preshared_keys
    assert "no such key" in rejected("no crypto isakmp key k")


def test_profiles_open_their_block_again() -> None:
    config = edited(
        "crypto ipsec client ezvpn a", "connect manual", "crypto ipsec client ezvpn b", "cr ip cl e a", "mode client"
    )
    assert [(profile.name, profile.connect) for profile in config.profiles] == [("a", "manual"), ("b", "auto")]
    assert not edited("crypto ipsec client ezvpn a", "no crypto ipsec client ezvpn a").profiles
    assert "no profile b" in rejected("no crypto ipsec client ezvpn b")


def test_transform_sets() -> None:
    config = edited("crypto ipsec transform-set t esp-aes 256 esp-sha256-hmac", "mode tunnel")
    made = config.transform_sets[0]
    assert (made.words, made.transform.key_bits) == (("esp-aes", "256", "esp-sha256-hmac"), 256)
    again = edited("crypto ipsec transform-set t esp-aes esp-sha-hmac", "crypto ipsec transform-set t esp-gcm")
    assert [one.transform.cipher for one in again.transform_sets] == ["aes-gcm"]
    assert "authentication" in rejected("crypto ipsec transform-set t esp-aes")
    assert last("crypto ipsec transform-set t").status == "incomplete"
    assert not edited("crypto ipsec transform-set t esp-gcm", "no crypto ipsec transform-set t").transform_sets


def test_replay_window() -> None:
    assert edited("crypto ipsec security-association replay window-size 1024").anti_replay_window == 1024
    assert last("crypto ipsec security-association replay window-size 100").status == "invalid"
    line = "crypto ipsec security-association replay window-size"
    assert edited(line + " 512", "no " + line).anti_replay_window == 64


def test_lifetimes_of_ipsec_sas() -> None:
    line = "crypto ipsec security-association lifetime"
    both = (line + " seconds 120", line + " kilobytes 2560")
    assert [(c.sa_life_s, c.sa_life_kb) for c in (edited(*both), edited(*both, "no " + line))] == [
        (120, 2560),
        (3600, 4608000),
    ]
    assert edited(line + " kilobytes disable").sa_life_kb == 0
    assert edited(*both, "no " + line + " seconds").sa_life_kb == 2560
    assert edited(*both, "default " + line + " kilobytes").sa_life_kb == 4608000
    assert last(line + " seconds 119").expected == ["<120-86400>"]
    assert last(line + " kilobytes 2559").expected == ["<2560-4294967295>", "disable"]
    assert last(line).status == "incomplete"


def test_interfaces_and_mqtt_open_blocks() -> None:
    assert [one.name for one in edited("int fa0", "int FastEthernet 0", "int eth1").interfaces] == [
        "FastEthernet0",
        "eth1",
    ]
    assert not edited("int fa0", "no int fa0").interfaces
    assert edited("mqtt").mqtt is not None
    assert edited("mqtt", "no mqtt").mqtt is None


def test_lists_are_bounded() -> None:
    profiles = ["crypto ipsec client ezvpn p" + str(i) for i in range(9)]
    assert rejected(*profiles) == "more than 8 ezvpn profiles"
    assert rejected(*["interface eth" + str(i) for i in range(65)]) == "more than 64 interfaces"
    assert rejected(*["crypto isakmp policy " + str(i + 1) for i in range(33)]) == "more than 32 policies"
