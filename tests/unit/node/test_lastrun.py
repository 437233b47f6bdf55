"""What each kind of end leaves for the next start to read."""

import pytest

from ezvpn.node.lastrun import RELOAD, STOPPED, reason, running


@pytest.mark.parametrize(
    ("record", "boot", "words"),
    [
        (b"", "b1", "power-on"),
        (RELOAD, "b1", "reload"),
        (STOPPED, "b1", "start after an orderly stop"),
        (running("b1"), "b1", "unexpected end of the program"),
        (running("b1"), "b2", "power-on"),
        (running(""), "b2", "power-on or unexpected end of the program"),
        (running("b1"), "", "power-on or unexpected end of the program"),
        (b"\xff\xfe", "b1", "power-on"),
        (b"torn", "b1", "unknown reason"),
    ],
)
def test_the_words_of_show_version(record: bytes, boot: str, words: str) -> None:
    assert reason(record, boot) == words
