"""`show crypto session` beside what a real gateway says, and `clear` seen from its side."""

from __future__ import annotations

import time

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.edge import Edge

BACK_S = 3.0


def test_sessions_are_shown_and_cleared(lab: Lab) -> None:
    gateway = lab.gateways[0]
    edge = Edge(lab, "cleared")
    edge.connect(connecting(gateway))
    edge.check_both_ways()
    (session,) = edge.show("crypto session")["sessions"]
    assert session["status"] == "UP-ACTIVE" and session["peer_address"] == gateway.address
    assert "C" in session["capabilities"] and "D" in session["capabilities"] and "X" in session["capabilities"]
    (flow,) = session["flows"]
    assert flow["packets_in"] >= 3 and flow["packets_out"] >= 3
    detail = edge.agent.execute("show crypto session detail")
    assert f"remote {gateway.address}/{session['peer_port']} Active" in detail

    # Another peer: nothing happens. This peer: all SAs are new, and at once.
    assert edge.agent.execute("clear crypto session remote 192.0.2.99", check=False).startswith("% No crypto session")
    assert edge.show("crypto session")["sessions"][0]["session_id"] == session["session_id"]
    began = time.monotonic()
    assert edge.agent.execute(f"clear crypto session remote {gateway.address} port {session['peer_port']}") == ""
    edge.wait_up(2)
    assert time.monotonic() - began < BACK_S
    edge.check_both_ways()
    assert edge.agent.execute("show crypto isakmp sa").count("MM_NO_STATE          0 ACTIVE (deleted)") == 1

    # The IPsec SAs alone: the ISAKMP SA stays.
    before = edge.show("crypto ipsec sa")["sas"][0]
    (ike,) = [sa for sa in edge.show("crypto isakmp sa")["sas"] if not sa["deleted"]]
    assert edge.agent.execute(f"clear crypto sa peer {gateway.address}") == ""
    assert wait_until(lambda: [sa for sa in edge.show("crypto ipsec sa")["sas"] if sa["spi_in"] != before["spi_in"]], 3)
    edge.check_both_ways()
    (after,) = [sa for sa in edge.show("crypto isakmp sa")["sas"] if not sa["deleted"]]
    assert after["initiator_cookie"] == ike["initiator_cookie"]
    edge.stop()
