"""Which modules are in the binary."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ezvpn_firmware import frozen
from ezvpn_firmware.trouble import Trouble


def rules(**changes: object) -> frozen.Rules:
    fields: dict[str, object] = {"left_out": (), "file": (), "start": (), "groups": {}, "site": {}}
    return frozen.Rules(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    for name in ("ezvpn/main.py", "ezvpn/cli.py", "ezvpn/console/shell.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n", encoding="utf-8")
    return tmp_path


def test_the_device_has_all_but_what_only_the_desk_needs() -> None:
    paths = {module.path: module.place for module in frozen.modules()}
    assert {"ezvpn/__main__.py", "ezvpn/main.py", "chumicro_mqtt/client.py", "ezvpn_boards.py"} <= set(paths)
    assert not [path for path in paths if "cpython" in path or path.startswith("ezvpn/terminal/")]
    assert paths["ezvpn/console/shell.py"] == "console" and paths["ezvpn/main.py"] == "start"


def test_each_module_has_one_place(agent: Path) -> None:
    found = frozen.modules(rules(left_out=("ezvpn/cli.py",), groups={"console": ("ezvpn/console/*",)}), agent)
    assert [(module.path, module.place) for module in found] == [
        ("ezvpn/console/shell.py", "console"),
        ("ezvpn/main.py", "start"),
        ("ezvpn_boards.py", "start"),
    ]
    assert found[0].source == b"# ezvpn/console/shell.py\n" and found[0].package == "ezvpn/console"


def test_what_every_run_needs_stays_out_of_a_group(agent: Path) -> None:
    chosen = rules(start=("ezvpn/console/shell.py",), groups={"console": ("ezvpn/console/*",)})
    assert {module.place for module in frozen.modules(chosen, agent)} == {"start"}


def test_nothing_that_a_start_imports_is_in_a_group() -> None:
    """Its whole group would be unpacked with it."""
    script = "import ezvpn.main, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.replace(".", "/") + ".py" for name in done.stdout.split()}
    apart = {module.path for module in frozen.modules() if module.place != "start"}
    assert not apart & loaded


def test_a_rule_that_matches_nothing_is_told(agent: Path) -> None:
    with pytest.raises(Trouble, match=r"frozen\.toml: nothing matches 'ezvpn/gone\.py'"):
        frozen.modules(rules(left_out=("ezvpn/gone.py",)), agent)


def test_a_module_in_two_places_is_told(agent: Path) -> None:
    with pytest.raises(Trouble, match=r"ezvpn/main\.py is in file and in rare"):
        frozen.modules(rules(file=("ezvpn/main.py",), groups={"rare": ("ezvpn/*",)}), agent)


def test_a_package_that_is_not_installed_is_told(agent: Path) -> None:
    with pytest.raises(Trouble, match="the Python package no_such_package is not installed") as trouble:
        frozen.modules(rules(site={"no_such_package": ("a.py",)}), agent)
    assert trouble.value.command


def test_an_edit_has_to_find_its_place_once(agent: Path) -> None:
    edit = ("chumicro_mqtt/client.py", "no such line", "")
    with pytest.raises(Trouble, match="has 0 times 'no such line', not once"):
        frozen.modules(rules(site={"chumicro_mqtt": ("client.py",)}, edits=(edit,)), agent)


def test_boards_are_in_the_binary(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk/board.json").write_text('{\n "model": "Desk"\n}\n', encoding="utf-8")
    made: dict[str, tuple[tuple[str, str], ...]] = {}
    exec(frozen.board_texts(tmp_path), made)
    assert [(name, json.loads(text)) for name, text in made["TEXTS"]] == [("desk", {"model": "Desk"})]
