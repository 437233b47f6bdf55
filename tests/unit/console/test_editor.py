"""The line editor, judged by what a person would see on the screen."""

import random

import pytest
from doubles.screen import Screen

from ezvpn.console import editor
from ezvpn.console.editor import ENTER, HELP, INTERRUPT, MAX_LINE, NOTHING, TAB, LineEditor


class Typist:
    """An editor with a screen before it."""

    def __init__(self, width: int = 40, prompt: str = "Router#") -> None:
        self.screen = Screen(width)
        self.editor = LineEditor(lambda text: self.screen.write(text.encode()), width)
        self.editor.begin(prompt)

    def type(self, keys: "str | bytes") -> int:
        asked = NOTHING
        for byte in keys if isinstance(keys, bytes) else keys.encode():
            asked = self.editor.key(byte)
        return asked

    @property
    def row(self) -> str:
        return str(self.screen.row())


def test_what_is_typed_is_echoed() -> None:
    typist = Typist()
    typist.type("show")
    assert (typist.row, typist.screen.column) == ("Router#show", 11)


def test_cursor_keys_and_insertion_in_the_middle() -> None:
    typist = Typist()
    typist.type("shw\x02o\x05!")
    assert typist.row == "Router#show!"
    typist.type("\x01>\x1b[C\x1b[D<")
    assert typist.editor.text == "><show!"
    assert (typist.row, typist.screen.column) == ("Router#><show!", 9)


def test_erasing_keys() -> None:
    typist = Typist()
    typist.type("one two three\x17")
    assert typist.row == "Router#one two"
    typist.type("\x08\x7f")
    assert typist.row == "Router#one tw"
    typist.type("\x01\x04")
    assert typist.row == "Router#ne tw"
    typist.type("\x06\x06\x0b")
    assert typist.row == "Router#ne"
    typist.type("\x15")
    assert typist.row == "Router#"


def test_keys_that_can_do_nothing_ring() -> None:
    typist = Typist()
    typist.type("\x08\x02\x06\x04\x0b\x15\x17\x0e\x10")
    assert typist.screen.bells == 9
    assert typist.row == "Router#"


def test_history_goes_back_and_forth_and_keeps_what_was_being_typed() -> None:
    typist = Typist()
    for line in ("first", "second", "second"):
        typist.editor.history.remember(line)
    typist.type("thi\x1b[A")
    assert typist.row == "Router#second"
    typist.type("\x10")
    assert typist.row == "Router#first"
    typist.type("\x1b[B\x0e")
    assert typist.row == "Router#thi"


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ("show crypto isakmp\x1bb\x1bbX", "show Xcrypto isakmp"),
        ("show crypto isakmp\x01\x1bfX", "showX crypto isakmp"),
        ("show crypto\x01\x1bd", " crypto"),
        ("show crypto\x1bb\x1bd", "show "),
        ("one two\x17\x19\x19", "one twotwo"),
        ("hsow\x01\x06\x14", "show"),
        ("shwo\x14", "show"),
    ],
)
def test_words(keys: str, row: str) -> None:
    typist = Typist()
    typist.type(keys)
    assert (typist.editor.text, typist.row) == (row, ("Router#" + row).rstrip())


def test_keys_that_have_nothing_to_work_on_ring() -> None:
    typist = Typist()
    typist.type("\x1bb\x1bf\x1bd\x14\x19x\x14")
    assert typist.screen.bells == 4


def test_what_was_cut_from_a_password_is_not_kept() -> None:
    typist = Typist()
    typist.editor.begin("Password: ", True, False)
    typist.type("hidden\x15")
    typist.editor.begin("Router#")
    typist.type("\x19")
    assert typist.editor.text == ""


def test_a_line_is_bounded() -> None:
    typist = Typist()
    typist.type("x" * (MAX_LINE + 5))
    assert len(typist.editor.text) == MAX_LINE
    assert typist.screen.bells == 5


