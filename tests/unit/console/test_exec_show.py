"""The `show` tables: each entry can be typed, has help, and answers."""

from doubles.host import STORED, FakeHost, example

from ezvpn.config.grammar import Mode
from ezvpn.console.exec_show import SHOW, SHOW_PRIVILEGED, SHOWS
from ezvpn.console.shell import Session


def execute(command: str) -> "tuple[int, str]":
    return Session(FakeHost(stored=STORED), 0, privileged=True).execute(command, 5000)


def test_every_action_of_the_tables_is_implemented_and_none_is_left_over() -> None:
    assert {entry[2] for entry in SHOW + SHOW_PRIVILEGED} == set(SHOWS)


def test_every_show_answers_in_text_and_json() -> None:
    for grammar, _, _ in SHOW + SHOW_PRIVILEGED:
        command = example(grammar)
        for line in (command, command + (" json" if "json" in grammar else " | json"), command + " | count e"):
            code, text = execute(line)
            assert code == 0 and text, line


def test_help_has_a_text_for_every_word() -> None:
    mode = Mode("x", "#", "", SHOW + SHOW_PRIVILEGED)
    for grammar, _, _ in SHOW + SHOW_PRIVILEGED:
        words = example(grammar).split(" ")
        for i in range(len(words) + 1):
            for label, help in mode.help(" ".join(words[:i]) + " " * (i > 0)):
                assert help or label == "<cr>", (words[:i], label)


def test_an_unknown_tunnel_is_an_error() -> None:
    assert execute("show crypto ipsec client ezvpn nobody") == (1, "% There is no tunnel nobody\n")


def test_detail() -> None:
    assert "Codes:" in execute("show crypto isakmp sa detail")[1]
    assert "Codes:" not in execute("show crypto isakmp sa")[1]
