"""What is CPython's own: no warning reaches the user, and the ways around deprecated parts of the library agree."""

import subprocess
import sys

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import ESP, SecurityAssociation

from ezvpn.crypto import backend_cpython, dh, esp_suite

CRYPTO = backend_cpython.Backend()
SCAPY_CIPHER = {"aes-cbc": "AES-CBC", "aes-gcm": "AES-GCM", "3des": "3DES", "des": "DES", "null": "NULL"}
SCAPY_AUTH = {
    "": "NULL",
    "md5": "HMAC-MD5-96",
    "sha1": "HMAC-SHA1-96",
    "sha256": "SHA2-256-128",
    "sha384": "SHA2-384-192",
    "sha512": "SHA2-512-256",
}
SUITES = [
    (cipher, size, auth)
    for cipher, size in CRYPTO.esp_ciphers
    for auth in (CRYPTO.esp_auths if cipher != "aes-gcm" else ("",))
]


@pytest.mark.parametrize(("cipher", "size", "auth"), SUITES)
def test_scapy_opens_what_we_seal_and_the_reverse(cipher, size, auth):
    """An independent implementation judges every suite in both directions."""
    key = bytes(range(size + (esp_suite.GCM_SALT_BYTES if cipher == "aes-gcm" else 0)))
    auth_key = bytes(range(esp_suite.AUTH_KEY_BYTES[auth]))
    outer = IP(src="192.0.2.1", dst="203.0.113.1")
    inner = bytes(IP(src="198.18.10.1", dst="198.51.100.1") / UDP(sport=1024, dport=53) / b"a query")
    state = CRYPTO.esp(cipher, key, auth, auth_key)
    theirs = SecurityAssociation(
        ESP,
        spi=0x222,
        crypt_algo=SCAPY_CIPHER[cipher],
        crypt_key=key,
        auth_algo=SCAPY_AUTH[auth],
        auth_key=auth_key,
        tunnel_header=outer,
    )

    room = bytearray(300)
    size = state.seal(0x222, 5, memoryview(inner), memoryview(room))
    assert bytes(theirs.decrypt(outer.copy() / ESP(bytes(room[:size])))) == inner

    wire = bytes(theirs.encrypt(IP(inner))[ESP])
    result = state.open(memoryview(wire), memoryview(room))
    assert result & 255 == 4
    # scapy counts the inner TTL down as a router does; what follows the header is untouched
    assert bytes(room[20 : result >> 8]) == inner[20:]


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
