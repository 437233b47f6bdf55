"""Imports point down, siblings stay blind to each other, and only `runtime` and the crypto backends touch the machine."""

from __future__ import annotations

import ast

import pytest

from .source import LEVELS, agent_files, agent_tree, dual_files, imports, level_of, told, unit_of

# Of the core, the layers beside `tunnel` may know what it says and what it is told, nothing of how it works.
IKE_CONTRACTS = ("ezvpn.ike.events", "ezvpn.ike.params", "ezvpn.ike.status")
IKE_DOORS = {
    "config": IKE_CONTRACTS,
    "dataplane": IKE_CONTRACTS,
    "report": IKE_CONTRACTS,
    "tunnel": (*IKE_CONTRACTS, "ezvpn.ike.endpoint"),
}
# The runtime implements contracts; it knows no more of the layers below than these.
RUNTIME_DOORS = (
    "ezvpn.compat",
    "ezvpn.record",
    "ezvpn.log",
    "ezvpn.machine",
    "ezvpn.wire",
    "ezvpn.ike.params",
    "ezvpn.crypto.port",
    "ezvpn.dataplane.port",
    "ezvpn.report.topics",
    "ezvpn.report.outbox",
    "ezvpn.runtime",
)
# Pure modules of the standard library that both interpreters have. All else is I/O, time, chance, or missing on one of them.
PURE = ("struct", "binascii", "json", "errno")
# What no dual file may import, not even in `runtime`: it is missing on MicroPython.
NEVER_DUAL = (
    "typing",
    "enum",
    "dataclasses",
    "abc",
    "functools",
    "contextlib",
    "logging",
    "__future__",
    "collections.abc",
)


def is_within(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == door or name.startswith(door + ".") for door in allowed)


def touches_machine(name: str) -> bool:
    return name.startswith(("runtime/", "crypto/backend_")) or unit_of(name) in LEVELS[-1]


def ezvpn_imports(name: str) -> list[tuple[int, str]]:
    return [(line, target) for line, target in imports(agent_tree(name)) if target.split(".")[0] == "ezvpn"]


def test_every_module_has_a_level() -> None:
    faults = [name for name in agent_files() if unit_of(name) and level_of(unit_of(name)) < 0]
    assert not faults, "put these into LEVELS of tests/rules/source.py and into docs/architecture.md:" + told(faults)


def test_imports_point_down() -> None:
    faults = []
    for name in agent_files():
        own = unit_of(name)
        for line, target in ezvpn_imports(name):
            other = target.split(".")[1]
            both_on_top = own in LEVELS[-1] and other in LEVELS[-1]
            if other != own and not both_on_top and level_of(other) >= level_of(own) >= 0:
                faults.append(f"agent/ezvpn/{name}:{line}: {own} must not import {target}")
    assert not faults, told(faults)


def test_top_level_modules_alone_see_core_and_runtime() -> None:
    faults = [
        f"agent/ezvpn/{name}:{line}: {target}"
        for name in agent_files()
        if unit_of(name) != "runtime" and unit_of(name) not in LEVELS[-1]
        for line, target in ezvpn_imports(name)
        if target.startswith("ezvpn.runtime")
    ]
    assert not faults, told(faults)


def test_layers_use_the_doors_of_the_core() -> None:
    faults = []
    for name in agent_files():
        own = unit_of(name)
        for line, target in ezvpn_imports(name):
            shut_out = own in IKE_DOORS and target.startswith("ezvpn.ike") and not is_within(target, IKE_DOORS[own])
            if shut_out or (own == "runtime" and not is_within(target, RUNTIME_DOORS)):
                faults.append(f"agent/ezvpn/{name}:{line}: {own} must not know {target}")
    assert not faults, told(faults)


def test_imports_are_absolute_and_named() -> None:
    faults = [
        f"agent/ezvpn/{name}:{line}: {target}"
        for name in agent_files()
        for line, target in imports(agent_tree(name))
        if target.startswith(".") or target.endswith(".*")
    ]
    assert not faults, told(faults)


def test_only_runtime_and_crypto_backends_touch_the_machine() -> None:
    faults = [
        f"agent/ezvpn/{name}:{line}: {target}"
        for name in agent_files()
        if not touches_machine(name)
        for line, target in imports(agent_tree(name))
        if target.split(".")[0] not in ("ezvpn", *PURE)
        and not (name == "compat.py" and target in ("gc", "sys", "_edgec"))
    ]
    assert not faults, "not allowed here (time, chance and I/O are arguments):" + told(faults)


def test_dual_files_import_nothing_that_micropython_lacks() -> None:
    faults = [
        f"agent/ezvpn/{name}:{line}: {target}"
        for name in dual_files()
        for line, target in imports(agent_tree(name))
        if is_within(target, NEVER_DUAL)
    ]
    assert not faults, told(faults)


def test_dual_runtime_files_do_not_import_the_cpython_half() -> None:
    faults = [
        f"agent/ezvpn/{name}:{line}: {target}"
        for name in dual_files()
        if name.startswith("runtime/")
        for line, target in imports(agent_tree(name))
        if target.startswith("ezvpn.runtime.cpython")
    ]
    assert not faults, told(faults)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os", ["os"]),
        ("def f():\n    from time import time", ["time.time"]),
        ("from ezvpn.ike import events, params", ["ezvpn.ike.events", "ezvpn.ike.params"]),
        ("if 0:\n    import a.b as c", ["a.b"]),
    ],
)
def test_the_walk_sees_every_import(source: str, found: list[str]) -> None:
    assert [target for _, target in imports(ast.parse(source))] == found


def test_no_import_goes_in_a_circle() -> None:
    """Nor one inside a function: two files that need each other are one idea, or lack a third."""
    files = agent_files()
    modules = {"ezvpn." + name.removesuffix(".py").replace("/", "."): name for name in files}
    needs: dict[str, set[str]] = {}
    for module, name in modules.items():
        wanted = {target for _, target in ezvpn_imports(name)}
        wanted |= {target.rpartition(".")[0] for target in wanted}  # `from module import name`
        needs[module] = (wanted & modules.keys()) - {module}
    # Who needs nobody that is left, and whom nobody needs, is in no circle.
    while free := {
        m for m in needs if not needs[m] & needs.keys() or not any(m in wanted for wanted in needs.values())
    }:
        needs = {module: wanted for module, wanted in needs.items() if module not in free}
    circles = [f"{module} -> {', '.join(sorted(wanted & needs.keys()))}" for module, wanted in sorted(needs.items())]
    assert not circles, told(circles)
