"""The device binary: built once, then found in the cache; and the tests' own modules compiled for it.

It has no compiler. What runs on it beside the frozen agent is compiled here, into a tree that looks like `tests`, so that
`__file__` leads to the vectors as ever.

    python -m doubles.device_binary TARGET MODULE WORDS …       runs one of the modules
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ezvpn_firmware import build, targets
from ezvpn_firmware.places import cache

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
# What may run on the device, and what is read there.
CODE = ("doubles", "dual", "fuzz", "device")
DATA = ("vectors", "transcript")


def built(target: str = "x86_64") -> build.Built:
    """The binary of a target; a line a step on stderr."""
    return build.build(targets.of(target), lambda line: print(f"[{target}] {line}", file=sys.stderr))


def compiled() -> Path:
    """The folder for MICROPYPATH. A module that the device's compiler refuses is not in it: whoever imports it will say so."""
    sources = sorted(path for folder in CODE for path in (TESTS / folder).rglob("*.py"))
    compiler = build.mpy_cross()
    digest = hashlib.sha256(compiler.read_bytes())
    for path in sources:
        digest.update(path.relative_to(TESTS).as_posix().encode() + b"\0" + path.read_bytes())
    folder = cache() / "tests" / digest.hexdigest()[:16]
    if (folder / "tests").is_dir():
        return folder / "tests"
    half = folder.with_name(f"{folder.name}.{os.getpid()}")
    for path in sources:
        out = (half / "tests" / path.relative_to(TESTS)).with_suffix(".mpy")
        out.parent.mkdir(parents=True, exist_ok=True)
        command = [str(compiler), "-O3", "-s", path.relative_to(ROOT).as_posix(), "-o", str(out), str(path)]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
    for name in DATA:
        (half / "tests" / name).symlink_to(TESTS / name)
    try:
        half.rename(folder)
    except OSError:  # another test run was faster
        shutil.rmtree(half)
    return folder / "tests"


def environment() -> dict[str, str]:
    return {**os.environ, "MICROPYPATH": f"{compiled()}:.frozen"}


def module(name: str, target: str = "x86_64") -> list[str]:
    """The command line that runs one of the compiled modules."""
    return [*targets.of(target).runner(), str(built(target).path), "-m", name]


if __name__ == "__main__":
    words = module(sys.argv[2], sys.argv[1])
    raise SystemExit(subprocess.run([*words, *sys.argv[3:]], env=environment(), check=False).returncode)
