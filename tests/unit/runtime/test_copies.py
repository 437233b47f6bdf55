"""Two copies of the startup configuration, and a power cut at any byte of a write."""

import pytest

from ezvpn.runtime.copies import choose, damage, is_name, pack, temporary, unpack

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


@pytest.mark.parametrize("name", ["startup-config", "flight-1", "flash/branch-17.cfg", "a" * 64, "flash/" + "a" * 64])
def test_names_of_files(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "flash/",
        "../x",
        "flash/../x",
        "flash/a/b",
        "other/x",
        "/x",
        ".x",
        "flash/.x.new",
        "a b",
        "a\0",
        "ä",
        "a" * 65,
    ],
)
def test_no_name_leads_out_of_the_directory(name):
    assert not is_name(name)


def test_a_file_that_is_being_written_has_a_name_that_no_file_may_have():
    assert temporary("/state/boots") == "/state/.boots.new"
    assert not is_name(".boots.new")


def test_nothing_is_said_of_copies_that_are_as_they_should_be():
    assert damage(None, None, []) == damage(pack(1, OLD), None, []) == damage(pack(1, OLD), pack(2, NEW), []) == []
