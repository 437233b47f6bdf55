"""Regular expressions: what matches, what is refused, and that no pattern takes exponential time."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.console.regex import MAX_PATTERN, BadPattern, Pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("", "anything", True),
        ("face", "interface Fa0", True),
        ("^face", "interface", False),
        ("0$", "interface Fa0", True),
        ("^$", "", True),
        ("^$", " ", False),
        ("a|b", "xbx", True),
        ("^host|^cry", "crypto map", True),
        ("(ab)+c", "xababc", True),
        ("[0-9]+\\.[^0-9]", "10.x", True),
        ("[]-]", "]", True),
        ("[a-]", "-", True),
        ("\\.", "x", False),
        ("_10_", "10", True),
        ("_10_", "a,10 b", True),
        ("_10_", "a10b", False),
        (".?x*", "", True),
        ("a()b", "ab", True),
    ],
)
def test_what_matches(pattern: str, text: str, found: bool) -> None:
    assert Pattern(pattern).found_in(text) == found


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "a)b", "[", "[]", "[^", "*", "a|*", "(+)", "\\", "[z-a]", "x" * (MAX_PATTERN + 1), "(" * 13 + ")" * 13],
)
def test_what_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        Pattern(pattern)


@given(st.text("ab()|*+?.^$[]-c", max_size=8), st.text("abc ", max_size=8))
def test_where_both_take_a_pattern_it_means_what_it_means_to_pythons_re(pattern: str, text: str) -> None:
    # Left out: what the two write in different ways.
    if re.search(r"[*+?][*+?]|\[\[|--|&&|\(\?|[\^$]\)?[*+?]", pattern):
        return
    try:
        mine = Pattern(pattern)
        theirs = re.compile(pattern)
    except (BadPattern, re.error):
        return
    assert mine.found_in(text) == bool(theirs.search(text))


def test_time_is_that_of_pattern_times_text() -> None:
    began = time.monotonic()
    assert not Pattern("(a+)+(a+)+(a*)*$").found_in("a" * 500 + "b")
    assert time.monotonic() - began < 2
