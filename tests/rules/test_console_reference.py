"""docs/console.md is what the tables say."""

import subprocess
import sys

from rules.source import ROOT


def test_the_printed_reference_is_that_of_the_tables() -> None:
    run = subprocess.run(
        [sys.executable, "tools/console_reference.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
