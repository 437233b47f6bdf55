"""Policies, keys and transform sets as IOS lays them out.

SOURCE: listings of `show crypto isakmp policy`, `show crypto isakmp key` and `show crypto ipsec transform-set` as publicly
posted.
"""

import json

from ezvpn.config.model import Config
from ezvpn.config.text import parse
from ezvpn.console import render_policy
from ezvpn.report.json_text import Object, render

CONFIG = """
crypto isakmp policy 1
 encryption 3des
 authentication pre-share
 group 2
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
 lifetime 3600
crypto isakmp policy 20
 encryption des
 hash md5
 authentication pre-share
 group 1
crypto isakmp key hush-hush address 10.2.80.209
crypto isakmp key hush-hush-2 address 10.0.0.0 255.0.0.0
crypto isakmp key hush-hush-3 hostname gw.example.net
crypto ipsec transform-set esp-3des-sha esp-3des esp-sha-hmac
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
"""

POLICIES = """\
Global IKE policy
Protection suite of priority 1
        encryption algorithm:   Three key triple DES
        hash algorithm:         Secure Hash Standard
        authentication method:  Pre-Shared Key
        Diffie-Hellman group:   #2 (1024 bit)
        lifetime:               86400 seconds, no volume limit
Protection suite of priority 10
        encryption algorithm:   AES - Advanced Encryption Standard (256 bit keys).
        hash algorithm:         Secure Hash Standard 2 (256 bit)
        authentication method:  Pre-Shared Key
        Diffie-Hellman group:   #14 (2048 bit)
        lifetime:               3600 seconds, no volume limit
Protection suite of priority 20
        encryption algorithm:   DES - Data Encryption Standard (56 bit keys).
        hash algorithm:         Message Digest 5
        authentication method:  Pre-Shared Key
        Diffie-Hellman group:   #1 (768 bit)
        lifetime:               86400 seconds, no volume limit
        not offered:            weak; `crypto isakmp allow-weak` would allow it"""

KEYS = """\
Keyring      Hostname/Address                            Preshared Key

default      10.2.80.209     [255.255.255.255]           <removed>
default      10.0.0.0        [255.0.0.0]                 <removed>
default      gw.example.net                              <removed>"""

SETS = """\
Transform set esp-3des-sha: { esp-3des esp-sha-hmac  }
   will negotiate = { Tunnel,  },

Transform set TS: { esp-256-aes esp-sha256-hmac  }
   will negotiate = { Tunnel,  },"""


def config(text: str = CONFIG) -> Config:
    parsed = parse(text)
    assert not parsed.errors, parsed.errors
    return parsed.config


def loaded(answer: Object) -> "dict[str, object]":
    found = json.loads(render(answer))
    assert isinstance(found, dict)
    return found


def test_policies_match_the_sample() -> None:
    assert render_policy.policies(config()) == POLICIES.split("\n")


def test_a_weak_policy_is_offered_where_that_is_allowed() -> None:
    allowed = config("crypto isakmp allow-weak\n" + CONFIG)
    assert not [line for line in render_policy.policies(allowed) if "not offered" in line]
    assert '"offered":false' not in render(render_policy.policies_json(allowed))
    assert '"offered":false' in render(render_policy.policies_json(config()))


def test_without_policies_the_defaults_are_listed() -> None:
    text = render_policy.policies(Config())
    assert text[:2] == ["Default IKE policy", "Default protection suite"]
    assert text[2:4] == [
        "        encryption algorithm:   AES - Advanced Encryption Standard (256 bit keys).",
        "                                AES - Advanced Encryption Standard (128 bit keys).",
    ]
    answer = loaded(render_policy.policies_json(Config()))
    policies = answer["policies"]
    assert isinstance(policies, list)
    assert answer["default"] is True and len(policies) == 18
    assert policies[0] == {
        "priority": None,
        "encryption": "aes",
        "key_bits": 256,
        "hash": "sha256",
        "authentication": "pre-share",
        "group": 14,
        "lifetime_s": 86400,
        "offered": True,
    }


def test_keys_are_masked_in_text_and_json() -> None:
    assert render_policy.keys(config()) == KEYS.split("\n")
    text = render(render_policy.keys_json(config()))
    assert "hush" not in text and '"key":"<removed>"' in text
    assert loaded(render_policy.keys_json(config()))["keys"] == [
        {
            "keyring": "default",
            "address": "10.2.80.209",
            "mask": "255.255.255.255",
            "hostname": None,
            "key": "<removed>",
        },
        {"keyring": "default", "address": "10.0.0.0", "mask": "255.0.0.0", "hostname": None, "key": "<removed>"},
        {"keyring": "default", "address": None, "mask": None, "hostname": "gw.example.net", "key": "<removed>"},
    ]


def test_transform_sets_match_the_sample() -> None:
    assert render_policy.transform_sets(config()) == SETS.split("\n")
    assert loaded(render_policy.transform_sets_json(config())) == {
        "schema_version": 1,
        "default": False,
        "transform_sets": [
            {"name": "esp-3des-sha", "transform": "esp-3des esp-sha-hmac", "mode": "tunnel"},
            {"name": "TS", "transform": "esp-256-aes esp-sha256-hmac", "mode": "tunnel"},
        ],
    }


def test_without_transform_sets_the_defaults_are_listed() -> None:
    text = render_policy.transform_sets(Config())
    assert text[0] == "Transform set default: { esp-256-aes esp-sha256-hmac  }"
    assert len([line for line in text if line.startswith("Transform set")]) == 6
