"""DES and 3DES in Python against the standards and against OpenSSL."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.crypto.des3 import Des3


# SOURCE: NIST SP 800-17 tables A.1 to A.4, SP 800-67 appendix B (tests/vectors/primitives.json)
def test_known_answers(primitives):
    cases = [case for case in primitives["cbc"] if case["cipher"] in ("des", "3des")]
    assert len(cases) == 10
    for case in cases:
        key, iv, plain, secret = (bytes.fromhex(case[name]) for name in ("key", "iv", "plain", "secret"))
        des = Des3(key)
        assert des.cbc_encrypt(iv, plain) == secret, case["source"]
        assert des.cbc_decrypt(iv, secret) == plain, case["source"]


@settings(max_examples=40, deadline=None)
@given(key=st.one_of(st.binary(min_size=8, max_size=8), st.binary(min_size=24, max_size=24)), data=st.data())
def test_agrees_with_openssl(key, data):
    iv = data.draw(st.binary(min_size=8, max_size=8))
    blocks = data.draw(st.lists(st.binary(min_size=8, max_size=8), max_size=6))
    plain = b"".join(blocks)
    des = Des3(key)
    secret = bytes(des.cbc_encrypt(memoryview(iv), memoryview(plain)))
    assert secret == Backend().cbc_encrypt("des" if len(key) == 8 else "3des", key, iv, plain)
    assert des.cbc_decrypt(iv, secret) == plain


def test_three_equal_keys_are_des():
    key = bytes.fromhex("133457799bbcdff1")
    assert Des3(key * 3).cbc_encrypt(bytes(8), b"8 bytes.") == Des3(key).cbc_encrypt(bytes(8), b"8 bytes.")


def test_parity_bits_do_not_count():
    assert Des3(b"\x00" * 8).cbc_encrypt(bytes(8), b"8 bytes.") == Des3(b"\x01" * 8).cbc_encrypt(bytes(8), b"8 bytes.")


def test_our_own_mistakes_raise():
    with pytest.raises(ValueError, match="not 16"):
        Des3(bytes(16))
    with pytest.raises(ValueError, match="whole blocks"):
        Des3(bytes(8)).cbc_encrypt(bytes(8), bytes(9))
    with pytest.raises(ValueError, match="whole blocks"):
        Des3(bytes(8)).cbc_decrypt(bytes(8), bytes(7))


def test_wipe_zeroes_the_round_keys():
    des = Des3(bytes(range(8)))
    des.wipe()
    assert not any(des._forward) and not any(des._backward)
