"""The device binary's backend, with a stand-in for its C module: what is asked of that. tests/device runs the real one."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
import types

import pytest

from ezvpn.crypto import dh
from ezvpn.crypto.port import BadPublicValue, Unsupported


class Edgec(types.ModuleType):
    """Notes what was asked."""

    def __init__(self) -> None:
        super().__init__("_edgec")
        self.asked: list[tuple[object, ...]] = []

    def hash(self, name: str, data: bytes) -> bytes:
        return hashlib.new(name, data).digest()

    def modexp(self, base: bytes, exponent: bytes, modulus: bytes) -> bytearray:
        numbers = [int.from_bytes(each, "big") for each in (base, exponent, modulus)]
        return bytearray(pow(*numbers).to_bytes(len(modulus), "big"))

    def __getattr__(self, name: str) -> object:
        return lambda *arguments: self.asked.append((name, *arguments))


@pytest.fixture
def edgec(monkeypatch: pytest.MonkeyPatch) -> Edgec:
    made = Edgec()
    monkeypatch.setitem(sys.modules, "_edgec", made)
    return made


@pytest.fixture
def module(edgec: Edgec, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    monkeypatch.delitem(sys.modules, "ezvpn.crypto.backend_firmware", raising=False)
    return importlib.import_module("ezvpn.crypto.backend_firmware")


def test_the_system_s_entropy_stays_in_c(module: types.ModuleType, edgec: Edgec) -> None:
    """For each packet's IV a call into Python would cost more than sealing it."""
    for entropy, handed in ((os.urandom, None), (bytes, bytes)):
        module.Backend(entropy).esp("aes-cbc", bytes(16), "sha1", bytes(20))
        assert edgec.asked.pop() == ("Esp", "aes-cbc", bytes(16), "sha1", bytes(20), handed, Unsupported)


def test_a_public_value_is_two_to_the_exponent(module: types.ModuleType) -> None:
    backend = module.Backend()
    assert backend.dh_public(2, b"\x05") == (32).to_bytes(128, "big")
    assert backend.dh_shared(2, b"\x03", (3).to_bytes(128, "big")) == (27).to_bytes(128, "big")
    with pytest.raises(BadPublicValue):
        backend.dh_shared(2, b"\x03", dh.prime(2).to_bytes(128, "big"))


def test_what_is_not_in_the_lists_never_reaches_c(module: types.ModuleType, edgec: Edgec) -> None:
    backend = module.Backend()
    for call in (
        lambda: backend.hash("sha3", b""),
        lambda: backend.hmac("sha3", b"", b""),
        lambda: backend.cbc_encrypt("aes", bytes(15), bytes(16), b""),
        lambda: backend.cbc_decrypt("camellia", bytes(16), bytes(16), b""),
        lambda: backend.dh_public(3, b"\x01"),
        lambda: backend.dh_shared(3, b"\x01", b"\x02"),
        lambda: backend.esp("aes-gcm", bytes(16), "", b""),
        lambda: backend.scrypt(b"", b"", 2, 1, 1, 16),
    ):
        with pytest.raises(Unsupported):
            call()
    assert edgec.asked == []
