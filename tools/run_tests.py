"""`make test`: the tests that can share the machine on two workers, those with real gateways that measure time one by one.

Belongs here: which part runs how, and the counts at the end. Not here: setting the machine up (`setup.sh`).
Without root the part with gateways runs in namespaces of this user's own, where the kernel allows that.
Exit code: 0 when every part passed, else 1.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from ezvpn_hil.lab import rootless

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"

# (folders of tests/, extra arguments). A folder without tests is left out.
PARTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("rules", "unit", "vectors", "pair", "dual", "fuzz", "transcript", "firmware", "fleet", "hil"), ("-n", "2")),
    (("interop",), ("-n", "2", "--dist", "loadfile", "-m", "shares")),
    (("interop",), ("-m", "not shares")),
)
COUNTS = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)\b")
NOTHING_COLLECTED = 5


def run(folders: list[str], extra: tuple[str, ...]) -> tuple[bool, dict[str, int]]:
    """Run one part, its output as it comes: (passed, counts)."""
    argv = [sys.executable, "-m", "pytest", *extra, *folders]
    if "tests/interop" in folders and rootless.needed():
        if reason := rootless.possible():
            print(f"tests/interop: no namespaces without root here ({reason}).\nRun: sudo make test", file=sys.stderr)
            return False, {}
        argv = [*rootless.command(argv)]
    child = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    last = ""
    try:
        for line in child.stdout:
            print(line, end="", flush=True)
            if " in " in line and COUNTS.search(line):
                last = line
        code = child.wait()
    except KeyboardInterrupt:
        child.wait()  # it got the same signal and takes its labs down
        raise
    counts: dict[str, int] = {}
    for number, kind in COUNTS.findall(last):
        counts[kind.rstrip("s") if kind[0] in "ew" else kind] = int(number)
    return code in (0, NOTHING_COLLECTED), counts


def main() -> int:
    # A shell starts background jobs with SIGINT ignored, and so would be what the tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    total: dict[str, int] = {}
    passed = True
    for names, extra in PARTS:
        folders = [f"tests/{name}" for name in names if any((TESTS / name).rglob("test_*.py"))]
        if not folders:
            continue
        good, counts = run(folders, extra)
        passed = passed and good
        for kind, number in counts.items():
            if kind == "deselected":
                continue  # another part runs them
            total[kind] = total.get(kind, 0) + number
    said = ", ".join(f"{total[kind]} {kind}" for kind in sorted(total, key=lambda k: (k != "passed", k)))
    print(f"\nmake test: {said or 'no tests'} in {time.monotonic() - began:.0f} s")
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
