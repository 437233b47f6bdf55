"""The words of `debug`: each renders, none hides one of the catalog, none has a tag that IOS does not print."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ezvpn.debug_words import WORDS
from ezvpn.log import CATALOG, LogRecord, Severity, form_of

AGENT = Path(__file__).resolve().parents[2] / "agent/ezvpn"


@pytest.mark.parametrize("mnemonic", sorted(WORDS))
def test_every_line_renders(mnemonic: str) -> None:
    args = tuple("text" if kind == "s" else 7 for kind in re.findall(r"%([sdX])", WORDS[mnemonic]))
    record = LogRecord(1, 0, mnemonic, args)
    assert re.fullmatch(r"%CRYPTO-7-[A-Z0-9_]+: .*", record.text())
    assert record.severity() == Severity.DEBUG


def told() -> list[tuple[str, str, int]]:
    """(place, mnemonic, number of arguments) of every call that tells a line by its name."""
    found = []
    for file in sorted(AGENT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            first = node.args[0]
            name = first.value if isinstance(first, ast.Constant) else None
            if name in WORDS and node.func.attr in ("tell", "tagged") and not isinstance(node.args[-1], ast.Starred):
                count = len(node.args) - 1 + (node.func.attr == "tagged")
                found.append((f"{file.name}:{node.lineno}", str(name), count))
    return found


def test_each_line_is_told_with_as_many_arguments_as_it_shows() -> None:
    calls = told()
    assert len(calls) > 40
    assert [call for call in calls if call[2] != len(re.findall(r"%[sdX]", WORDS[call[1]]))] == []


def test_the_catalog_and_the_words_are_apart() -> None:
    assert not set(WORDS) & set(CATALOG)
    assert form_of("CONFIG") == CATALOG["CONFIG"]
    with pytest.raises(KeyError):
        form_of("NO_SUCH_LINE")


def test_a_tag_stands_where_ios_has_it() -> None:
    # SOURCE: tests/vectors/seed-dpd-log.txt
    for form in WORDS.values():
        assert not form.startswith("ISAKMP:(%s):  ")
