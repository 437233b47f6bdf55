"""`tools/run_tests.py` reads pytest's last line."""

from __future__ import annotations

import importlib.util
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3] / "tools" / "run_tests.py"


def test_counts_are_found_in_the_summary_line() -> None:
    spec = importlib.util.spec_from_file_location("run_tests", SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.COUNTS.findall("1 failed, 181 passed, 3 deselected, 2 errors in 10.68s")
    assert found == [("1", "failed"), ("181", "passed"), ("3", "deselected"), ("2", "errors")]
