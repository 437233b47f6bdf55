"""Builds the device binary of one target, step by step, each with a line that says so.

Belongs here: the order of the steps, the flags, the cache. Not here: what a step does (the modules that are named after it).
A build is kept under the SHA-256 of everything that goes into it, so a second one with the same inputs is found, not made.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ezvpn_firmware import fetch, freeze, frozen, musl, pack, pins, targets
from ezvpn_firmware.places import CMODULE, FIRMWARE, PORT, VARIANT, cache
from ezvpn_firmware.trouble import Trouble

PROGRAM = "ezvpn-edge"
# The day that the binary claims to be from; it says nothing, so that the same sources give the same bytes.
EPOCH = "1735689600"
TLS_CONFIG = "mbedtls_config_edge.h"
_OPTIMISE = (
    "-Os",
    "-fno-pie",
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-fno-ident",
    "-fno-stack-protector",
)
_LINK = (
    "-static",
    "-no-pie",
    "-Wl,--build-id=none",
    "-Wl,-z,noseparate-code",
    "-Wl,-z,norelro",
    "-Wl,--no-eh-frame-hdr",
)

# For a target that checks: the address sanitizer everywhere (its own_cflags), that of undefined behaviour in our C and mbedTLS.
_CHECKS = "-fsanitize=undefined -fno-sanitize-recover=undefined"
_CHECKED_LINK = ("-no-pie", "-fsanitize=address,undefined", "-Wl,--build-id=none", "-Wl,-z,norelro")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A finished binary: its file, its bytes, what it is made of (module -> .mpy bytes; part -> bytes), where it came from."""

    path: Path
    size: int
    sha256: str
    modules: dict[str, int]
    parts: dict[str, int]
    was_there: bool


def build(target: targets.Target, say: Say, again: bool = False) -> Built:
    """The binary of the target. `again`: build it anew, and fail unless it comes out the same. Raises `Trouble`."""
    wanted, modules = pins.read(), frozen.modules()
    _packages(target, say)
    with alone():
        source = _sources(wanted, say)
        key = _key(target, wanted, modules)
        folder = cache() / "binaries" / f"{target.name}-{key}"
        before = _kept(folder)
        if before is not None and not again:
            say(f"build: nothing has changed since {before.sha256[:16]}")
            return before
        prefix = _musl(target, wanted, source, say) if not target.checks else Path()
        work = cache() / "work" / f"{target.name}-{'again' if again else 'first'}"
        shutil.rmtree(work, ignore_errors=True)
        sizes = _modules(modules, source, work / "frozen", say)
        linked = _port(target, source, prefix, work, len(modules), say)
        built = _finish(target, linked, sizes, folder, say)
        shutil.rmtree(work)
    if before is not None and before.sha256 != built.sha256:
        raise Trouble(f"not reproducible: the first build was {before.sha256}, this one is {built.sha256}")
    return built


def _packages(target: targets.Target, say: Say) -> None:
    missing = targets.missing_packages(target)
    if missing:
        say(f"packages: installing {' '.join(missing)}")
        targets.install(missing)
    else:
        say("packages: all there")


def _sources(wanted: pins.Pins, say: Say) -> Path:
    """The folder with all sources unpacked and mpy-cross built."""
    absent = fetch.missing(wanted)
    if absent:
        say(f"sources: fetching {', '.join(pin.file for pin in absent)}")
        fetch.download(wanted, absent)
    source = cache() / "sources" / digest([pin.sha256.encode() for pin in wanted.sources])
    if (source / ".ready").is_file():
        say("sources: verified, unpacked")
        return source
    say("sources: unpacking, building mpy-cross")
    shutil.rmtree(source, ignore_errors=True)
    for pin in wanted.sources:
        fetch.unpack(pin, source)
    tree = source / wanted.of("micropython").folder
    # The tarball's submodules are empty folders, and the makefile asks for one file of one of them.
    shutil.copytree(source / wanted.of("mbedtls").folder, tree / "lib/mbedtls", symlinks=True, dirs_exist_ok=True)
    (tree / "lib/micropython-lib/README.md").touch()
    _make(["-C", str(tree / "mpy-cross")], source / "mpy-cross.log")
    (source / ".ready").touch()
    return source


