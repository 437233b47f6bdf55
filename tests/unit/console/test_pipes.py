"""`| include` and its like."""

import pytest

from ezvpn.console.caller import Failed
from ezvpn.console.pipes import Pipe, bar_of, run

LINES = ["hostname Router", "interface Fa0", " description wan", "crypto map"]


def piped(text: str) -> "list[str]":
    line = "show running-config |" + text
    match = Pipe().match(line, bar_of(line))
    assert match.status == "ok", match
    return run(match, LINES)


def test_include_exclude_begin_count() -> None:
    assert piped(" include face") == ["interface Fa0"]
    assert piped("exc o") == ["interface Fa0"]
    assert piped("begin desc") == [" description wan", "crypto map"]
    assert piped("begin nothing") == []
    assert piped("count a") == ["Number of lines which match = 4"]


def test_either_text_and_the_beginning_of_a_line() -> None:
    assert piped("i ^host|^cry") == ["hostname Router", "crypto map"]
    assert piped("i ^desc") == []


def test_a_bad_expression_is_named() -> None:
    with pytest.raises(Failed, match="`\\(` without `\\)`"):
        piped("i .*(")


def test_a_section_ends_with_its_indentation() -> None:
    assert piped("section face") == ["interface Fa0", " description wan"]
    assert piped("s ^h|desc") == ["hostname Router", " description wan"]


def test_only_show_has_a_bar() -> None:
    assert bar_of("show version | inc x") == 13
    assert bar_of("   sh ver|i x") == 9
    assert bar_of("hostname a|b") == -1
    assert bar_of("show") == -1
    assert bar_of("") == -1


def test_columns_of_faults_are_those_of_the_whole_line() -> None:
    match = Pipe().match("show version | foo", 13)
    assert (match.status, match.column) == ("invalid", 15)
