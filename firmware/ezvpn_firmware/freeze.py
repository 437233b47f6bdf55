"""Turns compiled modules into C: what MicroPython's mpy-tool writes, split by the place where its parts are.

Belongs here: compiling to .mpy, calling mpy-tool, splitting its output. Run by make in place of makemanifest.py:
`python -m ezvpn_firmware.freeze PLAN -o frozen_content.c …`; PLAN has one line a module: `PLACE PATH FILE`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from ezvpn_firmware.frozen import FILE, Module, packed
from ezvpn_firmware.trouble import Trouble

# Digits of big integers: MicroPython's Unix makefile forces 16 bits for frozen ones.
_TOOL_OPTIONS = ("-mlongint-impl", "mpz", "-mmpz-dig-size", "16")
_POOL = re.compile(
    r"^const qstr_hash_t mp_qstr_frozen_const_hashes.*?^const qstr_pool_t .*?^\};\n", re.MULTILINE | re.DOTALL
)
_MODULE = re.compile(r"^static (const mp_frozen_module_t frozen_module_\w+)", re.MULTILINE)
_RULE = "/" * 80 + "\n"


def compile_all(modules: list[Module], mpy_cross: Path, into: Path) -> dict[str, int]:
    """Compile every module below `into` and write the plan there; returns .mpy bytes by path. Raises `Trouble`."""
    lines = []
    sizes = {}
    for module in modules:
        source = into / module.path
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(module.source)
        out = source.with_suffix(".mpy")
        # -O3: no asserts and no line numbers; -s: the name in tracebacks.
        command = [str(mpy_cross), "-O3", "-s", module.path, "-o", str(out), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Trouble(f"{module.path} does not compile: {done.stderr.strip()}")
        sizes[module.path] = out.stat().st_size
        lines.append(f"{module.place} {module.path} {out}\n")
    plan_file(into).write_text("".join(lines), encoding="utf-8")
    return sizes


def plan_file(folder: Path) -> Path:
    return folder / "plan"


def split(text: str, places: list[str], packed: list[str]) -> dict[str, str]:
    """mpy-tool's C, apart by place; `places` says of each module where it is, `packed` names those that are not "file". The
    tables are in "file", the names in the first of `packed`.

    mpy-tool writes: includes and names, the pool of names, one part a module each after a rule of slashes, the tables.
    """
    parts = text.split(_RULE)
    head, bodies, tables = parts[0], parts[1:-1], parts[-1]
    if len(bodies) != len(places):
        raise Trouble(f"mpy-tool wrote {len(bodies)} modules where {len(places)} were frozen: is it the pinned one?")
    pool = _POOL.search(head)
    if pool is None:
        raise Trouble("mpy-tool wrote no pool of names: is it the pinned one?")
    shared = head[: pool.start()] + head[pool.end() :]
    declared = "".join(f"extern {found};\n" for body in bodies for found in _MODULE.findall(body))
    texts = {FILE: shared + declared, **dict.fromkeys(packed, shared)}
    texts[packed[0]] = head
    for body, place in zip(bodies, places, strict=True):
        texts[place] += _RULE + _MODULE.sub(r"\1", body)
    texts[FILE] += _RULE + tables
    return texts


def main(words: list[str]) -> int:
    """The call that the makefile makes."""
    plan, out = Path(words[0]), Path(words[words.index("-o") + 1])
    build = Path(words[words.index("-b") + 1])
    tree = next(Path(word.removeprefix("MPY_DIR=")) for word in words if word.startswith("MPY_DIR="))
    rows = [line.split() for line in plan.read_text(encoding="utf-8").splitlines()]
    command = [
        sys.executable,
        str(tree / "tools/mpy-tool.py"),
        "-f",
        "-q",
        str(build / "genhdr/qstrdefs.preprocessed.h"),
    ]
    done = subprocess.run(
        [*command, *_TOOL_OPTIONS, *(row[2] for row in rows)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return 1
    try:
        texts = split(done.stdout, [row[0] for row in rows], packed())
    except Trouble as trouble:
        print(trouble.what, file=sys.stderr)
        return 1
    for place, text in texts.items():
        (out if place == FILE else out.with_name(f"frozen_{place}.c")).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
