"""Lines that were typed: how many are kept, and the way back and forth."""

from ezvpn.console.history import MAX_HISTORY, History


def filled(*lines: str) -> History:
    history = History()
    for line in lines:
        history.remember(line)
    return history


def test_it_is_bounded() -> None:
    history = filled(*[f"line {number}" for number in range(100)])
    assert history.lines == [f"line {number}" for number in range(80, 100)]
    history.resize(2)
    assert history.lines == ["line 98", "line 99"]
    history.resize(1000)
    for number in range(300):
        history.remember(f"line {number}")
    assert len(history.lines) == MAX_HISTORY


def test_a_line_said_twice_stands_once_and_an_empty_one_not_at_all() -> None:
    assert filled("a", "a", "", "b", "a").lines == ["a", "b", "a"]


def test_back_and_forth_to_what_was_being_typed() -> None:
    history = filled("first", "second")
    assert history.recall(-1, "thi") is None
    assert history.recall(1, "thi") == "second"
    assert history.recall(1, "second") == "first"
    assert history.recall(1, "first") is None
    assert history.recall(-1, "changed") == "second"
    assert history.recall(-1, "second") == "thi"
    history.recall(1, "thi")
    history.begin()
    assert history.recall(-1, "") is None
    assert filled().recall(1, "") is None
