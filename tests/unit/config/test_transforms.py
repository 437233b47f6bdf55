"""Transform-set words in the terms of the core."""

import pytest

from ezvpn.config.draft import Rejected
from ezvpn.config.transforms import HASHES, esp_transform, hash_word
from ezvpn.ike.params import EspTransform


@pytest.mark.parametrize(
    ("words", "transform"),
    [
        ("esp-aes esp-sha-hmac", EspTransform("aes-cbc", 128, "sha1")),
        ("esp-aes 192 esp-sha256-hmac", EspTransform("aes-cbc", 192, "sha256")),
        ("esp-sha512-hmac esp-aes 256", EspTransform("aes-cbc", 256, "sha512")),
        ("esp-3des esp-md5-hmac", EspTransform("3des", 0, "md5")),
        ("esp-des esp-sha384-hmac", EspTransform("des", 0, "sha384")),
        ("esp-null esp-sha-hmac", EspTransform("null", 0, "sha1")),
        ("esp-gcm", EspTransform("aes-gcm", 128, "")),
        ("esp-gcm 256", EspTransform("aes-gcm", 256, "")),
    ],
)
def test_good_sets(words: str, transform: EspTransform) -> None:
    assert esp_transform(words.split()) == transform


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("esp-aes", "needs an authentication"),
        ("esp-sha-hmac", "needs an encryption"),
        ("esp-aes esp-3des esp-sha-hmac", "two encryptions"),
        ("esp-aes esp-sha-hmac esp-md5-hmac", "two authentications"),
        ("esp-gcm esp-sha-hmac", "brings its own"),
        ("esp-null", "needs an authentication"),
    ],
)
def test_sets_that_make_no_sense(words: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        esp_transform(words.split())


def test_hash_words_go_both_ways() -> None:
    assert {hash_word(name): name for name in HASHES.values()} == HASHES
