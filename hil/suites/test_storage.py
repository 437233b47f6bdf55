"""Power cuts while a configuration is saved: the board always boots, with the old configuration or the new one, whole."""

from __future__ import annotations

import re
import time

from ezvpn_hil.board import Board

CUTS = 10
FIRST_S = 0.05  # from Enter to the cut
CLOSER = 0.8  # the cuts close in on the moment of the save, from both sides
LINES = 40  # of a configuration, so that it is more than one block long


def found(board: Board) -> tuple[str, int]:
    """The hostname and how many lines there are of the kind that the test types."""
    shown = board.show("running-config")
    name = re.search(r"^hostname (\S+)", shown, re.MULTILINE)
    assert name is not None, shown
    return name.group(1), len(re.findall(r"^ *(?:access-list \d+ )?permit ", shown, re.MULTILINE))


def test_power_cuts_while_saving(board: Board) -> None:
    board.boot()
    before = found(board)
    saved, delay = 0, FIRST_S
    for cut in range(1, CUTS + 1):
        lines = [f"access-list {100 + cut} permit ip host 10.{cut}.{row}.1 any" for row in range(LINES)]
        board.configure(f"hostname save{cut}\n" + "\n".join(lines))
        board.console.send(b"write memory\r")
        time.sleep(delay)
        board.cut()
        board.boot()
        after = found(board)
        assert after in (before, (f"save{cut}", before[1] + LINES)), (before, after)
        assert "damaged" not in board.show("logging")
        saved += after != before
        delay *= CLOSER if after != before else 1 / CLOSER
        before = after
    print(f"power cuts while saving: {CUTS}; {saved} came after the save; the last after {delay * 1000:.0f} ms")
    assert 0 < saved < CUTS, "the power failed always before, or always after"
