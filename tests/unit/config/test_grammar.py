"""The grammar engine on a small table of its own: matching, faults, help, completion."""

import re
from random import Random

import pytest
from fuzz import console
from hypothesis import given, settings
from hypothesis import strategies as st

from ezvpn.config import commands
from ezvpn.config.grammar import Mode, first_match
from ezvpn.config.match import CR, Match
from ezvpn.console.exec_commands import PRIVILEGED

TABLE = (
    (
        "crypto isakmp keepalive ~ <10-3600>$seconds [<2-60>$retry] [periodic|on-demand]$when",
        ("Encryption", "IKE", "Set a keepalive", "Seconds", "Retry seconds", "Always", "With traffic"),
        "keepalive",
    ),
    ("crypto isakmp key [0|6]$type WORD$key {address A.B.C.D$address [MASK$mask]|hostname HOST$host}", (), "key"),
    ("crypto ipsec client ezvpn WORD$name ~ [inside|outside]$side", (), "bind"),
    ("interface IFNAME$name ~", ("Select an interface",), "interface"),
    ("use WORD$names...", (), "use"),
    ("set {aes [128|256]|3des|sha}$words...", (), "set"),
    ("peer HOST$host ~ [default]$default", (), "peer"),
    ("group WORD$group key SECRET$key", ("", "", "", "The key"), "group"),
    ("description LINE$text", (), "description"),
    ("shutdown ~", (), "shutdown"),
)


def mode() -> Mode:
    return Mode("config", "(config)#", "", TABLE)


def ok(line: str) -> "tuple[str, dict[str, object]]":
    match = mode().match(line)
    assert match.status == "ok", (line, match, match.reason())
    return match.action, match.args


def test_full_words_and_unique_abbreviations_are_the_same_command() -> None:
    wanted = ("keepalive", {"seconds": 10, "retry": 5, "when": "periodic"})
    assert ok("crypto isakmp keepalive 10 5 periodic") == wanted
    assert ok("cr isa keep 10 5 p") == wanted
    assert ok("  CRYPTO  Isakmp\tKEEPalive 10 5 PERIODIC  ") == wanted


def test_optional_parts_may_be_left_out() -> None:
    assert ok("crypto isakmp keepalive 10") == ("keepalive", {"seconds": 10})
    assert ok("crypto isakmp keepalive 10 on-demand") == ("keepalive", {"seconds": 10, "when": "on-demand"})
    assert ok("peer 10.1.2.3") == ("peer", {"host": "10.1.2.3"})
    assert ok("peer vpn.example d") == ("peer", {"host": "vpn.example", "default": "default"})


def test_choices_take_one_branch() -> None:
    assert ok("crypto isakmp key k address 10.0.0.1 255.0.0.0") == (
        "key",
        {"key": "k", "address": b"\x0a\0\0\x01", "mask": b"\xff\0\0\0"},
    )
    assert ok("crypto isakmp key 6 k hostname h") == ("key", {"type": "6", "key": "k", "host": "h"})


def test_repeated_tokens_become_a_list() -> None:
    assert ok("use a b c") == ("use", {"names": ["a", "b", "c"]})
    assert ok("set aes 256 sha 3des") == ("set", {"words": ["aes", "256", "sha", "3des"]})


def test_an_interface_name_may_take_two_words() -> None:
    assert ok("interface fast 0/1") == ("interface", {"name": "FastEthernet0/1"})
    assert ok("int eth0") == ("interface", {"name": "eth0"})


def test_rest_of_line_keeps_inner_blanks_and_loses_outer_ones() -> None:
    assert ok("group g key  a  b ! c  ") == ("group", {"group": "g", "key": "a  b ! c"})
    assert ok("description  two  words ") == ("description", {"text": "two  words"})


def test_no_and_default_forms_may_stop_early_or_be_whole() -> None:
    for line in ("no crypto isakmp keepalive", "no cry isa keepalive 10", "no crypto isakmp keepalive 10 2 periodic"):
        match = mode().match(line)
        assert (match.status, match.negate, match.action) == ("ok", "no", "keepalive")
    assert mode().match("def shut").negate == "default"
    assert mode().match("no group g key k").status == "invalid"
    assert mode().match("no").status == "incomplete"


