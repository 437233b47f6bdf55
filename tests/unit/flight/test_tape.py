"""The format of a trace: what goes in comes out, and damage is found with its place."""

from __future__ import annotations

import pytest

from ezvpn.flight import tape
from ezvpn.flight.tape import Reader, Tag

VALUES = [
    None,
    True,
    False,
    0,
    191,
    192,
    2**30,
    2**40 + 1,
    -1,
    -(2**40),
    b"",
    b"\0\xff",
    "",
    "grün",
    [],
    [1, (2, "x", [b"y", None])],
    (),
]


def trace(*values: object, serial: int = 1) -> bytes:
    out = bytearray()
    for value in values:
        out.append(Tag.HOST)
        tape.put(out, value)
    return tape.head(serial) + tape.frame(out)


@pytest.mark.parametrize("value", VALUES, ids=[repr(value) for value in VALUES])
def test_a_value_comes_back(value: object) -> None:
    cells = Reader(trace(value)).cells()
    assert [(cell.tag, cell.value) for cell in cells] == [(Tag.HOST, value)]
    assert type(cells[0].value) is type(value)


def test_what_has_no_form_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="float"):
        tape.put(bytearray(), 1.5)


def test_segments_follow_each_other() -> None:
    assert [cell.value for cell in Reader(trace(1, 2) + trace(3, serial=2)).cells()] == [1, 2, 3]


def test_the_serial_number_of_a_segment() -> None:
    assert tape.serial_of(tape.head(77) + b"rest") == 77
    assert [tape.serial_of(data) for data in (None, b"", b"EZT1", b"GIF89a--")] == [0, 0, 0, 0]


def test_a_trace_that_is_cut_off_is_read_as_far_as_it_is_whole() -> None:
    first, second = trace(1), trace(2)[8:]
    for cut in range(1, len(second)):
        reader = Reader((first + second)[:-cut])
        assert [cell.value for cell in reader.cells()] == [1]
        assert reader.fault is not None
        assert reader.fault.offset == len(first)
        assert "cut off" in reader.fault.why


def test_a_damaged_byte_is_found_with_its_place() -> None:
    first, second = trace(1), trace("text")[8:]
    for i in range(8, len(second)):
        data = bytearray(first + second)
        data[len(first) + i] ^= 0x55
        reader = Reader(data)
        assert [cell.value for cell in reader.cells()] == [1]
        assert reader.fault is not None
        assert (reader.fault.offset, "checksum" in reader.fault.why) == (len(first), True)


def test_another_file_is_no_trace() -> None:
    reader = Reader(b"\x7fELF and so on")
    assert reader.cells() == []
    assert reader.fault is not None
    assert (reader.fault.offset, reader.fault.why[:16]) == (0, "this is no trace")


@pytest.mark.parametrize(
    "raw", [b"\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x05\x7f", b"\x09\x01", b"\x07\x05\x40"]
)
def test_bytes_with_a_good_checksum_that_are_no_value(raw: bytes) -> None:
    reader = Reader(tape.head(1) + tape.frame(bytes((Tag.HOST,)) + raw))
    assert reader.cells() == []
    assert reader.fault is not None
    assert reader.fault.offset == 16


def test_every_tag_has_words() -> None:
    tags = {value for name, value in vars(Tag).items() if name.isupper()}
    compared_by_themselves = {Tag.LOG, Tag.STATE, Tag.EVENT}
    assert tags - compared_by_themselves <= set(tape.WORDS)
