"""What is configured for IKE and IPsec, in the layout of IOS's `show crypto isakmp policy`, `isakmp key` and `ipsec
transform-set`, and as JSON (the conventions are those of `render_json`).

Level 4, pure. What the running configuration does not have is listed as the default that takes its place.

    show crypto isakmp policy         default, policies: [priority encryption key_bits hash authentication group lifetime_s
                                      offered]
    show crypto isakmp key            keys: [keyring address mask hostname key]; the key is masked
    show crypto ipsec transform-set   default, transform_sets: [name transform mode]
"""

from ezvpn.config import references
from ezvpn.config.model import Config, Policy, PresharedKey
from ezvpn.config.secrets import MASK
from ezvpn.console.render import esp_words
from ezvpn.console.render_json import top
from ezvpn.ike.params import EspTransform, Phase1Transform
from ezvpn.report.json_text import Object, clean
from ezvpn.tunnel import offer
from ezvpn.wire.inet import ipv4_text

_CIPHERS = {
    "des": "DES - Data Encryption Standard (56 bit keys).",
    "3des": "Three key triple DES",
    "aes": "AES - Advanced Encryption Standard (%d bit keys).",
}
_HASHES = {
    "md5": "Message Digest 5",
    "sha1": "Secure Hash Standard",
    "sha256": "Secure Hash Standard 2 (256 bit)",
    "sha384": "Secure Hash Standard 2 (384 bit)",
    "sha512": "Secure Hash Standard 2 (512 bit)",
}
_GROUP_BITS = {1: 768, 2: 1024, 5: 1536, 14: 2048, 15: 3072, 16: 4096}

_DEFAULT_SET = "default"


def policies(config: Config) -> "list[str]":
    """`show crypto isakmp policy`."""
    if not config.policies:
        return ["Default IKE policy", "Default protection suite"] + _suite(
            [_cipher(name, bits) for name, bits in offer.DEFAULT_CIPHERS],
            [_HASHES[name] for name in offer.DEFAULT_HASHES],
            [_group(group) for group in offer.DEFAULT_GROUPS],
            Policy(0).life_s,
        )
    out = ["Global IKE policy"]
    for policy in config.policies:
        out.append("Protection suite of priority " + str(policy.priority))
        cipher = _cipher(policy.cipher, policy.key_bits)
        out += _suite([cipher], [_HASHES[policy.hash]], [_group(policy.group)], policy.life_s)
        if not _offered(config, policy):
            out.append(_fact("not offered:", "weak; `crypto isakmp allow-weak` would allow it"))
    return out


def policies_json(config: Config) -> Object:
    """Its twin. priority is null for the default suites, which are listed one by one in order of preference."""
    found = []
    for policy in config.policies:
        transform = Phase1Transform(policy.cipher, policy.key_bits, policy.hash, policy.group, policy.life_s)
        found.append(_policy_json(policy.priority, transform, _offered(config, policy)))
    if not config.policies:
        for transform in offer.default_phase1():
            found.append(_policy_json(None, transform, True))
    return top(("default", not config.policies), ("policies", found))


def keys(config: Config) -> "list[str]":
    """`show crypto isakmp key`, the keys themselves masked. The longest match counts, not the order."""
    out = ["Keyring      Hostname/Address                            Preshared Key", ""]
    for key in config.preshared_keys:
        where = clean(key.hostname)
        if key.address is not None:
            where = f"{ipv4_text(key.address):<15} [{ipv4_text(key.mask)}]"
        out.append(f"default      {where:<43} {MASK}")
    return out


def keys_json(config: Config) -> Object:
    """Its twin."""
    return top(("keys", [_key_json(key) for key in config.preshared_keys]))


def transform_sets(config: Config) -> "list[str]":
    """`show crypto ipsec transform-set`."""
    out: "list[str]" = []
    for name, transform in _transform_sets(config):
        out += [
            "Transform set " + name + ": { " + esp_words(transform) + "  }",
            "   will negotiate = { Tunnel,  },",
            "",
        ]
    return out[:-1]


def transform_sets_json(config: Config) -> Object:
    """Its twin."""
    found = [
        Object(("name", name), ("transform", esp_words(transform)), ("mode", "tunnel"))
        for name, transform in _transform_sets(config)
    ]
    return top(("default", not config.transform_sets), ("transform_sets", found))


def _suite(ciphers: "list[str]", hashes: "list[str]", groups: "list[str]", life_s: int) -> "list[str]":
    """One protection suite; of a value with alternatives each on a line of its own."""
    out: "list[str]" = []
    for name, values in (
        ("encryption algorithm:", ciphers),
        ("hash algorithm:", hashes),
        ("authentication method:", ["Pre-Shared Key"]),
        ("Diffie-Hellman group:", groups),
        ("lifetime:", [str(life_s) + " seconds, no volume limit"]),
    ):
        for value in values:
            out.append(_fact(name, value))
            name = ""
    return out


def _fact(name: str, value: str) -> str:
    return f"        {name:<24}{value}"


def _cipher(name: str, bits: int) -> str:
    words = _CIPHERS[name]
    return words % bits if "%" in words else words


def _group(group: int) -> str:
    return "#" + str(group) + " (" + str(_GROUP_BITS[group]) + " bit)"


def _offered(config: Config, policy: Policy) -> bool:
    transform = Phase1Transform(policy.cipher, policy.key_bits, policy.hash, policy.group, policy.life_s)
    return transform in references.phase1_offer(config)


def _policy_json(priority: "int | None", transform: Phase1Transform, offered: bool) -> Object:
    return Object(
        ("priority", priority),
        ("encryption", transform.cipher),
        ("key_bits", transform.key_bits),
        ("hash", transform.hash),
        ("authentication", "pre-share"),
        ("group", transform.group),
        ("lifetime_s", transform.life_s),
        ("offered", offered),
    )


def _key_json(key: PresharedKey) -> Object:
    return Object(
        ("keyring", "default"),
        ("address", None if key.address is None else ipv4_text(key.address)),
        ("mask", None if key.address is None else ipv4_text(key.mask)),
        ("hostname", clean(key.hostname) or None),
        ("key", MASK),
    )


def _transform_sets(config: Config) -> "list[tuple[str, EspTransform]]":
    if config.transform_sets:
        return [(each.name, each.transform) for each in config.transform_sets]
    return [(_DEFAULT_SET, transform) for transform in offer.default_esp()]
