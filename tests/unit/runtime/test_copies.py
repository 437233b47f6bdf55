"""Two copies of the startup configuration, and a power cut at any byte of a write."""

from ezvpn.runtime.copies import choose, pack, unpack

OLD, NEW = b"hostname old\n", b"hostname new\nend\n"


def test_a_copy_comes_back_and_is_readable_ios_text():
    copy = pack(7, NEW)
    assert unpack(copy) == (7, NEW)
    assert copy.startswith(b"! ezvpn startup-config generation 7 sha256 ")


def test_every_cut_and_every_changed_byte_is_noticed():
    copy = pack(7, NEW)
    for length in range(len(copy)):
        assert unpack(copy[:length]) is None
    for at in range(len(copy)):
        broken = bytearray(copy)
        broken[at] ^= 1
        assert unpack(bytes(broken)) is None


def test_the_newer_valid_copy_wins_and_the_other_is_written_next():
    assert choose(pack(1, OLD), pack(2, NEW)) == (NEW, 2, 0)
    assert choose(pack(3, NEW), pack(2, OLD)) == (NEW, 3, 1)
    assert choose(pack(1, OLD), b"garbage") == (OLD, 1, 1)
    assert choose(b"", pack(1, OLD)) == (OLD, 1, 0)
    assert choose(None, None) == (None, 0, 0)


def test_a_power_cut_while_writing_leaves_the_last_configuration():
    a = pack(1, OLD)
    whole = pack(2, NEW)
    for length in range(len(whole)):
        text, _, slot = choose(a, whole[:length])
        assert (text, slot) == (OLD, 1)
    assert choose(a, whole)[0] == NEW
