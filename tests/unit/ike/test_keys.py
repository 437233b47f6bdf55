"""Every derivation against the numbers of tests/vectors/ike-vectors.json, and whole messages decrypted with them.

SOURCE: tests/vectors/ike-vectors.json, computed from the RFC texts by a stand-alone program (see its header).
"""

import json
from pathlib import Path

import pytest

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.ike import keys
from ezvpn.ike.params import EspTransform
from ezvpn.record import Secret

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "ike-vectors.json").read_text())
CRYPTO = Backend()
CIPHERS = {"aes-256": ("aes", 32), "aes-192": ("aes", 24), "aes-128": ("aes", 16), "3des": ("3des", 24)}
ESP = {
    "aes-cbc-256 + hmac-sha2-256-128": EspTransform("aes-cbc", 256, "sha256"),
    "aes-cbc-128 + hmac-sha1-96": EspTransform("aes-cbc", 128, "sha1"),
    "3des-cbc + hmac-sha1-96": EspTransform("3des", 0, "sha1"),
    "aes-gcm-16-256": EspTransform("aes-gcm", 256, ""),
    "aes-gcm-16-128": EspTransform("aes-gcm", 128, ""),
}
PRFS = ["hmac-sha1", "hmac-sha256", "hmac-md5"]


def value(name):
    return bytes.fromhex(VECTORS["inputs"][name])


def phase1(prf, cipher="aes", key_bytes=32):
    hash = prf[len("hmac-") :]
    skeyid = keys.skeyid_psk(CRYPTO, hash, Secret(value("psk")), value("Ni_b"), value("Nr_b"))
    return keys.derive(CRYPTO, hash, skeyid, value("g_xy"), value("cky_i"), value("cky_r"), cipher, key_bytes)


@pytest.mark.parametrize("prf", PRFS)
def test_skeyid_chain(prf):
    expected = VECTORS["phase1_psk_aggressive"][prf]
    chain = phase1(prf)
    assert chain.skeyid.hex() == expected["SKEYID"]
    assert chain.skeyid_d.hex() == expected["SKEYID_d"]
    assert chain.skeyid_a.hex() == expected["SKEYID_a"]
    assert chain.skeyid_e.hex() == expected["SKEYID_e"]
    for part in (chain.skeyid, chain.skeyid_d, chain.skeyid_a, chain.skeyid_e, chain.cipher_key):
        assert isinstance(part, bytearray)


@pytest.mark.parametrize("prf", PRFS)
def test_hash_i_and_hash_r(prf):
    expected = VECTORS["phase1_psk_aggressive"][prf]
    hash, skeyid = prf[len("hmac-") :], bytes.fromhex(expected["SKEYID"])
    ours = (value("g_xi"), value("g_xr"), value("cky_i"), value("cky_r"), value("SAi_b"), value("IDii_b"))
    theirs = (value("g_xr"), value("g_xi"), value("cky_r"), value("cky_i"), value("SAi_b"), value("IDir_b"))
    assert keys.auth_hash(CRYPTO, hash, skeyid, *ours).hex() == expected["HASH_I"]
    assert keys.auth_hash(CRYPTO, hash, skeyid, *theirs).hex() == expected["HASH_R"]


@pytest.mark.parametrize("prf", PRFS)
def test_phase1_iv(prf):
    expected = VECTORS["phase1_psk_aggressive"][prf]
    hash = prf[len("hmac-") :]
    assert keys.phase1_iv(CRYPTO, hash, value("g_xi"), value("g_xr"), 16).hex() == expected["iv_aes"]
    assert keys.phase1_iv(CRYPTO, hash, value("g_xi"), value("g_xr"), 8).hex() == expected["iv_3des"]


@pytest.mark.parametrize("case", VECTORS["skeyid_e_to_cipher_key"], ids=lambda c: c["prf"] + "-" + c["cipher"])
def test_cipher_key(case):
    cipher, key_bytes = CIPHERS[case["cipher"]]
    key = keys.cipher_key(CRYPTO, case["prf"][5:], bytes.fromhex(case["SKEYID_e"]), cipher, key_bytes)
    assert key.hex() == case["key"]


def test_phase1_key_bytes():
    assert [keys.phase1_key_bytes("aes", bits) for bits in (128, 192, 256)] == [16, 24, 32]
    assert keys.phase1_key_bytes("3des", 0) == 24
    assert keys.phase1_key_bytes("des", 0) == 8


def test_des_key_skips_weak_bytes():
    # RFC 2409 Appendix B: "the first eight (8) non-weak and non-semi-weak … bytes of SKEYID_e"
    good, weak, semi_weak = b"\x13\x34\x57\x79\x9b\xbc\xdf\xf1", b"\x01" * 8, b"\x01\xfe" * 4
    assert keys.cipher_key(CRYPTO, "sha1", good + weak + b"tail", "des", 8) == good
    assert keys.cipher_key(CRYPTO, "sha256", weak + semi_weak + good + weak, "des", 8) == good
    all_weak = weak + semi_weak
    expansion = CRYPTO.hmac("md5", all_weak, b"\0")
    assert keys.cipher_key(CRYPTO, "md5", all_weak, "des", 8) == expansion[:8]


