"""Each file has an opening, a size that one can read, a name that says something, and a test beside it."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

from .source import ROOT, agent_files, python_files, told, tree

SOFT_LINES = 400
HARD_LINES = 700
EMPTY_NAMES = ("utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "tools", "lib")

# Modules without a test file of their own, and why. A module with logic never belongs here.
NO_TEST_OF_ITS_OWN = {
    "config/access.py": "records only",
    "config/kept_line.py": "records only",
    "ike/events.py": "records only",
    "ike/params.py": "records only",
    "ike/status.py": "records only",
    "console/network_facts.py": "records only",
    "console/probes.py": "records only",
    "console/time_facts.py": "records only",
    "__main__.py": "one call of cli",
}


def test_every_module_of_the_agent_has_its_test_file() -> None:
    faults = []
    for name in agent_files():
        path = Path(name)
        expected = Path("tests/unit") / path.parent / f"test_{path.stem}.py"
        if path.name != "__init__.py" and name not in NO_TEST_OF_ITS_OWN and not (ROOT / expected).is_file():
            faults.append(f"agent/ezvpn/{name}: no {expected.as_posix()}")
    assert not faults, told(faults)


def test_the_exemptions_name_files_that_exist() -> None:
    faults = [name for name in NO_TEST_OF_ITS_OWN if not (ROOT / "agent/ezvpn" / name).is_file()]
    assert not faults, told(faults)


def test_no_file_is_longer_than_the_hard_limit() -> None:
    faults = []
    for name in python_files():
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if lines > HARD_LINES:
            faults.append(f"{name}: {lines} lines, {HARD_LINES} is the limit")
        elif lines > SOFT_LINES:
            warnings.warn(f"{name}: {lines} lines, soft limit {SOFT_LINES}", stacklevel=1)
    assert not faults, told(faults)


def test_every_product_file_says_what_belongs_in_it() -> None:
    faults = [
        name
        for name in python_files()
        if name.startswith(("agent/", "hil/", "firmware/", "fleet/", "tools/", "bench/"))
        and (ROOT / name).read_text(encoding="utf-8").strip()
        and not ast.get_docstring(tree(name))
    ]
    assert not faults, "no docstring at the top:" + told(faults)


def test_packages_of_the_agent_are_empty() -> None:
    """So that a small device loads only what it uses."""
    faults = [
        name
        for name in agent_files()
        if name.endswith("__init__.py") and (ROOT / "agent/ezvpn" / name).read_text(encoding="utf-8").strip()
    ]
    assert not faults, told(faults)


def test_names_say_something() -> None:
    faults = [name for name in python_files() if set(Path(name).with_suffix("").parts) & set(EMPTY_NAMES) - {"tools"}]
    assert not faults, told(faults)
