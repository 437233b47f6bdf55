import pytest

from ezvpn.wire.cursor import Malformed, Writer, need, u8, u16, u32


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_integers_are_read_big_endian(kind: type) -> None:
    view = kind(b"\x00\x01\x02\xff\xfe")
    assert u8(view, 1) == 1
    assert u16(view, 3) == 0xFFFE
    assert u32(view, 1) == 0x0102FFFE


def test_malformed_carries_offset_and_rule() -> None:
    fault = Malformed(12, "too short")
    assert (fault.offset, fault.what, str(fault)) == (12, "too short", "too short")


def test_need_lets_pass_what_fits_exactly() -> None:
    need(b"abcd", 1, 3, 4, "cut")
    need(b"abcd", 4, 0, 4, "cut")


@pytest.mark.parametrize(
    ("at", "count", "end"),
    [(1, 4, 4), (4, 1, 4), (0, 4, 3), (0, 4, 5), (0, 5, 5)],
    ids=["over", "at-end", "before-end", "end-past-buffer", "both"],
)
def test_need_complains_where_the_bytes_should_begin(at: int, count: int, end: int) -> None:
    with pytest.raises(Malformed) as caught:
        need(b"abcd", at, count, end, "cut")
    assert caught.value.offset == at


@pytest.mark.parametrize("wrap", [lambda buf: buf, memoryview])
def test_writer_appends(wrap: object) -> None:
    buf = bytearray(b"\xa5" * 16)
    w = Writer(wrap(buf), 1)  # type: ignore[operator]
    w.u8(0xFE)
    w.u16(0x0102)
    w.u32(0xFFFEFDFC)
    w.put(b"xy")
    w.put(memoryview(b"z"))
    w.zeros(2)
    assert w.at == 13
    assert buf == b"\xa5\xfe\x01\x02\xff\xfe\xfd\xfcxyz\x00\x00\xa5\xa5\xa5"


def test_patches_leave_the_position() -> None:
    buf = bytearray(8)
    w = Writer(buf)
    w.zeros(8)
    w.patch_u8(0, 1)
    w.patch_u16(1, 0x0203)
    w.patch_u32(3, 0x04050607)
    assert (w.at, bytes(buf)) == (8, b"\x01\x02\x03\x04\x05\x06\x07\x00")


@pytest.mark.parametrize(
    "write",
    [
        lambda w: w.u8(1),
        lambda w: w.u16(1),
        lambda w: w.u32(1),
        lambda w: w.put(b"12345"),
        lambda w: w.zeros(5),
    ],
    ids=["u8", "u16", "u32", "put", "zeros"],
)
def test_a_full_buffer_is_our_own_mistake_and_stays_as_it_is(write: object) -> None:
    buf = bytearray(b"\xa5" * 8)
    w = Writer(buf, 4, 4)
    with pytest.raises(ValueError, match="buffer full"):
        write(w)  # type: ignore[operator]
    assert (w.at, bytes(buf)) == (4, b"\xa5" * 8)


@pytest.mark.parametrize(("start", "limit"), [(5, None), (0, 5), (3, 2), (-1, None)])
def test_a_writer_must_begin_inside_its_buffer(start: int, limit: "int | None") -> None:
    with pytest.raises(ValueError, match="buffer full"):
        Writer(bytearray(4), start, limit)


@pytest.mark.parametrize("value", [-1, 1 << 32])
def test_a_number_too_large_for_its_field_writes_nothing(value: int) -> None:
    buf = bytearray(b"\xa5" * 8)
    w = Writer(buf)
    for write in (w.u8, w.u16, w.u32):
        with pytest.raises(ValueError, match="does not fit"):
            write(value)
    for patch in (w.patch_u8, w.patch_u16, w.patch_u32):
        with pytest.raises(ValueError, match="does not fit"):
            patch(0, value)
    assert (w.at, bytes(buf)) == (0, b"\xa5" * 8)