def test_reported_keys() -> None:
    typist = Typist()
    assert [typist.type(key) for key in ("\t", "?", "\x03", "\x1a", "\r")] == [TAB, HELP, INTERRUPT, editor.END, ENTER]


def test_one_enter_for_each_kind_of_line_end() -> None:
    typist = Typist()
    asked = [typist.editor.key(byte) for byte in b"\r\n\r\0\n\n\r\r"]
    assert asked == [ENTER, NOTHING, ENTER, NOTHING, ENTER, ENTER, ENTER, ENTER]


def test_a_question_without_echo_shows_nothing_and_takes_help_and_tab_as_keys() -> None:
    typist = Typist()
    typist.editor.begin("Password: ", True, False)
    before = typist.screen.column
    assert typist.type("a?b\tc\x02\x08\x10\x05") == NOTHING
    assert typist.editor.text == "a?c"
    assert typist.screen.column == before


def test_utf8_is_taken_and_its_faults_are_not() -> None:
    typist = Typist()
    typist.type("é€😀".encode())
    assert typist.editor.text == "é€😀"
    typist.type(b"\xc3(\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xc2\x9b\xe0\x80\x80!")
    assert typist.editor.text == "é€😀(!"


def test_log_lines_go_above_and_the_line_comes_back() -> None:
    typist = Typist()
    typist.type("show ver\x02\x02")
    typist.editor.erase()
    assert typist.row == ""
    typist.screen.write(b"a log line\r\n")
    typist.editor.draw()
    assert typist.screen.rows == ["a log line"]
    assert (typist.row, typist.screen.column) == ("Router#show ver", 13)


def test_caret_stands_under_its_column() -> None:
    typist = Typist()
    typist.type("show vresion")
    assert typist.editor.caret(6) == [" " * 13 + "^"]


def test_caret_of_a_scrolled_line_shows_the_place_again() -> None:
    typist = Typist(40)
    typist.type("show version " + "x" * 60)
    shown, caret = typist.editor.caret(13)
    assert shown[len(caret) - 1] == "x"
    assert shown[: len(caret) - 1] == "show version "
    shown, caret = typist.editor.caret(50)
    assert len(shown) < 40
    assert len(caret) == 21


def test_a_prompt_wider_than_the_screen_leaves_room_to_type() -> None:
    typist = Typist(20, "a-router-with-a-very-long-name(config)#")
    typist.type("0123456789")
    assert len(typist.row) < 20
    assert "9" in typist.row


def test_any_keys_leave_the_screen_in_step_with_the_line() -> None:
    chance = random.Random(1)
    keys = [
        "a",
        "b c",
        "é",
        "\x01",
        "\x02",
        "\x04",
        "\x05",
        "\x06",
        "\x08",
        "\x0b",
        "\x0c",
        "\x0e",
        "\x10",
        "\x15",
        "\x17",
    ]
    keys += ["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1bOH", "\x1b[F", "\x1b[3~", "\x1b[5;7R", "word ", "x" * 30]
    for _ in range(200):
        typist = Typist(chance.choice((20, 40, 80)))
        typist.editor.history.remember("an old line that is too long for the smallest screen")
        typist.editor.history.remember("short")
        for _ in range(60):
            typist.type(chance.choice(keys))
            if chance.randrange(10) == 0:
                typist.editor.erase()
                typist.screen.write(b"log\r\n")
                typist.editor.draw()
            line, screen = typist.editor, typist.screen
            shown = str(screen.row())[len(line.prompt) :]
            assert len(shown) <= max(screen.width - 1 - len(line.prompt), 8)
            offset = screen.column - len(line.prompt)
            start = line.cursor - offset
            assert start >= 0
            visible = line.text[start : start + max(screen.width - 1 - len(line.prompt), 8)]
            for i, char in enumerate(shown):
                cut = (i == 0 and start > 0) or (i == len(visible) - 1 and start + i + 1 < len(line.text))
                assert char == ("$" if cut else visible[i])
            assert not visible[len(shown) :].strip()
