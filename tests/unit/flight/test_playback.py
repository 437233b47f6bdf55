"""The ports of a replay give recorded answers back, and say where the core asks for something else."""

from __future__ import annotations

import pytest
from doubles.replay import Chance

from ezvpn.crypto import backend_micropython, dh
from ezvpn.crypto.choose import best
from ezvpn.crypto.des_weak import is_weak
from ezvpn.crypto.port import Unsupported
from ezvpn.dataplane.port import KernelError
from ezvpn.flight.playback import Diverged, KeyedCrypto, PlaybackCrypto, PlaybackEntropy, PlaybackKernel, Player
from ezvpn.flight.tape import Cell, Tag

LISTS = ("recorded", ("sha1",), (("aes", 16),), (2,), (("aes-cbc", 16),), ("sha1",))


def player(*records: tuple[int, object], secrets: list[bytes] | None = None) -> Player:
    return Player([Cell(100 + i, tag, value) for i, (tag, value) in enumerate(records)], secrets)


def crypto(*records: tuple[int, object]) -> PlaybackCrypto:
    return PlaybackCrypto(player(*records), LISTS, best(Chance(1)))


def test_recorded_answers_come_back_in_order() -> None:
    c = crypto(
        (Tag.DECRYPTED, b"plain"), (Tag.VERDICT, False), (Tag.SHARED, False), (Tag.SHARED, True), (Tag.VERDICT, True)
    )
    assert c.cbc_decrypt("aes", b"", b"", b"sealed") == b"plain"
    assert c.equal(b"a", b"a") is False
    sharing = c.dh_sharing(2, b"", b"")
    assert [sharing.step(), sharing.step()] == [None, bytearray(128)]
    assert c.equal(b"a", b"b") is True


def test_faults_come_back_too() -> None:
    c = crypto((Tag.ESP, "no such cipher"))
    with pytest.raises(Unsupported, match="no such"):
        c.esp("aes-cbc", b"", "sha1", b"")


def test_what_was_never_recorded_has_its_length() -> None:
    c = crypto()
    real = best(Chance(1))
    assert [len(c.hmac(name, b"", b"")) for name in real.hashes] == [len(real.hash(name, b"")) for name in real.hashes]
    assert [len(c.dh_public(group, b"")) for group in dh.LENGTH] == list(dh.LENGTH.values())
    assert len(c.cbc_encrypt("aes", b"", b"", bytes(48))) == 48
    assert c.hash("sha1", b"public") == real.hash("sha1", b"public")


def test_the_filler_is_no_weak_des_key() -> None:
    """With one the derivation of a DES key would never end."""
    assert [name for name in ("md5", "sha1", "sha256") if is_weak(crypto().hmac(name, b"", b"")[:8])] == []


@pytest.mark.parametrize(("cipher", "auth"), [("aes-cbc", "sha256"), ("3des", "md5"), ("aes-gcm", "")])
def test_an_inert_transform_has_the_lengths_of_the_real_one(cipher: str, auth: str) -> None:
    key = bytes(range(1, 25)) if cipher == "3des" else bytes(20 if cipher == "aes-gcm" else 16)
    real = best(Chance(1)).esp(cipher, key, auth, bytes({"md5": 16, "sha256": 32, "": 0}[auth]))
    inert = crypto((Tag.ESP, None)).esp(cipher, key, auth, b"")
    assert (inert.iv_bytes, inert.block_bytes, inert.icv_bytes) == (real.iv_bytes, real.block_bytes, real.icv_bytes)
    inert.wipe()


def test_another_question_is_a_difference_with_its_place() -> None:
    with pytest.raises(Diverged, match="asks for: random bytes; the trace has: comparison of a hash") as found:
        PlaybackEntropy(player((Tag.VERDICT, True)))(4)
    assert found.value.offset == 100


def test_the_end_of_the_trace_in_the_middle_of_a_call() -> None:
    with pytest.raises(Diverged, match="the trace ends here"):
        crypto().equal(b"", b"")


def test_another_number_of_random_bytes_is_a_difference() -> None:
    entropy = PlaybackEntropy(player((Tag.RANDOM, b"1234"), (Tag.RANDOM, b"12"), (Tag.SECRET_RANDOM, 40)))
    assert entropy(4) == b"1234"
    with pytest.raises(Diverged, match="4 random bytes; the trace has 2"):
        entropy(4)
    with pytest.raises(Diverged, match="30 secret"):
        entropy.secret(30)


def test_secret_bytes_are_zeros_unless_a_file_of_keys_has_them() -> None:
    assert PlaybackEntropy(player((Tag.SECRET_RANDOM, 3))).secret(3) == bytes(3)
    keyed = PlaybackEntropy(player((Tag.SECRET_RANDOM, 3), (Tag.SECRET_RANDOM, 2), secrets=[b"abc", b"de"]))
    assert (keyed.secret(3), keyed.secret(2)) == (b"abc", b"de")


def test_a_file_of_keys_that_ends_too_early() -> None:
    with pytest.raises(Diverged, match="is it of this run"):
        PlaybackEntropy(player((Tag.SECRET_RANDOM, 3), secrets=[])).secret(3)


def test_the_kernel_answers_as_it_did() -> None:
    kernel = PlaybackKernel(
        player(
            (Tag.KERNEL, ("transact", 0, [b"m"])),
            (Tag.KERNEL, ("open_tun", 1, "not permitted")),
            (Tag.KERNEL, ("read_text", 0, "x")),
        )
    )
    assert kernel.transact(b"") == [b"m"]
    with pytest.raises(KernelError, match="not permitted"):
        kernel.open_tun("ezvpn%d")
    with pytest.raises(Diverged, match="asks the kernel for close_tun; the trace has read_text"):
        kernel.close_tun()


def test_real_keys_must_give_what_was_recorded() -> None:
    real = best(Chance(1))
    keyed = KeyedCrypto(player((Tag.VERDICT, True), (Tag.VERDICT, True)), LISTS, real)
    assert keyed.equal(b"a", b"a")
    with pytest.raises(Diverged, match="comparison of a hash: the keys give another one"):
        keyed.equal(b"a", b"b")


def test_what_the_backend_refuses_with_real_keys_was_refused_then_too() -> None:
    real = best(Chance(1))
    with pytest.raises(Unsupported) as refused:
        real.esp("rot13", b"", "sha1", b"")
    keyed = KeyedCrypto(player((Tag.ESP, str(refused.value)), (Tag.ESP, None)), LISTS, real)
    with pytest.raises(Unsupported):
        keyed.esp("rot13", b"", "sha1", b"")
    with pytest.raises(Diverged):
        keyed.esp("rot13", b"", "sha1", b"")


def test_with_real_keys_a_shared_secret_is_there_at_the_recorded_step() -> None:
    """Whatever the recorded backend's steps were: this one may make it in one, or in more."""
    for real in (best(Chance(1)), backend_micropython.Backend(Chance(1))):
        exponent, public = b"y" * 40, real.dh_public(14, b"x" * 40)
        keyed = KeyedCrypto(player((Tag.SHARED, False), (Tag.SHARED, True)), LISTS, real)
        sharing = keyed.dh_sharing(14, exponent, public)
        assert [sharing.step(), sharing.step()] == [None, real.dh_shared(14, exponent, public)]
