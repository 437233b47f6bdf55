"""Proposals in strongSwan's words (`aes256-sha256-modp2048`) as the transforms of `ezvpn.ike.params`.

Belongs here: the table of words and reading it. Not here: which of them a gateway allows (`policy`).
"""

from __future__ import annotations

from ezvpn.ike.params import EspTransform, Phase1Transform

# word: (cipher of phase 1, cipher of ESP, key bits); "" = not there.
CIPHERS = {
    "des": ("des", "des", 0),
    "3des": ("3des", "3des", 0),
    "aes128": ("aes", "aes-cbc", 128),
    "aes192": ("aes", "aes-cbc", 192),
    "aes256": ("aes", "aes-cbc", 256),
    "aes128gcm16": ("", "aes-gcm", 128),
    "aes256gcm16": ("", "aes-gcm", 256),
    "null": ("", "null", 0),
}
HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")
GROUPS = {"modp768": 1, "modp1024": 2, "modp1536": 5, "modp2048": 14, "modp3072": 15, "modp4096": 16}


def phase1(text: str) -> Phase1Transform:
    """`aes256-sha256-modp2048`. Raises ValueError saying what a proposal looks like."""
    words = text.split("-")
    if len(words) == 3 and words[0] in CIPHERS and words[1] in HASHES and words[2] in GROUPS:
        cipher, _, bits = CIPHERS[words[0]]
        if cipher:
            return Phase1Transform(cipher, bits, words[1], GROUPS[words[2]], 0)
    raise ValueError(f"{text!r} is no IKE proposal: write it like aes256-sha256-modp2048")


def esp(text: str) -> tuple[EspTransform, int]:
    """`aes256-sha256`, `aes256gcm16`, each with `-modp2048` at its end for PFS: (transform, group or 0). Raises ValueError."""
    words = text.split("-")
    group = GROUPS[words.pop()] if words[-1] in GROUPS else 0
    if words and words[0] in CIPHERS:
        _, cipher, bits = CIPHERS[words[0]]
        if cipher == "aes-gcm" and len(words) == 1:
            return EspTransform(cipher, bits, ""), group
        if cipher != "aes-gcm" and len(words) == 2 and words[1] in HASHES:
            return EspTransform(cipher, bits, words[1]), group
    raise ValueError(f"{text!r} is no ESP proposal: write it like aes256-sha256 or aes256gcm16, with -modp2048 for PFS")
