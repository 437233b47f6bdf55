"""Make before break against a real gateway: keys change all the time, and no packet is lost."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import LAN_HOST
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.edge import DOWN, Edge

pytestmark = pytest.mark.shares

FOLDER = Path(__file__).parent
RENEWING = str(FOLDER / "renewing_agent.py")
COUNTED = str(FOLDER / "counted.py")
EVERY_MS = 400
RENEWALS = 102  # two of them of phase 1
SECONDS = 60.0
A_SECOND = 200.0
PORT = 7007


class End:
    """One end of the numbered traffic, in a thread of its own."""

    def __init__(self, space: Namespace, here: str, there: str) -> None:
        self.said: dict[str, int] = {}
        self._argv = [sys.executable, COUNTED, here, str(PORT), there, str(SECONDS), str(A_SECOND)]
        self._thread = threading.Thread(target=self._run, args=(space,))
        self._thread.start()

    def _run(self, space: Namespace) -> None:
        self.said = json.loads(space.run(self._argv, timeout=SECONDS + 30).stdout)

    def result(self) -> dict[str, int]:
        self._thread.join()
        return self.said


def test_a_hundred_renewals_lose_no_packet(lab: Lab) -> None:
    """Of phase 2 every 400 ms and of phase 1 twice, with traffic both ways that counts."""
    program = [sys.executable, RENEWING, str(EVERY_MS), str(RENEWALS)]
    edge = Edge(lab, "renewing", program=program)
    edge.connect(connecting(lab.gateways[0]))
    edge.check_both_ways()
    ends = [End(lab.lan, LAN_HOST, edge.address), End(edge.space, edge.address, LAN_HOST)]
    lan, client = [end.result() for end in ends]
    assert wait_until(lambda: f"renewed {RENEWALS} 2" in edge.agent.log_text(), 60), edge.agent.log_tail()
    print("LAN", lan, "client", client)
    assert lan["errors"] == client["errors"] == 0
    assert lan["sent"] > SECONDS * A_SECOND * 0.9
    assert (lan["sent"] - client["received"], client["sent"] - lan["received"]) == (0, 0), (lan, client)
    assert DOWN not in edge.agent.log_text()
    assert edge.agent.log_text().count("was renewed") == 2
    edge.stop()
