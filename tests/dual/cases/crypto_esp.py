"""ESP: packets of the vectors open alike on both interpreters, and what one backend refuses the other refuses.

SOURCE: tests/vectors/ike-vectors.json, esp
"""

import json

from ezvpn.crypto import esp_suite
from ezvpn.crypto.choose import best

SUITES = {
    "aes-cbc-256 + hmac-sha2-256-128": ("aes-cbc", "sha256"),
    "aes-cbc-128 + hmac-sha1-96": ("aes-cbc", "sha1"),
    "3des-cbc + hmac-sha1-96": ("3des", "sha1"),
}

with open(__file__.rsplit("/", 3)[0] + "/vectors/ike-vectors.json") as file:
    vectors = json.loads(file.read())["esp"]

out = bytearray(512)


def opened(state, packet):
    result = state.open(memoryview(packet), memoryview(out))
    return (result, bytes(out[: result >> 8]).hex()) if result >= 0 else result


# Constant entropy makes the AES packets of both backends equal byte for byte; the chain makes their IVs differ.
crypto = best(lambda n: b"\x5a" * n)

for case in vectors["cases"]:
    if case["suite"] not in SUITES:
        continue
    cipher, auth = SUITES[case["suite"]]
    state = crypto.esp(cipher, bytes.fromhex(case["enc_key"]), auth, bytes.fromhex(case["auth_key"]))
    packet = bytes.fromhex(case["packet"])
    print(case["suite"], state.iv_bytes, state.block_bytes, state.icv_bytes, opened(state, packet))
    refused = 0
    for at in range(len(packet)):
        forged = bytearray(packet)
        forged[at] ^= 1
        refused += opened(state, forged) == -1
        refused += opened(state, packet[:at]) == -1
    print("refused", refused, "of", 2 * len(packet), "then", opened(state, packet)[0])

for cipher, key_bytes, auth in (
    ("aes-cbc", 16, "sha1"),
    ("aes-cbc", 32, "md5"),
    ("3des", 24, "sha256"),
    ("null", 0, "sha1"),
):
    key, auth_key = bytearray(range(key_bytes)), bytearray(range(esp_suite.AUTH_KEY_BYTES[auth]))
    sender, receiver = crypto.esp(cipher, key, auth, auth_key), crypto.esp(cipher, key, auth, auth_key)
    wire = bytearray(512)
    for length in (0, 1, 13, 14, 15, 16, 100, 300):
        packet = bytes([at & 255 for at in range(length)])
        size = sender.seal(0xFFFFFFF0, 0xFFFFFFFF, memoryview(packet), memoryview(wire))
        result = receiver.open(memoryview(wire)[:size], memoryview(out))
        same = bytes(out[:length]) == packet
        print(cipher, auth, length, size, result, same, bytes(wire[:size]).hex() if cipher != "3des" else "")
    sender.wipe()
    try:
        sender.seal(1, 1, memoryview(b""), memoryview(wire))
    except Exception as error:
        print(type(error).__name__, str(error))
