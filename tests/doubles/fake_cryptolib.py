"""MicroPython's `cryptolib` as far as `backend_micropython` uses it, over `cryptography`: AES-CBC with a chain that goes on.

Like the unix port's it takes keys of 16 and 32 bytes only, and gives ValueError for anything else.
"""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_CBC = 2


class aes:
    """One direction of one chain: the first call decides which."""

    def __init__(self, key: bytes, mode: int, iv: bytes) -> None:
        if len(key) not in (16, 32):
            raise ValueError("key")
        assert mode == _CBC
        self._cipher = Cipher(AES(bytes(key)), CBC(bytes(iv)))
        self._encryptor = None
        self._decryptor = None

    def encrypt(self, data, into=None):
        assert self._decryptor is None, "one aes object cannot both encrypt and decrypt"
        self._encryptor = self._encryptor or self._cipher.encryptor()
        return _run(self._encryptor, data, into)

    def decrypt(self, data, into=None):
        assert self._encryptor is None, "one aes object cannot both encrypt and decrypt"
        self._decryptor = self._decryptor or self._cipher.decryptor()
        return _run(self._decryptor, data, into)


def _run(context, data, into):
    if len(data) % 16:
        raise ValueError("blksize % 16")
    done = context.update(bytes(data))
    if into is None:
        return done
    into[:] = done
    return into
