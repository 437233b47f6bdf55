"""The crypto backend of CPython: `cryptography` (OpenSSL) and hashlib. The comfortable one: it has every algorithm.

CPython only. Not here: the contract (`port`), primes and checks of DH values (`dh`), ESP numbers (`esp_suite`).
RFC 2104, 2409 6, 3526, 3602, 4106, 4303. Figures below: cryptography 50, CPython 3.11, x86-64 with AES and SHA instructions.
"""

import hashlib
import hmac
import os
import struct
import warnings
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hmac import HMAC

from ezvpn.crypto import dh, esp_suite, port
from ezvpn.crypto.port import Crypto, EspTransformState, Unsupported

# cryptography 50 deprecates finite-field DH: it warns whoever takes these names, and a later release drops them (the
# built-in pow takes over). Measured, ms for one exponentiation with the exponents of `dh`, library against pow:
#     group 1   38 / 0.6 · 2   67 / 1.3 · 5   0.24 / 1.8 · 14   0.43 / 3.8 · 15   1.3 / 9.2 · 16   2.0 / 18
# OpenSSL proves the primes of groups 1 and 2 anew with each key, because it does not know them by name.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        from cryptography.hazmat.primitives.asymmetric import dh as ffdh

        _dh_classes = (ffdh.DHParameterNumbers, ffdh.DHPublicNumbers, ffdh.DHPrivateNumbers)
        _LIBRARY_GROUPS: "tuple[int, ...]" = (5, 14, 15, 16)
    except (ImportError, AttributeError):
        _LIBRARY_GROUPS = ()

Buffer = bytes | bytearray | memoryview
Entropy = Callable[[int], bytes]

_HASHES: "dict[str, type[hashes.HashAlgorithm]]" = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_TRAILERS = {block: tuple(esp_suite.trailer(-(pad + 2) % block, block) for pad in range(block)) for block in (4, 8, 16)}
# One call to the system for 64 packets' IVs: 0.6 µs a packet otherwise.
_RANDOM_POOL = 1024

_PADDINGS = tuple(esp_suite.PADDING[:pad] for pad in range(256))
_equal = hmac.compare_digest
_header = struct.Struct("!II").pack_into


class Backend(Crypto):
    """`entropy(n)` gives n random bytes for CBC IVs."""

    name = "cryptography"
    hashes = port.HASHES
    ciphers = port.CIPHERS
    groups = port.GROUPS
    esp_ciphers = port.ESP_CIPHERS
    esp_auths = port.HASHES

    def __init__(self, entropy: Entropy = os.urandom) -> None:
        self._entropy = entropy

    def hash(self, name: str, data: Buffer) -> bytes:
        if name not in self.hashes:
            raise Unsupported(f"hash {name}")
        # MD5 is a name here, not a promise: hardened systems refuse it without this word.
        return hashlib.new(name, data, usedforsecurity=False).digest()

    def hmac(self, name: str, key: Buffer, data: Buffer) -> bytes:
        if name not in self.hashes:
            raise Unsupported(f"hash {name}")
        return hmac.digest(bytes(key), data, name)

    def cbc_encrypt(self, cipher: str, key: "bytes | bytearray", iv: bytes, data: Buffer) -> bytes:
        context = Cipher(_block_cipher(cipher, key), CBC(bytes(iv))).encryptor()
        return context.update(data) + context.finalize()

    def cbc_decrypt(self, cipher: str, key: "bytes | bytearray", iv: bytes, data: Buffer) -> bytes:
        context = Cipher(_block_cipher(cipher, key), CBC(bytes(iv))).decryptor()
        return context.update(data) + context.finalize()

    def dh_public(self, group: int, exponent: "bytes | bytearray") -> bytes:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        return _power(group, 2, exponent)

    def dh_shared(self, group: int, exponent: "bytes | bytearray", peer: "bytes | memoryview") -> bytearray:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        return bytearray(_power(group, dh.check_public(group, peer), exponent))

    def esp(self, cipher: str, key: "bytes | bytearray", auth: str, auth_key: "bytes | bytearray") -> EspTransformState:
        esp_suite.check(self, cipher, key, auth, auth_key)
        if cipher == "aes-gcm":
            return _Gcm(key)
        mac = HMAC(bytes(auth_key), _HASHES[auth]())
        if cipher == "null":
            return _Null(mac, esp_suite.ICV_BYTES[auth])
        algorithm = AES(bytes(key)) if cipher == "aes-cbc" else _block_cipher(cipher, key)
        return _CbcHmac(algorithm, esp_suite.CIPHERS[cipher][1], mac, esp_suite.ICV_BYTES[auth], self._entropy)

    has_scrypt = True

    def scrypt(self, password: bytes, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
        return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, dklen=length)

    def equal(self, a: Buffer, b: Buffer) -> bool:
        return hmac.compare_digest(a, b)


