"""The lines of an ISAKMP policy and of a transform set."""

import pytest

from unit.config.lines import edited, last

HEAD = "crypto isakmp policy 10"


@pytest.mark.parametrize(
    ("line", "cipher", "bits"),
    [
        ("encryption des", "des", 0),
        ("encr 3des", "3des", 0),
        ("encryption aes", "aes", 128),
        ("encryption aes 192", "aes", 192),
        ("encryption aes 256", "aes", 256),
        ("no encryption", "des", 0),
    ],
)
def test_encryption(line: str, cipher: str, bits: int) -> None:
    policy = edited(HEAD, "encryption aes 256", line).policies[0]
    assert (policy.cipher, policy.key_bits) == (cipher, bits)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("hash md5", "md5"),
        ("hash sha", "sha1"),
        ("hash sha256", "sha256"),
        ("hash sha512", "sha512"),
        ("no hash", "sha1"),
    ],
)
def test_hash(line: str, name: str) -> None:
    assert edited(HEAD, "hash sha384", line).policies[0].hash == name


@pytest.mark.parametrize("group", [1, 2, 5, 14, 15, 16])
def test_group(group: int) -> None:
    assert edited(HEAD, "group " + str(group)).policies[0].group == group


def test_other_groups_and_authentications_are_refused() -> None:
    assert last(HEAD, "group 19").status == "invalid"
    assert last(HEAD, "authentication rsa-sig").expected == ["pre-share"]
    assert edited(HEAD, "authentication pre-share").policies[0].authentication == "pre-share"


def test_lifetime() -> None:
    assert edited(HEAD, "lifetime 3600").policies[0].life_s == 3600
    assert edited(HEAD, "lifetime 3600", "no lifetime").policies[0].life_s == 86400
    assert last(HEAD, "lifetime 59").expected == ["<60-86400>"]


def test_transform_set_is_tunnel_mode_only() -> None:
    head = "crypto ipsec transform-set t esp-gcm 256"
    assert last(head, "mode tunnel").status == "ok"
    assert last(head, "mode transport").status == "invalid"
