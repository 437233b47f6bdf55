"""A tunnel from a router image to a real gateway: typed in, there by itself after power-on, through a cable that is pulled."""

from __future__ import annotations

import pytest

from ezvpn_hil.board import TUNNEL_S, UP, Board
from ezvpn_hil.lab.agent import six_lines
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import CLIENT, LAN_HOST

FROM_POWER_ON_S = 6.0


def configuration(lab: Lab, *gateways: int) -> str:
    peers = [lab.gateways[number].address for number in gateways]
    return (
        f"interface FastEthernet0/0\n ip address {CLIENT} 255.255.255.0\n"
        "interface FastEthernet0/1\n ip address 10.20.0.1 255.255.255.0\n"
        "crypto isakmp keepalive 10 2 periodic\n" + six_lines(lab.gateways[gateways[0]].options, *peers)
    )


def reached(board: Board) -> str:
    return board.console.command(f"ping {LAN_HOST} repeat 3")


def test_typed_in_saved_and_there_after_power_on(board: Board, lab: Lab) -> None:
    board.boot()
    board.configure(configuration(lab, 0))
    board.console.wait(UP, TUNNEL_S)
    assert "!!!" in reached(board)
    board.save()
    board.cut()
    board.power_on()
    board.wait(UP + rf".*Client_public_addr={CLIENT} ", TUNNEL_S)
    print(f"power-on to tunnel: {board.seconds:.2f} s")
    assert board.seconds <= FROM_POWER_ON_S
    board.privileged()
    assert "!!!" in reached(board)
    print(board.show("processes memory"))


@pytest.mark.timeout(120)
def test_a_cable_is_pulled_and_plugged_in_again(board: Board, lab: Lab) -> None:
    board.boot()
    board.configure(configuration(lab, 0))
    board.console.wait(UP, TUNNEL_S)
    board.driver.cable(0, plugged=False)
    board.console.wait(r"EZVPN_CONNECTION_DOWN|LINEPROTO|DOWN", TUNNEL_S)
    board.driver.cable(0, plugged=True)
    board.console.wait(UP, TUNNEL_S)
    assert "!!!" in reached(board)


@pytest.mark.timeout(120)
def test_a_frozen_gateway_is_noticed_and_the_next_takes_over(board: Board, lab: Lab) -> None:
    board.boot()
    board.configure(configuration(lab, 0, 1))
    board.console.wait(UP, TUNNEL_S)
    lab.gateways[0].freeze()
    try:
        board.console.wait(r"EZVPN_CONNECTION_DOWN", 10 + 5 * 2 + 5)
        board.console.wait(UP, TUNNEL_S)
        assert "!!!" in reached(board)
    finally:
        lab.gateways[0].thaw()
