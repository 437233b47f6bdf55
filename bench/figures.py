"""What is read from the kernel about a process, and how samples become the figures of the table.

Belongs here: /proc, medians, ratios, rendering. Not here: the programs (`remotes`) and the order of the runs (`run`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")
# Every process of a machine uses these, so sharing them is no merit and no fault of ours.
EVERYBODYS = re.compile(r"/(libc\.so|libc-|ld-linux|ld-\d|libm\.so)")
GREEN, RED, BOLD, PLAIN = "\033[32m", "\033[31m", "\033[1m", "\033[0m"


def memory_kb(smaps: str) -> int:
    """The PSS of /proc/PID/smaps as it is when nobody else runs the same program: pages of libc and of the loader count in
    part, all others in full. So neither the gateway (it shares libraries with one remote) nor other programs in the same
    interpreter halve anybody's figure."""
    total = 0
    shared = False
    for line in smaps.splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            shared = len(words) > 5 and EVERYBODYS.search(words[5]) is not None
        elif words[0] == ("Pss:" if shared else "Rss:"):
            total += int(words[1])
    return total


def files_kb(maps: str) -> int:
    """The size of the files of /proc/PID/maps: the program and what it loads, without libc and the loader. Python's modules
    are read, not mapped, so they do not count."""
    names = {words[5] for line in maps.splitlines() if len(words := line.split(maxsplit=5)) > 5 and words[5][0] == "/"}
    return sum(os.stat(name).st_size for name in names if not EVERYBODYS.search(name) and os.path.isfile(name)) // 1000


def cpu_s(stat: str) -> float:
    """User and system time of /proc/PID/stat in seconds, all threads, without children."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def voluntary_switches(pid: int) -> int:
    """Voluntary context switches of all its threads so far."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        found = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status.read_text(), re.MULTILINE)
        total += int(found.group(1)) if found else 0
    return total


class Figure:
    """One line of the table: samples of each remote, in the order of the runs, so that equal places are pairs."""

    def __init__(self, key: str, title: str, digits: int, less_is_better: bool = True) -> None:
        self.key = key
        self.title = title
        self.digits = digits
        self.less_is_better = less_is_better
        self.samples: dict[str, list[float]] = {}

    def add(self, remote: str, value: float) -> None:
        self.samples.setdefault(remote, []).append(value)

    def median(self, remote: str) -> float:
        return median(self.samples[remote])

    def ratio(self, ours: str, other: str) -> float:
        """The median of the paired ratios: what disturbs the machine disturbs both runs of a pair."""
        return median(a / max(b, 0.01) for a, b in zip(self.samples[ours], self.samples[other], strict=True))

    def to_json(self, names: Sequence[str]) -> dict[str, object]:
        return {
            "title": self.title,
            "less_is_better": self.less_is_better,
            "medians": {name: round(self.median(name), 3) for name in names},
            "ratios": {name: round(self.ratio(names[0], name), 3) for name in names[1:]},
            "samples": {name: [round(value, 3) for value in self.samples[name]] for name in names},
        }


def table(figures: Sequence[Figure], names: Sequence[str], colour: bool) -> str:
    """The first name is ours; the others are compared with it. A ratio is green where ours is at least as good."""
    heads = [*names, *(f"{names[0]} : {name}" for name in names[1:])]
    width = max(len(figure.title) for figure in figures)
    rows = ["  ".join([" " * width, *(f"{head:>{max(len(head), 10)}}" for head in heads)])]
    if colour:
        rows[0] = BOLD + rows[0] + PLAIN
    for figure in figures:
        cells = [f"{figure.median(name):.{figure.digits}f}" for name in names]
        styles = [""] * len(names)
        for name in names[1:]:
            ratio = figure.ratio(names[0], name)
            cells.append(f"{ratio:.2f}")
            styles.append(GREEN if (ratio <= 1) == figure.less_is_better or ratio == 1 else RED)
        words = [f"{cell:>{max(len(head), 10)}}" for cell, head in zip(cells, heads, strict=True)]
        if colour:
            words = [style + word + PLAIN if style else word for style, word in zip(styles, words, strict=True)]
        rows.append("  ".join([f"{figure.title:<{width}}", *words]))
    return "\n".join(rows)
