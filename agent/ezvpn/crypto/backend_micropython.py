"""The crypto backend of a plain MicroPython: cryptolib, hashlib, `modexp`, and DES in Python (`des3`).

What a port's hashlib and cryptolib have is a build option, so the lists are found by trying. Never offered: SHA-384 and
SHA-512 (hashlib has none) and AES-GCM (cryptolib has ECB and CBC only, and a Python GHASH costs milliseconds a packet);
AES-192 only where cryptolib takes 24 bytes. Not here: the contract (`port`), HMAC (`prf`), ESP numbers (`esp_suite`).
"""

import hashlib
import os
import struct

from ezvpn.crypto import dh, esp_suite, modexp
from ezvpn.crypto.des3 import Des3
from ezvpn.crypto.port import Crypto, EspTransformState, Sharing, Unsupported
from ezvpn.crypto.prf import Keyed

try:
    import cryptolib  # type: ignore[import-not-found]
except ImportError:
    cryptolib = None

_CBC = 2  # cryptolib's number of the mode
# Bytes of the exponent times those of the modulus: 2 to 4 ms on one core of a PC.
_PART = 1280
_SHARED_PART = 1024  # no power of two in it, so each byte costs more


def _find_hashes() -> "tuple[str, ...]":
    return tuple([name for name in ("md5", "sha1", "sha256") if hasattr(hashlib, name)])


def _find_aes() -> "tuple[int, ...]":
    found = []
    if cryptolib is not None:
        for key_bytes in (16, 24, 32):
            try:
                cryptolib.aes(bytes(key_bytes), _CBC, bytes(16))
                found.append(key_bytes)
            except ValueError:
                pass  # most ports have no AES-192
    return tuple(found)


