"""Known answers of every primitive that a backend offers: `test crypto self-test`.

Level 1, pure. The tables come first. Vectors are published ones; where there are none (DH with our exponents, ESP packets with
CBC) they were made with other programs, see SOURCE. No key of a configuration or of a tunnel is used.
"""

from binascii import unhexlify

from ezvpn.crypto import dh
from ezvpn.crypto.port import Crypto, Unsupported

PASSED = "passed"
FAILED = "FAILED"
ABSENT = "not offered"

# SOURCE: FIPS 180-4 examples and RFC 1321 A.5: the digest of "abc".
_HASHES = (
    ("md5", "900150983cd24fb0d6963f7d28e17f72"),
    ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        "sha384",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        "sha512",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
)

# SOURCE: RFC 2202 2 and 3, RFC 4231 4.3: key "Jefe", data "what do ya want for nothing?".
_PRFS = (
    ("md5", "750c783e6ab0b503eaa86e310a5db738"),
    ("sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    ("sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        "sha384",
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    ),
    (
        "sha512",
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ),
)

# cipher, key, IV, plaintext, ciphertext. SOURCE: NIST SP 800-17 table A.4, SP 800-67 appendix B, RFC 3602 4 case 1, NIST SP
# 800-38A F.2.3 and F.2.5 (the first block).
_CIPHERS = (
    ("des", "7ca110454a1a6e57", "0000000000000000", "01a1d6d039776742", "690f5b0d9a26939b"),
    (
        "3des",
        "0123456789abcdef23456789abcdef01456789abcdef0123",
        "0000000000000000",
        "5468652071756663",
        "a826fd8ce53b855f",
    ),
    (
        "aes",
        "06a9214036b8a15b512e03d534120006",
        "3dafba429d9eb430b422da802c9fac41",
        "53696e676c6520626c6f636b206d7367",
        "e353779c1079aeb82708942dbe77181a",
    ),
    (
        "aes",
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        "000102030405060708090a0b0c0d0e0f",
        "6bc1bee22e409f96e93d7e117393172a",
        "4f021db243bc633d7178183a9fa071e8",
    ),
    (
        "aes",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "000102030405060708090a0b0c0d0e0f",
        "6bc1bee22e409f96e93d7e117393172a",
        "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
    ),
)

# group, the first eight bytes of SHA-256 of: the public value of the exponent 01 02 03 …, what the exponent 65 66 67 … makes of
# that. SOURCE: CPython's pow() over the primes of RFC 2409 6 and RFC 3526.
_GROUPS = (
    (1, "8c78418306cae48a", "9bd2ecf60a2887ac"),
    (2, "1d096a46d790f69f", "119b3f7358b32c73"),
    (5, "be8c03c4e8015094", "032dfdc619cb8620"),
    (14, "3ae26e14ac54744b", "fa3c03485316a6af"),
    (15, "3e8aafd670fd2402", "5bdafc94f44e79ef"),
    (16, "7c9e4cdd9c1f1d69", "09dce2c013b083d0"),
)

# cipher, key, authentication, its key bytes (00 01 02 …), packet, payload. SOURCE: AES-CBC and 3DES with HMAC made with OpenSSL
# after RFC 3602, 2451, 2404 and 4868; draft-mcgrew-gcm-test-01 4, the case with SPI 0000a5f8.
_PAYLOAD = "450102030405060708090a0b0c0d0e0f10111213"
_COUNTING = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
_PACKETS = (
    (
        "aes-cbc",
        _COUNTING[:32],
        "sha1",
        20,
        "0000100000000001404142434445464748494a4b4c4d4e4f1be55c81044bd60ec10ff3eab977c6b2406f2e328d772150"
        "1b4be27c060fab675298f1d67ec8086e49a3aa6c",
        _PAYLOAD,
    ),
    (
        "aes-cbc",
        _COUNTING,
        "sha256",
        32,
        "0000100000000001404142434445464748494a4b4c4d4e4f48109dc018fc105e997cbbffe999c2d9af9ef24e62af621b"
        "5fc4080a007df82657853dc508554d44d232b9054bb2e6c9",
        _PAYLOAD,
    ),
    (
        "3des",
        _COUNTING[:48],
        "sha1",
        20,
        "000010000000000140414243444546473dfcd0b91e741b09d051e31c5e0f9acc665ac0126127942ca2e642b63e4df479a04c2549",
        _PAYLOAD,
    ),
    (
        "aes-gcm",
        "feffe9928665731c6d6a8f9467308308cafebabe",
        "",
        0,
        "0000a5f80000000afacedbaddecaf888deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c"
        "3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3aa8bc6ee4c309e9d85a41ad4a",
        "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d001000001000000000000037369700963796265"
        "726369747902646b0000010001",
    ),
)

