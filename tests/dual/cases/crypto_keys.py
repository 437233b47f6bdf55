"""The derivations of IKE: both interpreters print the same keys, hashes and IVs.

SOURCE: tests/vectors/ike-vectors.json
"""

import json

from ezvpn.crypto import dh
from ezvpn.crypto.choose import best
from ezvpn.ike import keys
from ezvpn.ike.params import EspTransform
from ezvpn.record import Secret

with open(__file__.rsplit("/", 3)[0] + "/vectors/ike-vectors.json") as file:
    vectors = json.loads(file.read())
inputs = vectors["inputs"]
crypto = best()


def value(name):
    return bytes.fromhex(inputs[name])


for hash in ("md5", "sha1", "sha256"):
    expected = vectors["phase1_psk_aggressive"]["hmac-" + hash]
    skeyid = keys.skeyid_psk(crypto, hash, Secret(value("psk")), value("Ni_b"), value("Nr_b"))
    for cipher, size in (("aes", 32), ("aes", 16), ("3des", 24), ("des", 8)):
        chain = keys.derive(crypto, hash, skeyid, value("g_xy"), value("cky_i"), value("cky_r"), cipher, size)
        print(hash, cipher, size, bytes(chain.cipher_key).hex())
    for name in ("SKEYID", "SKEYID_d", "SKEYID_a", "SKEYID_e"):
        part = bytes(getattr(chain, name.lower())).hex()
        print(hash, name, part, part == expected[name])
    own = keys.auth_hash(
        crypto,
        hash,
        skeyid,
        value("g_xi"),
        value("g_xr"),
        value("cky_i"),
        value("cky_r"),
        value("SAi_b"),
        value("IDii_b"),
    )
    print("HASH_I", own.hex() == expected["HASH_I"])
    print("iv", keys.phase1_iv(crypto, hash, value("g_xi"), value("g_xr"), 16).hex() == expected["iv_aes"])
    print("iv2", keys.phase2_iv(crypto, hash, value("Ni_b"), 0xFFFFFFF0, 8).hex())
    print("hash1", keys.message_hash(crypto, hash, chain.skeyid_a, 0x80000001, memoryview(b"rest")).hex())
    print("hash2", keys.message_hash(crypto, hash, chain.skeyid_a, 0x80000001, b"rest", value("Ni_b")).hex())
    print("hash3", keys.quick3_hash(crypto, hash, chain.skeyid_a, 1, value("Ni_b"), value("Nr_b")).hex())
    print("nat-d", keys.nat_d(crypto, hash, value("cky_i"), value("cky_r"), b"\xc0\x00\x02\x01", 4500).hex())
    chain.wipe()
    print(bytes(chain.skeyid_e) == bytes(len(chain.skeyid_e)), repr(chain))

quick = vectors["keymat"]["inputs"]
for case in vectors["keymat"]["cases"]:
    hash = case["prf"][5:]
    made = keys.keymat(
        crypto,
        hash,
        bytes.fromhex(vectors["phase1_psk_aggressive"][case["prf"]]["SKEYID_d"]),
        quick["protocol"],
        bytes.fromhex(case["spi"]),
        bytes.fromhex(quick["Ni_b"]),
        bytes.fromhex(quick["Nr_b"]),
        bytes.fromhex(quick["g_qm_xy"]) if case["pfs"] else b"",
        len(case["keymat"]) // 2,
    )
    print(case["suite"], case["direction"], bytes(made).hex() == case["keymat"])

print(keys.esp_key_lengths(EspTransform("aes-gcm", 256, "")), keys.esp_key_lengths(EspTransform("3des", 0, "sha1")))

for group in (1, 2, 5):
    pair = dh.generate(crypto, lambda n: bytes([n]) * n, group)
    print(repr(pair), crypto.hash("sha256", pair.public).hex())
    pair.wipe()
    print(bytes(pair.exponent) == bytes(len(pair.exponent)))
