"""Make before break against a real gateway: keys change all the time, and no packet is lost."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import LAN_HOST
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.edge import DOWN, Edge

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
    edge = Edge(lab, "renewing", options=("--record", "off"), program=program)
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


def test_a_volume_life_renews_in_the_middle_of_a_transfer(lab: Lab) -> None:
    """2560 kB, the least there is: 10 MB each way go under many pairs, and not one packet is refused as expired."""
    edge = Edge(lab, "volume")
    edge.connect("crypto ipsec security-association lifetime kilobytes 2560\n" + connecting(lab.gateways[0]))
    (before,) = edge.show("crypto ipsec sa")["sas"]
    edge.check_transfer()
    (after,) = edge.show("crypto ipsec sa")["sas"]
    assert after["spi_in"] != before["spi_in"]
    assert edge.agent.log_text().count(DOWN) == 0
    edge.stop()


def test_an_idle_tunnel_goes_down_on_time(lab: Lab) -> None:
    """60 s after the last packet, wherever that fell; connect manual: it stays down."""
    edge = Edge(lab, "idle")
    edge.start(connecting(lab.gateways[0], extra=("idletime 60", "connect manual")))
    edge.agent.wait_log("%SYS-5-RESTART")
    edge.agent.execute("crypto ipsec client ezvpn connect")
    edge.wait_up()
    time.sleep(5)
    edge.check_both_ways()
    last = time.monotonic()
    edge.agent.wait_log(DOWN, limit_s=70)
    assert 58 < time.monotonic() - last < 61
    assert "no traffic for 60 s" in edge.agent.wait_log("%CRYPTO-6-EZVPN_NOTE")
    assert edge.show()["tunnels"][0]["state"] == "CONNECT_REQUIRED"
    edge.stop()
