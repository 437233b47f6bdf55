"""HMAC (RFC 2104), the prf of IKEv1, over one-shot hash constructors; and the one place where a `Secret` becomes a prf key.

For backends whose runtime has hashes but no hmac module (MicroPython: a hash object gives its digest once and cannot be
copied). `Keyed` caches both padded keys, so a message costs two hash objects and no work over the key. Not here: which
hashes exist (backends), what is derived with them (`ike.keys`).
"""

from ezvpn.crypto.port import Crypto
from ezvpn.record import Secret, wipe

_BLOCK = {"md5": 64, "sha1": 64, "sha256": 64, "sha384": 128, "sha512": 128}


class Keyed:
    """HMAC with one key. `new` is a hash constructor: `new(data)` gives an object with `update` and `digest`."""

    def __init__(self, new: object, name: str, key: "bytes | bytearray | memoryview") -> None:
        self._new = new
        block = _BLOCK[name]
        if len(key) > block:
            key = new(key).digest()  # type: ignore[operator]
        self._inner = bytearray(b"\x36" * block)
        self._outer = bytearray(b"\x5c" * block)
        for i in range(len(key)):
            self._inner[i] ^= key[i]
            self._outer[i] ^= key[i]

    def digest(self, data: "bytes | bytearray | memoryview") -> bytes:
        """The whole HMAC of `data`."""
        inner = self._new(self._inner)  # type: ignore[operator]
        inner.update(data)
        outer = self._new(self._outer)  # type: ignore[operator]
        outer.update(inner.digest())
        return outer.digest()  # type: ignore[no-any-return]

    def wipe(self) -> None:
        """Zero both pads."""
        wipe(self._inner)
        wipe(self._outer)


def keyed_by_secret(crypto: Crypto, name: str, secret: Secret, data: "bytes | bytearray") -> bytes:
    """prf(secret, data). Lives in `crypto` because only here a configured secret may be revealed."""
    return crypto.hmac(name, secret.reveal(), data)
