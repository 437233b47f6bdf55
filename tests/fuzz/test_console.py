"""A slice of the keystroke fuzzing, on both interpreters; `make fuzz` is the long form."""

from __future__ import annotations

import pytest
from doubles.micropython import run as run_on_micropython

from fuzz import console


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_typed_nothing_raises_and_nothing_is_done_without_rights(seed: int) -> None:
    console.run(30000, seed)


def test_the_same_on_micropython() -> None:
    said = run_on_micropython("from fuzz.console import main; main()", "20000", "9", seconds=60)
    assert said == "fuzz.console on micropython: 40000 bytes, seed 9, nothing raised\n"


def test_a_fault_is_seen() -> None:
    typist = console.Typist(1, False)
    typist.host.calls.append(("apply", "Router"))
    with pytest.raises(AssertionError, match="done without rights"):
        typist.check()


@pytest.mark.parametrize("seed", range(2))
def test_execute_never_raises(seed: int) -> None:
    for _ in range(150):
        typist = console.Typist(seed, True)
        end = typist.chance.of(("", "| include a", "?", "| ", "|", "json", "| section ("))
        line = typist.line(typist.commands) + end
        code, text = typist.session.execute(line, console.NOW)
        assert code in (0, 1)
        text.encode()
        assert code == 0 or "%" in text, line
        seed += 1000
