"""What `tests/dual` shows for pip's MicroPython, on the device binary: each case prints what CPython prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from doubles import device_binary
from dual.test_dual import CASES, ROOT, SECONDS, output


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_the_binary_prints_what_cpython_prints(case: Path) -> None:
    done = subprocess.run(
        device_binary.module(f"dual.cases.{case.stem}"),
        cwd=ROOT,
        env=device_binary.environment(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-2000:] + done.stderr[-2000:]).decode(errors="replace")
    assert done.stdout.decode() == output(Path(sys.executable), case).decode()
