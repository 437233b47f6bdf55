"""Power cuts while a configuration is saved: the board always boots, with the old configuration or the new one, whole."""

from __future__ import annotations

import random
import time

from ezvpn_hil.board import Board

CUTS = 10
SAVING_S = 0.25  # within which the power fails: longer than a save takes
LINES = 40  # of a configuration, so that it is more than one block long


def test_power_cuts_while_saving(board: Board) -> None:
    chance = random.Random(1)
    board.boot()
    known = {0: 0}
    for cut in range(1, CUTS + 1):
        rows = [f"ip route 10.{cut}.{row}.0 255.255.255.0 198.51.100.{cut}" for row in range(LINES)]
        board.configure(f"hostname save{cut}\n" + "\n".join(rows))
        board.console.send(b"write memory\r")
        time.sleep(chance.random() * SAVING_S)
        board.cut()
        board.boot()
        shown = board.show("running-config")
        number = int(shown.split("hostname save")[1].split()[0]) if "hostname save" in shown else 0
        rows = [line for line in shown.splitlines() if line.startswith("ip route")]
        # What was typed for the saves before is part of the later ones.
        known[cut] = len(rows)
        assert number in (cut, cut - 1) or number in known, shown
        assert len(rows) % LINES == 0, shown
        assert "%" not in "".join(line for line in shown.splitlines() if "damaged" in line)
    print(f"power cuts: {CUTS}; rows after each: {list(known.values())}")
