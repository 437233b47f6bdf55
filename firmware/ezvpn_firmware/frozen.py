"""Which modules go into the binary: `firmware/frozen.toml` applied to the tree, each module once.

Belongs here: the list, and the sources that are generated. Not here: compiling (`freeze`).
"""

from __future__ import annotations

import fnmatch
import importlib.util
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from ezvpn_firmware.places import AGENT, BOARDS, FIRMWARE
from ezvpn_firmware.trouble import Trouble

FROZEN = FIRMWARE / "frozen.toml"
BOARD_TEXTS = "ezvpn_boards.py"
# Used in the file where it is · unpacked when the program starts · unpacked when somebody imports one of them.
PLACES = ("file", "start", "cold")


@dataclass(frozen=True)
class Module:
    """A module of the binary: its path as MicroPython sees it, its source, its place: one of `PLACES`."""

    path: str
    source: bytes
    place: str

    @property
    def package(self) -> str:
        """What it is counted under: `ezvpn/ike`, `chumicro_mqtt`."""
        folder = self.path.rpartition("/")[0]
        return folder or self.path.removesuffix(".py")


@dataclass(frozen=True)
class Rules:
    """frozen.toml as it is written."""

    left_out: tuple[str, ...]
    file: tuple[str, ...]
    cold: tuple[str, ...]
    site: dict[str, tuple[str, ...]]
    edits: tuple[tuple[str, str, str], ...] = ()  # (file, what stands there, what is to stand there)


def read(path: Path = FROZEN) -> Rules:
    """Raises `Trouble`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        site = {folder: tuple(files) for folder, files in table["site"].items()}
        edits = tuple((edit["file"], edit["from"], edit["to"]) for edit in table.get("edit", []))
        return Rules(tuple(table["left_out"]), tuple(table["file"]), tuple(table["cold"]), site, edits)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Trouble(f"{path.name}: {error}") from error
    except KeyError as error:
        raise Trouble(f"{path.name}: no {error}") from error


def modules(rules: Rules | None = None, agent: Path = AGENT) -> list[Module]:
    """Every module of the binary in the order of its path. Raises `Trouble` for a rule that matches nothing."""
    rules = rules or read()
    paths = sorted(path.relative_to(agent).as_posix() for path in (agent / "ezvpn").rglob("*.py"))
    for pattern in rules.left_out + rules.file + rules.cold:
        if not any(fnmatch.fnmatchcase(path, pattern) for path in paths):
            raise Trouble(f"{FROZEN.name}: nothing matches {pattern!r}")
    kept = [path for path in paths if not _matches(path, rules.left_out)]
    sources = [(path, (agent / path).read_bytes()) for path in kept]
    sources += [*_site(rules), (BOARD_TEXTS, board_texts(BOARDS))]
    found = [Module(path, source, _place(path, rules)) for path, source in sources]
    return sorted(found, key=lambda module: module.path)


def board_texts(boards: Path) -> bytes:
    """A module with the facts of every board, so that the binary needs no file beside it."""
    texts = []
    for path in sorted(boards.glob("*/board.json")):
        facts = json.dumps(json.loads(path.read_text(encoding="utf-8")), separators=(",", ":"))
        texts.append((path.parent.name, facts))
    return ("TEXTS = " + repr(tuple(texts)) + "\n").encode()


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _place(path: str, rules: Rules) -> str:
    in_file, cold = _matches(path, rules.file), _matches(path, rules.cold)
    if in_file and cold:
        raise Trouble(f"{FROZEN.name}: {path} is in `file` and in `cold`")
    return "file" if in_file else "cold" if cold else "start"


def _site(rules: Rules) -> list[tuple[str, bytes]]:
    found = []
    for folder, files in sorted(rules.site.items()):
        spec = importlib.util.find_spec(folder)
        if spec is None or spec.origin is None:
            raise Trouble(f"the Python package {folder} is not installed", "make .venv/.ready")
        home = Path(spec.origin).parent
        for name in files:
            if not (home / name).is_file():
                raise Trouble(f"{FROZEN.name}: [site] {folder} has no {name}")
            found.append((f"{folder}/{name}", _edited(rules, f"{folder}/{name}", (home / name).read_bytes())))
    return found


def _edited(rules: Rules, path: str, source: bytes) -> bytes:
    for file, old, new in rules.edits:
        if file == path:
            if source.count(old.encode()) != 1:
                raise Trouble(f"{FROZEN.name}: {path} has {source.count(old.encode())} times {old!r}, not once")
            source = source.replace(old.encode(), new.encode())
    return source
