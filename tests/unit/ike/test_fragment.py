"""Reassembly: complete in any order, bounded in number and bytes, no mixing of messages."""

import pytest

from ezvpn.ike.fragment import BYTES_MAX, FRAGMENTS_MAX, Reassembly
from ezvpn.ike.state import Refused
from ezvpn.wire.payloads import Fragment


def add(r: Reassembly, id: int, number: int, data: bytes, last: bool = False) -> "bytes | None":
    return r.add(memoryview(data), Fragment(id, number, last, 0, len(data)))


def test_in_order() -> None:
    r = Reassembly()
    assert add(r, 1, 1, b"ab") is None
    assert add(r, 1, 2, b"cd", True) == b"abcd"


def test_in_any_order() -> None:
    r = Reassembly()
    assert add(r, 1, 3, b"ef", True) is None
    assert add(r, 1, 1, b"ab") is None
    assert add(r, 1, 2, b"cd") == b"abcdef"


def test_a_new_message_throws_the_old_pieces_away() -> None:
    r = Reassembly()
    add(r, 1, 1, b"old")
    assert add(r, 2, 2, b"new", True) is None
    assert add(r, 2, 1, b"a ") == b"a new"


@pytest.mark.parametrize("number", [0, FRAGMENTS_MAX + 1])
def test_number_out_of_range(number: int) -> None:
    with pytest.raises(Refused):
        add(Reassembly(), 1, number, b"x")


def test_a_repeated_fragment_is_refused() -> None:
    r = Reassembly()
    add(r, 1, 1, b"x")
    with pytest.raises(Refused):
        add(r, 1, 1, b"y")


def test_too_many_bytes() -> None:
    r = Reassembly()
    add(r, 1, 1, b"x" * BYTES_MAX)
    with pytest.raises(Refused):
        add(r, 1, 2, b"x", True)
    assert add(r, 1, 1, b"x", True) == b"x", "cleared"


def test_what_lies_beyond_the_last_is_left_out() -> None:
    r = Reassembly()
    assert add(r, 1, 1, b"a") is None
    assert add(r, 1, 3, b"c") is None
    assert add(r, 1, 2, b"b", True) == b"ab"
