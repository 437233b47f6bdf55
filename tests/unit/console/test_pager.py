"""Pages on a screen."""

import pytest

from ezvpn.console.pager import Pager

LINES = [f"line {number}" for number in range(1, 10)]
ERASED = "\r          \r"


class Screen:
    def __init__(self, height: int, width: int = 80, lines: "list[str] | None" = None) -> None:
        self.text = ""
        self.pager = Pager(self.put)
        self.pager.show(LINES if lines is None else lines, height, width)

    def put(self, text: str) -> None:
        self.text += text

    def press(self, keys: str) -> str:
        """What the screen got by these keys, with the mark and its erasing left out."""
        self.text = ""
        for key in keys:
            self.pager.key(ord(key))
        return self.text.replace(ERASED, "").replace(" --More-- ", "").replace("\r\n", "/")


def test_all_at_once_without_a_height_or_where_it_fits() -> None:
    for screen in (Screen(0), Screen(10)):
        assert not screen.pager.active
        assert screen.text == "".join([line + "\r\n" for line in LINES])


def test_space_is_a_page_and_enter_a_line() -> None:
    screen = Screen(4)
    assert screen.text.endswith("line 3\r\n --More-- ")
    assert screen.press(" ") == "line 4/line 5/line 6/"
    assert screen.press("\r\n") == "line 7/line 8/"
    assert screen.press(" ") == "line 9/"
    assert not screen.pager.active


@pytest.mark.parametrize("key", ["q", "x", "\x03", "\x1a", "\x1b"])
def test_any_other_key_ends_it(key: str) -> None:
    screen = Screen(4)
    assert screen.press(key) == ""
    assert not screen.pager.active and screen.pager.lines == []


def test_lines_that_wrap_take_their_rows_and_one_that_fills_the_screen_still_shows() -> None:
    screen = Screen(4, 10, ["x" * 15, "y", "z"])
    assert screen.text.startswith("x" * 15 + "\r\ny\r\n --More--")
    screen = Screen(2, 10, ["x" * 50, "y"])
    assert screen.text == "x" * 50 + "\r\n --More-- "


def test_a_search_goes_on_at_the_line_that_matches() -> None:
    screen = Screen(4)
    assert screen.press("/8$\r").endswith("line 8/line 9/")
    assert not screen.pager.active


def test_a_search_that_finds_nothing_or_is_taken_back_stays() -> None:
    screen = Screen(4)
    assert "No line below has 99" in screen.press("/99\r")
    assert "Bad regular expression" in screen.press("/(\r")
    screen.press("/a\x7f\x7f")
    assert screen.press(" ") == "line 4/line 5/line 6/"
    screen.press("/" + "x" * 100 + "\r")
    assert screen.pager.active
