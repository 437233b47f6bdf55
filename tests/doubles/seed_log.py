"""The log that Cisco prints for dead peer detection, and the shape of a log line: what is left without numbers and names.

Addresses, numbers, identifiers and the engine's tag become placeholders, runs of blanks one blank.
"""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "vectors" / "seed-dpd-log.txt"

PLACEHOLDERS = (
    (r"^\*?(\w+ +\d+ )?[\d:.]+: ", ""),  # the time
    (r"\(0:\d+:[HS]W:\d\)", "(TAG)"),
    (r"\(0:\d+\)", "(CONNECTION)"),
    (r"(\d+\.){3}\d+", "ADDRESS"),
    (r"sequence 0x[0-9A-F]+", "sequence NUMBER"),
    (r"0x[0-9A-F]+", "STRUCT"),
    (r"(sa =|ADDRESS:) [0-9A-F]{8}$", r"\1 STRUCT"),
    (r"(port|sport|dport) \d+", r"\1 PORT"),
    (r"ADDRESS:\d+ ", "ADDRESS:PORT "),
    (r"(node|message ID =) -?\d+", r"\1 NODE"),
    (r" +", " "),
)


def shape(line: str) -> str:
    for pattern, placeholder in PLACEHOLDERS:
        line = re.sub(pattern, placeholder, line)
    return line.strip()


def printed() -> dict[str, list[str]]:
    """title -> shapes."""
    found: dict[str, list[str]] = {}
    for line in FILE.read_text().splitlines():
        if line.startswith("= "):
            lines = found[line[2:]] = []
        elif line and not line.startswith("#"):
            lines.append(shape(line))
    return found
