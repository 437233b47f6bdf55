"""Modular exponentiation for an interpreter whose `pow(b, e, p)` is square-and-multiply bit by bit with a division each time.

Belongs here: fewer multiplications. What CPython and libraries do is faster than this anyway.
MicroPython 1.24 on one core of a PC, ms for groups 2, 5, 14, 15, 16: pow 5.7 9.3 22 64 131; `two_to` 3.9 6.1 15 44 88;
`power` 5.0 8.2 19 58 112.
"""

from ezvpn.compat import const

_TABLE_BYTES = const(2)  # of an exponent cost as much as the table of powers


def two_to(exponent: "bytes | bytearray", p: int, value: int = 1) -> int:
    """value^(256^n) * 2^exponent mod p, n bytes being the exponent; so it can be taken in pieces. Times a power of two is a
    shift."""
    for byte in exponent:
        value = (pow(value, 256, p) << byte) % p
    return value


class Power:
    """base^exponent mod p, four bits at a time, `step` by `step`."""

    def __init__(self, base: int, exponent: "bytes | bytearray", p: int) -> None:
        self._base = base
        self._exponent = exponent
        self._p = p
        self._powers: "list[int]" = []
        self._done = 0
        self._value = 1

    def step(self, size: int) -> "int | None":
        """`size` more bytes of the exponent, at first less the table of powers. The result with the last, None before."""
        p, powers, value = self._p, self._powers, self._value
        if not powers:
            powers += (1, self._base)
            for _ in range(14):
                powers.append(powers[-1] * self._base % p)
            size = max(size - _TABLE_BYTES, 1)
        part = self._exponent[self._done : self._done + size]
        for byte in part:
            value = pow(value, 16, p) * powers[byte >> 4] % p
            value = pow(value, 16, p) * powers[byte & 15] % p
        self._value = value
        self._done += len(part)
        return value if self._done >= len(self._exponent) else None


def power(base: int, exponent: "bytes | bytearray", p: int) -> int:
    """base^exponent mod p at once."""
    value = Power(base, exponent, p).step(len(exponent) + _TABLE_BYTES)
    if value is None:
        raise ValueError("the exponent has more bytes than it has")
    return value
