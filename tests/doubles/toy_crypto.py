"""Crypto for simulated years: the contract of `crypto.port` at a tenth of the cost. NOT SECURE, for tests only.

What it keeps is what state errors show up in: another key, IV, nonce, cookie or byte of data gives another hash, a wrong key
or IV decrypts to rubbish, and both ends of a DH exchange agree on a value that depends on both. What it gives up is strength:
the "cipher" is an XOR with a stream, the DH group has 61 bits. Nothing of the product can reach this file.
"""

from __future__ import annotations

import hashlib

from ezvpn.crypto import dh, esp_suite
from ezvpn.crypto.port import BadPublicValue, Crypto, EspTransformState, Unsupported

_BYTES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_PRIME = 2**61 - 1
_STREAM = 64
_CIPHERS = (("aes", 16), ("aes", 24), ("aes", 32), ("3des", 24), ("des", 8))
_OFFERED = frozenset(_CIPHERS)

Buffer = bytes | bytearray | memoryview


class ToyCrypto(Crypto):
    """Offers what the real backend of CPython offers."""

    name = "toy"
    hashes = tuple(_BYTES)
    ciphers = _CIPHERS
    groups = (1, 2, 5, 14, 15, 16)
    esp_ciphers = (("aes-cbc", 16), ("aes-cbc", 24), ("aes-cbc", 32), ("3des", 24), ("des", 8), ("null", 0))
    esp_auths = tuple(_BYTES)

    def hash(self, name: str, data: Buffer) -> bytes:
        size = _BYTES.get(name)
        if size is None:
            raise Unsupported(f"hash {name}")
        return hashlib.blake2b(data, digest_size=size).digest()

    def hmac(self, name: str, key: Buffer, data: Buffer) -> bytes:
        size = _BYTES.get(name)
        if size is None:
            raise Unsupported(f"hash {name}")
        return hashlib.blake2b(data, digest_size=size, key=_short(key)).digest()

    def cbc_encrypt(self, cipher: str, key: bytes | bytearray, iv: bytes, data: Buffer) -> bytes:
        if (cipher, len(key)) not in _OFFERED:
            raise Unsupported(f"cipher {cipher} with {len(key)} bytes of key")
        return _xor(key, iv, data)

    cbc_decrypt = cbc_encrypt

    def dh_public(self, group: int, exponent: bytes | bytearray) -> bytes:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        return _power(group, 3 + group, exponent)

    def dh_shared(self, group: int, exponent: bytes | bytearray, peer: bytes | memoryview) -> bytearray:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        if len(peer) != dh.LENGTH[group]:
            raise BadPublicValue(f"group {group}: {len(peer)} bytes, not {dh.LENGTH[group]}")
        y = int.from_bytes(bytes(peer), "big")
        if not 2 <= y <= _PRIME - 2:
            raise BadPublicValue(f"group {group}: outside 2 .. p - 2")
        return bytearray(_power(group, y, exponent))

    def esp(self, cipher: str, key: bytes | bytearray, auth: str, auth_key: bytes | bytearray) -> EspTransformState:
        if (cipher, len(key)) not in self.esp_ciphers or len(auth_key) != esp_suite.AUTH_KEY_BYTES.get(auth):
            raise Unsupported(f"ESP {cipher} {auth}")
        return _ToyEsp(bytes(key) + bytes(auth_key), esp_suite.ICV_BYTES[auth])

    def equal(self, a: Buffer, b: Buffer) -> bool:
        return bytes(a) == bytes(b)


class _ToyEsp(EspTransformState):
    """SPI, number, packet and trailer in the clear, and a check value."""

    def __init__(self, key: bytes, icv: int) -> None:
        self.icv_bytes = icv
        self._key: bytes | None = key

    def _icv(self, data: Buffer) -> bytes:
        if self._key is None:
            raise Unsupported("these keys were wiped")
        return hashlib.blake2b(data, digest_size=self.icv_bytes, key=_short(self._key)).digest()

    def seal(self, spi: int, sequence: int, packet: memoryview, out: memoryview) -> int:
        trailer = esp_suite.trailer(len(packet), 4)
        sealed = spi.to_bytes(4, "big") + sequence.to_bytes(4, "big") + bytes(packet) + trailer
        total = len(sealed) + self.icv_bytes
        out[:total] = sealed + self._icv(sealed)
        return total

    def open(self, packet: memoryview, out: memoryview) -> int:
        end = len(packet) - self.icv_bytes
        if end < 12 or end % 4 or self._icv(packet[:end]) != bytes(packet[end:]):
            return -1
        plain = bytes(packet[8:end])
        size = esp_suite.payload_length(plain, len(plain))
        if size < 0 or size > len(out):
            return -1
        out[:size] = plain[:size]
        return size << 8 | plain[-1]

    def wipe(self) -> None:
        self._key = None


def _short(key: Buffer) -> bytes:
    key = bytes(key)
    return key if len(key) <= 64 else hashlib.blake2b(key).digest()


def _xor(key: bytes | bytearray, iv: bytes, data: Buffer) -> bytes:
    size = len(data)
    stream = hashlib.blake2b(iv, digest_size=_STREAM, key=bytes(key)).digest() * (size // _STREAM + 1)
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream[:size], "big")).to_bytes(size, "big")


def _power(group: int, base: int, exponent: bytes | bytearray) -> bytes:
    return pow(base, int.from_bytes(exponent, "big"), _PRIME).to_bytes(dh.LENGTH[group], "big")
