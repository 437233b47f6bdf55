"""Writes docs/console.md: every command of the console, out of the tables that the console itself uses.

python tools/console_reference.py            writes the file
python tools/console_reference.py --check    exit code 1 if it is not what would be written (a test does this)
"""

from __future__ import annotations

import sys
from pathlib import Path

from ezvpn.config import tokens
from ezvpn.config.commands import Modes
from ezvpn.config.compiler import Command
from ezvpn.console.exec_commands import PRIVILEGED, USER
from ezvpn.console.pipes import PIPES

FILE = Path(__file__).resolve().parent.parent / "docs" / "console.md"

HEAD = """# The console

Every command, printed out of the tables that the console itself uses (`python tools/console_reference.py`); a test
compares.

Commands can be shortened as long as they are unique, `?` helps anywhere, TAB completes, and each `show` has a `json`
form with the keys that [json.md](json.md) lists. Keys: arrows, Ctrl-A E B F (Esc-B F by words), Ctrl-P N for the
history, Ctrl-W U K X, Esc-D and Ctrl-D delete, Ctrl-Y brings back what was deleted, Ctrl-T swaps, Ctrl-R draws the
line again, Ctrl-V takes the next key as text, Ctrl-C gives a line up, Ctrl-Z leaves configuration mode, Ctrl-C or
Ctrl-Shift-6 breaks off a command that waits.

Notation: `word` as it stands · `<10-3600>` a number · `A.B.C.D` an address · `PREFIX` a network, `10.0.0.0/8` · `WORD` one
word · `STRING` one word, or several in `"…"` · `LINE` the rest of the line · `SECRET` a secret, `0 ` in front of plain
text, `6 ` or `7 ` of what IOS has encrypted · `[x]` optional · `{x|y}` one of them · `...` may be repeated. A line with
`no` below a command takes it back; `default` in its place sets it to its default.
"""


def syntax(grammar: str) -> str:
    """A grammar string without what only the program needs."""
    out = ""
    for symbol in tokens.lex(grammar):
        if symbol.startswith("$") or symbol == "~":
            continue
        if symbol in "}]|...":
            out = out.rstrip(" ") + symbol + ("" if symbol == "|" else " ")
        elif symbol in "{[":
            out += symbol
        else:
            out += symbol + " "
    return out.strip()


def negatable(grammar: str) -> str:
    """How much of the command the `no` form needs."""
    return "no " + syntax(grammar[: grammar.index("~")]) if "~" in grammar else ""


def entry_lines(entry: tuple[str, tuple[str, ...], str]) -> list[str]:
    """A command, its `no` form, and the tokens that have help here."""
    out = [syntax(entry[0])]
    if "~" in entry[0]:
        out.append(negatable(entry[0]) + "   (or default)")
    told = [
        (label(node.kind, node.text), node.help) for node in Command(entry).nodes if node.help and node.text != "json"
    ]
    wide = max([len(name) for name, _ in told], default=0)
    return out + [f"    {name:<{wide}}  {help}" for name, help in told]


def label(kind: int, text: str) -> str:
    return tokens.labels(kind, text, "")[-1][0] if kind != tokens.LITERAL else text


def section(heading: str, table: tuple[tuple[str, tuple[str, ...], str], ...]) -> list[str]:
    lines = [f"## {heading}", "", "```"]
    for entry in sorted(table, key=lambda entry: syntax(entry[0])):
        lines += [*entry_lines(entry), ""]
    return [*lines[:-1], "```", ""]


def reference() -> str:
    """The whole document."""
    out = [HEAD]
    out += section("EXEC, `Router>` and `Router#`", USER)
    out += section("Privileged EXEC, `Router#`", tuple(entry for entry in PRIVILEGED if entry not in USER))
    out += section("Behind the `|` of a `show`", PIPES)
    modes = Modes()
    for name in modes.names():
        mode = modes.mode(name)
        table = tuple(entry for entry in mode.table if entry[0] not in ("end", "exit"))
        if table:
            out += section(f"`Router{mode.prompt}`", table)
    return "\n".join(out)


def main() -> int:
    text = reference()
    if "--check" not in sys.argv:
        FILE.write_text(text)
        return 0
    if FILE.read_text() == text:
        return 0
    print(f"{FILE.name} is out of date: run `python tools/console_reference.py`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
