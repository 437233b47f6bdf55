"""The keys of this device for stored secrets: made at first need, kept in one file of the state directory.

Level 4. What is done with them is `config.type6`. files: `read(name)`, `write(name, data) -> bool` and `problem`, as the store of
the runtime has them; they are answered inside the call, like the kernel's.
"""

import binascii

from ezvpn.compat import const
from ezvpn.config import secrets
from ezvpn.config.type6 import KEY_BYTES, DeviceKeys
from ezvpn.crypto.port import Crypto
from ezvpn.record import Secret

FILE = "device-key"
_HEAD = "ezvpn device-key 1"
_KEPT = const(4)  # the newest and three before it: what they sealed can still be opened
_DAMAGED = FILE + " is damaged: restore it, or remove it and type the secrets again"


class Vault:
    """entropy(n) -> n random bytes."""

    def __init__(self, crypto: Crypto, files: object, entropy: object) -> None:
        self._crypto = crypto
        self._files = files
        self._entropy = entropy
        self._keys: "DeviceKeys | None" = None

    def ready(self) -> str:
        """Whether there is a key to seal with, made if there was none: "" or why not."""
        if self._load() is not None:
            return ""
        if self._files.read(FILE) is not None:  # type: ignore[attr-defined]
            return _DAMAGED
        return self._keep([self._entropy(KEY_BYTES)])  # type: ignore[operator]

    def seal(self, secret: bytes) -> str:
        """The text behind `6 `; only when `ready`."""
        keys = self._load()
        assert keys is not None
        return keys.seal(secret)

    def unseal(self, text: str) -> "bytes | None":
        """The secret in a type 6 text, None if no key of this device opens it."""
        keys = self._load()
        return keys.unseal(text) if keys is not None else None

    def change(self, word: Secret) -> str:
        """A new key, made of random bytes and this word; the last ones still open what they sealed. Returns "" or why not."""
        known = _parsed(self._files.read(FILE))  # type: ignore[attr-defined]
        if not known and self._files.read(FILE) is not None:  # type: ignore[attr-defined]
            return _DAMAGED
        fresh = self._entropy(KEY_BYTES)  # type: ignore[operator]
        return self._keep([secrets.mixed(self._crypto, fresh, word)] + known)

    def renew(self) -> str:
        """A new key and no other: what the old ones sealed stays closed for good. Nothing where there was none. Returns "" or why
        not."""
        if self._files.read(FILE) is None:  # type: ignore[attr-defined]
            return ""
        return self._keep([self._entropy(KEY_BYTES)])  # type: ignore[operator]

    def _keep(self, keys: "list[bytes]") -> str:
        keys = keys[:_KEPT]
        text = "\n".join([_HEAD] + [binascii.hexlify(key).decode() for key in keys]) + "\n"
        if not self._files.write(FILE, text.encode()):  # type: ignore[attr-defined]
            return str(self._files.problem)  # type: ignore[attr-defined]
        self._keys = DeviceKeys(self._crypto, keys)
        return ""

    def _load(self) -> "DeviceKeys | None":
        if self._keys is None:
            found = _parsed(self._files.read(FILE))  # type: ignore[attr-defined]
            if found:
                self._keys = DeviceKeys(self._crypto, found)
        return self._keys


def _parsed(data: "bytes | None") -> "list[bytes]":
    """The keys in a file, none if it is damaged."""
    lines = data.split(b"\n") if data else []
    if len(lines) < 3 or lines[0] != _HEAD.encode() or lines.pop():
        return []
    try:
        keys = [binascii.unhexlify(line) for line in lines[1:]]
    except ValueError:
        return []
    return keys if all(len(key) == KEY_BYTES for key in keys) else []
