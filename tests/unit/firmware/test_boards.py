"""Which boards an image can be built for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ezvpn_firmware import boards, frozen
from ezvpn_firmware.trouble import Trouble


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(boards, "BOARDS", tmp_path)
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "kernel.config").touch()
    return tmp_path / "acme"


def test_a_board_and_its_facts(folder: Path) -> None:
    facts = {"image": {"target": "armhf", "arch": "arm", "kernel": "zImage", "data_kb": 8}}
    (folder / "board.json").write_text(json.dumps(facts), encoding="utf-8")
    assert boards.of("acme") == boards.Board("acme", "armhf", "arm", "zImage", 8)


@pytest.mark.parametrize(
    ("text", "why"),
    [("{}", "image has no 'image'"), ('{"image": {"target": "x"}}', "image has no 'arch'"), ("{", "board.json: ")],
)
def test_facts_that_are_wrong_are_said(folder: Path, text: str, why: str) -> None:
    (folder / "board.json").write_text(text, encoding="utf-8")
    with pytest.raises(Trouble) as trouble:
        boards.of("acme")
    assert why in trouble.value.what


def test_a_board_that_is_none_names_those_that_are() -> None:
    with pytest.raises(Trouble) as trouble:
        boards.of("unix")
    assert "qemu_virt_armv7" in trouble.value.what


def test_what_the_builder_reads_is_not_in_the_binary() -> None:
    assert b"data_kind" in frozen.board_texts(boards.BOARDS)
    assert b"data_kb" not in frozen.board_texts(boards.BOARDS)
