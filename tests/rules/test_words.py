"""What no file of the project may hold: marks of unfinished work, paths of somebody's machine, settings of a package index."""

from __future__ import annotations

import re

import pytest

from .source import ROOT, text_files, told

FORBIDDEN = (
    ("unfinished work", re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\bnot implemented yet\b")),
    (
        "a path of somebody's machine",
        re.compile(r"(?<![\w.:/$}-])/(home|Users|root|work|workspace|shared|builds?)/[\w.]"),
    ),
    ("settings of a package index", re.compile(r"index-url|trusted-host|\bGOPROXY\b|PIP_INDEX", re.IGNORECASE)),
    ("a mark left by a tool", re.compile(r"co-authored-by:|generated (with|by) \[", re.IGNORECASE)),
    ("an unresolved merge", re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)),
)
THIS = "tests/rules/test_words.py"


def test_nothing_forbidden_is_in_any_file() -> None:
    faults = []
    for name in text_files():
        if name == THIS:
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for what, pattern in FORBIDDEN:
            for found in pattern.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                faults.append(f"{name}:{line}: {what}: {found.group(0).strip()}")
    assert not faults, told(faults)


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("# TODO later", True),
        ("open('/home/kim/x')", True),
        ("--extra-index-url https://example.com", True),
        ("https://example.com/home/page", False),
        ("/var/lib/ezvpn", False),
        ("$HOME/work/x", False),
        ("autodo", False),
    ],
)
def test_the_patterns(line: str, is_refused: bool) -> None:
    assert any(pattern.search(line) for _, pattern in FORBIDDEN) == is_refused