def test_full_text_has_whole_words_and_no_secret() -> None:
    assert mode().match("cry isa keep 10 per").full == "crypto isakmp keepalive 10 periodic"
    assert mode().match("no int fa0").full == "interface FastEthernet0"
    assert mode().match("group g key hush").full == "group g key"
    assert "hush" not in repr(mode().match("group g key hush"))


def test_missing_number_names_its_range() -> None:
    match = mode().match("crypto isakmp keepalive")
    assert match.status == "incomplete"
    assert match.expected == ["<10-3600>"]
    assert match.message() == "% Incomplete command."
    assert match.reason() == "incomplete command: expected <10-3600>"


def test_number_out_of_range_is_invalid_at_its_column() -> None:
    for word in ("9", "3601", "-10", "+9", "09", "1" * 200):
        match = mode().match("crypto isakmp keepalive " + word)
        assert (match.status, match.column, match.expected) == ("invalid", 24, ["<10-3600>"])
        assert match.message() == "% Invalid input detected at '^' marker."
        shown = word if len(word) < 21 else "1" * 20 + "..."
        assert match.out_of_range == match.reason() == shown + " is out of range: <10-3600>"


def test_what_is_no_number_is_not_out_of_range() -> None:
    for line in ("crypto isakmp keepalive ten", "crypto isakmp keepalive 10x", "crypto isakmp keepalive -"):
        match = mode().match(line)
        assert (match.status, match.column, match.out_of_range) == ("invalid", 24, "")
        assert match.reason() == "invalid input: expected <10-3600>"
    assert mode().match("shutdown 5").out_of_range == ""
    assert mode().match("crypto isakmp keepalive 10 61").out_of_range == "61 is out of range: <2-60>"


def test_caret_stands_behind_what_agrees_with_a_keyword() -> None:
    assert mode().match("crypto isakmp keepolive 10").column == len("crypto isakmp keep")
    assert mode().match("interfoce fa0").column == len("interf")


def test_extra_words_are_invalid() -> None:
    match = mode().match("shutdown now")
    assert (match.status, match.column, match.expected) == ("invalid", 9, [CR])
    assert match.reason() == "invalid input: expected end of line"


def test_ambiguous_abbreviation() -> None:
    match = mode().match("crypto isakmp ke 10")
    assert (match.status, match.column) == ("ambiguous", 14)
    assert match.message() == '% Ambiguous command:  "crypto isakmp ke 10"'
    assert match.reason() == "ambiguous abbreviation: could be keepalive or key"
    assert mode().match("d x").expected == ["default", "description"]


def test_blank_line_is_empty() -> None:
    assert mode().match(" \t ").status == "empty"


def test_help_lists_the_next_tokens_sorted_with_cr_last() -> None:
    assert mode().help("crypto isakmp keepalive 10 ") == [
        ("<2-60>", "Retry seconds"),
        ("on-demand", "With traffic"),
        ("periodic", "Always"),
        (CR, ""),
    ]
    labels = [label for label, _ in mode().help("")]
    assert labels == sorted(labels)
    assert "no" in labels and "default" in labels and CR not in labels


def test_help_on_a_begun_word_lists_what_it_can_become() -> None:
    assert [label for label, _ in mode().help("crypto isakmp ke")] == ["keepalive", "key"]
    assert [label for label, _ in mode().help("crypto isakmp keepalive 1")] == ["<10-3600>"]
    assert mode().help("crypto isakmp keepalive x") == []


def test_help_after_no_lists_only_what_can_be_negated() -> None:
    labels = [label for label, _ in mode().help("no ")]
    assert labels == ["crypto", "interface", "peer", "shutdown"]
    assert (CR, "") in mode().help("no crypto isakmp keepalive ")


def test_help_for_a_secret_names_its_types() -> None:
    assert [label for label, _ in mode().help("group g key ")] == ["0", "6", "LINE"]


def test_help_behind_nonsense_is_empty() -> None:
    assert mode().help("crypto nonsense ") == []


