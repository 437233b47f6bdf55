"""What `?` prints."""

from doubles.host import FakeHost

from ezvpn.console import help
from ezvpn.console.configure import Configure
from ezvpn.console.exec import Exec
from ezvpn.console.shell import Session


def test_rows_are_aligned_and_have_no_blanks_at_their_end() -> None:
    assert help.rows([("a", "first"), ("longer", "second"), ("<cr>", "")]) == [
        "  a       first",
        "  longer  second",
        "  <cr>",
    ]


def test_words_fill_the_screen() -> None:
    assert help.words(["one", "two", "three"], 80) == ["one  two  three"]
    assert help.words(["one", "two", "three"], 12) == ["one  two", "three"]


def test_a_do_is_blanked_out_so_that_columns_stay() -> None:
    assert help.behind_do("do show clock") == "   show clock"
    assert help.behind_do(" DO sh") == "    sh"
    assert help.behind_do("do ") == "   "
    for line in ("do", "", "dont", "show do "):
        assert help.behind_do(line) == ""


def test_the_guide_asks_the_table_that_knows_the_end_of_the_line() -> None:
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    guide = help.Guide(Exec(session))
    configure = Configure(host)
    assert guide.help("show c", None, 80) == ["clock  crypto"]
    assert guide.help("show version | i", None, 80) == ["include"]
    assert (guide.help("do show vers", configure, 80), guide.help("d", configure, 80)) == (["version"], ["default  do"])
    assert guide.help("nonsense ", None, 80) is None
    assert guide.ambiguous("c x", None) and not guide.ambiguous("nonsense ", None)
    assert guide.complete("hostn", configure) == "ame "
    assert guide.complete("do sho", configure) == "w "
    assert "  |     Output modifiers" in (guide.help("show version ", None, 80) or [])
