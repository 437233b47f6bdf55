"""The kernel of a router image: Debian's linux-source, with a configuration made of two fragments.

Belongs here: configuration and make. Not here: what a board is (`boards`), the root file system (`image`). The fragments
(firmware/kernel/common.config, board/NAME/kernel.config) go over `allnoconfig`, and each of their lines must come out as it went
in: an option that was renamed, or that needs another one, stops the build instead of missing on the device.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from ezvpn_firmware.boards import Board
from ezvpn_firmware.places import BOARDS, FIRMWARE, cache
from ezvpn_firmware.targets import Target
from ezvpn_firmware.trouble import Trouble

# The package, and the tarball that it installs. Any of Debian's will do; this one's drivers are what the boards were tried with.
PACKAGE = "linux-source-6.1"
TARBALL = Path(f"/usr/src/{PACKAGE}.tar.xz")
# Programs that its makefiles call -> the packages that have them.
TOOLS = {"flex": "flex", "bison": "bison", "bc": "bc", "xz": "xz-utils", "make": "make"}

_LINE = re.compile(r"CONFIG_\w+=.+|# CONFIG_\w+ is not set")
# What a kernel says of its own build; the same words from everybody who builds the same sources.
_IDENTITY = {
    "KBUILD_BUILD_USER": "ezvpn",
    "KBUILD_BUILD_HOST": "edge",
    "KBUILD_BUILD_VERSION": "1",
    "KBUILD_BUILD_TIMESTAMP": "2025-01-01 00:00:00 UTC",
    "LC_ALL": "C",
}


def missing_packages() -> list[str]:
    """Debian packages that building a kernel still needs."""
    return [package for tool, package in TOOLS.items() if not shutil.which(tool)] + (
        [] if TARBALL.is_file() else [PACKAGE]
    )


def fragments(board: Board) -> list[Path]:
    """The files that a board's configuration is made of."""
    return [FIRMWARE / "kernel" / "common.config", BOARDS / board.name / "kernel.config"]


def wanted(texts: list[str]) -> list[str]:
    """The lines of all fragments. Raises `Trouble` for one that is none, or is set twice."""
    found: dict[str, str] = {}
    for text in texts:
        for line in text.splitlines():
            if _LINE.fullmatch(line):
                name = re.search(r"CONFIG_\w+", line)
                assert name is not None
                if name.group() in found:
                    raise Trouble(f"kernel.config: {name.group()} is set twice")
                found[name.group()] = line
            elif line and not line.startswith("#"):
                raise Trouble(f"kernel.config: not a line of a kernel's configuration: {line}")
    return list(found.values())


def refused(lines: list[str], configuration: str) -> list[str]:
    """Which of the lines the kernel's own rules did not accept, given the configuration that they led to."""
    taken = set(configuration.splitlines())
    unset = {line.removeprefix("CONFIG_").partition("=")[0] for line in taken if line.startswith("CONFIG_")}
    return [
        line
        for line in lines
        if line not in taken and not (line.endswith(" is not set") and line.split()[1][7:] not in unset)
    ]


def source() -> Path:
    """The unpacked tree, shared by all boards."""
    digest = hashlib.sha256(TARBALL.read_bytes()).hexdigest()[:16]
    tree = cache() / "sources" / f"linux-{digest}"
    if not (tree / ".ready").is_file():
        shutil.rmtree(tree, ignore_errors=True)
        with tarfile.open(TARBALL) as archive:
            archive.extractall(tree, filter="tar")
        (tree / ".ready").touch()
    return tree / PACKAGE


def build(board: Board, target: Target, tree: Path, work: Path, jobs: int) -> Path:
    """Configure and make below `work`, a fresh folder; returns the kernel's file. Raises `Trouble`."""
    work.mkdir(parents=True)
    lines = wanted([path.read_text(encoding="utf-8") for path in fragments(board)])
    (work / "fragment").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["make", "-C", str(tree), f"O={work}", f"ARCH={board.arch}", f"CROSS_COMPILE={target.triplet}-"]
    _run([*words, f"KCONFIG_ALLCONFIG={work / 'fragment'}", "allnoconfig"], work / "config.log")
    if bad := refused(lines, (work / ".config").read_text(encoding="utf-8")):
        raise Trouble(
            f"{board.name}: this kernel has no such option, or it needs another one that is not set: {', '.join(bad)}"
        )
    _run([*words, f"-j{jobs}", board.kernel], work / "make.log")
    found = work / "arch" / board.arch / "boot" / board.kernel
    # Malta's is made in the folder itself.
    return found if found.is_file() else work / board.kernel


def _run(words: list[str], log: Path) -> None:
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            words, env={**os.environ, **_IDENTITY}, stdout=file, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        text = log.read_text(encoding="utf-8", errors="replace")
        raise Trouble(f"the kernel could not be built; the whole output is in {log}:\n" + text[-2500:].strip())