def _musl(target: targets.Target, wanted: pins.Pins, source: Path, say: Say) -> Path:
    pin = wanted.of("musl")
    key = digest([pin.sha256.encode(), repr((target.cflags, musl.CFLAGS)).encode(), compiler_version(target)])
    prefix = cache() / "musl" / f"{target.name}-{key}"
    if (prefix / ".ready").is_file():
        say("musl: already built")
        return prefix
    say(f"musl: building {pin.version} for {target.name}")
    shutil.rmtree(prefix, ignore_errors=True)
    work = cache() / "work" / f"musl-{target.name}"
    shutil.rmtree(work, ignore_errors=True)
    musl.build(source / pin.folder, work, prefix, target, _jobs())
    shutil.rmtree(work)
    (prefix / ".ready").touch()
    return prefix


def _modules(modules: list[frozen.Module], source: Path, into: Path, say: Say) -> dict[str, int]:
    places = [frozen.FILE, *frozen.packed()]
    counts = [f"{sum(module.place == place for module in modules)} {place}" for place in places]
    say(f"modules: compiling {len(modules)}: {', '.join(counts)}")
    return freeze.compile_all(modules, _compiler(source), into)


def mpy_cross() -> Path:
    """The compiler of the pinned sources, which a build has made."""
    return _compiler(cache() / "sources" / digest([pin.sha256.encode() for pin in pins.read().sources]))


def _compiler(source: Path) -> Path:
    return next(source.glob("micropython-*/mpy-cross/build/mpy-cross"))


def _port(target: targets.Target, source: Path, prefix: Path, work: Path, modules: int, say: Say) -> Path:
    """Compile and link with so many frozen modules; returns the linked file with its symbols."""
    tree = next(source.glob("micropython-*"))
    parts = work / "c-modules"
    parts.mkdir()
    (parts / "port").symlink_to(PORT)
    if (CMODULE / "micropython.mk").is_file():
        (parts / "cmodule").symlink_to(CMODULE)
    own_tls = (CMODULE / TLS_CONFIG).is_file()
    # No path of this machine in the binary: the same sources give the same bytes anywhere.
    names = {work: ".", source: ".", FIRMWARE: "firmware"}
    flags = [
        *target.cflags,
        *target.own_cflags,
        *_OPTIMISE,
        *(f"-ffile-prefix-map={path}={name}" for path, name in names.items()),
    ]
    if own_tls:
        flags.append(f"-I{CMODULE}")
    tls = [f'MBEDTLS_CONFIG_FILE=\\"{TLS_CONFIG}\\"'] if own_tls else []
    groups, script = frozen.packed(), work / "layout.ld"
    script.write_text(pack.layout(groups), encoding="utf-8")
    cold = (f"-Wl,--defsym=EDGE_COLD={target.cold_at:#x}", f"-Wl,-T,{script}")
    say(f"port: compiling for {target.name}, mbedTLS with {'our' if own_tls else 'the interpreter’s'} configuration")
    out = work / "port"
    _make(
        [
            "-C",
            str(tree / "ports/unix"),
            "-f",
            str(PORT / "edge.mk"),
            f"BUILD={out}",
            f"VARIANT_DIR={VARIANT}",
            f"USER_C_MODULES={parts}",
            f"FROZEN_MANIFEST={freeze.plan_file(work / 'frozen')}",
            f"MAKE_MANIFEST=PYTHONPATH={FIRMWARE} python3 -m ezvpn_firmware.freeze {freeze.plan_file(work / 'frozen')}",
            f"CROSS_COMPILE={target.triplet}-",
            f"CC={target.tool('gcc') if target.checks else musl.compiler(prefix)}",
            f"EDGE_CHECKS={_CHECKS if target.checks else ''}",
            "CWARN=-Wall -Wno-error",
            "COPT=" + " ".join(("-DNDEBUG", "-fdata-sections", "-ffunction-sections")),
            "CFLAGS_EXTRA=" + " ".join(flags),
            f"EDGE_OBJCOPY={target.tool('objcopy')}",
            f"EDGE_PORT={PORT}",
            f"EDGE_GROUPS={' '.join(groups)}",
            f"EDGE_MODULES={modules}",
            "EDGE_LINK=" + " ".join((*target.cflags, *(_CHECKED_LINK if target.checks else _LINK), *cold)),
            *tls,
            str(out / "edge.elf"),
        ],
        work / "port.log",
    )
    return out / "edge.elf"


