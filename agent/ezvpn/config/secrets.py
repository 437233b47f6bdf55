"""Secrets in configuration text: the type in front of them, reading, writing and masking.

Level 3, pure. One of the few modules that may call `Secret.reveal`. The device key is not here: who has one passes functions
`unseal(text) -> bytes | None`, which opens a type 6 text or says None, and `seal(bytes) -> text`, its inverse (`config.type6`).
"""

from ezvpn.compat import const
from ezvpn.crypto.port import Crypto
from ezvpn.record import Secret

# What stands for a secret in everything shown. No secret can be read from its length.
MASK = "<removed>"

_TYPES = ("0 ", "6 ", "7 ")
_HASHED = ("5 ", "8 ", "9 ")

# Type 7 hides a text from a glance: each byte is XORed with the next one of this string, which everybody knows.
_TYPE_7 = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_MAX = const(512)  # longest secret in characters; RADIUS and gateways stop well before
_MAX_SEALED = const(800)  # the longest of them as type 6


class BadSecret(Exception):
    """The text after `key`, `password` or `secret` cannot be used; the argument says why, without the text."""


class Sealed(Secret):
    """A type 6 secret that no key of this device opens: nothing can be done with it but write it back as it came. It reveals
    nothing, and nothing that is typed is the same. `sealed` is the encrypted text, nothing to hide."""

    def __init__(self, sealed: str) -> None:
        super().__init__(b"")
        self.sealed = sealed

    def same(self, other: Secret) -> bool:
        return isinstance(other, Sealed) and other.sealed == self.sealed


def lenient(unseal: object) -> object:
    """An `unseal` for whole files: what cannot be opened stays sealed, so that one lost key does not make a file useless."""

    def opened(text: str) -> object:
        value = unseal(text) if callable(unseal) else None
        return Sealed(text) if value is None else value

    return opened


def mixed(crypto: Crypto, key: bytes, word: Secret) -> bytes:
    """A key of 32 bytes made of random bytes and a word."""
    return crypto.hmac("sha256", key, word.reveal())


class Hashed(Secret):
    """What can be checked but not read: a hash of type 5, 8 or 9, as `enable secret` and `username` keep it."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def read(text: str, unseal: object = None) -> Secret:
    """A secret from the rest of a line. A leading `0 ` (plain), `6 ` (encrypted) or `7 ` (hidden) is the type. Raises
    BadSecret."""
    kind = "0"
    if text[:2] in _TYPES:
        kind = text[0]
        text = text[2:].strip()
    if not text:
        raise BadSecret("nothing behind the type")
    if text == MASK:
        raise BadSecret(
            MASK + " stands where a secret was taken out of a printed configuration; type the secret itself"
        )
    if len(text) > (_MAX_SEALED if kind == "6" else _MAX):
        raise BadSecret("longer than " + str(_MAX) + " characters")
    if kind == "7":
        return Secret(_unhidden(text))
    if kind == "0":
        return Secret(text)
    if not callable(unseal):
        raise BadSecret("type 6 needs the device key this text was encrypted with, and there is none; use type 0")
    value = unseal(text)
    if isinstance(value, Sealed):
        return value
    if not isinstance(value, (bytes, bytearray)):
        raise BadSecret("this type 6 text was not encrypted with the key of this device")
    return Secret(bytes(value))


def write(secret: Secret, masked: object) -> str:
    """The text that `read` turns into this secret again, or the mask. masked: False as it is, True the mask, or a function
    `seal`: as type 6."""
    if masked is True:
        return MASK
    if isinstance(secret, Sealed):
        return "6 " + secret.sealed
    if isinstance(secret, Hashed):
        return secret.kind + " " + str(secret.reveal(), "utf-8")
    if callable(masked):
        return "6 " + str(masked(secret.reveal()))
    text = str(secret.reveal(), "utf-8")
    # A plain secret that itself begins like a type needs its type in front.
    if text[:2] in _TYPES or text[:2] in _HASHED:
        return "0 " + text
    return text


def _unhidden(text: str) -> str:
    """The text that IOS hid as type 7: two decimal digits of offset, then bytes in hexadecimal. Raises BadSecret."""
    try:
        start = int(text[:2])
        data = bytes([int(text[i : i + 2], 16) for i in range(2, len(text), 2)])
        plain = bytes([data[i] ^ _TYPE_7[(start + i) % len(_TYPE_7)] for i in range(len(data))]).decode()
    except ValueError:  # UnicodeError too
        plain = ""
    if not plain or len(text) % 2 or min(plain) < " ":
        raise BadSecret(
            "this is no text of type 7: digits and letters A to F, as `show running-config` of IOS prints it"
        )
    return plain
