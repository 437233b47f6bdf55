"""Console transcripts: keystrokes in, exact bytes out. The format is described in doubles/transcript.py.

MicroPython plays the same files in tests/dual/cases/console_transcripts.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles.transcript import encode, play, record

FOLDER = Path(__file__).resolve().parent
FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_console_answers_as_in_the_transcript(file: Path) -> None:
    faults = []
    for number, instruction, expected, got in play(file.read_text()):
        faults += [f"{file.name}:{number}: {instruction}", *encode(expected), "-- but came:", *encode(got)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_player_writes_what_it_reads(file: Path) -> None:
    assert record(file.read_text()).rstrip("\n") == file.read_text().rstrip("\n")
