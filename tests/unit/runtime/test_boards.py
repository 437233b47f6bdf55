"""Board facts come from board.json only."""

import json
import sys

import pytest
from doubles.micropython import ROOT

from ezvpn.runtime import boards
from ezvpn.runtime.exits import CannotStart


def test_the_unix_board_manages_nothing():
    board = boards.load("unix", boards.roots(boards.__file__))
    assert board.name == "unix"
    assert not board.manages_network
    assert not board.manages_dns
    assert board.restart == ""


def test_an_installed_agent_looks_where_pip_puts_them():
    assert boards.roots("/opt/x/site-packages/ezvpn/main.py") == (f"{sys.prefix}/share/ezvpn/board/",)


def test_every_board_of_the_project_loads():
    for folder in (ROOT / "board").iterdir():
        assert boards.load(folder.name, (str(ROOT / "board") + "/",)).model


def test_aliases_are_in_order(tmp_path):
    (tmp_path / "acme_1").mkdir()
    facts = {
        "model": "Acme 1",
        "manages_network": True,
        "interfaces": {"FastEthernet0/1": "eth1", "FastEthernet0": "eth0"},
    }
    (tmp_path / "acme_1" / "board.json").write_text(json.dumps(facts))
    board = boards.load("acme_1", (f"{tmp_path}/",))
    assert board.interfaces == [("FastEthernet0", "eth0"), ("FastEthernet0/1", "eth1")]
    assert board.manages_network


def test_a_board_may_name_its_heap(tmp_path):
    (tmp_path / "x").mkdir()
    facts = {"model": "x", "manages_network": False, "interfaces": {}}
    for heap_kb, found in ((None, 0), (0, 0), (2048, 2048)):
        more = {} if heap_kb is None else {"heap_kb": heap_kb}
        (tmp_path / "x" / "board.json").write_text(json.dumps({**facts, **more}))
        assert boards.load("x", (f"{tmp_path}/",)).heap_kb == found
    for wrong in (511, 1 << 21, -1, "much"):
        (tmp_path / "x" / "board.json").write_text(json.dumps({**facts, "heap_kb": wrong}))
        with pytest.raises(CannotStart, match="not a board description"):
            boards.load("x", (f"{tmp_path}/",))


def test_an_unknown_board_names_the_places():
    with pytest.raises(CannotStart, match="no board 'nosuch': looked for /x/nosuch/board.json") as fault:
        boards.load("nosuch", ("/x/",))
    assert fault.value.code == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"model": "x"}'])
def test_a_broken_file_is_named(tmp_path, text):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "board.json").write_text(text)
    with pytest.raises(CannotStart, match="board.json: not a board description"):
        boards.load("x", (f"{tmp_path}/",))
