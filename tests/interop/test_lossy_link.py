"""The whole agent over a link that loses 30 % of all packets, each way on its own. The same with every single message lost and
a virtual clock: tests/pair."""

from __future__ import annotations

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.edge import Edge

LOSS_PERCENT = 30
CONNECT_LIMIT_S = 120.0


@pytest.mark.timeout(180)
def test_tunnel_comes_up_over_a_lossy_link(gateway_mended: Lab) -> None:
    gateway = gateway_mended.gateways[0]
    gateway.loss(LOSS_PERCENT)
    edge = Edge(gateway_mended, "lossy")
    edge.start(connecting(gateway))
    edge.wait_up(limit_s=CONNECT_LIMIT_S)
    assert gateway_mended.wan.dropped() > 0
    # up at both ends: a ping comes back through the loss
    assert wait_until(lambda: edge.space.ping("203.0.113.100", 1), 30), edge.agent.log_tail()
    gateway.restore()
    edge.check_both_ways()
    edge.stop()
