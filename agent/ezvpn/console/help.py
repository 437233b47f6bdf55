"""What `?` prints and what TAB appends, in EXEC and in configuration mode.

Level 4, pure. What can stand where comes from the tables (`config.grammar`); here is which table is asked.
"""

from ezvpn.config import tokens
from ezvpn.config.grammar import Mode
from ezvpn.config.match import CR
from ezvpn.console import pipes
from ezvpn.console.configure import Configure
from ezvpn.console.exec import Exec

_DO = "do"
_DO_HELP = "Run an EXEC command"


class Guide:
    """configure: the session's configuration mode, None in EXEC."""

    def __init__(self, commands: Exec) -> None:
        self._commands = commands

    def help(self, line: str, configure: "Configure | None", width: int) -> "list[str] | None":
        """What could stand at the end of the line: one token a row with its help, or just the words that a begun word can become;
        None when the line is wrong already."""
        found = self._choices(line, configure)
        if not found:
            return None
        return words([label for label, _ in found], width) if line and not line[-1].isspace() else rows(found)

    def ambiguous(self, line: str, configure: "Configure | None") -> bool:
        """Whether an abbreviation in the line is why there is no help."""
        mode, text = self._target(line, configure)
        return mode.match(text).status == "ambiguous"

    def complete(self, line: str, configure: "Configure | None") -> str:
        """What TAB appends, "" for nothing."""
        mode, text = self._target(line, configure)
        return mode.complete(text)

    def _choices(self, line: str, configure: "Configure | None") -> "list[tuple[str, str]]":
        mode, text = self._target(line, configure)
        found = mode.help(text)
        typed = tokens.split(line)
        first = not typed or (len(typed) == 1 and not line[-1].isspace())
        if configure is not None and first and _DO.startswith(typed[0][1].lower() if typed else ""):
            found.append((_DO, _DO_HELP))
            found.sort()
        if found and found[-1][0] == CR and pipes.bar_of(text + " |") >= 0 and mode is self._commands.mode:
            found.insert(len(found) - 1, ("|", "Output modifiers"))
        return found

    def _target(self, line: str, configure: "Configure | None") -> "tuple[Mode, str]":
        """(mode that knows the end of this line, the line with the rest blanked out)."""
        if configure is not None:
            behind = behind_do(line)
            if not behind:
                return configure.current(), line
            line = behind
        return self._commands.target(line)


def behind_do(line: str) -> str:
    """The command behind `do`, in its column; "" where there is no `do` and a blank."""
    typed = tokens.split(line)
    if not typed or typed[0][1].lower() != _DO or (len(typed) == 1 and not line[-1].isspace()):
        return ""
    column = typed[0][0] + len(_DO)
    return " " * column + line[column:]


def rows(choices: "list[tuple[str, str]]") -> "list[str]":
    """One token a row, with its help."""
    wide = max([len(label) for label, _ in choices])
    return [("  " + label + " " * (wide - len(label)) + "  " + help).rstrip() for label, help in choices]


def words(labels: "list[str]", width: int) -> "list[str]":
    """Just the words, as many in a row as the screen takes."""
    out = []
    row = ""
    for word in labels:
        if row and len(row) + 2 + len(word) >= width:
            out.append(row)
            row = ""
        row += "  " + word if row else word
    return out + [row]
