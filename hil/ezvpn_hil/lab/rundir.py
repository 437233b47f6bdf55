"""The run directory of a lab: a folder under one fixed place, so that any later command finds what to take down.

Belongs here: making, listing and removing it; the plan is written before the first namespace exists. Not here: the lab.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from ezvpn_hil.lab.plan import Gateway, Plan, plan_from_json
from ezvpn_hil.lab.processes import start_time

PLAN_FILE = "plan.json"
NETNS_ETC = Path("/etc/netns")


def place() -> Path:
    """Where run directories are: EZVPN_LAB_DIR, else /run for who may write there, else /tmp."""
    if given := os.environ.get("EZVPN_LAB_DIR"):
        return Path(given)
    return Path("/run/ezvpn-lab") if os.access("/run", os.W_OK) else Path(f"/tmp/ezvpn-lab-{os.getuid()}")


@dataclass(frozen=True)
class RunDir:
    """owner: (pid, start time) of the process that must take the lab down; None for a lab that stays."""

    path: Path
    plan: Plan
    owner: tuple[int, str] | None

    @property
    def name(self) -> str:
        return self.plan.prefix

    def orphaned(self) -> bool:
        return self.owner is not None and start_time(self.owner[0]) != self.owner[1]

    def remove(self) -> None:
        _remove(self.path)


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    try:
        path.parent.rmdir()
    except OSError:
        pass  # another lab is there


def create(
    gateways: tuple[Gateway, ...],
    nat: bool,
    broker: str,
    stays: bool,
    taken: list[str],
    broker_program: str = "mosquitto",
    clients: int = 1,
) -> RunDir:
    """A new lab's directory and name. taken: namespaces that exist. Only its owner may read it: it holds secrets."""
    base = place()
    while True:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        prefix = f"ez{secrets.token_hex(2)}"
        if any(name.startswith(prefix) for name in taken):
            continue
        try:
            (base / prefix).mkdir(mode=0o700)
        except (FileExistsError, FileNotFoundError):
            continue  # taken just now, or the last other lab went and removed the place
        break
    path = base / prefix
    try:
        plan = Plan(prefix, gateways, nat, broker, broker_program, clients)
        pid = os.getpid()
        mark = start_time(pid)
        owner = None if stays or mark is None else (pid, mark)
        (path / "log").mkdir()
        (path / PLAN_FILE).write_text(json.dumps({"plan": plan.to_json(), "owner": owner}, indent=1))
    except BaseException:
        _remove(path)
        raise
    return RunDir(path, plan, owner)


def all_run_dirs() -> list[RunDir]:
    """Every lab of this machine, sorted by name."""
    found = []
    for path in sorted(place().glob(f"ez*/{PLAN_FILE}")):
        try:
            value = json.loads(path.read_text())
            owner = tuple(value["owner"]) if value["owner"] else None
            found.append(RunDir(path.parent, plan_from_json(value["plan"]), owner))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # being written, or being removed
    return found