@pytest.mark.parametrize("name", sorted(VECTORS["messages"]["sets"]))
def test_whole_messages(name):
    """IVs, decryption and HASH of every encrypted message, from AM3 to quick mode 3.

    AM3          phase 1 IV
    XAUTH …      first of a message ID: hash(last block of AM3 | M-ID); later: the last block before
    """
    messages = VECTORS["messages"]["sets"][name]
    hash = name.rsplit("-", 1)[1]
    chain = phase1("hmac-" + hash)
    assert chain.cipher_key.hex() == messages["cipher_key"]
    last_phase1 = bytes.fromhex(messages["AM3"]["last_block"])
    chains = {}
    for step, message in messages.items():
        if step in ("AM1", "AM2", "cipher_key"):
            continue
        secret = bytes.fromhex(message["message"])[28:]
        if step == "AM3":
            iv = keys.phase1_iv(CRYPTO, hash, value("g_xi"), value("g_xr"), 16)
        else:
            message_id = int(message["message_id"], 16)
            fresh = keys.phase2_iv(CRYPTO, hash, last_phase1, message_id, 16)
            iv = chains.get(message_id, fresh)
            chains[message_id] = secret[-16:]
        assert iv.hex() == message.get("iv", iv.hex()), step
        plain = CRYPTO.cbc_decrypt("aes", chain.cipher_key, iv, secret)
        expected = bytes.fromhex(message["plain_payloads"])
        assert plain == expected + bytes(message["padding"]), step
        if step == "AM3":
            continue
        rest = expected[4 + len(bytes.fromhex(message["HASH"])) :]
        inputs = VECTORS["keymat"]["inputs"]
        ni, nr = bytes.fromhex(inputs["Ni_b"]), bytes.fromhex(inputs["Nr_b"])
        if step == "QM3":
            digest = keys.quick3_hash(CRYPTO, hash, chain.skeyid_a, message_id, ni, nr)
        else:
            nonce = ni if step == "QM2" else b""
            digest = keys.message_hash(CRYPTO, hash, chain.skeyid_a, message_id, memoryview(rest), nonce)
        assert digest.hex() == message["HASH"], step


@pytest.mark.parametrize("case", VECTORS["keymat"]["cases"], ids=lambda c: f"{c['prf']}-{c['suite']}-{c['pfs']}")
def test_keymat(case):
    inputs = VECTORS["keymat"]["inputs"]
    cipher, auth = keys.esp_key_lengths(ESP[case["suite"]])
    keymat = keys.keymat(
        CRYPTO,
        case["prf"][len("hmac-") :],
        bytes.fromhex(VECTORS["phase1_psk_aggressive"][case["prf"]]["SKEYID_d"]),
        inputs["protocol"],
        bytes.fromhex(case["spi"]),
        bytes.fromhex(inputs["Ni_b"]),
        bytes.fromhex(inputs["Nr_b"]),
        bytes.fromhex(inputs["g_qm_xy"]) if case["pfs"] else b"",
        cipher + auth,
    )
    assert keymat.hex() == case["keymat"]
    assert keymat[:cipher].hex() == case["enc_key"] + case.get("salt", "")
    assert keymat[cipher:].hex() == case.get("auth_key", "")


def test_esp_key_lengths():
    # SOURCE: RFC 4106 8.1 (key and 4 bytes of salt), RFC 4868 2.1.1, RFC 2403, RFC 2404
    for transform, lengths in (
        (EspTransform("aes-cbc", 256, "sha256"), (32, 32)),
        (EspTransform("aes-cbc", 192, "sha512"), (24, 64)),
        (EspTransform("aes-cbc", 128, "sha384"), (16, 48)),
        (EspTransform("aes-gcm", 256, ""), (36, 0)),
        (EspTransform("3des", 0, "sha1"), (24, 20)),
        (EspTransform("des", 0, "md5"), (8, 16)),
        (EspTransform("null", 0, "sha1"), (0, 20)),
    ):
        assert keys.esp_key_lengths(transform) == lengths


@pytest.mark.parametrize("case", VECTORS["nat_d"], ids=lambda c: f"{c['hash']}-{c['ip']}-{c['port']}")
def test_nat_d(case):
    address = bytes(int(part) for part in case["ip"].split("."))
    digest = keys.nat_d(CRYPTO, case["hash"], value("cky_i"), value("cky_r"), address, case["port"])
    assert digest.hex() == case["nat_d"]


def test_keys_hide_and_wipe():
    chain = phase1("hmac-sha1")
    parts = (chain.skeyid, chain.skeyid_d, chain.skeyid_a, chain.skeyid_e, chain.cipher_key)
    for part in parts:
        assert part.hex() not in repr(chain) and repr(bytes(part)) not in repr(chain)
    chain.wipe()
    for part in parts:
        assert not any(part)
