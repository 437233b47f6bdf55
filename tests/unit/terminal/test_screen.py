"""What stands on the screen after CR and BS."""

import pytest

from ezvpn.terminal.screen import seen


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("plain\ntext ", "plain\ntext "),
        ("Router#sh\rRouter#show", "Router#show"),
        ("abcd\b\b\bxy", "axyd"),
        ("long line\r         \r%LOG\nRouter#ab", "%LOG\nRouter#ab"),
        ("\b\bx", "x"),
        ("12345\rab", "ab345"),
        # A line of 80 columns scrolls: drawn anew with its end, rubbed out behind it, and typed on.
        ("R#access-list 101 permit\rR#$ 101 permit.         \b\b\b\b\b\b\b\b\b255\nR#", "R#$ 101 permit.255\nR#"),
    ],
)
def test_rows(text, rows):
    assert seen(text) == rows
