"""The C library of the binary: musl, built for a target from the pinned source.

Belongs here: its configure and make. Not here: the compiler (`targets`). The wrapper `musl-gcc` that it installs keeps the
machine's own C library out.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from ezvpn_firmware.targets import Target
from ezvpn_firmware.trouble import Trouble

CFLAGS = ("-Os", "-ffunction-sections", "-fdata-sections", "-fno-pie", "-g0")


def compiler(prefix: Path) -> Path:
    """The wrapper that a build below `prefix` has installed."""
    return prefix / "bin" / "musl-gcc"


def build(source: Path, work: Path, prefix: Path, target: Target, jobs: int) -> None:
    """Configure, make and install below `prefix`. `work` is a fresh folder. Raises `Trouble`."""
    flags = " ".join((*CFLAGS, *target.cflags, f"-ffile-prefix-map={source}=musl"))
    configure = [
        str(source / "configure"),
        f"--target={target.triplet}",
        f"--prefix={prefix}",
        f"--syslibdir={prefix / 'lib'}",
        "--disable-shared",
        "--enable-wrapper=gcc",
        f"CC={target.tool('gcc')}",
        f"CROSS_COMPILE={target.triplet}-",
        f"CFLAGS={flags}",
    ]
    work.mkdir(parents=True, exist_ok=True)
    for command in (configure, ["make", f"-j{jobs}", "install"]):
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Trouble(
                f"musl for {target.name}: {command[0]} failed:\n" + (done.stderr or done.stdout).strip()[-2000:]
            )
