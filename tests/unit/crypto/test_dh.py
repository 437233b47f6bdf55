"""Primes against the formulas of the RFCs, checks of public values, key pairs."""

import pytest

from ezvpn.crypto import backend_micropython, dh
from ezvpn.crypto.backend_cpython import Backend
from ezvpn.crypto.port import BadPublicValue

# SOURCE: RFC 2409 6.1 and 6.2, RFC 3526 2 to 5: "The prime is: 2^n - 2^(n-64) - 1 + 2^64 * { [2^(n-130) pi] + c }"
FORMULA = {
    1: (768, 149686),
    2: (1024, 129093),
    5: (1536, 741804),
    14: (2048, 124476),
    15: (3072, 1690314),
    16: (4096, 240904),
}


def pi_times_two_to(bits):
    """floor(2^bits * pi) by Machin's formula in integers."""
    guard = 64
    one = 1 << (bits + guard)

    def arctan_of_inverse(x):
        term = one // x
        total, n, sign = term, 1, 1
        while term:
            term //= x * x
            n += 2
            sign = -sign
            total += sign * (term // n)
        return total

    return (4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))) >> guard


@pytest.mark.parametrize("group", sorted(FORMULA))
def test_primes_follow_the_formula(group):
    n, c = FORMULA[group]
    expected = 2**n - 2 ** (n - 64) - 1 + 2**64 * (pi_times_two_to(n - 130) + c)
    assert dh.prime(group) == expected
    assert dh.LENGTH[group] * 8 == n


def test_a_prime_as_printed():
    # SOURCE: RFC 2409 6.2
    printed = """
        FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74 020BBEA6 3B139B22 514A0879 8E3404DD
        EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED
        EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE65381 FFFFFFFF FFFFFFFF"""
    assert dh.prime(2) == int("".join(printed.split()), 16)


def test_exponents_are_long_enough():
    # SOURCE: RFC 3526 8, the higher estimate of exponent size
    for group, bits in ((5, 240), (14, 320), (15, 420), (16, 480)):
        assert bits <= dh.EXPONENT_BYTES[group] * 8 < bits + 8
    assert dh.EXPONENT_BYTES[1] == dh.EXPONENT_BYTES[2] == 40
    assert set(dh.EXPONENT_BYTES) == set(dh.LENGTH)


@pytest.mark.parametrize("group", sorted(dh.LENGTH))
def test_check_public_at_its_bounds(group):
    p, length = dh.prime(group), dh.LENGTH[group]
    for good in (2, 3, p - 2):
        assert dh.check_public(group, good.to_bytes(length, "big")) == good
        assert dh.check_public(group, memoryview(good.to_bytes(length, "big"))) == good
    for bad in (0, 1, p - 1, p, 2 ** (8 * length) - 1):
        with pytest.raises(BadPublicValue):
            dh.check_public(group, bad.to_bytes(length, "big"))
    for size in (0, 1, length - 1, length + 1):
        with pytest.raises(BadPublicValue, match=f"group {group}: {size} bytes, not {length}"):
            dh.check_public(group, b"\x02" * size)


def test_power_keeps_leading_zeros(ike_vectors):
    case = next(c for c in ike_vectors["dh"]["cases"] if c["group"] == 14 and c["g_xi"].startswith("00"))
    assert dh.power(14, 2, bytes.fromhex(case["x_i"])).hex() == case["g_xi"]


def test_two_pairs_agree():
    crypto = Backend()
    drawn = []

    def entropy(n):
        drawn.append(n)
        return bytes([0x41 + len(drawn)]) * n

    for group in crypto.groups:
        mine, theirs = (dh.generate(crypto, entropy, group) for _ in range(2))
        assert drawn[-2:] == [dh.EXPONENT_BYTES[group]] * 2
        assert crypto.dh_shared(group, mine.exponent, theirs.public) == crypto.dh_shared(
            group, theirs.exponent, mine.public
        )


def test_a_pair_hides_and_wipes_its_exponent():
    pair = dh.generate(Backend(), lambda n: b"\x77" * n, 2)
    assert "77" not in repr(pair) and "119" not in repr(pair)
    pair.wipe()
    assert pair.exponent == bytes(40)


@pytest.mark.parametrize("group", dh.LENGTH)
def test_a_pair_made_in_parts_is_the_same(group):
    whole = Backend().dh_public(group, b"\x81" * dh.EXPONENT_BYTES[group])
    making = dh.Making(backend_micropython.Backend(), lambda n: b"\x81" * n, group)
    parts = 1
    while (pair := making.step()) is None:
        parts += 1
    assert pair.public == whole
    assert parts >= (8 if dh.LENGTH[group] >= 256 else 4)
    # what is left, at once
    making = dh.Making(backend_micropython.Backend(), lambda n: b"\x81" * n, group)
    assert making.step() is None
    assert making.finish().public == whole