def _block_cipher(cipher: str, key: "bytes | bytearray") -> BlockCipherAlgorithm:
    if (cipher, len(key)) not in Backend.ciphers:
        raise Unsupported(f"cipher {cipher} with {len(key)} bytes of key")
    if cipher == "aes":
        return AES(bytes(key))
    # Single DES is 3DES with three equal keys; TripleDES with less than 24 bytes is deprecated.
    return TripleDES(bytes(key) * (24 // len(key)))


def _power(group: int, base: int, exponent: "bytes | bytearray") -> bytes:
    if group not in _LIBRARY_GROUPS:
        return dh.power(group, base, exponent)
    parameters, public, private = _dh_classes
    numbers = parameters(dh.prime(group), 2)
    # The library wants a public value beside the exponent and does not use it; the base is handed over as the peer's.
    key = private(int.from_bytes(exponent, "big"), public(4, numbers)).private_key()
    return key.exchange(public(base, numbers).public_key())


class _CbcHmac(EspTransformState):
    """CBC with one context for the life of the SA, never finalised (a new one costs 6.6 µs a packet).

    Outward it encrypts (random block | packet | trailer): whatever the chain held, the first block that comes out is
    unpredictable to anyone without the key, and is the IV of what follows (RFC 3602 2.1). Inward it decrypts
    (IV | ciphertext) and drops the first block, the only one that depends on the chain.

    Measured, µs for 1400 bytes, AES-128 with SHA-1: seal 4.3, open 3.3 (AES-GCM 1.7 and 2.0; 3DES 50 and 54).
    HMAC by `HMAC.copy` of cryptography: 1.3; two hashlib copies 1.8; hmac.HMAC.copy 2.6; hmac.digest 3.4.
    """

    def __init__(self, algorithm: BlockCipherAlgorithm, block: int, mac: HMAC, icv: int, entropy: Entropy) -> None:
        self.iv_bytes = block
        self.block_bytes = block
        self.icv_bytes = icv
        cipher = Cipher(algorithm, CBC(bytes(block)))
        self._encrypt: "Callable[[Buffer], bytes]" = cipher.encryptor().update
        self._decrypt: "Callable[[Buffer], bytes]" = cipher.decryptor().update
        self._mac: "Callable[[], HMAC]" = mac.copy
        self._entropy = entropy
        self._random = b""
        self._random_at = 0
        self._trailers = _TRAILERS[block]
        self._smallest = esp_suite.HEADER_BYTES + 2 * block + icv

    def seal(self, spi: int, sequence: int, packet: memoryview, out: memoryview) -> int:
        block = self.block_bytes
        at = self._random_at
        if at == len(self._random):
            self._random = self._entropy(_RANDOM_POOL)
            at = 0
        self._random_at = at + block
        sealed = self._encrypt(
            b"".join((self._random[at : at + block], packet, self._trailers[-(len(packet) + 2) % block]))
        )
        end = len(sealed) + 8
        _header(out, 0, spi, sequence)
        out[8:end] = sealed
        mac = self._mac()
        mac.update(out[:end])
        total = end + self.icv_bytes
        out[end:total] = mac.finalize()[: self.icv_bytes]
        return total

    def open(self, packet: memoryview, out: memoryview) -> int:
        block = self.block_bytes
        end = len(packet) - self.icv_bytes
        if len(packet) < self._smallest or (end - 8) % block:
            return -1
        mac = self._mac()
        mac.update(packet[:end])
        if not _equal(mac.finalize()[: self.icv_bytes], packet[end:]):
            return -1
        # `_deliver`, in place: 0.2 µs a packet.
        plain = self._decrypt(packet[8:end])
        pad = plain[-2]
        stop = len(plain) - 2 - pad
        if stop < block or plain[stop:-2] != _PADDINGS[pad] or stop - block > len(out):
            return -1
        out[: stop - block] = plain[block:stop]
        return stop - block << 8 | plain[-1]

    def wipe(self) -> None:
        self._encrypt = self._decrypt = _wiped
        self._mac = _wiped_mac
        self._random = b""
        self._random_at = 0


class _Gcm(EspTransformState):
    """AES-GCM (RFC 4106): nonce = salt | IV, additional data = SPI | sequence number."""

    icv_bytes = esp_suite.GCM_ICV_BYTES
    iv_bytes, block_bytes = esp_suite.CIPHERS["aes-gcm"]

    def __init__(self, key: "bytes | bytearray") -> None:
        cut = len(key) - esp_suite.GCM_SALT_BYTES
        cipher = AESGCM(bytes(key[:cut]))
        self._encrypt: "Callable[[Buffer, Buffer, Buffer], bytes]" = cipher.encrypt
        self._decrypt: "Callable[[Buffer, Buffer, Buffer], bytes]" = cipher.decrypt
        self._salt = bytearray(key[cut:])

    def seal(self, spi: int, sequence: int, packet: memoryview, out: memoryview) -> int:
        _header(out, 0, spi, sequence)
        # RFC 4106 3.1: the IV must be unique under one key; a counter is enough, and the sequence number is one.
        _header(out, 8, 0, sequence)
        plain = b"".join((packet, _TRAILERS[4][-(len(packet) + 2) % 4]))
        total = 32 + len(plain)
        out[16:total] = self._encrypt(self._salt + out[8:16], plain, out[:8])
        return total

    def open(self, packet: memoryview, out: memoryview) -> int:
        if len(packet) < 36 or len(packet) % 4:
            return -1
        try:
            plain = self._decrypt(self._salt + packet[8:16], packet[16:], packet[:8])
        except InvalidTag:
            return -1
        return _deliver(plain, out)

    def wipe(self) -> None:
        self._encrypt = self._decrypt = _wiped
        self._salt = bytearray(esp_suite.GCM_SALT_BYTES)


class _Null(EspTransformState):
    """NULL encryption (RFC 2410) with authentication, which is then mandatory."""

    iv_bytes, block_bytes = esp_suite.CIPHERS["null"]

    def __init__(self, mac: HMAC, icv: int) -> None:
        self.icv_bytes = icv
        self._mac: "Callable[[], HMAC]" = mac.copy

    def seal(self, spi: int, sequence: int, packet: memoryview, out: memoryview) -> int:
        _header(out, 0, spi, sequence)
        plain = b"".join((packet, _TRAILERS[4][-(len(packet) + 2) % 4]))
        end = 8 + len(plain)
        out[8:end] = plain
        mac = self._mac()
        mac.update(out[:end])
        total = end + self.icv_bytes
        out[end:total] = mac.finalize()[: self.icv_bytes]
        return total

    def open(self, packet: memoryview, out: memoryview) -> int:
        end = len(packet) - self.icv_bytes
        if end < 12 or end % 4:
            return -1
        mac = self._mac()
        mac.update(packet[:end])
        if not hmac.compare_digest(mac.finalize()[: self.icv_bytes], packet[end:]):
            return -1
        return _deliver(bytes(packet[8:end]), out)

    def wipe(self) -> None:
        self._mac = _wiped_mac


def _deliver(plain: bytes, out: memoryview) -> int:
    """Check the trailer, copy the payload; the return value of `open`."""
    payload = esp_suite.payload_length(plain, len(plain))
    if payload < 0 or payload > len(out):
        return -1
    out[:payload] = plain[:payload]
    return payload << 8 | plain[-1]


def _wiped(*_: object) -> bytes:
    raise Unsupported("these keys were wiped")


def _wiped_mac() -> HMAC:
    raise Unsupported("these keys were wiped")
