"""Primitives: each interpreter with its own backend prints the same numbers for what both offer.

SOURCE: tests/vectors/primitives.json and tests/vectors/ike-vectors.json name theirs.
"""

import json

from ezvpn.crypto.choose import best
from ezvpn.crypto.des3 import Des3
from ezvpn.crypto.port import BadPublicValue, Unsupported

VECTORS = __file__.rsplit("/", 3)[0] + "/vectors/"
BOTH_HASHES = ("md5", "sha1", "sha256")


def load(name):
    with open(VECTORS + name) as file:
        return json.loads(file.read())


def unhex(case, name):
    return bytes.fromhex(case.get(name, ""))


crypto = best()
primitives = load("primitives.json")
ike = load("ike-vectors.json")

for case in primitives["hmac"]:
    if case["hash"] in BOTH_HASHES:
        digest = crypto.hmac(case["hash"], unhex(case, "key"), memoryview(unhex(case, "data"))).hex()
        print(case["source"], case["hash"], digest, digest[: len(case["digest"])] == case["digest"])

for name in BOTH_HASHES:
    print(name, crypto.hash(name, bytearray(b"abc")).hex())

for case in primitives["cbc"]:
    key, iv, plain = unhex(case, "key"), unhex(case, "iv"), unhex(case, "plain")
    if len(key) == 24 and case["cipher"] == "aes":
        continue  # AES-192 is not offered everywhere
    secret = crypto.cbc_encrypt(case["cipher"], key, iv, plain)
    back = crypto.cbc_decrypt(case["cipher"], bytearray(key), iv, memoryview(secret))
    print(case["source"], secret.hex(), secret.hex() == case["secret"], bytes(back) == plain)

for case in primitives["cbc"]:
    if case["cipher"] != "aes":
        des = Des3(unhex(case, "key"))
        print("des3", bytes(des.cbc_encrypt(unhex(case, "iv"), unhex(case, "plain"))).hex() == case["secret"])

for case in ike["dh"]["cases"]:
    group = case["group"]
    public = crypto.dh_public(group, unhex(case, "x_i"))
    shared = crypto.dh_shared(group, bytearray(unhex(case, "x_i")), memoryview(unhex(case, "g_xr")))
    print("group", group, public.hex() == case["g_xi"], bytes(shared).hex() == case["g_xy"])
    try:
        crypto.dh_shared(group, unhex(case, "x_i"), bytes(len(public)))
    except BadPublicValue as error:
        print("refused:", str(error))

for attempt in (
    lambda: crypto.hash("whirlpool", b""),
    lambda: crypto.dh_public(3, b"\x05"),
    lambda: crypto.cbc_encrypt("aes", bytes(17), bytes(16), b""),
    lambda: crypto.esp("aes-cbc", bytes(16), "sha1", bytes(16)),
):
    try:
        attempt()
        print("accepted")
    except Unsupported as error:
        print("unsupported:", str(error))

print(crypto.equal(b"same", bytearray(b"same")), crypto.equal(b"same", b"samf"), crypto.equal(b"same", b"sam"))
