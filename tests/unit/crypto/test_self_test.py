"""Every backend passes, and a primitive that is wrong is found."""

from __future__ import annotations

from typing import Any

import pytest

from ezvpn.crypto import self_test
from ezvpn.crypto.choose import best
from ezvpn.crypto.port import Crypto


def verdicts(crypto: Crypto) -> dict[str, str]:
    return dict(self_test.run(crypto, number) for number in range(self_test.COUNT))


def test_this_backend_passes() -> None:
    found = verdicts(best())
    assert len(found) == self_test.COUNT
    assert set(found.values()) == {self_test.PASSED}
    assert "cipher AES-192 CBC" in found and "ESP AES-GCM-128" in found and "ESP 3DES hmac-sha1" in found


WRONG = {
    "hash": (lambda real: lambda name, data: real(name, data + b"x"), "hash sha256"),
    "hmac": (lambda real: lambda name, key, data: real(name, data, key), "prf hmac-sha1"),
    "cbc_encrypt": (lambda real: lambda *args: real(*args)[::-1], "cipher AES-128 CBC"),
    "cbc_decrypt": (lambda real: lambda *args: real(*args)[::-1], "cipher 3DES CBC"),
    "dh_public": (lambda real: lambda group, exponent: real(group, exponent[::-1]), "Diffie-Hellman group 14"),
    "dh_shared": (
        lambda real: lambda group, exponent, peer: real(group, exponent[::-1], peer),
        "Diffie-Hellman group 5",
    ),
    "esp": (
        lambda real: lambda cipher, key, auth, auth_key: real(cipher, key, auth, auth_key[::-1]),
        "ESP AES-CBC-128 hmac-sha1",
    ),
}


@pytest.mark.parametrize("method", list(WRONG))
def test_a_wrong_primitive_fails(method: str) -> None:
    crypto: Any = best()
    spoil, name = WRONG[method]
    setattr(crypto, method, spoil(getattr(crypto, method)))
    assert verdicts(crypto)[name] == self_test.FAILED


def test_a_library_that_raises_fails() -> None:
    crypto: Any = best()

    def broken(*args: object) -> bytes:
        raise RuntimeError("no engine")

    crypto.cbc_decrypt = broken
    assert verdicts(crypto)["cipher DES CBC"] == self_test.FAILED


def test_what_a_backend_does_not_list_is_not_tried() -> None:
    crypto: Any = best()
    crypto.groups = (2,)
    crypto.hashes = ("sha1", "sha256")
    crypto.esp_ciphers = ()
    found = verdicts(crypto)
    assert found["Diffie-Hellman group 2"] == self_test.PASSED
    assert found["Diffie-Hellman group 16"] == self_test.ABSENT
    assert found["prf hmac-sha512"] == self_test.ABSENT
    assert found["ESP AES-GCM-128"] == self_test.ABSENT


def test_a_number_beyond_the_tables() -> None:
    with pytest.raises(ValueError):
        self_test.run(best(), self_test.COUNT)
