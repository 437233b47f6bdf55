"""What the rules look at: the project's files, their place in the layers, and whether they run on both interpreters.

Belongs here: reading the tree. Not here: a rule. docs/architecture.md has the same table in words.
"""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AGENT = ROOT / "agent" / "ezvpn"

# Names that import nothing of their own row or above it. A new module or package of `ezvpn` must be put into one of these
# rows. docs/architecture.md counts the first two as level 0 and `console`, `runtime` and `node` as level 4.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("compat", "record", "version", "debug_words"),
    ("log", "machine"),
    ("wire", "crypto"),
    ("ike",),
    ("tunnel", "config", "dataplane", "report"),
    ("console", "runtime"),
    ("node",),
    ("flight",),
    ("__main__", "main", "replay", "cli", "terminal"),
)

# Files of the agent that CPython alone runs; all others are dual.
CPYTHON_ONLY = ("cli.py", "terminal/", "runtime/cpython/", "crypto/backend_cpython.py")

PYTHON_FOLDERS = ("agent", "hil", "firmware", "fleet", "tests", "tools", "bench", "board")


def agent_files() -> list[str]:
    """Paths of the agent's modules relative to agent/ezvpn, in order."""
    return sorted(path.relative_to(AGENT).as_posix() for path in AGENT.rglob("*.py"))


def dual_files() -> list[str]:
    return [name for name in agent_files() if not name.startswith(CPYTHON_ONLY)]


def python_files() -> list[str]:
    """Every Python file of the project relative to its root."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for folder in PYTHON_FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts and ".venv" not in path.parts
    )


@cache
def text_files() -> tuple[str, ...]:
    """Every text file that is or would be committed, relative to the root. Without git: none."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        check=False,
    )
    names = [name.decode() for name in listed.stdout.split(b"\0") if name]
    return tuple(name for name in names if (ROOT / name).is_file() and b"\0" not in (ROOT / name).read_bytes()[:4096])


@cache
def tree(name: str) -> ast.Module:
    """Syntax tree of a file given relative to the root."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), filename=name)


def agent_tree(name: str) -> ast.Module:
    return tree("agent/ezvpn/" + name)


def unit_of(name: str) -> str:
    """The first name below `ezvpn`: "wire/sa.py" -> "wire", "node.py" -> "node", "__init__.py" -> ""."""
    first = name.split("/")[0]
    return "" if name == "__init__.py" else first.removesuffix(".py")


def level_of(unit: str) -> int:
    """Row of LEVELS, -1 if it is in none."""
    for level, units in enumerate(LEVELS):
        if unit in units:
            return level
    return -1


def imports(module: ast.Module) -> list[tuple[int, str]]:
    """(line, dotted name) of every import, those inside functions too. `from a import b` gives a.b."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            found += [(node.lineno, f"{origin}.{alias.name}") for alias in node.names]
    return found


def told(faults: list[str]) -> str:
    """A failed rule's message: one fault a line."""
    return "\n" + "\n".join(faults)
