"""Type 6: a round trip, and everything that must not open."""

import base64

import pytest
from doubles.replay import Chance

from ezvpn.config.model import same
from ezvpn.config.render import render, to_text
from ezvpn.config.secrets import Sealed
from ezvpn.config.text import parse
from ezvpn.config.type6 import DeviceKeys
from ezvpn.crypto.choose import best

CRYPTO = best(Chance(1))
ONE, OTHER = bytes(range(32)), bytes(range(1, 33))
TEXT = """hostname edge
password encryption aes
enable secret enable-me
crypto isakmp key sesame address 192.0.2.1
crypto ipsec client ezvpn office
 group unity key 6 of them are plain
 peer 198.51.100.11
 username alice password pa ss
mqtt
 broker mqtt://b
 username u password of-the-broker
username admin privilege 15 secret kept-one
"""
WORDS = ("enable-me", "sesame", "of them", "pa ss", "of-the-broker", "kept-one")


@pytest.mark.parametrize("size", [1, 15, 16, 17, 512])
def test_what_is_sealed_opens_again_with_the_same_key_alone(size):
    secret = b"s" * size
    text = DeviceKeys(CRYPTO, [ONE]).seal(secret)
    assert DeviceKeys(CRYPTO, [ONE]).unseal(text) == secret
    assert DeviceKeys(CRYPTO, [OTHER, ONE]).unseal(text) == secret
    assert DeviceKeys(CRYPTO, [OTHER]).unseal(text) is None
    assert " " not in text
    assert len(text) <= 732


def test_the_text_is_what_it_is():
    """The format is on disks: it must not change."""
    assert DeviceKeys(CRYPTO, [ONE]).seal(b"sesame") == "AcwmXAgq/M3QvneJo8xRFLLQhYGboFe9oUKdI49efueY"


def test_no_changed_byte_opens():
    keys = DeviceKeys(CRYPTO, [ONE])
    raw = base64.b64decode(keys.seal(b"sesame"))
    for at in range(len(raw)):
        for bit in (1, 128):
            broken = bytearray(raw)
            broken[at] ^= bit
            assert keys.unseal(base64.b64encode(broken).decode()) is None
    for length in range(len(raw)):
        assert keys.unseal(base64.b64encode(raw[:length]).decode()) is None


@pytest.mark.parametrize("text", ["", "x", "====", "ä", "JDYkqyIFWeBvzpljSfWmRZrmRSRE8", "A" * 44, "AQ" * 30])
def test_what_is_none(text):
    assert DeviceKeys(CRYPTO, [ONE]).unseal(text) is None


def test_one_text_for_one_secret():
    keys = DeviceKeys(CRYPTO, [ONE])
    text = keys.seal(b"sesame")
    assert keys.seal(b"sesame") == text != keys.seal(b"Sesame")
    assert keys.unseal(text + "\n") is None
    assert keys.unseal(text.replace("=", "") + "!") is None


def test_a_whole_configuration_goes_and_comes_exactly():
    keys = DeviceKeys(CRYPTO, [ONE])
    config = parse(TEXT.replace("key 6 of", "key 0 6 of")).config
    stored = to_text(config, keys.seal)
    assert not [word for word in WORDS if word in stored]
    assert stored.count(" 6 A") == 6
    again = parse(stored, keys.unseal)
    assert again.errors == []
    assert again.warnings == parse(to_text(config)).warnings
    assert same(again.config, config)
    assert to_text(again.config, keys.seal) == stored
    assert to_text(again.config) == to_text(config)


def test_another_key_is_said_per_line_and_loses_nothing():
    stored = to_text(parse(TEXT).config, DeviceKeys(CRYPTO, [ONE]).seal)
    for unseal in (None, DeviceKeys(CRYPTO, [OTHER]).unseal):
        result = parse(stored, unseal)
        assert result.errors == []
        said = [
            problem for problem in result.warnings if "not encrypted with the key of this device" in problem.message
        ]
        assert [stored.split("\n")[problem.line - 1].split(" 6 ")[0] for problem in said] == [
            "enable secret",
            "username admin privilege 15 secret",
            "crypto isakmp key",
            " group unity key",
            " username alice password",
            " username u password",
        ]
        assert isinstance(result.config.profiles[0].key, Sealed)
        assert to_text(result.config, DeviceKeys(CRYPTO, [OTHER]).seal) == stored
        assert not [line for line in render(result.config, True) if "AQ" in line]
