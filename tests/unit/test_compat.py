import sys

from ezvpn.compat import IS_MICROPYTHON, const


def test_this_is_cpython() -> None:
    assert IS_MICROPYTHON is (sys.implementation.name == "micropython")


def test_const_is_the_number_itself() -> None:
    assert const(7) == 7