def _finish(target: targets.Target, linked: Path, sizes: dict[str, int], folder: Path, say: Say) -> Built:
    stripped = linked.with_suffix(".stripped")
    subprocess.run([target.tool("strip"), "-s", "-R", ".comment", "-o", str(stripped), str(linked)], check=True)
    binary = pack.pack(linked.read_bytes(), stripped.read_bytes(), len(frozen.packed()))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PROGRAM
    path.with_suffix(".new").write_bytes(binary)
    path.with_suffix(".new").chmod(0o755)
    parts = {"linked": stripped.stat().st_size, "packed away": stripped.stat().st_size - len(binary)}
    sha256 = hashlib.sha256(binary).hexdigest()
    facts = {"size": len(binary), "sha256": sha256, "modules": sizes, "parts": parts}
    path.with_suffix(".new").replace(path)
    (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    say(f"packed: {stripped.stat().st_size:,} bytes became {len(binary):,}")
    return Built(path, len(binary), sha256, sizes, parts, False)


def _kept(folder: Path) -> Built | None:
    """A binary that was built before and is still what it was."""
    path = folder / PROGRAM
    try:
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        if hashlib.sha256(path.read_bytes()).hexdigest() != facts["sha256"]:
            return None
        return Built(path, facts["size"], facts["sha256"], facts["modules"], facts["parts"], True)
    except (OSError, ValueError, KeyError):
        return None


def _key(target: targets.Target, wanted: pins.Pins, modules: list[frozen.Module]) -> str:
    """Names a build by all that goes into it."""
    parts = [repr(target).encode(), compiler_version(target)]
    parts += [pin.sha256.encode() for pin in wanted.sources]
    for module in modules:
        parts += [f"{module.path} {module.place}".encode(), module.source]
    for folder in (PORT, VARIANT, CMODULE, Path(__file__).parent):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".c", ".h", ".mk", ".ld", ".py"):
                parts += [path.relative_to(FIRMWARE).as_posix().encode(), path.read_bytes()]
    return digest(parts)


def digest(parts: list[bytes]) -> str:
    """16 hexadecimal digits of all parts, each with its length."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


def compiler_version(target: targets.Target) -> bytes:
    """What a target's compiler says of itself."""
    return subprocess.run([target.tool("gcc"), "--version"], capture_output=True, check=True).stdout


def _jobs() -> int:
    return len(os.sched_getaffinity(0))


def _make(words: list[str], log: Path) -> None:
    """Raises `Trouble` with the end of what make said."""
    environment = {
        **os.environ,
        "SOURCE_DATE_EPOCH": EPOCH,
        "MICROPY_GIT_TAG": "v1.25.0",
        "MICROPY_GIT_HASH": "0",
        "LC_ALL": "C",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with log.open("w", encoding="utf-8") as file:
        command = ["make", f"-j{_jobs()}", *words]
        done = subprocess.run(command, env=environment, stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        text = log.read_text(encoding="utf-8", errors="replace")
        raise Trouble(f"make failed; the whole output is in {log}:\n" + text[-2500:].strip())


@contextmanager
def alone() -> Iterator[None]:
    """One build at a time: they share sources and C libraries."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