_NAMES = {"des": "DES", "3des": "3DES", "aes": "AES", "aes-cbc": "AES-CBC", "aes-gcm": "AES-GCM"}

COUNT = len(_HASHES) + len(_PRFS) + len(_CIPHERS) + len(_GROUPS) + len(_PACKETS)


def run(crypto: Crypto, number: int) -> "tuple[str, str]":
    """Test `number` of 0 .. COUNT - 1: (what was tested, PASSED, FAILED or ABSENT). Never raises for what a backend does."""
    for table, test in (
        (_HASHES, _hash),
        (_PRFS, _prf),
        (_CIPHERS, _cipher),
        (_GROUPS, _group),
        (_PACKETS, _packet),
    ):
        if number < len(table):
            name, test_row = _name(table, number), table[number]
            try:
                return name, PASSED if test(crypto, test_row) else FAILED  # type: ignore[arg-type]
            except Unsupported:
                return name, ABSENT
            except Exception:  # whatever a broken library raises: it is what is looked for here
                return name, FAILED
        number -= len(table)
    raise ValueError("no such test")


def _name(table: "tuple[tuple[str | int, ...], ...]", number: int) -> str:
    row = table[number]
    if table is _HASHES:
        return "hash " + str(row[0])
    if table is _PRFS:
        return "prf hmac-" + str(row[0])
    if table is _GROUPS:
        return "Diffie-Hellman group " + str(row[0])
    bits = (
        "" if row[0] in ("des", "3des") else "-" + str((len(str(row[1])) // 2 - (4 if row[0] == "aes-gcm" else 0)) * 8)
    )
    if table is _CIPHERS:
        return "cipher " + _NAMES[str(row[0])] + bits + " CBC"
    return "ESP " + _NAMES[str(row[0])] + bits + (" hmac-" + str(row[2]) if row[2] else "")


def _hash(crypto: Crypto, row: "tuple[str, str]") -> bool:
    if row[0] not in crypto.hashes:
        raise Unsupported
    return crypto.hash(row[0], b"abc") == unhexlify(row[1])


def _prf(crypto: Crypto, row: "tuple[str, str]") -> bool:
    if row[0] not in crypto.hashes:
        raise Unsupported
    return crypto.hmac(row[0], b"Jefe", b"what do ya want for nothing?") == unhexlify(row[1])


def _cipher(crypto: Crypto, row: "tuple[str, str, str, str, str]") -> bool:
    key, iv, plain, secret = [unhexlify(part) for part in row[1:]]
    if (row[0], len(key)) not in crypto.ciphers:
        raise Unsupported
    if crypto.cbc_encrypt(row[0], key, iv, plain) != secret:
        return False
    return crypto.cbc_decrypt(row[0], key, iv, secret) == plain


def _group(crypto: Crypto, row: "tuple[int, str, str]") -> bool:
    group, public, shared = row
    if group not in crypto.groups:
        raise Unsupported
    length = dh.EXPONENT_BYTES[group]
    ours = crypto.dh_public(group, bytes([i + 1 for i in range(length)]))
    if crypto.hash("sha256", ours)[:8] != unhexlify(public):
        return False
    both = crypto.dh_shared(group, bytes([i + 101 for i in range(length)]), ours)
    return crypto.hash("sha256", both)[:8] == unhexlify(shared)


def _packet(crypto: Crypto, row: "tuple[str, str, str, int, str, str]") -> bool:
    """A known packet opens, a spoiled one does not, and what is sealed opens again."""
    cipher, auth = row[0], row[2]
    key, packet, payload = unhexlify(row[1]), bytearray(unhexlify(row[4])), unhexlify(row[5])
    size = len(key) - (4 if cipher == "aes-gcm" else 0)
    if (cipher, size) not in crypto.esp_ciphers or (auth and auth not in crypto.esp_auths):
        raise Unsupported
    state = crypto.esp(cipher, key, auth, unhexlify(_COUNTING * 2)[: row[3]])
    out = bytearray(len(packet))
    if state.open(memoryview(packet), memoryview(out)) >> 8 != len(payload) or out[: len(payload)] != payload:
        return False
    packet[-1] ^= 1
    if state.open(memoryview(packet), memoryview(out)) >= 0:
        return False
    sealed = bytearray(len(payload) + 8 + state.iv_bytes + state.block_bytes + 1 + state.icv_bytes)
    length = state.seal(0x1000, 7, memoryview(payload), memoryview(sealed))
    found = state.open(memoryview(sealed)[:length], memoryview(out))
    state.wipe()
    return found >> 8 == len(payload) and out[: len(payload)] == payload
