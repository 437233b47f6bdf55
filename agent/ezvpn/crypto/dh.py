"""Diffie-Hellman over the MODP groups of IKEv1: primes, lengths, checks of the peer's value, key pairs.

Groups 1 and 2: RFC 2409 6.1, 6.2. Groups 5, 14, 15, 16: RFC 3526 2 to 5. The generator is 2 everywhere and every p is
a safe prime. Not here: how fast a backend can exponentiate (`backend_*`); `power` is what they use where the
built-in `pow` is good.
"""

from ezvpn.crypto.port import BadPublicValue, Crypto
from ezvpn.record import wipe

# Bytes of p, and so of every public and shared value: leading zeros are kept (RFC 2409 5).
LENGTH = {1: 96, 2: 128, 5: 192, 14: 256, 15: 384, 16: 512}

# Bytes of a private exponent: the upper estimates of RFC 3526 8 (240, 320, 420, 480 bits); 320 bits for groups 1 and 2.
EXPONENT_BYTES = {1: 40, 2: 40, 5: 30, 14: 40, 15: 53, 16: 60}

# p = 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) pi) + c): 64 one bits, digits of pi, 64 one bits. All six share one
# row of digits; what c makes of the last four bytes of it is the table below.
_DIGITS_OF_PI = bytes.fromhex(
    "c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3d"
    "c2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804"
    "f1746c08ca18217c32905e462e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae5"
    "15d2261898fa051015728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7"
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200cbbe117577a615d6c"
    "770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a92108011a723c12a787e6d788719a10bdba5b2699c327186af4e23c"
    "1a946834b6150bda2583e9ca2ad44ce8dbbbc2db04de8ef92e8efc141fbecaa6287c59474e6bc05d99b2964fa090c3a2233ba186515be7ed"
    "1f612970cee2d7afb81bdd762170481cd0069127d5b05aa993b4ea988d8fddc186ffb7dc90a6c08f4df435c9"
)
_LAST_DIGITS = {
    1: 0xA63A3620,
    2: 0xECE65381,
    5: 0xCA237327,
    14: 0x8AACAA68,
    15: 0xA93AD2CA,
    16: 0x34063199,
}
_ONES = b"\xff" * 8


def prime(group: int) -> int:
    """p of a group. KeyError for a group that is not in LENGTH."""
    digits = _DIGITS_OF_PI[: LENGTH[group] - 20]
    return int.from_bytes(_ONES + digits + _LAST_DIGITS[group].to_bytes(4, "big") + _ONES, "big")


def check_public(group: int, value: "bytes | bytearray | memoryview") -> int:
    """The peer's value as a number. Raises `BadPublicValue` unless it is LENGTH bytes long and 1 < y < p - 1.

    With a safe prime nothing else is needed: every other y generates a group of order (p-1)/2 or p-1 (RFC 2631 2.1.5).
    """
    if len(value) != LENGTH[group]:
        raise BadPublicValue(f"group {group}: {len(value)} bytes, not {LENGTH[group]}")
    y = int.from_bytes(bytes(value), "big")
    if y < 2 or y > prime(group) - 2:
        raise BadPublicValue(f"group {group}: outside 2 .. p - 2")
    return y


def power(group: int, base: int, exponent: "bytes | bytearray") -> bytes:
    """base^exponent mod p at group length, with the built-in `pow`."""
    return pow(base, int.from_bytes(exponent, "big"), prime(group)).to_bytes(LENGTH[group], "big")


class KeyPair:
    """One key pair, for one exchange: "a new exponent for each" (RFC 2409 10). `exponent` is a bytearray, never printed."""

    def __init__(self, group: int, exponent: bytearray, public: bytes) -> None:
        self.group = group
        self.exponent = exponent
        self.public = public

    def wipe(self) -> None:
        """Zero the exponent."""
        wipe(self.exponent)

    def __repr__(self) -> str:
        return f"<DH key pair of group {self.group}>"


class Making:
    """A key pair in the making. `entropy(n)` gives n random bytes."""

    def __init__(self, crypto: Crypto, entropy: object, group: int) -> None:
        self._crypto = crypto
        self._group = group
        self._exponent = bytearray(entropy(EXPONENT_BYTES[group]))  # type: ignore[operator]
        self._done, self._value = 0, 1

    def step(self) -> "KeyPair | None":
        """None: there is more to do."""
        self._done, self._value = self._crypto.dh_part(self._group, self._exponent, self._done, self._value)
        if self._done < len(self._exponent):
            return None
        return KeyPair(self._group, self._exponent, self._value.to_bytes(LENGTH[self._group], "big"))

    def finish(self) -> KeyPair:
        """All the steps that are left, at once."""
        while True:
            pair = self.step()
            if pair is not None:
                return pair


def generate(crypto: Crypto, entropy: object, group: int) -> KeyPair:
    """A fresh key pair, at once."""
    return Making(crypto, entropy, group).finish()
