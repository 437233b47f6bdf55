"""Algorithms in plain words, and what is weak about them: for `config.check`.

Level 3, pure.
"""

from ezvpn.config import references
from ezvpn.config.model import Config, EzvpnProfile, MapEntry
from ezvpn.ike.params import EspTransform, Phase1Transform

_CIPHERS = {"aes": "AES", "aes-cbc": "AES", "aes-gcm": "AES-GCM", "3des": "3DES", "des": "DES", "null": "no encryption"}


def phase1_words(config: Config) -> str:
    """What phase 1 offers."""
    if not config.policies:
        return "AES-256, AES-128 and 3DES with SHA-256 and SHA-1, in group 14, then 5, then 2"
    offer = references.phase1_offer(config)
    return "; ".join([_phase1(transform) for transform in offer]) or "nothing"


def esp_words(config: Config, of: "EzvpnProfile | MapEntry") -> str:
    """What a tunnel offers for ESP."""
    if not of.transform_sets:
        return "AES-256, AES-128 and 3DES with SHA-256 and SHA-1"
    offer = references.esp_offer(config, of)
    return "; ".join([_esp(transform) for transform in offer]) or "nothing"


def weak_words(cipher: str, digest: str) -> "list[str]":
    """What is weak about a cipher and a hash, and what to use."""
    found = []
    if cipher in ("des", "3des"):
        found.append(_CIPHERS[cipher] + " is weak; use AES where the gateway can")
    if cipher == "null":
        found.append("nothing is encrypted")
    if digest == "md5":
        found.append("MD5 is weak; use SHA-256 where the gateway can")
    return found


def _phase1(transform: Phase1Transform) -> str:
    cipher = _cipher(transform.cipher, transform.key_bits)
    return cipher + " with " + transform.hash.upper() + " in group " + str(transform.group)


def _esp(transform: EspTransform) -> str:
    auth = " with " + transform.auth.upper() if transform.auth else ""
    return _cipher(transform.cipher, transform.key_bits) + auth


def _cipher(name: str, key_bits: int) -> str:
    return _CIPHERS[name] + ("-" + str(key_bits) if key_bits else "")
