"""The machines that a binary can be built for: `firmware/targets.toml`, and whether their compilers are here.

Belongs here: the table, and installing what a target needs. Not here: what is done with a compiler (`musl`, `build`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from ezvpn_firmware.places import FIRMWARE
from ezvpn_firmware.trouble import Trouble

TARGETS = FIRMWARE / "targets.toml"
_TOOLS = ("make", "python3")


@dataclass(frozen=True)
class Target:
    """One row of targets.toml; `emulator` is "" for a machine that runs here by itself, `checks` is for tests only: built with
    sanitizers and the machine's own C library."""

    name: str
    triplet: str
    packages: tuple[str, ...]
    cflags: tuple[str, ...]
    own_cflags: tuple[str, ...]
    emulator: str
    emulator_package: str
    cold_at: int
    checks: bool = False

    def tool(self, name: str) -> str:
        """A tool of the cross compiler: `gcc`, `strip` …"""
        return f"{self.triplet}-{name}"

    def runner(self) -> list[str]:
        """What to put in front of the binary to run it here."""
        return [self.emulator] if self.emulator else []


def read(path: Path = TARGETS) -> dict[str, Target]:
    """Every target by its name. Raises `Trouble` naming the row that is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            name: Target(
                name,
                row["triplet"],
                tuple(row["packages"]),
                tuple(row["cflags"]),
                tuple(row["own_cflags"]),
                row["emulator"],
                row["emulator_package"],
                row["cold_at"],
                row.get("checks", False),
            )
            for name, row in table.items()
        }
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Trouble(f"{path.name}: {error}") from error
    except KeyError as error:
        raise Trouble(f"{path.name}: a target has no {error}") from error


def of(name: str) -> Target:
    """The target of that name. Raises `Trouble` with the names there are."""
    known = read()
    if name not in known:
        raise Trouble(f"no such target: {name}. There are: {', '.join(known)}")
    return known[name]


def missing_packages(target: Target) -> list[str]:
    """Debian packages that building for the target still needs."""
    missing = [] if shutil.which(target.tool("gcc")) else list(target.packages)
    if target.emulator and not shutil.which(target.emulator):
        missing.append(target.emulator_package)
    return missing + [tool for tool in _TOOLS if not shutil.which(tool)]


def install(packages: list[str]) -> None:
    """Install Debian packages as root. Raises `Trouble` with the command to run where that is not possible."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    as_root = "apt-get update && " + " ".join(command)
    if not shutil.which("apt-get"):
        raise Trouble(f"these Debian packages are needed, and this is no Debian machine: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise Trouble(
            f"packages are missing: {' '.join(packages)}",
            "sudo sh -c '" + as_root + "'" if shutil.which("sudo") else as_root,
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-q", "update"], capture_output=True, check=False)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise Trouble("apt-get could not install the packages:\n" + done.stderr.strip()[-1500:], as_root)
