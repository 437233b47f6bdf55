"""Feeding lines to an editor, for the tests of the commands."""

from ezvpn.config.editor import Editor
from ezvpn.config.match import Match
from ezvpn.config.model import Config


def edited(*lines: str) -> Config:
    """The configuration after these lines, all of which are taken."""
    editor = Editor(Config())
    for line in lines:
        match = editor.line(line)
        assert match.status == "ok", (line, match.reason())
    return editor.config


def last(*lines: str) -> Match:
    """What the last line came to; those before it are taken."""
    editor = Editor(Config())
    for line in lines[:-1]:
        match = editor.line(line)
        assert match.status == "ok", (line, match.reason())
    return editor.line(lines[-1])


def rejected(*lines: str) -> str:
    """Why the last line was rejected. Nothing may have changed by it."""
    match = last(*lines)
    assert match.status == "rejected", match
    return match.problem
