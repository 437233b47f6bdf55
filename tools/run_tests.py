"""`make test` and `make device`: the tests that can share the machine all at once, then those that measure time closely, one by
one. run_tests.py [device]

Belongs here: which part runs how, and the counts at the end; the device binary, which both need, is built first. Not here:
setting the machine up (`setup.sh`).
Without root the part with gateways runs in namespaces of this user's own, where the kernel allows that.
Exit code: 0 when every part passed, else 1.
"""

from __future__ import annotations

import platform
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from ezvpn_firmware import build, targets
from ezvpn_hil.lab import rootless

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"

Part = tuple[tuple[str, ...], tuple[str, ...]]

# Stages, one after the other; the parts of a stage run beside each other: those with gateways mostly wait. Of a part: (folders of
# tests/, extra arguments); a folder without tests is left out.
STAGES: tuple[tuple[Part, ...], ...] = (
    (
        (("rules", "unit", "vectors", "pair", "dual", "fuzz", "transcript", "firmware", "fleet", "hil"), ("-n", "2")),
        (("interop",), ("-n", "6", "--dist", "loadfile", "-m", "not alone")),
    ),
    ((("interop",), ("-m", "alone")),),
)
# `make device`: the binaries by themselves, then this machine's against real gateways, where a test has one agent as a whole.
_WITH_GATEWAYS = tuple(
    f"interop/test_{name}.py"
    for name in (
        "clear", "debug_lines", "failover", "failures", "leaving", "libreswan", "lossy_link", "matrix", "meddling", "reports",
        "seed_examples", "site_to_site", "starting", "tunnel_networks",
    )
)  # fmt: skip
MACHINE = platform.machine()
DEVICE: tuple[tuple[Part, ...], ...] = (
    ((("device",), ()),),
    ((_WITH_GATEWAYS, ("--agent", MACHINE, "-n", "6", "--dist", "loadfile")),),
)
COUNTS = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)\b")
NOTHING_COLLECTED = 5


class Run:
    """One part under way. show: print its output as it comes; else it is kept and printed at the end."""

    def __init__(self, folders: list[str], extra: tuple[str, ...], show: bool) -> None:
        self._show = show
        self._kept: list[str] = []
        self._last = ""
        self._child: subprocess.Popen[str] | None = None
        argv = [sys.executable, "-m", "pytest", *extra, *folders]
        if any(folder.startswith("tests/interop") for folder in folders) and rootless.needed():
            if reason := rootless.possible():
                print(
                    f"tests/interop: no namespaces without root here ({reason}).\nRun: sudo make test", file=sys.stderr
                )
                return
            argv = [*rootless.command(argv)]
        self._child = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._child is not None and self._child.stdout is not None
        for line in self._child.stdout:
            if self._show:
                print(line, end="", flush=True)
            else:
                self._kept.append(line)
            if " in " in line and COUNTS.search(line):
                self._last = line

    def end(self) -> tuple[bool, dict[str, int]]:
        """Wait for it: (passed, counts)."""
        if self._child is None:
            return False, {}
        code = self._child.wait()
        self._reader.join()
        print("".join(self._kept), end="", flush=True)
        counts: dict[str, int] = {}
        for number, kind in COUNTS.findall(self._last):
            counts[kind.rstrip("s") if kind[0] in "ew" else kind] = int(number)
        return code in (0, NOTHING_COLLECTED), counts


def main(words: list[str]) -> int:
    # A shell starts background jobs with SIGINT ignored, and so would be what the tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    build.build(targets.of(MACHINE), lambda line: print(f"[{MACHINE}] {line}", flush=True))
    total: dict[str, int] = {}
    passed = True
    for stage in DEVICE if words == ["device"] else STAGES:
        runs = []
        for names, extra in stage:
            folders = [
                f"tests/{name}" for name in names if name.endswith(".py") or any((TESTS / name).rglob("test_*.py"))
            ]
            if folders:
                runs.append(Run(folders, extra, not runs))
        try:
            ended = [each.end() for each in runs]
        except KeyboardInterrupt:
            for each in runs:
                each.end()  # they got the same signal and take their labs down
            raise
        for good, counts in ended:
            passed = passed and good
            for kind, number in counts.items():
                if kind != "deselected":  # another part runs them
                    total[kind] = total.get(kind, 0) + number
    said = ", ".join(f"{total[kind]} {kind}" for kind in sorted(total, key=lambda k: (k != "passed", k)))
    print(f"\nmake {' '.join(words) or 'test'}: {said or 'no tests'} in {time.monotonic() - began:.0f} s")
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
