"""One test a turn, a line each, and a verdict."""

from ezvpn.crypto import self_test
from ezvpn.crypto.choose import best
from ezvpn.node.crypto_test import CryptoTest

NOW = 2**30 - 5000


def test_all_of_them() -> None:
    test = CryptoTest(best(bytes))
    test.start(NOW)
    text = test.marks()
    assert text == "Self-test of " + test.crypto.name + ":\n"
    turns = 0
    while not test.done:
        turns += 1
        assert test.deadline() == NOW + turns
        test.timeout(NOW + turns)
        text += test.marks()
    assert turns == self_test.COUNT == text.count("\n") - 1
    assert "  prf hmac-sha1                passed\n" in text
    assert test.verdict() == ["All of them passed"]
    assert test.deadline() is None


def test_one_that_fails() -> None:
    crypto = best(bytes)
    crypto.hash = lambda name, data: b""  # type: ignore[method-assign]
    test = CryptoTest(crypto)
    test.start(NOW)
    while not test.done:
        test.timeout(NOW)
    assert "  hash md5                     FAILED\n" in test.marks()
    assert test.verdict()[0].endswith("of them FAILED")


def test_broken_off() -> None:
    test = CryptoTest(best(bytes))
    test.start(NOW)
    test.timeout(NOW)
    assert test.verdict() == [f"Broken off after 1 of {self_test.COUNT}"]
