"""The pinned sources: `firmware/pins.toml` read and checked.

Belongs here: names, versions and checksums. Not here: getting the files (`fetch`).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from ezvpn_firmware.places import FIRMWARE
from ezvpn_firmware.trouble import Trouble

PINS = FIRMWARE / "pins.toml"
_FIELDS = ("version", "file", "sha256", "folder")


@dataclass(frozen=True)
class Pin:
    """One source package: its version in the suite, the tarball, the tarball's SHA-256 in hex, the folder in it."""

    name: str
    version: str
    file: str
    sha256: str
    folder: str


@dataclass(frozen=True)
class Pins:
    """All of them, and the Debian suite that has them."""

    suite: str
    sources: tuple[Pin, ...]

    def of(self, name: str) -> Pin:
        return next(pin for pin in self.sources if pin.name == name)


def read(path: Path = PINS) -> Pins:
    """The pins of a file. Raises `Trouble` naming the entry that is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Trouble(f"{path.name}: {error}") from error
    suite = table.pop("suite", "")
    if not isinstance(suite, str) or not suite:
        raise Trouble(f"{path.name}: no suite")
    return Pins(suite, tuple(_pin(path.name, name, row) for name, row in sorted(table.items())))


def _pin(file: str, name: str, row: object) -> Pin:
    if not isinstance(row, dict):
        raise Trouble(f"{file}: {name}: not a table")
    for field in _FIELDS:
        if not isinstance(row.get(field), str) or not row[field]:
            raise Trouble(f"{file}: [{name}] has no {field}")
    if not re.fullmatch(r"[0-9a-f]{64}", row["sha256"]):
        raise Trouble(f"{file}: [{name}] sha256 is not 64 hexadecimal digits")
    return Pin(name, *(row[field] for field in _FIELDS))


def verify(pin: Pin, path: Path) -> None:
    """Raises `Trouble` unless the file is the one that was pinned; a wrong one is deleted, so that it is fetched anew."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != pin.sha256:
        path.unlink()
        raise Trouble(
            f"{pin.file} is not the pinned source: its sha256 is {found}, pins.toml says {pin.sha256}. It was deleted."
        )
