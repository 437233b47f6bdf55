"""What waits for a slow reader."""

from ezvpn.runtime.backlog import Backlog


def drained(backlog: Backlog, step: int = 1000) -> bytes:
    out = b""
    while backlog.size:
        part = backlog.head(step)
        out += part
        backlog.consume(len(part))
    return out


def test_bytes_come_out_as_they_went_in():
    backlog = Backlog()
    for part in (b"abc", b"", b"defg"):
        backlog.add(part)
    assert backlog.size == 7
    assert drained(backlog, 2) == b"abcdefg"
    assert backlog.size == 0


def test_a_full_backlog_drops_the_newest_and_says_so_when_there_is_room():
    backlog = Backlog(10)
    backlog.add(b"0123456789")
    backlog.add(b"lost")
    backlog.add(b"x")
    assert backlog.dropped == 5
    assert drained(backlog) == b"0123456789\r\n% 5 bytes of output lost\r\n"


def test_output_goes_on_once_half_is_read():
    backlog = Backlog(100)
    backlog.add(bytes(100))
    backlog.add(b"lost")
    backlog.consume(40)
    backlog.add(b"y")  # sixty bytes wait: still too many
    backlog.consume(20)
    backlog.add(b"z")
    assert drained(backlog) == bytes(40) + b"\r\n% 5 bytes of output lost\r\nz"


def test_a_reader_that_is_gone_leaves_nothing():
    backlog = Backlog(10)
    backlog.add(b"0123456789")
    backlog.add(b"lost")
    backlog.clear()
    assert backlog.size == 0
    backlog.add(b"new")
    assert drained(backlog) == b"new"
