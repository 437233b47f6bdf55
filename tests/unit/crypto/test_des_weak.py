"""The weak keys behave as FIPS 74 says, and only they are called weak."""

from ezvpn.crypto.des3 import Des3
from ezvpn.crypto.des_weak import SEMI_WEAK_PAIRS, WEAK_KEYS, is_weak


def encrypt_block(key, block):
    return bytes(Des3(key).cbc_encrypt(bytes(8), block))


# SOURCE: FIPS 74 3.6: encrypting twice under a weak key gives the plain text; semi-weak keys undo each other
def test_weak_keys_are_weak():
    assert len(WEAK_KEYS) == 4 and len(SEMI_WEAK_PAIRS) == 6
    for key in WEAK_KEYS:
        assert encrypt_block(key, encrypt_block(key, b"8 bytes.")) == b"8 bytes."
        assert is_weak(key)
    for one, other in SEMI_WEAK_PAIRS:
        assert encrypt_block(one, encrypt_block(other, b"8 bytes.")) == b"8 bytes."
        assert is_weak(one) and is_weak(bytearray(other))


def test_parity_is_ignored():
    assert is_weak(bytes(8))
    assert is_weak(b"\xff" * 8)


def test_other_keys_are_not_weak():
    assert not is_weak(bytes.fromhex("133457799bbcdff1"))
    assert not is_weak(bytes.fromhex("0101010101010103"))
    assert not is_weak(bytes.fromhex("1f1f1f1fe0e0e0e0"))  # printed as weak in RFC 2409 Appendix A; an ordinary key
    key = bytes.fromhex("1f1f1f1fe0e0e0e0")
    assert encrypt_block(key, encrypt_block(key, b"8 bytes.")) != b"8 bytes."
