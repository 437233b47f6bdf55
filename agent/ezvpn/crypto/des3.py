"""DES and 3DES in CBC mode (FIPS 46-3, SP 800-67), table driven, for runtimes without a library that has them.

Dual code, used by `backend_micropython`. Both halves of a block are kept in the 48-bit form that comes out of the
expansion E, and each table holds S box, P and E at once: a round is then eight look-ups, with no rotation, and 48 bits
are still a small int on 64-bit ports. On 32-bit ports it is right but slow: the C module is for those. Lookups depend on
keys and data, so this is no defence against somebody who shares the processor's cache.
"""

import struct

# FIPS 46-3, S1 .. S8: four rows of sixteen numbers each, as hexadecimal digits.
_S_BOXES = (
    "e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d",
    "f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9",
    "a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c",
    "7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e",
    "2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453",
    "c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d",
    "4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c",
    "d2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b",
)
# The permutations below name bits as FIPS 46-3 does: 1 is the highest.
_P = (16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10) + (
    (2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25)
)
_PC1 = (57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36) + (
    (63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4)
)
_PC2 = (14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2) + (
    (41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32)
)
_SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)


def _permute(value: int, width: int, table: "tuple[int, ...]") -> int:
    out = 0
    for bit in table:
        out = out << 1 | (value >> (width - bit)) & 1
    return out


def _expand(half: int) -> int:
    """E: 32 bits to eight groups of six, each a nibble with its neighbours' nearest bits."""
    ring = (half & 1) << 33 | half << 1 | half >> 31
    out = 0
    for shift in (28, 24, 20, 16, 12, 8, 4, 0):
        out = out << 6 | (ring >> shift) & 63
    return out


def _contract(wide: int) -> int:
    """Back from 48 bits: the middle four of each six."""
    out = 0
    for shift in (43, 37, 31, 25, 19, 13, 7, 1):
        out = out << 4 | (wide >> shift) & 15
    return out


def _make_tables() -> "tuple[list[int], ...]":
    """E(P(S)) of each box: eight lists of 64 numbers."""
    tables = []
    for box in range(8):
        table = []
        for six in range(64):
            row = (six >> 4) & 2 | six & 1
            nibble = int(_S_BOXES[box][row * 16 + ((six >> 1) & 15)], 16)
            table.append(_expand(_permute(nibble << (28 - 4 * box), 32, _P)))
        tables.append(table)
    return tuple(tables)


def _schedule(key: "bytes | bytearray") -> "list[int]":
    """The sixteen 48-bit round keys of one DES key."""
    both = _permute(int.from_bytes(key, "big"), 64, _PC1)
    c = both >> 28
    d = both & 0xFFFFFFF
    keys = []
    for shift in _SHIFTS:
        c = (c << shift | c >> (28 - shift)) & 0xFFFFFFF
        d = (d << shift | d >> (28 - shift)) & 0xFFFFFFF
        keys.append(_permute(c << 28 | d, 56, _PC2))
    return keys


def _reversed(keys: "list[int]") -> "list[int]":
    return [keys[i] for i in range(len(keys) - 1, -1, -1)]


class Des3:
    """One key: 8 bytes for DES, 24 for 3DES (encrypt, decrypt, encrypt). Parity bits are ignored. Holds no chain."""

    block_bytes = 8
    # Made at the first key, not at import: it takes a few ms and most devices never need it.
    _tables: "tuple[list[int], ...]" = ()

    def __init__(self, key: "bytes | bytearray") -> None:
        if len(key) not in (8, 24):
            raise ValueError(f"DES keys have 8 bytes and 3DES keys 24, not {len(key)}")
        if not Des3._tables:
            Des3._tables = _make_tables()
        keys = _schedule(key[:8])
        if len(key) == 24:
            keys = keys + _reversed(_schedule(key[8:16])) + _schedule(key[16:])
        self._forward = keys
        self._backward = _reversed(keys)

    def cbc_encrypt(self, iv: "bytes | bytearray | memoryview", data: "bytes | bytearray | memoryview") -> bytearray:
        """CBC of whole blocks."""
        out = bytearray(_whole(data))
        left, right = struct.unpack(">II", bytes(iv))
        for at in range(0, len(out), 8):
            a, b = struct.unpack_from(">II", data, at)
            left, right = self._block(self._forward, left ^ a, right ^ b)
            struct.pack_into(">II", out, at, left, right)
        return out

    def cbc_decrypt(self, iv: "bytes | bytearray | memoryview", data: "bytes | bytearray | memoryview") -> bytearray:
        """The inverse of `cbc_encrypt`."""
        out = bytearray(_whole(data))
        left, right = struct.unpack(">II", bytes(iv))
        for at in range(0, len(out), 8):
            a, b = struct.unpack_from(">II", data, at)
            x, y = self._block(self._backward, a, b)
            struct.pack_into(">II", out, at, x ^ left, y ^ right)
            left = a
            right = b
        return out

    def wipe(self) -> None:
        """Zero the round keys."""
        for i in range(len(self._forward)):
            self._forward[i] = 0
            self._backward[i] = 0

    def _block(self, keys: "list[int]", l: int, r: int) -> "tuple[int, int]":
        s1, s2, s3, s4, s5, s6, s7, s8 = Des3._tables
        # The initial permutation as five exchanges of bit groups between the halves.
        t = (l >> 4 ^ r) & 0x0F0F0F0F
        r ^= t
        l ^= t << 4
        t = (l >> 16 ^ r) & 0xFFFF
        r ^= t
        l ^= t << 16
        t = (r >> 2 ^ l) & 0x33333333
        l ^= t
        r ^= t << 2
        t = (r >> 8 ^ l) & 0xFF00FF
        l ^= t
        r ^= t << 8
        t = (l >> 1 ^ r) & 0x55555555
        r ^= t
        l ^= t << 1
        l = _expand(l)
        r = _expand(r)
        # Between the passes of 3DES the permutations cancel; only the exchange of halves remains.
        for start in range(0, len(keys), 16):
            for i in range(start, start + 16, 2):
                t = r ^ keys[i]
                l ^= (
                    s1[t >> 42]
                    ^ s2[t >> 36 & 63]
                    ^ s3[t >> 30 & 63]
                    ^ s4[t >> 24 & 63]
                    ^ s5[t >> 18 & 63]
                    ^ s6[t >> 12 & 63]
                    ^ s7[t >> 6 & 63]
                    ^ s8[t & 63]
                )
                t = l ^ keys[i + 1]
                r ^= (
                    s1[t >> 42]
                    ^ s2[t >> 36 & 63]
                    ^ s3[t >> 30 & 63]
                    ^ s4[t >> 24 & 63]
                    ^ s5[t >> 18 & 63]
                    ^ s6[t >> 12 & 63]
                    ^ s7[t >> 6 & 63]
                    ^ s8[t & 63]
                )
            l, r = r, l
        l = _contract(l)
        r = _contract(r)
        t = (l >> 1 ^ r) & 0x55555555
        r ^= t
        l ^= t << 1
        t = (r >> 8 ^ l) & 0xFF00FF
        l ^= t
        r ^= t << 8
        t = (r >> 2 ^ l) & 0x33333333
        l ^= t
        r ^= t << 2
        t = (l >> 16 ^ r) & 0xFFFF
        r ^= t
        l ^= t << 16
        t = (l >> 4 ^ r) & 0x0F0F0F0F
        r ^= t
        l ^= t << 4
        return l, r


def _whole(data: "bytes | bytearray | memoryview") -> int:
    if len(data) % 8:
        raise ValueError(f"{len(data)} bytes are not whole blocks of 8")
    return len(data)
