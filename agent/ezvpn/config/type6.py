"""Type 6 secrets: `6 TEXT`, encrypted and authenticated with the keys of this device.

Level 3, pure. AES-256-CBC under a synthetic IV (the first 16 bytes of HMAC-SHA-256 over the secret, RFC 5297's idea), because
every backend has these two and not every one has GCM. The same secret under the same key gives the same text, so a
configuration that is saved twice is the same twice; nobody needs random bytes for it. Opening verifies the whole text.

TEXT is base64 of version (1 byte), IV (16), ciphertext. Where the keys are kept is `node.vault`. Cisco's own type 6 texts
cannot be opened: their master key never leaves the router.
"""

import binascii

from ezvpn.compat import const
from ezvpn.crypto.port import Crypto

KEY_BYTES = const(32)
_VERSION = const(1)
_IV = const(16)
_BLOCK = const(16)


class DeviceKeys:
    """keys: the newest first, which seals; the others only open what was sealed before the key changed."""

    def __init__(self, crypto: Crypto, keys: "list[bytes]") -> None:
        self._crypto = crypto
        self._pairs = [(self._derived(key, b"encrypt"), self._derived(key, b"authenticate")) for key in keys]

    def seal(self, secret: bytes) -> str:
        """The text that stands behind `6 `."""
        encrypt, authenticate = self._pairs[0]
        iv = self._tag(authenticate, secret)
        pad = _BLOCK - len(secret) % _BLOCK
        sealed = self._crypto.cbc_encrypt("aes", encrypt, iv, secret + bytes([pad]) * pad)
        return binascii.b2a_base64(bytes([_VERSION]) + iv + sealed).decode().strip()

    def unseal(self, text: str) -> "bytes | None":
        """The secret, None if none of the keys made this text."""
        try:
            raw = binascii.a2b_base64(text)
        except ValueError:
            return None
        if len(raw) < 1 + _IV + _BLOCK or (len(raw) - 1) % _BLOCK or raw[0] != _VERSION:
            return None
        # One text for one secret: a decoder that skips what is no base64 must not make it two.
        if binascii.b2a_base64(raw).decode().strip() != text:
            return None
        iv, sealed = raw[1 : 1 + _IV], raw[1 + _IV :]
        for encrypt, authenticate in self._pairs:
            padded = bytes(self._crypto.cbc_decrypt("aes", encrypt, iv, sealed))
            pad = padded[-1]
            if not 0 < pad <= _BLOCK or padded[-pad:] != bytes([pad]) * pad:
                continue
            if self._crypto.equal(self._tag(authenticate, padded[:-pad]), iv):
                return padded[:-pad]
        return None

    def _derived(self, key: bytes, purpose: bytes) -> bytes:
        return self._crypto.hmac("sha256", key, b"ezvpn type 6 " + purpose)

    def _tag(self, key: bytes, secret: bytes) -> bytes:
        return self._crypto.hmac("sha256", key, secret)[:_IV]
