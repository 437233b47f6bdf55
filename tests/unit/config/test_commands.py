"""The tables as a whole: every action has its setter, every token its help, no entry hides another."""

import pytest

from ezvpn.config import commands, kept
from ezvpn.config.compiler import Command
from ezvpn.config.draft import Draft
from ezvpn.config.grammar import Mode
from ezvpn.config.match import Match
from ezvpn.config.model import Config

NAMES = commands.Modes().names()


def test_every_action_has_a_setter() -> None:
    known: "set[str]" = {"end", "exit"}
    for setters in commands._SETTERS:
        assert not known & set(setters)
        known |= set(setters)
    used = {entry[2] for name in NAMES for entry in commands.Modes().mode(name).table}
    assert used == known


@pytest.mark.parametrize("name", NAMES)
def test_every_token_has_help(name: str) -> None:
    mode = commands.Modes().mode(name)
    for entry in mode.table:
        assert len(entry[1]) <= len(Command(entry).nodes), entry
    lines = [""]
    for _ in range(7):
        further = []
        for line in lines:
            for label, help in mode.help(line):
                if label == "<cr>" or (not line and label in ("no", "default")):
                    continue
                assert help, (line, label)
                if label[0].islower() or label[0].isdigit():
                    further.append(line + label + " ")
        lines = further


@pytest.mark.parametrize("name", NAMES)
def test_prompts_and_parents(name: str) -> None:
    mode = commands.Modes().mode(name)
    assert mode.prompt == "(" + name.replace("-console", "") + ")#"
    assert [one.name for one in commands.Modes().chain(name)] == ([name, "config"] if name != "config" else ["config"])


@pytest.mark.parametrize("name", ["config", "config-if", "config-crypto-map", "config-std-nacl", "config-line"])
def test_kept_tables_compile_and_have_known_actions(name: str) -> None:
    mode = commands.Modes().kept(name)
    assert mode is not None
    for entry in mode.table:
        words = entry[2].split(" ")
        assert words[0] in ("keep", "one", "block")
        assert kept.TOP <= int(words[1]) <= kept.TAIL
        assert words[2:] in ([], ["!"])
        assert Command(entry).nodes
    assert mode.help("") is not None


def test_an_action_that_nobody_implements_is_our_own_mistake() -> None:
    with pytest.raises(KeyError):
        commands.run("nonsense", Draft(Config()), Match("ok", ""))
    assert isinstance(commands.Modes().mode("config"), Mode)
