"""The lengths that are computed are the lengths that are sealed."""

import pytest

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.dataplane.espcodec import careful_mtu, mtu_for, sealed_length
from unit.dataplane.packets import buffer, packet

# cipher, key bytes (GCM with salt), auth, its key bytes
TRANSFORMS = [
    ("aes-cbc", 16, "sha1", 20),
    ("aes-cbc", 32, "sha256", 32),
    ("aes-cbc", 24, "sha512", 64),
    ("aes-cbc", 16, "md5", 16),
    ("3des", 24, "sha1", 20),
    ("des", 8, "md5", 16),
    ("aes-gcm", 20, "", 0),
    ("null", 0, "sha384", 48),
]


def state_of(cipher, key, auth, auth_key):
    return Backend().esp(cipher, bytes(range(key)), auth, bytes(auth_key))


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_sealed_length_is_what_comes_out(transform):
    state = state_of(*transform)
    for length in range(20, 90):
        assert state.seal(0x1001, 1, packet(length=length), buffer()) == sealed_length(length, state)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("encap", [False, True])
@pytest.mark.parametrize("path", [1500, 1492, 1430, 1400, 9000])
def test_the_mtu_just_fits_the_path(transform, encap, path):
    state = state_of(*transform)
    mtu = mtu_for(path, state, encap)
    outer = 20 + (8 if encap else 0)
    sealed = state.seal(0x1001, 1, packet(length=mtu), buffer())
    assert outer + sealed <= path
    assert outer + state.seal(0x1001, 2, packet(length=mtu + 1), buffer()) > path
    assert careful_mtu(path) <= mtu


def test_known_values():
    # 1500 - 20 - 8 - 8 - 16 - 12 = 1436, down to a multiple of 16 = 1424, without trailer 1422.
    assert mtu_for(1500, state_of("aes-cbc", 16, "sha1", 20), True) == 1422
    assert mtu_for(1500, state_of("aes-cbc", 16, "sha1", 20), False) == 1438
    assert mtu_for(1500, state_of("aes-gcm", 20, "", 0), True) == 1438


def test_a_tiny_path_leaves_the_smallest_mtu():
    assert mtu_for(500, state_of("aes-cbc", 16, "sha1", 20), True) == 576
    assert careful_mtu(500) == 576
