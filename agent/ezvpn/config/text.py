"""Configuration text to values (`parse`) and back (`render`, `to_text`, which live in `config.render`).

Level 3, pure. What a file is: lines for `config.editor`, blocks by indentation or without it, `!` as comment and separator.
A file is read to its end; every line that cannot be used is reported with its number and a caret.
"""

from ezvpn.config import references, secrets, tokens
from ezvpn.config.editor import Editor
from ezvpn.config.match import Match
from ezvpn.config.model import Config
from ezvpn.config.render import render as render
from ezvpn.config.render import to_text as to_text
from ezvpn.record import Record

# Lines that `show running-config` prints above a configuration; they come along when one is pasted.
_PRINTED = ("Building configuration", "Current configuration", "Using ", "Last configuration change", "NVRAM config")

_SECRET_WORDS = ("key", "password", "secret")

_CONSOLE_ONLY = ("config_key",)

_MAX_PROBLEMS = 50
_MAX_SHOWN = 64


class Problem(Record):
    """One error or warning, fit to be shown and logged. line: from 1, 0 = the whole text · column: from 0 · text: for errors
    the line up to the fault, with secrets starred."""

    _fields = ("line", "column", "text", "message")

    def __init__(self, line: int, column: int, text: str, message: str) -> None:
        self.line = line
        self.column = column
        self.text = text
        self.message = message

    def show(self, name: str) -> "list[str]":
        """`NAME:LINE:COLUMN: message`, and for an error the line with a caret below."""
        if not self.line:
            return [name + ": " + self.message]
        if not self.text:
            return [name + ":" + str(self.line) + ": " + self.message]
        head = name + ":" + str(self.line) + ":" + str(self.column + 1) + ": " + self.message
        return [head, "  " + self.text, "  " + " " * self.column + "^"]


class Result(Record):
    """config is complete only when errors is empty."""

    _fields = ("config", "errors", "warnings")

    def __init__(self, config: Config) -> None:
        self.config = config
        self.errors: "list[Problem]" = []
        self.warnings: "list[Problem]" = []


class NotText(Exception):
    """A file that is no text in UTF-8; line: the first one that isn't, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__("line " + str(line))
        self.line = line

    def show(self, name: str) -> str:
        """`NAME:LINE: message`."""
        return name + ":" + str(self.line) + ": not text in UTF-8: save the file in that encoding"


def decode(raw: bytes) -> str:
    """A file's bytes as text. Raises `NotText`."""
    try:
        return raw.decode()
    except UnicodeError:
        pass
    # No byte of a longer UTF-8 sequence is a line end, so each line is text or isn't by itself.
    number = 0
    for line in raw.split(b"\n"):
        number += 1
        try:
            line.decode()
        except UnicodeError:
            break
    raise NotText(number)


def parse(text: str, unseal: object = None) -> Result:
    """Read a whole configuration. Never raises for what the text says.

    unseal: function(text) -> bytes | None that opens type 6 secrets with the device key, or None where there is none. A secret
    that it does not open is a warning; it is written back as it came (`secrets.Sealed`).
    """
    result = Result(Config())
    editor = Editor(result.config, secrets.lenient(unseal))
    starts: "list[tuple[Record, int]]" = []  # where each block began
    outer_first = False
    lost = False
    number = 0
    left_out = 0
    for raw in text.split("\n"):
        number += 1
        raw = raw.rstrip("\r")
        if number == 1 and raw[:1] == "\ufeff":
            raw = raw[1:]
        if editor.collecting is not None:
            match = editor.line(raw)
            if match.status != "ok":
                result.errors.append(Problem(number, match.column, "", match.reason()))
            continue
        bare = raw.strip()
        indented = raw[:1] in (" ", "\t")
        if not bare or (not indented and _is_printed(raw)):
            continue
        if bare[0] == "!":
            # IOS prints `!` between blocks: an unindented line behind one is rather global, though a comment proves nothing.
            outer_first = outer_first or not indented
            lost = lost and indented
            continue
        # The lines of a block whose first line was not understood are not errors of their own, nor lines of the block before.
        if lost and indented:
            continue
        lost = False
        before = editor.block
        match = editor.line(raw, outer_first and not indented)
        if match.status != "ok":
            lost = not indented
            if len(result.errors) < _MAX_PROBLEMS:
                result.errors.append(Problem(number, match.column, _shown(match), match.reason()))
            else:
                left_out += 1
            continue
        if editor.block is not before:
            outer_first = False
            if editor.block is not None:
                starts.append((editor.block, number))
        elif indented:
            outer_first = True
        if match.action in _CONSOLE_ONLY:
            match.warnings.append("has no effect in a file: type it at the console")
        for message in match.warnings:
            _warn(result, Problem(number, 0, "", message))
    if editor.collecting is not None:
        result.errors.append(Problem(number, 0, "", "the banner has no end: " + editor.collecting[1] + " is missing"))
    if left_out:
        result.errors.append(Problem(0, 0, "", str(left_out) + " more lines that cannot be used"))
    for record, message in references.warnings(result.config):
        _warn(result, Problem(_line_of(starts, record), 0, "", message))
    return result


def _warn(result: Result, problem: Problem) -> None:
    if len(result.warnings) < _MAX_PROBLEMS:
        result.warnings.append(problem)
    elif len(result.warnings) == _MAX_PROBLEMS:
        result.warnings.append(Problem(0, 0, "", "there are more warnings than these"))


def _line_of(starts: "list[tuple[Record, int]]", record: "Record | None") -> int:
    for block, line in starts:
        if block is record:
            return line
    return 0


def _is_printed(line: str) -> bool:
    return any(line.startswith(words) for words in _PRINTED)


def _shown(match: Match) -> str:
    """The line up to and with the faulty word. Words behind `key` and the like are starred, and so is the faulty word where
    such a word is missing: it is the secret then."""
    shown = ""
    hide = False
    for column, word in tokens.split(match.line):
        if column > match.column:
            break
        # No line begins with a secret, though some begin with such a word.
        missing = shown != "" and any(label in _SECRET_WORDS for label in match.expected)
        faulty = column + len(word) > match.column and missing
        shown += " " * (column - len(shown)) + ("*" * len(word) if hide or faulty else word)
        hide = hide or word.lower() in _SECRET_WORDS
    return shown[: match.column + _MAX_SHOWN]
