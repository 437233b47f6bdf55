"""`| include TEXT` and its like behind a `show`.

Level 4, pure. TEXT is plain text, not a regular expression; `a|b` means either, a leading `^` the beginning of a line: that
is what people type.
"""

from ezvpn.config.grammar import Match, Mode

PIPES = (
    (
        "begin LINE$text",
        ("Begin with the first line that has a text", "Text, a|b for either, ^ for the beginning"),
        "begin",
    ),
    ("count LINE$text", ("Count the lines that have a text", ""), "count"),
    ("exclude LINE$text", ("Leave out the lines that have a text", ""), "exclude"),
    ("include LINE$text", ("Only the lines that have a text", ""), "include"),
    ("json", ("As JSON",), "json"),
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
    """What is left of the lines. `json` is not for this function: it is another rendering."""
    texts = match.text("text").split("|")
    if match.action == "begin":
        for i in range(len(lines)):
            if _has(lines[i], texts):
                return lines[i:]
        return []
    if match.action == "exclude":
        return [line for line in lines if not _has(line, texts)]
    found = [line for line in lines if _has(line, texts)]
    if match.action == "count":
        return ["Number of lines which match = " + str(len(found))]
    return found


def _has(line: str, texts: "list[str]") -> bool:
    for text in texts:
        if line.startswith(text[1:]) if text[:1] == "^" else text in line:
            return True
    return False
