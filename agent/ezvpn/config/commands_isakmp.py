"""The lines of `crypto isakmp policy N` and `crypto ipsec transform-set NAME` blocks, and what each does.

Level 3, pure.
"""

from ezvpn.config.draft import Draft
from ezvpn.config.match import Match
from ezvpn.config.model import Policy
from ezvpn.config.transforms import HASHES

POLICY = (
    (
        "encryption ~ {des|3des|aes [{128|192|256}$bits]}$cipher",
        (
            "Encryption of phase 1",
            "DES (weak, needs crypto isakmp allow-weak; default)",
            "3DES (weak)",
            "AES, 128 bits unless said otherwise",
            "128 bit keys",
            "192 bit keys",
            "256 bit keys",
        ),
        "encryption",
    ),
    (
        "hash ~ {md5|sha|sha256|sha384|sha512}$hash",
        (
            "Hash of phase 1",
            "MD5 (weak, needs crypto isakmp allow-weak)",
            "SHA-1 (default)",
            "SHA-256",
            "SHA-384",
            "SHA-512",
        ),
        "hash",
    ),
    (
        "authentication ~ pre-share",
        ("Authentication of phase 1", "Pre-shared key (default)"),
        "authentication",
    ),
    (
        "group ~ {1|2|5|14|15|16}$group",
        (
            "Diffie-Hellman group",
            "768 bits (weak, needs crypto isakmp allow-weak; default)",
            "1024 bits (weak)",
            "1536 bits (weak)",
            "2048 bits",
            "3072 bits",
            "4096 bits",
        ),
        "dh_group",
    ),
    (
        "lifetime ~ <60-86400>$seconds",
        ("Lifetime of phase 1", "Seconds, default 86400"),
        "lifetime",
    ),
)

TRANSFORM_SET = (("mode ~ tunnel", ("Encapsulation", "Whole packets are carried (default)"), "transform_mode"),)


def encryption(draft: Draft, match: Match) -> None:
    policy = draft.policy()
    policy.cipher = match.text("cipher") or Policy(0).cipher
    policy.key_bits = int(match.text("bits") or 128) if policy.cipher == "aes" else 0


def hash_name(draft: Draft, match: Match) -> None:
    draft.policy().hash = HASHES[match.text("hash") or "sha"]


def authentication(draft: Draft, match: Match) -> None:
    draft.policy().authentication = "pre-share"


def dh_group(draft: Draft, match: Match) -> None:
    draft.policy().group = int(match.text("group") or Policy(0).group)


def lifetime(draft: Draft, match: Match) -> None:
    draft.policy().life_s = match.number("seconds", Policy(0).life_s)


def transform_mode(draft: Draft, match: Match) -> None:
    draft.transform_set()  # tunnel mode is the only one, so there is nothing to set


SETTERS = {
    "encryption": encryption,
    "hash": hash_name,
    "authentication": authentication,
    "dh_group": dh_group,
    "lifetime": lifetime,
    "transform_mode": transform_mode,
}
