"""What a binary may take and what it took: `firmware/budget.toml`, and the table base -> now.

Belongs here: limits, the comparison, writing a new base. Not here: measuring (`build`), printing (`command`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from ezvpn_firmware.places import FIRMWARE
from ezvpn_firmware.trouble import Trouble

BUDGET = FIRMWARE / "budget.toml"
_MODULES = "[modules]\n"


@dataclass(frozen=True)
class Budget:
    """In bytes. limits, bases: by target · modules: .mpy bytes by package · heap: "life", "probe", "report"."""

    limits: dict[str, int]
    bases: dict[str, int]
    modules: dict[str, int]
    heap: dict[str, int]


def read(path: Path = BUDGET) -> Budget:
    """Raises `Trouble`."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = table["binary"]
        limits = {name: int(row["limit"]) for name, row in rows.items()}
        bases = {name: int(row["base"]) for name, row in rows.items()}
        modules = {name: int(size) for name, size in table["modules"].items()}
        heap = {name: int(table["heap"][name]) for name in ("life", "probe", "report")}
        return Budget(limits, bases, modules, heap)
    except (OSError, tomllib.TOMLDecodeError, ValueError, TypeError, AttributeError) as error:
        raise Trouble(f"{path.name}: {error}") from error
    except KeyError as error:
        raise Trouble(f"{path.name}: no {error}") from error


def packages(modules: dict[str, int]) -> dict[str, int]:
    """.mpy bytes by folder, of those by module."""
    found: dict[str, int] = {}
    for path, size in modules.items():
        folder = path.rpartition("/")[0] or path.removesuffix(".py")
        found[folder] = found.get(folder, 0) + size
    return dict(sorted(found.items()))


def table(target: str, size: int, modules: dict[str, int], budget: Budget) -> list[str]:
    """Lines with base, now and change: every package, all of them, the binary with its limit."""
    now = packages(modules)
    rows = [(name, budget.modules.get(name, 0), now.get(name, 0)) for name in sorted({*now, *budget.modules})]
    rows.append(("all modules (.mpy)", sum(budget.modules.values()), sum(now.values())))
    rows.append((f"binary for {target}", budget.bases.get(target, 0), size))
    width = max(len(name) for name, _, _ in rows)
    lines = [f"{'bytes':<{width}}  {'base':>10}  {'now':>10}  {'change':>8}"]
    for name, base, here in rows:
        change = f"{here - base:+,}" if here != base else ""
        lines.append(f"{name:<{width}}  {base:>10,}  {here:>10,}  {change:>8}".rstrip())
    if target in budget.limits:
        lines.append(f"{'its limit':<{width}}  {'':>10}  {budget.limits[target]:>10,}")
    return lines


def breach(target: str, size: int, modules: dict[str, int], budget: Budget) -> str:
    """What is over its limit and what grew most, "" if nothing is."""
    limit = budget.limits.get(target)
    if limit is None or size <= limit:
        return ""
    grown = {name: here - budget.modules.get(name, 0) for name, here in packages(modules).items()}
    most = sorted((name for name in grown if grown[name] > 0), key=lambda name: -grown[name])[:5]
    told = ", ".join(f"{name} {grown[name]:+,}" for name in most) or "no package: look at the C code and its flags"
    return f"the binary for {target} has {size:,} bytes, {size - limit:,} more than its limit. What grew: {told}"


def accept(target: str, size: int, modules: dict[str, int], path: Path = BUDGET) -> None:
    """Make this build the base of the tables to come. Limits and comments stay as they are."""
    text = path.read_text(encoding="utf-8")
    section = re.compile(rf"(\[binary\.{re.escape(target)}\]\nlimit = [\d_]+\nbase = )[\d_]+")
    if not section.search(text) or _MODULES not in text:
        raise Trouble(f"{path.name}: no [binary.{target}] with limit and base, or no [modules]")
    head = section.sub(rf"\g<1>{size:_}", text).split(_MODULES)[0]
    rows = "".join(f'"{name}" = {found:_}\n' for name, found in packages(modules).items())
    path.with_suffix(".new").write_text(head + _MODULES + rows, encoding="utf-8")
    path.with_suffix(".new").replace(path)
