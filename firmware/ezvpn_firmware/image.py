"""A router image: the kernel, and a squashfs root with the device binary as its first process.

Belongs here: what is in the root file system, the order of the steps, the cache. Not here: kernel (`kernel`), binary (`build`).
An
image is kept under the SHA-256 of everything that goes into it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ezvpn_firmware import build as binaries
from ezvpn_firmware import kernel, targets
from ezvpn_firmware.boards import Board
from ezvpn_firmware.places import cache
from ezvpn_firmware.trouble import Trouble

KERNEL, ROOT, DATA = "kernel", "root.squashfs", "data.ext4"
# Mount points of the first process (ezvpn.runtime.micropython.init), and where a console port and the binary are.
_FOLDERS = ("dev", "proc", "sys", "run", "tmp", "etc", "sbin", "var/lib/ezvpn")
_PACKAGES = {"mksquashfs": "squashfs-tools", "mkfs.ext4": "e2fsprogs"}
_UUID = "e2c0ffee-0000-4000-8000-000000000000"  # any; the same in each build


@dataclass(frozen=True)
class Image:
    """A finished image: the folder of kernel, root and an empty data partition; bytes and SHA-256 of each; the binary's bytes."""

    folder: Path
    sizes: dict[str, int]
    sha256: dict[str, str]
    binary: int

    def table(self) -> list[str]:
        """Sizes, as lines."""
        flashed = self.sizes[KERNEL] + self.sizes[ROOT]
        rows = [
            ("kernel", self.sizes[KERNEL]),
            ("root file system", self.sizes[ROOT]),
            ("  of it the binary", self.binary),
            ("kernel + root", flashed),
        ]
        return [f"{'bytes':22}{'now':>12}"] + [f"{name:22}{size:>12,}" for name, size in rows]


def build(board: Board, say: binaries.Say, again: bool = False) -> Image:
    """The image of a board. `again`: build it anew, and fail unless it comes out the same. Raises `Trouble`."""
    target = targets.of(board.target)
    missing = [package for tool, package in _PACKAGES.items() if not _program(tool)] + kernel.missing_packages()
    if missing:
        say(f"packages: installing {' '.join(missing)}")
        targets.install(missing)
    built = binaries.build(target, say, again)
    with binaries.alone():
        made_kernel = _kernel(board, target, say, again)
        key = binaries.digest([built.sha256.encode(), made_kernel.read_bytes(), repr(board).encode(), _own_source()])
        folder = cache() / "images" / f"{board.name}-{key}"
        before = _kept(folder)
        if before is not None and not again:
            say("image: nothing has changed")
            return before
        made = _finish(board, built, made_kernel, folder, say)
    if before is not None and before.sha256 != made.sha256:
        raise Trouble(f"not reproducible: {before.sha256} became {made.sha256}")
    return made


def _kernel(board: Board, target: targets.Target, say: binaries.Say, again: bool) -> Path:
    say("kernel: unpacking, if need be")
    tree = kernel.source()
    parts = [path.read_bytes() for path in kernel.fragments(board)]
    parts += [tree.parent.name.encode(), binaries.compiler_version(target), Path(kernel.__file__).read_bytes()]
    # Boards that say the same need one kernel.
    kept = cache() / "kernels" / f"{board.arch}-{binaries.digest([*parts, board.kernel.encode()])}"
    if kept.is_file() and not again:
        say("kernel: already built")
        return kept
    say("kernel: building, about 15 minutes of processor time")
    work = cache() / "work" / f"kernel-{board.name}"
    shutil.rmtree(work, ignore_errors=True)
    made = kernel.build(board, target, tree, work, len(os.sched_getaffinity(0)))
    if again and kept.is_file() and kept.read_bytes() != made.read_bytes():
        raise Trouble(f"not reproducible: {kept} and {made} differ")
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, kept.with_suffix(".new"))
    kept.with_suffix(".new").replace(kept)
    shutil.rmtree(work)
    return kept


def _finish(board: Board, built: binaries.Built, made_kernel: Path, folder: Path, say: binaries.Say) -> Image:
    work = cache() / "work" / f"image-{board.name}"
    shutil.rmtree(work, ignore_errors=True)
    tree = work / "root"
    for name in _FOLDERS:
        (tree / name).mkdir(parents=True)
    shutil.copyfile(built.path, tree / "sbin" / "init")
    (tree / "sbin" / "init").chmod(0o755)
    (tree / "etc" / "board").write_text(board.name + "\n", encoding="utf-8")
    say("root: packing")
    squash = [
        _program("mksquashfs"),
        str(tree),
        str(work / ROOT),
        "-comp",
        "xz",
        "-all-root",
        "-no-xattrs",
        "-noappend",
    ]
    _run([*squash, "-all-time", binaries.EPOCH, "-mkfs-time", binaries.EPOCH])
    with (work / DATA).open("wb") as file:
        file.truncate(board.data_kb * 1024)
    seed = f"hash_seed={_UUID},root_owner=0:0,lazy_itable_init=0,nodiscard"
    format = [_program("mkfs.ext4"), "-q", "-U", _UUID, "-E", seed, "-O", "^metadata_csum,^64bit", "-m", "0"]
    # Its own name for a clock that stands still.
    _run([*format, str(work / DATA)], {"E2FSPROGS_FAKE_TIME": binaries.EPOCH})
    shutil.copyfile(made_kernel, work / KERNEL)
    shutil.rmtree(tree)
    files = {name: (work / name).read_bytes() for name in (KERNEL, ROOT, DATA)}
    sizes = {name: len(data) for name, data in files.items()}
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    facts = {"sizes": sizes, "sha256": sums, "binary": built.size}
    (work / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    work.rename(folder)
    return Image(folder, sizes, sums, built.size)


def _kept(folder: Path) -> Image | None:
    """An image that was built before and is still what it was."""
    try:
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        for name, known in facts["sha256"].items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != known:
                return None
        return Image(folder, facts["sizes"], facts["sha256"], facts["binary"])
    except (OSError, ValueError, KeyError):
        return None


def _own_source() -> bytes:
    return Path(__file__).read_bytes()


def _program(name: str) -> str:
    """Its path; "" if it is not there. Those for file systems are not on every user's PATH."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or ""


def _run(words: list[str], environment: dict[str, str] | None = None) -> None:
    merged = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"} | (environment or {})
    done = subprocess.run(words, env=merged, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{Path(words[0]).name} failed:\n" + (done.stderr or done.stdout).strip()[-1500:])
