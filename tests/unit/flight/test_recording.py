"""The recorded ports answer as the real ones do, and tell the recorder what may be told."""

from __future__ import annotations

import pytest
from doubles.plane_kernel import FakeKernel
from doubles.replay import Chance

from ezvpn.crypto import backend_micropython
from ezvpn.crypto.choose import best
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.port import KernelError
from ezvpn.flight.recording import Log, RecordingCrypto, RecordingEntropy, RecordingKernel
from ezvpn.flight.tape import Tag
from ezvpn.wire import netlink
from ezvpn.wire.isakmp import Payload

KEY, IV = b"k" * 16, b"v" * 16


class Notes(Log):
    def __init__(self) -> None:
        self.records: list[tuple[int, object]] = []
        self.secret: list[bytes] = []
        self.payload = Payload.HASH

    def put(self, tag: int, value: object) -> None:
        self.records.append((tag, value))

    def secret_bytes(self, data: bytes) -> None:
        self.secret.append(data)


def test_a_decrypted_message_is_recorded_without_its_hash() -> None:
    log, real = Notes(), best(Chance(1))
    plain = b"\0\0\0\x18" + b"h" * 20 + bytes(8)
    sealed = real.cbc_encrypt("aes", KEY, IV, plain)
    assert RecordingCrypto(real, log).cbc_decrypt("aes", KEY, IV, sealed) == plain
    assert log.records == [(Tag.DECRYPTED, b"\0\0\0\x18" + bytes(28))]


def test_verdicts_and_refusals() -> None:
    log, real = Notes(), best(Chance(1))
    crypto = RecordingCrypto(real, log)
    assert crypto.equal(b"a", b"a")
    assert not crypto.equal(b"a", b"b")
    public = real.dh_public(2, b"x" * 40)
    assert crypto.dh_sharing(2, b"y" * 40, public).step() == real.dh_shared(2, b"y" * 40, public)
    assert crypto.esp("aes-cbc", KEY, "sha1", b"a" * 20).iv_bytes == 16
    tags = [tag for tag, _ in log.records]
    assert tags == [Tag.VERDICT, Tag.VERDICT, Tag.SHARED, Tag.ESP]
    assert [value for _, value in log.records][:3] == [True, False, True]


def test_the_steps_of_a_shared_secret_are_recorded_and_nothing_of_it() -> None:
    log, real = Notes(), backend_micropython.Backend(Chance(1))
    exponent, public = b"y" * 40, real.dh_public(14, b"x" * 40)
    sharing = RecordingCrypto(real, log).dh_sharing(14, exponent, public)
    shared = None
    while shared is None:
        shared = sharing.step()
    assert shared == real.dh_shared(14, exponent, public)
    assert len(log.records) > 2
    assert log.records == [(Tag.SHARED, False)] * (len(log.records) - 1) + [(Tag.SHARED, True)]


def test_what_leaves_no_record() -> None:
    log, real = Notes(), best(Chance(1))
    crypto = RecordingCrypto(real, log)
    assert crypto.hmac("sha1", KEY, b"data") == real.hmac("sha1", KEY, b"data")
    assert crypto.hash("sha1", b"data") == real.hash("sha1", b"data")
    assert crypto.cbc_encrypt("aes", KEY, IV, bytes(16)) == real.cbc_encrypt("aes", KEY, IV, bytes(16))
    assert crypto.dh_public(2, b"x" * 40) == real.dh_public(2, b"x" * 40)
    assert log.records == []
    assert (crypto.name, crypto.groups) == (real.name, real.groups)


def test_every_primitive_is_recorded_or_handed_on() -> None:
    """What is left out would be the base class's own, which knows nothing of the backend."""
    primitives = {name for name, value in vars(Crypto).items() if callable(value)}
    assert primitives <= {*vars(RecordingCrypto), *vars(RecordingCrypto(best(Chance(1)), Notes()))}


def test_only_the_number_of_secret_bytes_is_recorded() -> None:
    log = Notes()
    entropy = RecordingEntropy(Chance(3), log)
    visible, secret = entropy(4), entropy.secret(40)
    assert log.records == [(Tag.RANDOM, visible), (Tag.SECRET_RANDOM, 40)]
    assert log.secret == [secret]


def test_the_kernels_answers_and_refusals() -> None:
    log, real = Notes(), FakeKernel()
    kernel = RecordingKernel(real, log)
    index = kernel.open_tun("ezvpn%d")
    real.refuse["write"] = 30
    with pytest.raises(KernelError):
        kernel.write_text("leftover", "x")
    assert log.records[0] == (Tag.KERNEL, ("open_tun", 0, index))
    assert log.records[1] == (Tag.KERNEL, ("write_text", 30, "refused by the test"))
    assert kernel.read_text("leftover") == ""
    kernel.close_tun()


def test_of_a_link_only_what_is_read_is_recorded() -> None:
    class Statistics(FakeKernel):
        def transact(self, request: bytes) -> list[bytes]:
            found = super().transact(request)
            if not found:
                return found
            message = found[0]
            padded = message + (1004).to_bytes(2, "little") + (23).to_bytes(2, "little") + bytes(1000)
            return [len(padded).to_bytes(4, "little") + padded[4:]]

    log = Notes()
    answer = RecordingKernel(Statistics(), log).transact(netlink.link_dump())
    kept = log.records[0][1][2]
    assert len(answer[0]) > 1000
    assert len(kept[0]) < 100
    assert netlink.parse_link(kept[0]) == netlink.parse_link(answer[0])
