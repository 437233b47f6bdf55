"""Hashes of passwords as IOS keeps them: type 5 (MD5-crypt), type 8 (PBKDF2-HMAC-SHA-256) and type 9 (scrypt).

Level 1, pure. Made of a backend's primitives, and worked out in steps, so that a small device goes on answering its peers
meanwhile. New hashes are of type 8: RFC 8018 5.2 with 20000 iterations, which every backend can do.

    $1$SALT$22 characters     5: MD5-crypt of FreeBSD, 1000 rounds
    $8$SALT$43 characters     8: PBKDF2, the 14 characters of the salt as they stand, 32 bytes
    $9$SALT$43 characters     9: scrypt (RFC 7914) with N 16384, r 1, p 1, 32 bytes
"""

from ezvpn.compat import const
from ezvpn.crypto.port import Crypto, Unsupported
from ezvpn.record import Secret

# type -> what one looks like
KINDS = {"5": "$1$SALT$HASH", "8": "$8$SALT$HASH", "9": "$9$SALT$HASH"}

SALT_BYTES = const(14)  # of entropy, for 14 characters

_LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ITERATIONS = const(20000)
_STEP = const(200)  # iterations at once: 3 ms on a PC, some 10 ms on a small device
_ROUNDS = const(1000)
_MARKS = {"5": ("$1$", 8, 22), "8": ("$8$", 14, 43), "9": ("$9$", 14, 43)}  # start, longest salt, length of the hash

# How MD5-crypt orders the 16 bytes of its digest: groups of three for four letters each, then one for two.
_ORDER = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5), (11,))


def well_formed(kind: str, text: str) -> bool:
    """Whether the text can be a hash of this type."""
    mark, most, length = _MARKS[kind]
    salt, dollar, digest = text[len(mark) :].partition("$")
    if not text.startswith(mark) or not dollar or not 0 < len(salt) <= most or len(digest) != length:
        return False
    return all(letter in _LETTERS for letter in salt + digest)


def salt_of(entropy: bytes) -> str:
    """14 random bytes as 14 letters."""
    return "".join([_LETTERS[byte & 63] for byte in entropy])


class Derivation:
    """The hash of a typed password. `step()` until it returns text; raises `Unsupported` where the backend lacks a primitive.

    kind and salt say how: those of the hash that it is to be compared with, or "8" and a new salt.
    """

    def __init__(self, crypto: Crypto, kind: str, salt: str, typed: Secret) -> None:
        self.kind = kind
        self.salt = salt
        self._crypto = crypto
        self._typed = typed
        self._left = _ITERATIONS
        self._block = b""
        self._sum = 0

    def step(self) -> str:
        """Work on; "" while there is more to do, then the whole text `$8$…`."""
        if self.kind == "5":
            return _MARKS["5"][0] + self.salt + "$" + _md5_crypt(self._crypto, self._typed.reveal(), self.salt.encode())
        if self.kind == "9":
            digest = self._crypto.scrypt(self._typed.reveal(), self.salt.encode(), 16384, 1, 1, 32)
            return _MARKS["9"][0] + self.salt + "$" + _encoded(digest)
        # RFC 8018 5.2: U_1 = PRF (P, S || INT (i)), U_c = PRF (P, U_{c-1}), T = U_1 xor … xor U_c; one block is enough here.
        typed = self._typed.reveal()
        block = self._block or self.salt.encode() + b"\0\0\0\1"
        for _ in range(_STEP):
            block = self._crypto.hmac("sha256", typed, block)
            self._sum ^= int.from_bytes(block, "big")
        self._block = block
        self._left -= _STEP
        if self._left:
            return ""
        return _MARKS["8"][0] + self.salt + "$" + _encoded(self._sum.to_bytes(32, "big"))


def against(crypto: Crypto, kind: str, stored: Secret, typed: Secret) -> Derivation:
    """The derivation whose text is that of `stored` if `typed` is the password. Raises `Unsupported`."""
    text = stored.reveal().decode()
    if (kind == "5" and "md5" not in crypto.hashes) or (kind == "9" and not crypto.has_scrypt):
        raise Unsupported("hashes of type " + kind)
    return Derivation(crypto, kind, text[3:].partition("$")[0], typed)


def _encoded(data: bytes) -> str:
    """Base64 with the letters of crypt and without padding."""
    out = ""
    for i in range(0, len(data), 3):
        part = data[i : i + 3]
        value = int.from_bytes(part, "big") << 8 * (3 - len(part))
        out += "".join([_LETTERS[value >> shift & 63] for shift in (18, 12, 6, 0)][: len(part) + 1])
    return out


def _md5_crypt(crypto: Crypto, typed: bytes, salt: bytes) -> str:
    """The 22 letters of MD5-crypt, as FreeBSD's libcrypt defines it."""
    inner = crypto.hash("md5", typed + salt + typed)
    data = typed + b"$1$" + salt + (inner * (len(typed) // 16 + 1))[: len(typed)]
    left = len(typed)
    while left:
        data += b"\0" if left & 1 else typed[:1]
        left >>= 1
    digest = crypto.hash("md5", data)
    for i in range(_ROUNDS):
        data = typed if i & 1 else digest
        if i % 3:
            data += salt
        if i % 7:
            data += typed
        data += digest if i & 1 else typed
        digest = crypto.hash("md5", data)
    out = ""
    for group in _ORDER:
        value = 0
        for place in group:
            value = value << 8 | digest[place]
        for _ in range(len(group) + 1):
            out += _LETTERS[value & 63]
            value >>= 6
    return out
