"""Algorithms in plain words."""

from ezvpn.config import check_words
from ezvpn.config.model import Config
from unit.config.lines import edited


def test_without_policies_the_default_offer_is_named() -> None:
    assert "group 14, then 5" in check_words.phase1_words(Config())


def test_offers_in_order() -> None:
    config = edited(
        *("crypto isakmp policy 1", "encryption aes 256", "hash sha256", "group 14"),
        *("crypto isakmp policy 2", "encryption des"),
        *("crypto ipsec transform-set t esp-gcm 256", "crypto ipsec transform-set u esp-aes esp-sha-hmac"),
        *("crypto map m 1 ipsec-isakmp", "set transform-set u t"),
    )
    assert check_words.phase1_words(config) == "AES-256 with SHA256 in group 14"
    assert check_words.esp_words(config, config.crypto_maps[0]) == "AES-128 with SHA1; AES-GCM-256"
    config.crypto_maps[0].transform_sets = ["none"]
    assert check_words.esp_words(config, config.crypto_maps[0]) == "nothing"


def test_what_is_weak() -> None:
    assert check_words.weak_words("aes", "sha256") == []
    assert len(check_words.weak_words("3des", "md5")) == 2
    assert check_words.weak_words("null", "sha1") == ["nothing is encrypted"]
