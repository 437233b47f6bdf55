"""What every codec must withstand: cut input, changed input, and a buffer that holds something else before."""

from collections.abc import Callable

from ezvpn.wire.cursor import Malformed, Writer

Parse = Callable[[memoryview, int, int], object]


def outcome(parse: Parse, data: bytes, start: int, end: int) -> object:
    """What a parser makes of it: a value, or the text of its complaint. Anything but Malformed goes through."""
    try:
        return parse(memoryview(data), start, end)
    except Malformed as fault:
        assert start <= fault.offset <= end, f"offset {fault.offset} is not in {start}..{end}"
        assert fault.what
        return "malformed: " + fault.what


def withstands(parse: Parse, body: bytes) -> None:
    """Cut at every byte, and every byte changed: a value or Malformed, and never a look past `end`."""
    for end in range(len(body) + 1):
        tight = outcome(parse, body[:end], 0, end)
        for tail in (b"\x00" * 40, b"\xff" * 40, body[end:] + b"\x5a" * 4):
            assert outcome(parse, body[:end] + tail, 0, end) == tight, f"read past the end at {end}"
    for at in range(len(body)):
        for value in (0, 1, 0x7F, 0x80, 0xFF, body[at] ^ 1):
            changed = body[:at] + bytes([value]) + body[at + 1 :]
            outcome(parse, changed, 0, len(changed))
    # An end that the buffer does not reach is the caller's error for all but the parser: it must not raise IndexError.
    outcome(parse, body, 0, len(body) + 3)


def written(write: Callable[[Writer], None], size: int = 4096) -> bytes:
    """What an encoder writes, the same over two different fillings and with nothing written behind it."""
    results = []
    for filling in (0xA5, 0x5A):
        buf = bytearray([filling]) * size
        w = Writer(buf, 7, size - 9)
        write(w)
        assert buf[:7] == bytes([filling]) * 7
        assert buf[w.at :] == bytes([filling]) * (size - w.at)
        results.append(bytes(buf[7 : w.at]))
    assert results[0] == results[1], "a byte of the output was not written"
    return results[0]
