"""The exponentiation of MicroPython against the built-in `pow` of this interpreter."""

import pytest

from ezvpn.crypto import dh, modexp

EXPONENTS = (b"\0", b"\1", b"\x80\0", b"\xff" * 40, bytes(range(40)), b"\0\0\7")


@pytest.mark.parametrize("group", (2, 14))
@pytest.mark.parametrize("exponent", EXPONENTS)
def test_it_is_pow(group, exponent):
    p = dh.prime(group)
    number = int.from_bytes(exponent, "big")
    assert modexp.two_to(exponent, p) == pow(2, number, p)
    for base in (2, 3, p - 2, p // 3):
        assert modexp.power(base, exponent, p) == pow(base, number, p)


def test_a_power_of_two_goes_on_where_it_stopped():
    p = dh.prime(2)
    exponent = bytes(range(1, 41))
    for cut in (0, 1, 20, 39, 40):
        value = modexp.two_to(exponent[:cut], p)
        assert modexp.two_to(exponent[cut:], p, value) == modexp.two_to(exponent, p)


@pytest.mark.parametrize("size", (1, 3, 7, 100))
def test_a_power_is_made_in_steps_of_any_size(size):
    p, base = dh.prime(2), 0xABCDEF
    for exponent in EXPONENTS:
        power, value, steps = modexp.Power(base, exponent, p), None, 0
        while value is None:
            value = power.step(size)
            steps += 1
        assert value == pow(base, int.from_bytes(exponent, "big"), p)
        assert steps >= len(exponent) // size
