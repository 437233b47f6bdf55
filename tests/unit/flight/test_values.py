"""values.py and values.pyi must name the same things, or a type would be missing at run time."""

import ast
from pathlib import Path

from ezvpn.flight import values


def names(path: Path) -> set[str]:
    return {node.targets[0].id for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)}


def test_the_stub_and_the_module_agree():
    module = Path(values.__file__)
    assert names(module) == names(module.with_suffix(".pyi"))
