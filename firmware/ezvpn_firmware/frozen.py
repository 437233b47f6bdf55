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
# Used in the file where it is; unpacked when the program starts. Other places are groups of frozen.toml.
FILE, START = "file", "start"


@dataclass(frozen=True)
class Module:
    """A module of the binary: its path as MicroPython sees it, its source, its place: "file", "start" or a group."""

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
    start: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    site: dict[str, tuple[str, ...]]
    edits: tuple[tuple[str, str, str], ...] = ()  # (file, what stands there, what is to stand there)


def read(path: Path = FROZEN) -> Rules:
    """Raises `Trouble`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        site = {folder: tuple(files) for folder, files in table["site"].items()}
        edits = tuple((edit["file"], edit["from"], edit["to"]) for edit in table.get("edit", []))
        groups = {name: tuple(patterns) for name, patterns in table["group"].items()}
        return Rules(tuple(table["left_out"]), tuple(table["file"]), tuple(table["start"]), groups, site, edits)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Trouble(f"{path.name}: {error}") from error
    except KeyError as error:
        raise Trouble(f"{path.name}: no {error}") from error


def modules(rules: Rules | None = None, agent: Path = AGENT) -> list[Module]:
    """Every module of the binary in the order of its path. Raises `Trouble` for a rule that matches nothing."""
    rules = rules or read()
    paths = sorted(path.relative_to(agent).as_posix() for path in (agent / "ezvpn").rglob("*.py"))
    paths += [f"{folder}/{name}" for folder, names in rules.site.items() for name in names]
    for pattern in rules.left_out + rules.file + rules.start + sum(rules.groups.values(), ()):
        if not any(fnmatch.fnmatchcase(path, pattern) for path in paths):
            raise Trouble(f"{FROZEN.name}: nothing matches {pattern!r}")
    own = [path for path in paths if path.startswith("ezvpn/") and not _matches(path, rules.left_out)]
    sources = [(path, (agent / path).read_bytes()) for path in own]
    sources += [*_site(rules), (BOARD_TEXTS, board_texts(BOARDS))]
    found = [Module(path, source, _place(path, rules)) for path, source in sources]
    return sorted(found, key=lambda module: module.path)


def board_texts(boards: Path) -> bytes:
    """A module with the facts of every board, so that the binary needs no file beside it."""
    texts = []
    for path in sorted(boards.glob("*/board.json")):
        known = json.loads(path.read_text(encoding="utf-8"))
        known.pop("image", None)  # for the builder, not for the agent
        facts = json.dumps(known, separators=(",", ":"))
        texts.append((path.parent.name, facts))
    return ("TEXTS = " + repr(tuple(texts)) + "\n").encode()


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _place(path: str, rules: Rules) -> str:
    if _matches(path, rules.start):
        return START
    found = [FILE] if _matches(path, rules.file) else []
    found += [name for name, patterns in rules.groups.items() if _matches(path, patterns)]
    if len(found) > 1:
        raise Trouble(f"{FROZEN.name}: {path} is in {' and in '.join(found)}")
    return found[0] if found else START


def packed(rules: Rules | None = None) -> list[str]:
    """The places that are packed, the one that is unpacked at the start first."""
    return [START, *(rules or read()).groups]


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
