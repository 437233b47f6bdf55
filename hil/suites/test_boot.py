"""From power-on to a prompt, in how much memory, and again after `reload`."""

from __future__ import annotations

from pathlib import Path

from ezvpn_firmware import image
from ezvpn_hil.board import BOOT_S, PROMPT, Board
from ezvpn_hil.drivers import qemu
from ezvpn_hil.lab.lab import Lab

IMAGE_BYTES = 5_000_000  # kernel + root
SMALL_MB = 32


def test_the_image_is_small(built: image.Image) -> None:
    assert built.sizes[image.KERNEL] + built.sizes[image.ROOT] <= IMAGE_BYTES, built.sizes


def test_a_prompt_and_the_facts_of_the_board(board: Board) -> None:
    board.boot()
    print(f"power-on to prompt: {board.seconds:.2f} s")
    shown = board.show("version")
    assert "System returned to ROM by power-on" in shown
    assert "MicroPython" in shown
    assert "FastEthernet0/1" in board.show("ip interface brief")


def test_it_runs_in_little_memory(machine: qemu.Machine, built: image.Image, lab: Lab, folder: Path) -> None:
    board = Board(qemu.Qemu(machine, lab.client, built.folder, folder, memory_mb=SMALL_MB))
    try:
        board.boot()
        print(board.show("processes memory"))
    finally:
        board.cut()


def test_reload_restarts_the_machine(board: Board) -> None:
    board.boot()
    board.configure("hostname before")
    board.save()
    board.console.send(b"reload\r")
    board.console.wait(r"\[confirm\]")
    board.console.send(b"\r")
    board.console.wait(PROMPT, BOOT_S)
    board.privileged()
    assert "System returned to ROM by reload" in board.show("version")
    assert "before uptime" in board.show("version")
