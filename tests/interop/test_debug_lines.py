"""`debug crypto isakmp` on a real gateway that is frozen right after an answered probe: Cisco's printed log, line for line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles.seed_log import printed, shape

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import Gateway
from interop.configurations import connecting
from interop.conftest import kept
from interop.edge import Edge

KEEPALIVE = "crypto isakmp keepalive 10 2 periodic\n"
ACK = "DPD/R_U_THERE_ACK received"
END = "Input = IKE_MSG_FROM_PEER, IKE_MM_EXCH"


def expected() -> list[str]:
    """The printed log with one answered probe behind it, where Cisco's router had five: none is old enough to be purged."""
    lines = printed()["a peer that falls silent"]
    assert lines.pop(5) == "ISAKMP:(TAG):purging node NODE"
    for word in ('TRUE reason "peers alive"', 'FALSE reason ""'):
        node = "ISAKMP:(TAG):deleting node NODE error " + word
        for _ in range(3):
            lines.remove(node)
    return lines


@pytest.fixture(scope="module")
def patient() -> Iterator[Lab]:
    """A gateway that asks nothing itself: its hello would put our probe off."""
    yield from kept(Lab([Gateway(dpd_delay=300, dpd_timeout=900)], nat=False, broker="none"))


def test_the_printed_log_with_a_real_gateway(patient: Lab) -> None:
    gateway = patient.gateways[0]
    edge = Edge(patient, "debugged")
    edge.connect(KEEPALIVE + connecting(gateway))
    assert "Crypto ISAKMP debugging is on" in edge.agent.execute("debug crypto isakmp")
    edge.agent.wait_log(ACK, 1, 15)
    gateway.freeze()
    edge.agent.wait_log(END, 1, 25)
    edge.agent.execute("undebug all")
    gateway.thaw()
    lines = [line for line in edge.agent.log_text().splitlines() if "ISAKMP" in line or "SESSION_STATUS" in line]
    shapes = [shape(line) for line in lines]
    probe = printed()["a probe"] + printed()["its answer"]
    first = shapes.index("ISAKMP:(TAG):purging node NODE") - 1  # before it only quick 3 goes out again
    assert shapes[first : first + len(probe)] == probe
    silent = shapes[first + len(probe) :]
    assert silent[: len(expected())] == expected()
    edge.stop()
