"""The `archive` block: how many saved configurations are kept, and under which names.

Level 3, pure. What is kept is done by `console.archive`.
"""

from ezvpn.config.draft import Draft
from ezvpn.config.match import Match
from ezvpn.config.model import Archive

GLOBAL = (("archive ~", ("Keep saved configurations",), "archive"),)

ARCHIVE = (
    ("maximum ~ <1-14>$number", ("How many are kept", "Number, default 10"), "archive_maximum"),
    (
        "path ~ WORD$path",
        ("Where they are kept", "flash:NAME, to which a number is added; $h stands for the host name"),
        "archive_path",
    ),
    ("write-memory ~", ("Keep one with each `write memory`",), "archive_write_memory"),
)


def archive(draft: Draft, match: Match) -> None:
    if match.negate:
        draft.config.archive = None
        return
    if draft.config.archive is None:
        draft.config.archive = Archive()
    draft.enter("config-archive", draft.config.archive)


def path(draft: Draft, match: Match) -> None:
    draft.archive().path = "" if match.negate else match.text("path")
    if not match.negate and not match.text("path").startswith("flash:"):
        match.warnings.append("kept, but nothing is archived there: only flash:NAME is a place for it here")


def maximum(draft: Draft, match: Match) -> None:
    draft.archive().maximum = Archive().maximum if match.negate else match.number("number")


def write_memory(draft: Draft, match: Match) -> None:
    draft.archive().write_memory = not match.negate


SETTERS = {
    "archive": archive,
    "archive_path": path,
    "archive_maximum": maximum,
    "archive_write_memory": write_memory,
}