def test_completion_appends_the_rest_of_a_unique_word() -> None:
    assert mode().complete("crypto isakmp keepa") == "live "
    assert mode().complete("n") == "o "
    assert mode().complete("crypto isakmp ke") == ""
    assert mode().complete("crypto ") == ""
    assert mode().complete("nonsense x") == ""


def test_rejected_points_at_the_argument_to_blame() -> None:
    match = mode().match("  peer 10.1.2.3 default")
    match.reject("no such peer", "host")
    assert (match.status, match.column) == ("rejected", 7)
    assert match.message() == "% no such peer"
    match.reject("no room")
    assert match.column == 2


def test_first_match_takes_the_first_mode_or_the_furthest_fault() -> None:
    inner = Mode("inner", "", "config", (("set peer HOST$p", (), "set_peer"), ("mode {a|b}", (), "mode")))
    found, match = first_match([inner, mode()], "peer h")
    assert (found.name, match.status) == ("config", "ok")
    found, match = first_match([inner, mode()], "mode c")
    assert (found.name, match.column) == ("inner", 5)
    found, match = first_match([inner, mode()], "crypto isakmp x")
    assert (found.name, match.column) == ("config", 14)


WORDS = st.sampled_from(
    [
        "no",
        "default",
        "crypto",
        "isakmp",
        "key",
        "keepalive",
        "10",
        "99999999999",
        "-1",
        "1.2.3.4",
        "1.2.3",
        "255.0.0.0",
    ]
    + [
        "peer",
        "group",
        "int",
        "fa",
        "0",
        "eth0",
        "!",
        "?",
        "~",
        "$",
        "{",
        "[",
        "]",
        "...",
        "c",
        "cr",
        "i",
        "\x00",
        "é",
        "٣",
    ]
    + ["ipsec", "client", "ezvpn", "inside"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.text(max_size=8), max_size=8).map(" ".join))
def test_any_line_ends_in_a_status_and_help_never_raises(line: str) -> None:
    made = mode()
    match = made.match(line)
    assert match.status in ("ok", "empty", "ambiguous", "incomplete", "invalid")
    assert 0 <= match.column <= len(line)
    assert bool(match.message()) == (match.status not in ("ok", "empty"))
    assert bool(match.reason()) == bool(match.message())
    made.help(line)
    made.help(line + " ")
    completed = line + made.complete(line)
    if match.status == "ok" and match.entry[2] != "description" and match.entry[2] != "group":
        assert made.match(completed).status == "ok"


@pytest.mark.parametrize("seed", range(4))
def test_looking_at_the_literals_first_changes_no_answer(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    typist = console.Typist(seed, True)
    lines = [typist.line(typist.commands) for _ in range(150)] + [
        "c t",
        "sh c",
        "s",
        "show",
        "no debug all",
        "w t",
        "show show",
    ]
    tables = [PRIVILEGED, *(commands.Modes().mode(name).table for name in commands.Modes().names())]
    asked = [(PRIVILEGED, line) for line in lines]
    asked += [(table, line) for table in tables for line in begun_lines(table, Random(seed))]
    narrow = [told(Mode("p", "#", "", table).match(line)) for table, line in asked]
    monkeypatch.setattr(Mode, "_fitting", lambda self, words: None)
    assert [told(Mode("p", "#", "", table).match(line)) for table, line in asked] == narrow


def begun_lines(table: "tuple[tuple[str, tuple[str, ...], str], ...]", chance: Random) -> "list[str]":
    """Lines that look like a table's: some of its words in their order, cut short or not, with a value among them."""
    lines = []
    for grammar, _, _ in table:
        words = [word[: chance.choice((1, 2, 3, 99))] for word in re.findall(r"[a-z0-9][a-z0-9-]*", grammar)]
        words = words[: chance.randrange(1, len(words) + 2)]
        words.insert(chance.randrange(len(words) + 1), chance.choice(("", "", "10", "x", "192.0.2.1")))
        lines.append(" ".join([chance.choice(("", "", "no", "n", "default")), *words]))
    return lines


def told(match: Match) -> "tuple[object, ...]":
    return (match.status, match.action, match.args, match.negate, match.column, match.expected, match.out_of_range)
