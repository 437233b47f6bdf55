"""Grammar strings to positions: which token may begin, follow and end a command."""

from ezvpn.config.compiler import Command


def texts(command: Command, positions: "list[int]") -> "list[str]":
    return [command.nodes[at].text for at in positions]


def test_sequence() -> None:
    command = Command(("a b c", (), "x"))
    assert texts(command, command.after(-1)) == ["a"]
    assert texts(command, command.after(0)) == ["b"]
    assert command.accepts(2, "") and not command.accepts(1, "")


def test_optional_part_can_be_passed_over() -> None:
    command = Command(("a [b] c", (), "x"))
    assert texts(command, command.after(0)) == ["b", "c"]
    assert texts(command, command.after(1)) == ["c"]


def test_optional_parts_at_the_end() -> None:
    command = Command(("a [b] [c]", (), "x"))
    assert [command.accepts(at, "") for at in range(3)] == [True, True, True]
    assert texts(command, command.after(0)) == ["b", "c"]


def test_nested_choice() -> None:
    command = Command(("a {b [c]|d} e", (), "x"))
    assert texts(command, command.after(0)) == ["b", "d"]
    assert texts(command, command.after(1)) == ["c", "e"]
    assert texts(command, command.after(3)) == ["e"]


def test_repetition_goes_back_to_its_start() -> None:
    command = Command(("a {b|c}...", (), "x"))
    assert texts(command, command.after(1)) == ["b", "c"]
    assert [node.many for node in command.nodes] == [False, True, True]


def test_names_of_groups_do_not_override_those_inside() -> None:
    command = Command(("{des|aes [128|256]$bits}$cipher", (), "x"))
    assert [node.name for node in command.nodes] == ["cipher", "cipher", "bits", "bits"]


def test_no_form_ends_at_the_mark() -> None:
    command = Command(("a b ~ c", ("one",), "x"))
    assert command.negatable
    assert command.accepts(1, "no") and not command.accepts(1, "")
    assert not Command(("a b", (), "x")).negatable
    assert [node.help for node in command.nodes] == ["one", "", ""]
