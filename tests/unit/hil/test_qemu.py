"""QEMU's command line for each place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezvpn_firmware import boards
from ezvpn_hil.drivers import qemu
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.processes import Processes

NAMES = sorted(path.stem for path in qemu.PLACES.glob("*.toml"))


@pytest.mark.parametrize("place", NAMES)
def test_a_place_is_a_board_with_a_machine(place: str, tmp_path: Path) -> None:
    machine = qemu.machine(place)
    assert machine.board in boards.names()
    (tmp_path / "data.ext4").touch()
    space = Namespace("bench", Processes(tmp_path / "processes"), tmp_path)
    words = qemu.Qemu(machine, space, tmp_path, tmp_path, ("tap0", "tap1"), 32).command()
    assert words[words.index("-m") + 1] == "32"
    devices = [
        next(part for part in word.split(",") if part.startswith(("drive=", "netdev=")))
        for word in words
        if word.startswith((machine.disk, machine.nic))
    ]
    wanted = ["drive=root", "drive=data", "netdev=port0", "netdev=port1"]
    assert devices == (wanted[::-1] if machine.last_is_first else wanted)
    assert any(word.endswith("cache=writethrough") for word in words)
