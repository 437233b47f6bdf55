"""Check a commit subject: `dir/file: Capitalised sentence.` As a commit-msg hook: `python tests/rules/commit_subject.py FILE`.

The place is a path of the tree (its folder `agent/` and the suffix left out) or a word such as `make` or `docs`; several
places are separated by a comma. Prints what is wrong and exits with 1.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LONGEST = 120
_SHAPE = re.compile(r"^(?P<places>[\w.{},/* -]+?): (?P<sentence>.+)$")
_EXEMPT = ("Merge ", "Revert ")


def fault_of(subject: str) -> str:
    """What is wrong with a subject, or ""."""
    if subject.startswith(_EXEMPT):
        return ""
    if len(subject) > LONGEST:
        return f"{len(subject)} characters, {LONGEST} is the limit"
    shape = _SHAPE.match(subject)
    if shape is None:
        return "begin with the place: `ike/dpd: Send the verdict once per silence.`"
    sentence = shape["sentence"]
    if not (sentence[0].isupper() or sentence[0] in '`"' or sentence[0].isdigit()):
        return "the sentence begins with a capital"
    if not sentence.endswith("."):
        return "the sentence ends with a full stop"
    return ""


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: commit_subject.py FILE", file=sys.stderr)
        return 2
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    fault = fault_of(lines[0] if lines else "")
    if fault:
        print(f"commit subject: {fault}", file=sys.stderr)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
