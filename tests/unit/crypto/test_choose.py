"""One backend for the process."""

from ezvpn.crypto import backend_cpython, choose


def test_cpython_gets_its_own_backend():
    assert isinstance(choose.best(), backend_cpython.Backend)


def test_the_callers_entropy_makes_the_ivs():
    asked = []

    def entropy(n):
        asked.append(n)
        return bytes(n)

    state = choose.best(entropy).esp("aes-cbc", bytes(16), "sha1", bytes(20))
    out = bytearray(100)
    state.seal(1, 1, memoryview(b"packet"), memoryview(out))
    assert asked and sum(asked) >= 16
