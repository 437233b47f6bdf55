"""What one line of text came to when it was matched, and the words for it.

Level 3, pure. Belongs here: the result and its messages. Not here: matching (`grammar`), what a command does (`commands*`).
"""

from ezvpn.config import tokens
from ezvpn.record import Record

CR = "<cr>"


class Match(Record):
    """What one line came to.

    status: "ok" | "empty" | "ambiguous" | "incomplete" | "invalid", and "rejected" once `reject` was called · entry: the
    table's tuple (ok only) · action: its third member · args: name -> value · columns: name -> 0-based column · negate: "",
    "no" or "default" · full: the command with its words in full, without `no` and without a SECRET · column: 0-based place
    of the fault in `line` · expected: labels of what could have stood there · out_of_range: for "invalid", `5 is out of range:
    <10-3600>` where a number is too small or too big, else "" · warnings: for the one who applies it to fill.
    """

    _fields = ("status", "action", "args", "negate", "column", "expected")
    _hidden = ("args",)  # may hold a key

    def __init__(self, status: str, line: str, column: int = 0) -> None:
        self.status = status
        self.line = line
        self.column = column
        self.entry: "tuple[str, tuple[str, ...], str]" = ("", (), "")
        self.action = ""
        self.args: "dict[str, object]" = {}
        self.columns: "dict[str, int]" = {}
        self.negate = ""
        self.full = ""
        self.expected: "list[str]" = []
        self.warnings: "list[str]" = []
        self.problem = ""
        self.out_of_range = ""

    def reject(self, problem: str, name: str = "") -> None:
        """The command is well formed but cannot be done: say why, and which argument is to blame."""
        self.status = "rejected"
        self.problem = problem
        self.column = self.columns.get(name, len(self.line) - len(self.line.lstrip()))

    def text(self, name: str) -> str:
        """The text under `name`, "" when the line did not have it."""
        value = self.args.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str, default: int = 0) -> int:
        """The number under `name`, or the default."""
        value = self.args.get(name)
        return value if isinstance(value, int) else default

    def address(self, name: str) -> "bytes | None":
        """The four bytes under `name`, or None."""
        value = self.args.get(name)
        return value if isinstance(value, bytes) else None

    def words(self, name: str) -> "list[str]":
        """The repeated words under `name`."""
        value = self.args.get(name)
        return [str(word) for word in value] if isinstance(value, list) else []

    def message(self) -> str:
        """IOS's words for a console, "" when ok. For "invalid" a caret belongs below `column` first."""
        if self.status == "ambiguous":
            return '% Ambiguous command:  "' + self.line.strip() + '"'
        if self.status == "incomplete":
            return "% Incomplete command."
        if self.status == "invalid":
            return "% Invalid input detected at '^' marker."
        if self.status == "rejected":
            return "% " + self.problem
        return ""

    def reason(self) -> str:
        """Plain words for a file's error list, naming what was expected; "" when ok."""
        wanted = listed(self.expected)
        if self.status == "ambiguous":
            return "ambiguous abbreviation: could be " + wanted
        if self.status == "incomplete":
            return "incomplete command: expected " + wanted
        if self.status == "invalid":
            if (
                len(tokens.split(self.line[: self.column])) < 2
                and not self.line[self.column - 1 : self.column].isspace()
            ):
                return "unknown command"  # the first word, wherever it stops being one
            if self.out_of_range:
                return self.out_of_range
            return "invalid input: expected " + wanted
        return self.problem


def listed(labels: "list[str]") -> str:
    """`a, b or c`, at most 12 of them."""
    labels = ["end of line" if label == CR else label for label in labels[:12]] + (["..."] if len(labels) > 12 else [])
    if len(labels) < 2:
        return "".join(labels)
    return ", ".join(labels[:-1]) + " or " + labels[-1]