class Backend(Crypto):
    """`entropy(n)` gives n random bytes for CBC IVs."""

    name = "cryptolib"
    groups = (1, 2, 5, 14, 15, 16)

    def __init__(self, entropy: object = os.urandom) -> None:
        self._entropy = entropy
        self.hashes = _find_hashes()
        aes = _find_aes()
        self.ciphers = tuple([("aes", size) for size in aes]) + (("3des", 24), ("des", 8))
        self.esp_ciphers = tuple([("aes-cbc", size) for size in aes]) + (("3des", 24), ("des", 8), ("null", 0))
        self.esp_auths = self.hashes

    def hash(self, name: str, data: "bytes | bytearray | memoryview") -> bytes:
        return self._constructor(name)(data).digest()  # type: ignore[operator, no-any-return]

    def hmac(self, name: str, key: "bytes | bytearray | memoryview", data: "bytes | bytearray | memoryview") -> bytes:
        keyed = Keyed(self._constructor(name), name, key)
        digest = keyed.digest(data)
        keyed.wipe()
        return digest

    def cbc_encrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        if cipher == "aes":
            return self._aes(key, iv).encrypt(data)  # type: ignore[attr-defined, no-any-return]
        return bytes(self._des(cipher, key).cbc_encrypt(iv, data))

    def cbc_decrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        if cipher == "aes":
            return self._aes(key, iv).decrypt(data)  # type: ignore[attr-defined, no-any-return]
        return bytes(self._des(cipher, key).cbc_decrypt(iv, data))

    def dh_public(self, group: int, exponent: "bytes | bytearray") -> bytes:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        return modexp.two_to(exponent, dh.prime(group)).to_bytes(dh.LENGTH[group], "big")

    def dh_part(self, group: int, exponent: "bytes | bytearray", done: int, value: int) -> "tuple[int, int]":
        part = exponent[done : done + _PART // dh.LENGTH[group]]
        return done + len(part), modexp.two_to(part, dh.prime(group), value)

    def dh_shared(self, group: int, exponent: "bytes | bytearray", peer: "bytes | memoryview") -> bytearray:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        value = modexp.power(dh.check_public(group, peer), exponent, dh.prime(group))
        return bytearray(value.to_bytes(dh.LENGTH[group], "big"))

    def dh_sharing(self, group: int, exponent: "bytes | bytearray", peer: bytes) -> Sharing:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        return _Sharing(group, exponent, peer)

    def esp(self, cipher: str, key: "bytes | bytearray", auth: str, auth_key: "bytes | bytearray") -> EspTransformState:
        esp_suite.check(self, cipher, key, auth, auth_key)
        mac = Keyed(self._constructor(auth), auth, auth_key)
        icv = esp_suite.ICV_BYTES[auth]
        if cipher == "aes-cbc":
            return _AesEsp(self._aes(key, bytes(16)), self._aes(key, bytes(16)), mac, icv, self._entropy)
        if cipher == "null":
            return _Esp("null", mac, icv)
        return _DesEsp(cipher, self._des(cipher, key), mac, icv, self._entropy)

    def equal(self, a: "bytes | bytearray | memoryview", b: "bytes | bytearray | memoryview") -> bool:
        return _equal(a, b)

    def _constructor(self, name: str) -> object:
        if name not in self.hashes:
            raise Unsupported(f"hash {name}")
        return getattr(hashlib, name)

    def _aes(self, key: "bytes | bytearray", iv: bytes) -> object:
        if ("aes", len(key)) not in self.ciphers:
            raise Unsupported(f"cipher aes with {len(key)} bytes of key")
        return cryptolib.aes(key, _CBC, iv)

    def _des(self, cipher: str, key: "bytes | bytearray") -> Des3:
        if (cipher, len(key)) not in self.ciphers:
            raise Unsupported(f"cipher {cipher} with {len(key)} bytes of key")
        return Des3(key)


def _equal(a: "bytes | bytearray | memoryview", b: "bytes | bytearray | memoryview") -> bool:
    if len(a) != len(b):
        return False
    differ = 0
    for i in range(len(a)):
        differ |= a[i] ^ b[i]
    return differ == 0


class _Sharing(Sharing):
    def __init__(self, group: int, exponent: "bytes | bytearray", peer: bytes) -> None:
        self._bytes = dh.LENGTH[group]
        self._power = modexp.Power(dh.check_public(group, peer), exponent, dh.prime(group))

    def step(self) -> "bytearray | None":
        value = self._power.step(_SHARED_PART // self._bytes)
        return bytearray(value.to_bytes(self._bytes, "big")) if value is not None else None


class _Esp(EspTransformState):
    """The frame of all ESP transforms here, and as it stands NULL encryption; the ciphers fill `_hide` and `_reveal`."""

    def __init__(self, cipher: str, mac: Keyed, icv: int) -> None:
        self.iv_bytes, self.block_bytes = esp_suite.CIPHERS[cipher]
        self.icv_bytes = icv
        self._mac: "Keyed | None" = mac
        self._room = bytearray(0)

    def seal(self, spi: int, sequence: int, packet: memoryview, out: memoryview) -> int:
        if self._mac is None:
            raise Unsupported("these keys were wiped")
        start = 8 + self.iv_bytes
        length = len(packet)
        trailer = esp_suite.trailer(length, self.block_bytes)
        end = start + length + len(trailer)
        struct.pack_into(">II", out, 0, spi, sequence)
        out[start : start + length] = packet
        out[start + length : end] = trailer
        self._hide(out[8:end])
        total = end + self.icv_bytes
        out[end:total] = self._mac.digest(out[:end])[: self.icv_bytes]
        return total

    def open(self, packet: memoryview, out: memoryview) -> int:
        if self._mac is None:
            raise Unsupported("these keys were wiped")
        end = len(packet) - self.icv_bytes
        start = 8 + self.iv_bytes
        if end < start + self.block_bytes or (end - start) % self.block_bytes:
            return -1
        if not _equal(self._mac.digest(packet[:end])[: self.icv_bytes], packet[end:]):
            return -1
        # Decrypted in a buffer of our own: `out` gets the payload, never the trailer.
        length = end - 8
        if len(self._room) < length:
            self._room = bytearray(length)
        plain = memoryview(self._room)
        plain[:length] = packet[8:end]
        self._reveal(plain[:length])
        payload = esp_suite.payload_length(plain, length) - self.iv_bytes
        if payload < 0 or payload > len(out):
            return -1
        out[:payload] = plain[self.iv_bytes : self.iv_bytes + payload]
        return payload << 8 | plain[length - 1]

    def wipe(self) -> None:
        if self._mac is not None:
            self._mac.wipe()
        self._mac = None

    def _hide(self, body: memoryview) -> None:
        """Put an IV into the first bytes and encrypt the rest, in place."""

    def _reveal(self, body: memoryview) -> None:
        """Decrypt what follows the IV, in place; what becomes of the IV's bytes does not matter."""


class _AesEsp(_Esp):
    """AES-CBC with one context for each direction. Outward a random block is encrypted in front: whatever the chain held,
    what comes out of it is unpredictable, and is the IV (RFC 3602 2.1). Inward the chain spoils the IV's place only."""

    def __init__(self, encryptor: object, decryptor: object, mac: Keyed, icv: int, entropy: object) -> None:
        super().__init__("aes-cbc", mac, icv)
        self._encryptor = encryptor
        self._decryptor = decryptor
        self._entropy = entropy

    def _hide(self, body: memoryview) -> None:
        body[:16] = self._entropy(16)  # type: ignore[operator]
        self._encryptor.encrypt(body, body)  # type: ignore[attr-defined]

    def _reveal(self, body: memoryview) -> None:
        self._decryptor.decrypt(body, body)  # type: ignore[attr-defined]

    def wipe(self) -> None:
        super().wipe()
        self._encryptor = None
        self._decryptor = None


class _DesEsp(_Esp):
    """3DES-CBC, and DES."""

    def __init__(self, cipher: str, des: Des3, mac: Keyed, icv: int, entropy: object) -> None:
        super().__init__(cipher, mac, icv)
        self._des = des
        self._entropy = entropy

    def _hide(self, body: memoryview) -> None:
        iv = self._entropy(8)  # type: ignore[operator]
        body[:8] = iv
        body[8:] = self._des.cbc_encrypt(iv, body[8:])

    def _reveal(self, body: memoryview) -> None:
        body[8:] = self._des.cbc_decrypt(body[:8], body[8:])

    def wipe(self) -> None:
        super().wipe()
        self._des.wipe()
