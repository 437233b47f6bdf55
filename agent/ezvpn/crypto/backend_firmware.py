"""The crypto backend of the device binary: mbedTLS, through the C module `_edgec` (firmware/cmodule).

MicroPython with that module only. Not here: the contract (`port`), primes and checks of DH values (`dh`); the C module's states
are the transforms themselves.
"""

import os

import _edgec  # type: ignore[import-not-found]

from ezvpn.crypto import dh, esp_suite, port
from ezvpn.crypto.port import Crypto, EspTransformState, Unsupported


class Backend(Crypto):
    """`entropy(n)` gives n random bytes for CBC IVs."""

    name = "mbedtls"
    hashes = port.HASHES
    ciphers = port.CIPHERS
    groups = port.GROUPS
    esp_ciphers = port.ESP_CIPHERS
    esp_auths = port.HASHES

    def __init__(self, entropy: object = os.urandom) -> None:
        self._entropy = None if entropy is os.urandom else entropy

    def hash(self, name: str, data: "bytes | bytearray | memoryview") -> bytes:
        self._known(name)
        return _edgec.hash(name, data)  # type: ignore[no-any-return]

    def hmac(self, name: str, key: "bytes | bytearray | memoryview", data: "bytes | bytearray | memoryview") -> bytes:
        self._known(name)
        return _edgec.hmac(name, key, data)  # type: ignore[no-any-return]

    def cbc_encrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        return self._cbc(cipher, True, key, iv, data)

    def cbc_decrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        return self._cbc(cipher, False, key, iv, data)

    def dh_public(self, group: int, exponent: "bytes | bytearray") -> bytes:
        return bytes(self._power(group, b"\x02", exponent))

    def dh_shared(self, group: int, exponent: "bytes | bytearray", peer: "bytes | memoryview") -> bytearray:
        if group in self.groups:
            dh.check_public(group, peer)
        return self._power(group, peer, exponent)

    def esp(self, cipher: str, key: "bytes | bytearray", auth: str, auth_key: "bytes | bytearray") -> EspTransformState:
        esp_suite.check(self, cipher, key, auth, auth_key)
        return _edgec.Esp(cipher, key, auth, auth_key, self._entropy, Unsupported)  # type: ignore[no-any-return]

    def equal(self, a: "bytes | bytearray | memoryview", b: "bytes | bytearray | memoryview") -> bool:
        return _edgec.equal(a, b)  # type: ignore[no-any-return]

    def _known(self, name: str) -> None:
        if name not in self.hashes:
            raise Unsupported(f"hash {name}")

    def _cbc(
        self,
        cipher: str,
        encrypt: bool,
        key: "bytes | bytearray",
        iv: bytes,
        data: "bytes | bytearray | memoryview",
    ) -> bytes:
        if (cipher, len(key)) not in self.ciphers:
            raise Unsupported(f"cipher {cipher} with {len(key)} bytes of key")
        return _edgec.cbc(cipher, encrypt, key, iv, data)  # type: ignore[no-any-return]

    def _power(self, group: int, base: "bytes | memoryview", exponent: "bytes | bytearray") -> bytearray:
        if group not in self.groups:
            raise Unsupported(f"group {group}")
        return _edgec.modexp(base, exponent, dh.prime(group).to_bytes(dh.LENGTH[group], "big"))  # type: ignore[no-any-return]
