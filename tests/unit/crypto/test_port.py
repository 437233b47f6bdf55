"""The contract of `crypto.port`, on every backend: vectors first, then what the docstrings promise."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ezvpn.crypto import backend_cpython, dh, esp_suite, port
from ezvpn.crypto.port import BadPublicValue, Unsupported

SUITES = {
    "aes-cbc-256 + hmac-sha2-256-128": ("aes-cbc", "sha256"),
    "aes-cbc-128 + hmac-sha1-96": ("aes-cbc", "sha1"),
    "3des-cbc + hmac-sha1-96": ("3des", "sha1"),
    "aes-gcm-16-256": ("aes-gcm", ""),
    "aes-gcm-16-128": ("aes-gcm", ""),
}


def all_suites(backend):
    """Every (cipher, key, auth, auth key) the backend offers, with keys of the right lengths."""
    for cipher, size in backend.esp_ciphers:
        if cipher == "aes-gcm":
            yield cipher, bytes(range(size + 4)), "", b""
            continue
        for auth in backend.esp_auths:
            yield cipher, bytes(range(size)), auth, bytes(range(esp_suite.AUTH_KEY_BYTES[auth]))


def sealed(state, packet, spi=0xDEADBE02, sequence=1):
    """What `seal` writes, and nothing after it."""
    room = len(packet) + 8 + state.iv_bytes + state.block_bytes + 1 + state.icv_bytes
    out = bytearray(b"\xa5" * (room + 8))
    length = state.seal(spi, sequence, memoryview(packet), memoryview(out)[:room])
    assert out[length:room] == b"\xa5" * (room - length)
    assert out[room:] == b"\xa5" * 8
    return bytes(out[:length])


def opened(state, packet):
    """(payload, next header), or None."""
    out = bytearray(b"\xa5" * len(packet))
    result = state.open(memoryview(packet), memoryview(out))
    if result < 0:
        return None
    return bytes(out[: result >> 8]), result & 255


def hexed(case, *names):
    return [bytes.fromhex(case[name]) for name in names]


# SOURCE: RFC 2202 sections 2 and 3, RFC 4231 section 4 (tests/vectors/primitives.json)
def test_hmac_of_the_rfcs(backend, primitives):
    ran = 0
    for case in primitives["hmac"]:
        key, data, digest = hexed(case, "key", "data", "digest")
        if case["hash"] not in backend.hashes:
            with pytest.raises(Unsupported):
                backend.hmac(case["hash"], key, data)
            continue
        assert backend.hmac(case["hash"], key, data)[: len(digest)] == digest, case["source"]
        assert backend.hmac(case["hash"], bytearray(key), memoryview(data))[: len(digest)] == digest
        ran += 1
    assert ran >= 21


# SOURCE: RFC 3602 section 4, NIST SP 800-38A F.2, SP 800-17, SP 800-67 appendix B (tests/vectors/primitives.json)
def test_cbc_of_the_standards(backend, primitives):
    ran = 0
    for case in primitives["cbc"]:
        key, iv, plain, secret = hexed(case, "key", "iv", "plain", "secret")
        if (case["cipher"], len(key)) not in backend.ciphers:
            with pytest.raises(Unsupported):
                backend.cbc_encrypt(case["cipher"], key, iv, plain)
            continue
        assert backend.cbc_encrypt(case["cipher"], key, iv, plain) == secret, case["source"]
        assert backend.cbc_decrypt(case["cipher"], bytearray(key), iv, memoryview(secret)) == plain, case["source"]
        ran += 1
    assert ran >= 15


# SOURCE: RFC 1321 A.5, FIPS 180 ("abc")
def test_hashes_of_abc(backend):
    assert backend.hash("md5", b"abc").hex() == "900150983cd24fb0d6963f7d28e17f72"
    assert backend.hash("sha1", bytearray(b"abc")).hex() == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert backend.hash("sha256", memoryview(b"abc")).hex().startswith("ba7816bf8f01cfea414140de5dae2223")


# SOURCE: tests/vectors/ike-vectors.json, dh
def test_dh_of_every_group(backend, ike_vectors):
    for case in ike_vectors["dh"]["cases"]:
        x_i, x_r, g_xi, g_xr, g_xy = hexed(case, "x_i", "x_r", "g_xi", "g_xr", "g_xy")
        group = case["group"]
        assert backend.dh_public(group, x_i) == g_xi, case
        assert backend.dh_public(group, bytearray(x_r)) == g_xr
        assert backend.dh_shared(group, x_i, memoryview(g_xr)) == g_xy
        shared = backend.dh_shared(group, x_r, g_xi)
        assert isinstance(shared, bytearray) and len(shared) == dh.LENGTH[group]
        sharing, made = backend.dh_sharing(group, bytearray(x_i), g_xr), None
        while made is None:
            made = sharing.step()
        assert isinstance(made, bytearray) and made == g_xy


def test_dh_refuses_values_not_to_be_used(backend):
    for group in backend.groups:
        p, length = dh.prime(group), dh.LENGTH[group]
        exponent = os.urandom(dh.EXPONENT_BYTES[group])
        for bad in (0, 1, p - 1, p, p + 1):
            with pytest.raises(BadPublicValue):
                backend.dh_shared(group, exponent, bad.to_bytes(length, "big"))
        for wrong_length in (b"", bytes(length - 1), (2).to_bytes(length + 1, "big")):
            with pytest.raises(BadPublicValue):
                backend.dh_shared(group, exponent, wrong_length)


# SOURCE: tests/vectors/ike-vectors.json, esp
def test_open_the_packets_of_the_vectors(backend, ike_vectors):
    inner = bytes.fromhex(ike_vectors["esp"]["inputs"]["inner_packet"])
    ran = 0
    for case in ike_vectors["esp"]["cases"]:
        cipher, auth = SUITES[case["suite"]]
        key = bytes.fromhex(case["enc_key"] + case.get("salt", ""))
        if (cipher, len(bytes.fromhex(case["enc_key"]))) not in backend.esp_ciphers:
            continue
        state = backend.esp(cipher, key, auth, bytes.fromhex(case.get("auth_key", "")))
        packet = bytes.fromhex(case["packet"])
        assert opened(state, packet) == (inner, 4)
        assert opened(state, packet) == (inner, 4)  # again: the chain behind it must not matter
        assert len(sealed(state, inner)) == len(packet)
        ran += 1
    assert ran >= 3


# SOURCE: draft-mcgrew-gcm-test-01 section 4 (tests/vectors/primitives.json)
def test_open_the_packet_of_the_gcm_draft(primitives):
    (case,) = primitives["esp_gcm"]
    key, packet, plain = hexed(case, "key", "packet", "plain")
    state = backend_cpython.Backend().esp("aes-gcm", key, "", b"")
    assert plain[-2:] == b"\x00\x01"  # no padding; the draft's next header is 1
    assert opened(state, packet) == (plain[:-2], 1)


def test_seal_then_open_every_suite(backend):
    for cipher, key, auth, auth_key in all_suites(backend):
        sender = backend.esp(cipher, key, auth, auth_key)
        receiver = backend.esp(cipher, key, auth, auth_key)
        for length in (0, 1, 2, 3, 13, 14, 15, 16, 20, 100, 293):
            packet = os.urandom(length)
            wire = sealed(sender, packet, 0x01020304, 0xFFFFFFFF)
            assert wire[:8] == b"\x01\x02\x03\x04\xff\xff\xff\xff"
            assert (len(wire) - 8 - sender.iv_bytes - sender.icv_bytes) % sender.block_bytes == 0
            assert opened(receiver, wire) == (packet, 4), (cipher, auth, length)


def test_lost_and_reordered_packets_open(backend):
    """The chain of the receiver never meets the sender's: 3 lost, 2 after 5, 1 twice."""
    for cipher, key, auth, auth_key in all_suites(backend):
        sender = backend.esp(cipher, key, auth, auth_key)
        receiver = backend.esp(cipher, key, auth, auth_key)
        wires = [sealed(sender, bytes([n]) * 60, 7, n) for n in range(6)]
        for n in (1, 5, 2, 4, 1, 0):
            assert opened(receiver, wires[n]) == (bytes([n]) * 60, 4)


