"""Secrets in configuration text: the type in front of them, reading, writing and masking.

Level 3, pure. One of the few modules that may call `Secret.reveal`. The device key is not here: who has one passes a
function `unseal(text) -> bytes | None`, which opens a type 6 text or says None.
"""

from ezvpn.record import Secret

# What stands for a secret in everything shown. No secret can be read from its length.
MASK = "<removed>"

_TYPES = ("0 ", "6 ")
_MAX = 512  # longest secret in characters; RADIUS and gateways stop well before


class BadSecret(Exception):
    """The text after `key`, `password` or `secret` cannot be used; the argument says why, without the text."""


class Sealed(Secret):
    """A secret that came as type 6 and is written back as it came. `sealed` is the encrypted text, nothing to hide."""

    def __init__(self, value: "bytes | str", sealed: str) -> None:
        super().__init__(value)
        self.sealed = sealed


def read(text: str, unseal: object = None) -> Secret:
    """A secret from the rest of a line. A leading `0 ` (plain) or `6 ` (encrypted) is the type. Raises BadSecret."""
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
    if len(text) > _MAX:
        raise BadSecret("longer than " + str(_MAX) + " characters")
    if kind == "0":
        return Secret(text)
    if not callable(unseal):
        raise BadSecret("type 6 needs the device key this text was encrypted with, and there is none; use type 0")
    value = unseal(text)
    if not isinstance(value, (bytes, bytearray)):
        raise BadSecret("this type 6 text was not encrypted with the key of this device")
    return Sealed(bytes(value), text)


def write(secret: Secret, masked: bool) -> str:
    """The text that `read` turns into this secret again, or the mask."""
    if masked:
        return MASK
    if isinstance(secret, Sealed):
        return "6 " + secret.sealed
    text = str(secret.reveal(), "utf-8")
    # A plain secret that itself begins like a type needs its type in front.
    if text[:2] in _TYPES:
        return "0 " + text
    return text
