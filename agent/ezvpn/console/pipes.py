"""`| include REGEX` and its like behind a `show`.

Level 4, pure. What a pattern means is in `regex`.
"""

from ezvpn.config.grammar import Mode
from ezvpn.config.match import Match
from ezvpn.console.caller import Failed
from ezvpn.console.regex import BadPattern, Pattern

_REGEX = "Regular expression"

PIPES = (
    ("begin LINE$text", ("Begin with the first line that matches", _REGEX), "begin"),
    ("count LINE$text", ("Count the lines that match", _REGEX), "count"),
    ("exclude LINE$text", ("Leave out the lines that match", _REGEX), "exclude"),
    ("include LINE$text", ("Only the lines that match", _REGEX), "include"),
    ("json", ("As JSON",), "json"),
    ("redirect WORD$file", ("Into a file instead of the screen", "flash:NAME"), "redirect"),
    ("section LINE$text", ("The lines that match, with what is indented below them", _REGEX), "section"),
)


class Pipe:
    """mode: matches what stands behind the bar, with the rest of the line blanked out so that columns stay."""

    def __init__(self) -> None:
        self.mode = Mode("pipe", "", "", PIPES)

    def match(self, line: str, bar: int) -> Match:
        """What the part of `line` behind the bar says."""
        return self.mode.match(self.behind(line, bar))

    def behind(self, line: str, bar: int) -> str:
        """The line with everything up to the bar blanked out."""
        return " " * (bar + 1) + line[bar + 1 :]


def bar_of(line: str) -> int:
    """Where the bar of a `show` command stands, -1 without one. In other commands a bar is a character like any other."""
    words = line.split()
    if len(words) < 2 or not "show".startswith(words[0].lower()):
        return -1
    return line.find("|")


def run(match: Match, lines: "list[str]") -> "list[str]":
    """What is left of the lines. `json` and `redirect` are not for this function. Raises Failed for a bad pattern."""
    try:
        pattern = Pattern(match.text("text"))
    except BadPattern as fault:
        raise Failed("Bad regular expression: " + str(fault.args[0]))
    if match.action == "section":
        return _sections(pattern, lines)
    if match.action == "begin":
        for i in range(len(lines)):
            if pattern.found_in(lines[i]):
                return lines[i:]
        return []
    wanted = match.action != "exclude"
    found = [line for line in lines if pattern.found_in(line) == wanted]
    if match.action == "count":
        return ["Number of lines which match = " + str(len(found))]
    return found


def _sections(pattern: Pattern, lines: "list[str]") -> "list[str]":
    found = []
    inside = -1  # the indentation of the line that matched; -1 outside
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if inside >= 0 and depth > inside:
            found.append(line)
            continue
        inside = depth if pattern.found_in(line) else -1
        if inside >= 0:
            found.append(line)
    return found
