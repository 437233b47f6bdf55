"""The same script under CPython and under MicroPython's unix port must print the same bytes.

A case is a file of `cases/`: a plain script for both interpreters that imports `ezvpn` (and `doubles`) and prints;
it may read tests/vectors. What it prints is its result, so it prints nothing that may differ (times, addresses of objects).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCE_ROOTS = f"{ROOT / 'agent'}:{ROOT / 'tests'}"
MICROPYTHON = Path(sys.executable).with_name("micropython")
CASES = sorted((HERE / "cases").glob("*.py"))
SECONDS = 110


def output(interpreter: Path, case: Path) -> bytes:
    environment = {
        **os.environ,
        "PYTHONPATH": SOURCE_ROOTS,
        "MICROPYPATH": SOURCE_ROOTS + ":.frozen",
        "PYTHONHASHSEED": "random",
    }
    command = [str(interpreter), str(case)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False)
    said = (done.stdout[-2000:] + done.stderr[-2000:]).decode(errors="replace")
    assert done.returncode == 0, f"{interpreter.name} ended with {done.returncode}:\n{said}"
    return done.stdout


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_both_interpreters_print_the_same(case: Path) -> None:
    on_cpython = output(Path(sys.executable), case)
    on_micropython = output(MICROPYTHON, case)
    assert on_cpython.strip(), "a case prints its results"
    assert on_micropython.decode() == on_cpython.decode()