def test_cbc_ivs_never_repeat_and_hide_the_entropy(backend):
    for cipher in ("aes-cbc", "3des", "des"):
        state = backend.esp(cipher, bytes(range(dict(backend.esp_ciphers)[cipher])), "sha1", bytes(20))
        ivs = [sealed(state, b"same packet")[8 : 8 + state.iv_bytes] for _ in range(300)]
        assert len(set(ivs)) == 300


def test_gcm_iv_is_the_sequence_number():
    state = backend_cpython.Backend().esp("aes-gcm", bytes(20), "", b"")
    assert sealed(state, b"packet", 1, 0x0A0B0C0D)[8:16] == b"\0\0\0\0\x0a\x0b\x0c\x0d"


def test_every_flipped_bit_is_refused(backend):
    for cipher, key, auth, auth_key in all_suites(backend):
        state = backend.esp(cipher, key, auth, auth_key)
        wire = sealed(state, b"twenty-two byte packet")
        for at in range(len(wire)):
            forged = bytearray(wire)
            forged[at] ^= 1 << at % 8
            assert opened(state, forged) is None, (cipher, auth, at)
        assert opened(state, wire) is not None


def test_every_truncation_is_refused(backend):
    for cipher, key, auth, auth_key in all_suites(backend):
        state = backend.esp(cipher, key, auth, auth_key)
        wire = sealed(state, b"twenty-two byte packet")
        for length in range(len(wire)):
            assert opened(state, wire[:length]) is None, (cipher, auth, length)
        assert opened(state, wire + b"\0") is None
        assert opened(state, wire + bytes(16)) is None


