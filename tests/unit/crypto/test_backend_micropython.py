"""What is MicroPython's own: it lists what the port's build has and nothing else."""

import hashlib
import types

import pytest
from doubles import fake_cryptolib

from ezvpn.crypto import backend_micropython
from ezvpn.crypto.port import Unsupported


def port_with(monkeypatch, cryptolib, *hashes):
    monkeypatch.setattr(backend_micropython, "cryptolib", cryptolib)
    monkeypatch.setattr(
        backend_micropython, "hashlib", types.SimpleNamespace(**{name: getattr(hashlib, name) for name in hashes})
    )
    return backend_micropython.Backend()


def test_the_usual_port(monkeypatch):
    crypto = port_with(monkeypatch, fake_cryptolib, "md5", "sha1", "sha256")
    assert crypto.hashes == crypto.esp_auths == ("md5", "sha1", "sha256")
    assert crypto.ciphers == (("aes", 16), ("aes", 32), ("3des", 24), ("des", 8))
    assert crypto.esp_ciphers == (("aes-cbc", 16), ("aes-cbc", 32), ("3des", 24), ("des", 8), ("null", 0))


def test_a_port_without_cryptolib_has_3des(monkeypatch):
    crypto = port_with(monkeypatch, None, "sha256")
    assert crypto.hashes == ("sha256",)
    assert crypto.ciphers == (("3des", 24), ("des", 8))
    with pytest.raises(Unsupported):
        crypto.cbc_encrypt("aes", bytes(16), bytes(16), bytes(16))
    with pytest.raises(Unsupported):
        crypto.hash("md5", b"")


def test_a_port_that_takes_aes_192(monkeypatch):
    class Any:
        def __init__(self, key, mode, iv):
            pass

    crypto = port_with(monkeypatch, types.SimpleNamespace(aes=Any), "sha1")
    assert ("aes", 24) in crypto.ciphers and ("aes-cbc", 24) in crypto.esp_ciphers


def test_what_it_never_offers(monkeypatch):
    crypto = port_with(monkeypatch, fake_cryptolib, "md5", "sha1", "sha256", "sha384", "sha512")
    assert "sha512" not in crypto.hashes
    assert not [cipher for cipher, _ in crypto.esp_ciphers if cipher == "aes-gcm"]
