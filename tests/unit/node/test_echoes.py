"""One echo under way at a time: whose an answer is, and when the wait is over."""

from __future__ import annotations

from ezvpn.node.echoes import Echoes
from unit.wire.test_icmp import error

PEER, ROUTER = b"\xc6\x33\x64\x0b", b"\xc0\0\2\1"
NOW = 2**30 - 500


class Once(Echoes):
    """One echo, and how often it was waited for in vain."""

    waited = 0

    def ask(self, sequence: int = 7) -> bytes:
        self._ask(sequence, self._token + b"data", 1000, NOW)
        return bytes(self.outgoing() or b"")

    def answered(self, view: bytes, sequence: int = 7) -> bool:
        return self._answer(view, sequence) is not None

    def finish(self) -> None:
        self._finish()

    def _waited(self, now: int) -> None:
        self.waited += 1
        self._text += "."


def test_a_message_goes_out_once() -> None:
    one = Once(b"once", PEER, 0x1234)
    assert one.outgoing() is None and one.deadline() is None
    sent = one.ask()
    assert sent[0] == 8 and sent[4:8] == b"\x12\x34\0\7"
    assert one.outgoing() is None


def test_the_wait_ends_once_it_is_due() -> None:
    one = Once(b"once", PEER, 0x1234)
    one.timeout(NOW)
    one.ask()
    assert one.deadline() == NOW + 1000
    one.timeout(NOW + 999)
    assert one.waited == 0
    one.timeout(NOW + 1000)
    assert (one.waited, one.marks(), one.marks()) == (1, ".", "")
    one.finish()
    one.timeout(NOW + 5000)
    assert (one.waited, one.deadline(), one.done) == (1, None, True)


def test_a_reply_is_known_by_its_data_and_an_error_by_what_it_quotes() -> None:
    one, other = Once(b"once", PEER, 0x1234), Once(b"once", PEER, 0x4321)
    ours, foreign = one.ask(), other.ask()
    assert one.answered(b"\0" + ours[1:])
    assert one.answered(b"\0" + ours[1:4] + b"\xbe\xef" + ours[6:]), "a socket may replace the identifier"
    assert one.answered(error(3, 1, ours))
    assert not one.answered(b"\0" + foreign[1:])
    assert not one.answered(error(3, 1, foreign))
    assert not one.answered(b"\0" + ours[1:], 8), "a late one"
    assert not one.answered(b"rubbish")
    assert not Once(b"once", ROUTER, 0x1234).answered(error(3, 1, ours)), "sent to somebody else"
    one.finish()
    assert not one.answered(b"\0" + ours[1:])