def test_authentic_packets_with_a_bad_trailer_are_refused(backend):
    """Someone who has the keys pads wrongly: the ICV is right, the trailer is not."""
    icv_key = bytes(20)

    def forged(plain):
        body = b"\0\0\0\x09\0\0\0\x01" + plain
        return body + backend.hmac("sha1", icv_key, body)[:12]

    state = backend.esp("null", b"", "sha1", icv_key)
    assert opened(state, forged(b"ABCDEF\x00\x04")) == (b"ABCDEF", 4)
    assert opened(state, forged(b"ABC\x01\x02\x03\x03\x04")) == (b"ABC", 4)
    assert opened(state, forged(b"\x01\x02\x03\x04\x05\x06\x06\x3b")) == (b"", 59)
    assert opened(state, forged(b"ABC\x01\x02\x04\x03\x04")) is None  # pad bytes are not 1, 2, 3
    assert opened(state, forged(b"ABC\x00\x00\x00\x03\x04")) is None
    assert opened(state, forged(b"\x01\x02\x03\x04\x05\x06\x07\x04")) is None  # pads more than there is
    assert opened(state, forged(b"\x01\x02\x03\x04\x05\x06\xff\x04")) is None
    assert opened(state, forged(b"")) is None
    assert opened(state, forged(b"ABCDE\x00\x04")) is None  # not a multiple of four


def test_a_payload_longer_than_the_buffer_is_refused(backend):
    for cipher, key, auth, auth_key in all_suites(backend):
        state = backend.esp(cipher, key, auth, auth_key)
        wire = sealed(state, bytes(64))
        assert state.open(memoryview(wire), memoryview(bytearray(63))) == -1
        assert state.open(memoryview(wire), memoryview(bytearray(64))) == 64 << 8 | 4


def test_a_wiped_state_does_nothing(backend):
    for cipher, key, auth, auth_key in all_suites(backend):
        state = backend.esp(cipher, key, auth, auth_key)
        wire = sealed(state, b"packet")
        state.wipe()
        with pytest.raises(Unsupported):
            sealed(state, b"packet")
        with pytest.raises(Unsupported):
            opened(state, wire)
        state.wipe()  # twice is no harm


def test_the_callers_keys_may_be_zeroed_at_once(backend):
    for cipher, key, auth, auth_key in all_suites(backend):
        mine, mine_auth = bytearray(key), bytearray(auth_key)
        state = backend.esp(cipher, mine, auth, mine_auth)
        mine[:] = bytes(len(mine))
        mine_auth[:] = bytes(len(mine_auth))
        assert opened(backend.esp(cipher, key, auth, auth_key), sealed(state, b"packet")) == (b"packet", 4)


