"""Which modules are in the binary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ezvpn_firmware import frozen
from ezvpn_firmware.trouble import Trouble


def rules(**changes: object) -> frozen.Rules:
    fields: dict[str, object] = {"left_out": (), "file": (), "groups": {}, "site": {}}
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
