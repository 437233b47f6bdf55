"""What is CPython's own: no warning reaches the user, and the ways around deprecated parts of the library agree."""

import subprocess
import sys

from ezvpn.crypto import backend_cpython, dh


def test_no_warning_reaches_the_user():
    script = """
from ezvpn.crypto.backend_cpython import Backend
from ezvpn.crypto import dh
crypto = Backend()
for group in crypto.groups:
    pair = dh.generate(crypto, bytes([7]).__mul__, group)
    crypto.dh_shared(group, pair.exponent, pair.public)
for cipher, size in crypto.ciphers:
    crypto.cbc_encrypt(cipher, bytes(size), bytes(16 if cipher == "aes" else 8), bytes(16))
for name in crypto.hashes:
    crypto.hash(name, b"")
crypto.esp("3des", bytes(24), "md5", bytes(16))
crypto.esp("des", bytes(8), "sha1", bytes(20))
"""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_groups_of_the_library_and_pow_agree(monkeypatch):
    """A later `cryptography` without finite-field DH leaves `pow`: the same numbers, slower."""
    crypto = backend_cpython.Backend()
    for group in crypto.groups:
        exponent = bytes(range(1, dh.EXPONENT_BYTES[group] + 1))
        public = crypto.dh_public(group, exponent)
        shared = crypto.dh_shared(group, exponent, public)
        with monkeypatch.context() as without:
            without.setattr(backend_cpython, "_LIBRARY_GROUPS", ())
            assert crypto.dh_public(group, exponent) == public
            assert crypto.dh_shared(group, exponent, public) == shared


def test_the_random_pool_is_drawn_in_pieces():
    drawn = []

    def entropy(n):
        drawn.append(n)
        return bytes(n)

    state = backend_cpython.Backend(entropy).esp("3des", bytes(range(24)), "sha1", bytes(20))
    out = memoryview(bytearray(100))
    ivs = set()
    for sequence in range(1, 300):
        state.seal(1, sequence, memoryview(b"packet"), out)
        ivs.add(bytes(out[8:16]))
    assert drawn == [1024] * 3
    assert len(ivs) == 299  # even constant entropy: the chain itself moves on


def test_its_lists_are_complete():
    crypto = backend_cpython.Backend()
    assert crypto.hashes == crypto.esp_auths == ("md5", "sha1", "sha256", "sha384", "sha512")
    assert crypto.groups == (1, 2, 5, 14, 15, 16)
    assert ("aes", 24) in crypto.ciphers and ("aes-gcm", 32) in crypto.esp_ciphers
