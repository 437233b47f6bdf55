"""What a line came to: its values, and the words for a console and for a file. Faults of real lines: test_grammar."""

import pytest

from ezvpn.config.match import CR, Match, listed


def test_values_are_read_by_kind_and_missing_ones_have_a_default() -> None:
    match = Match("ok", "use a 10 192.0.2.1")
    match.args = {"names": ["a", "b"], "seconds": 10, "address": b"\xc0\x00\x02\x01", "word": "x"}
    assert (match.words("names"), match.number("seconds"), match.text("word")) == (["a", "b"], 10, "x")
    assert match.address("address") == b"\xc0\x00\x02\x01"
    assert (match.words("x"), match.number("x", 7), match.text("x"), match.address("x")) == ([], 7, "", None)
    assert (match.number("word"), match.text("seconds")) == (0, "")  # another kind is none


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        ("ok", "", ""),
        ("empty", "", ""),
        ("incomplete", "% Incomplete command.", "incomplete command: expected end of line or on"),
        ("ambiguous", '% Ambiguous command:  "a b"', "ambiguous abbreviation: could be end of line or on"),
        ("invalid", "% Invalid input detected at '^' marker.", "invalid input: expected end of line or on"),
    ],
)
def test_each_end_has_words_for_a_console_and_for_a_file(status: str, said: str, reason: str) -> None:
    match = Match(status, " a b ", 3)
    match.expected = [CR, "on"]
    assert (match.message(), match.reason()) == (said, reason)


def test_a_wrong_first_word_is_an_unknown_command() -> None:
    assert Match("invalid", "frobnicate now", 2).reason() == "unknown command"


def test_a_rejection_names_the_argument_or_the_line() -> None:
    match = Match("ok", "  peer x")
    match.columns = {"host": 7}
    match.reject("no such peer", "host")
    assert (match.column, match.message(), match.reason()) == (7, "% no such peer", "no such peer")
    match.reject("no room")
    assert match.column == 2


def test_a_secret_is_not_shown() -> None:
    match = Match("ok", "group g key hunter2")
    match.args = {"key": "hunter2"}
    assert "hunter2" not in repr(match)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", CR], "a or end of line"),
        (list("abcdefghijklmn"), "a, b, c, d, e, f, g, h, i, j, k, l or ..."),
    ],
)
def test_what_is_expected_is_listed(labels: list[str], said: str) -> None:
    assert listed(labels) == said
