"""HMAC over one-shot hashes, and the prf keyed by a configured secret."""

import hashlib
import hmac

import pytest

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.crypto.prf import Keyed, keyed_by_secret
from ezvpn.record import Secret


class OneShot:
    """A hash object as MicroPython has it: no copy, one digest."""

    def __init__(self, name, data=b""):
        self._hash = hashlib.new(name, data)

    def update(self, data):
        self._hash.update(data)

    def digest(self):
        done, self._hash = self._hash.digest(), None
        return done


# SOURCE: RFC 2202 sections 2 and 3, RFC 4231 section 4
def test_keyed_gives_the_hmacs_of_the_rfcs(primitives):
    for case in primitives["hmac"]:
        key, data, digest = (bytes.fromhex(case[name]) for name in ("key", "data", "digest"))
        name = case["hash"]
        keyed = Keyed(lambda data, name=name: OneShot(name, data), name, key)
        assert keyed.digest(data)[: len(digest)] == digest, case["source"]
        assert keyed.digest(memoryview(data))[: len(digest)] == digest  # the cached pads are still what they were


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 127, 128, 129])
@pytest.mark.parametrize("name", ["md5", "sha512"])
def test_keys_around_the_block_size(name, size):
    key = bytes(range(size))
    assert Keyed(getattr(hashlib, name), name, key).digest(b"data") == hmac.digest(key, b"data", name)


def test_wipe_zeroes_the_pads():
    keyed = Keyed(hashlib.sha1, "sha1", b"key")
    keyed.wipe()
    assert keyed.digest(b"data") == hashlib.sha1(bytes(64) + hashlib.sha1(bytes(64) + b"data").digest()).digest()


def test_keyed_by_secret():
    assert keyed_by_secret(Backend(), "sha1", Secret("preshared"), b"nonces") == hmac.digest(
        b"preshared", b"nonces", "sha1"
    )