def test_asking_for_what_is_not_listed(backend):
    for cipher, size, auth, auth_size in (
        ("aes-cbc", 15, "sha1", 20),
        ("aes-cbc", 16, "sha1", 16),
        ("aes-cbc", 16, "", 0),
        ("aes-cbc", 16, "sha3", 32),
        ("aes-gcm", 20, "sha1", 20),
        ("3des", 16, "sha1", 20),
        ("null", 0, "", 0),
        ("rot13", 1, "sha1", 20),
    ):
        with pytest.raises(Unsupported):
            backend.esp(cipher, bytes(size), auth, bytes(auth_size))
    with pytest.raises(Unsupported):
        backend.hash("whirlpool", b"")
    with pytest.raises(Unsupported):
        backend.hmac("whirlpool", b"", b"")
    for cipher, size in (("aes", 17), ("3des", 8), ("des", 24), ("rot13", 1)):
        with pytest.raises(Unsupported):
            backend.cbc_encrypt(cipher, bytes(size), bytes(16), b"")
        with pytest.raises(Unsupported):
            backend.cbc_decrypt(cipher, bytes(size), bytes(16), b"")
    with pytest.raises(Unsupported):
        backend.dh_public(3, bytes(40))
    with pytest.raises(Unsupported):
        backend.dh_shared(3, bytes(40), bytes(40))


def test_data_that_is_not_whole_blocks_is_our_mistake(backend):
    for cipher, size in backend.ciphers:
        with pytest.raises(ValueError):
            backend.cbc_encrypt(cipher, bytes(size), bytes(16 if cipher == "aes" else 8), b"12345")
        with pytest.raises(ValueError):
            backend.cbc_decrypt(cipher, bytes(size), bytes(16 if cipher == "aes" else 8), b"12345")


def test_equal(backend):
    assert backend.equal(b"same", bytearray(b"same"))
    assert backend.equal(memoryview(b"same"), b"same")
    assert not backend.equal(b"same", b"Same")
    assert not backend.equal(b"same", b"sam")
    assert backend.equal(b"", b"")


@settings(max_examples=150, deadline=None)
@given(
    suite=st.sampled_from([("aes-cbc", 16, "sha1"), ("aes-gcm", 20, ""), ("3des", 24, "md5"), ("null", 0, "sha512")]),
    packet=st.binary(max_size=2000),
    spi=st.integers(256, 2**32 - 1),
    sequence=st.integers(1, 2**32 - 1),
    data=st.data(),
)
def test_round_trips_and_forgeries(suite, packet, spi, sequence, data):
    cipher, size, auth = suite
    state = backend_cpython.Backend().esp(cipher, bytes(size), auth, bytes(esp_suite.AUTH_KEY_BYTES[auth]))
    wire = sealed(state, packet, spi, sequence)
    assert opened(state, wire) == (packet, 4)
    forged = bytearray(wire)
    forged[data.draw(st.integers(0, len(wire) - 1))] ^= data.draw(st.integers(1, 255))
    assert opened(state, forged) is None
    assert opened(state, wire[: data.draw(st.integers(0, len(wire) - 1))]) is None


@settings(max_examples=100, deadline=None)
@given(noise=st.binary(max_size=200))
def test_noise_is_refused(noise):
    for cipher, size, auth in (("aes-cbc", 16, "sha1"), ("aes-gcm", 20, ""), ("null", 0, "md5")):
        state = backend_cpython.Backend().esp(cipher, bytes(size), auth, bytes(esp_suite.AUTH_KEY_BYTES[auth]))
        assert opened(state, noise) is None


def test_the_contract_itself_does_nothing():
    crypto, state = port.Crypto(), port.EspTransformState()
    for call in (
        lambda: crypto.hash("md5", b""),
        lambda: crypto.hmac("md5", b"", b""),
        lambda: crypto.cbc_encrypt("aes", b"", b"", b""),
        lambda: crypto.cbc_decrypt("aes", b"", b"", b""),
        lambda: crypto.dh_public(2, b""),
        lambda: crypto.dh_shared(2, b"", b""),
        lambda: crypto.esp("null", b"", "md5", b""),
        lambda: crypto.equal(b"", b""),
        lambda: state.seal(1, 1, memoryview(b""), memoryview(b"")),
        lambda: state.open(memoryview(b""), memoryview(b"")),
        state.wipe,
    ):
        with pytest.raises(NotImplementedError):
            call()
