"""mosquitto as the lab's MQTT broker: plain at 1883, TLS at 8883, TLS with a client's certificate at 8884.

Belongs here: running it in a lab, and subscribing as a dashboard would. Not here: the text of its configuration
(`ezvpn_hil.mosquitto`), certificates (`certificates`).
Where it can't be installed the embedded broker stands in, plain only, for the demo; tests of TLS and of restarts need mosquitto.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ezvpn_hil import mosquitto
from ezvpn_hil.lab import dashboard
from ezvpn_hil.lab.daemon import Daemon
from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.processes import Processes, listening, wait_until
from ezvpn_hil.mosquitto import Listener

PLAIN, TLS, TLS_CLIENT = 1883, 8883, 8884
LISTENERS = (Listener(PLAIN), Listener(TLS, tls=True), Listener(TLS_CLIENT, client=True))


def installed() -> bool:
    return mosquitto.program() is not None


class Subscription:
    """A dashboard: every message since the start, in order. Payloads that are JSON are decoded."""

    def __init__(self, child: subprocess.Popen[bytes], log: Path) -> None:
        self._child = child
        self._log = log

    def messages(self) -> list[tuple[str, Any, bool]]:
        """(topic, payload, retained)"""
        return [_message(line) for line in self._log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def wait(self, topic_end: str, payload: Any = None, limit_s: float = 10.0) -> Any:
        """The newest payload of a topic that ends so (and equals payload, if given). Raises LabError after limit_s."""
        found: list[Any] = []

        def seen() -> bool:
            found[:] = [p for t, p, _ in self.messages() if t.endswith(topic_end) and payload in (None, p)]
            return bool(found)

        if not wait_until(seen, limit_s, 0.05):
            raise LabError(f"no message on …{topic_end} ({payload}) within {limit_s} s; seen: {self.messages()[-5:]}")
        return found[-1]

    def close(self) -> None:
        self._child.terminate()
        self._child.wait(5)


def _message(line: str) -> tuple[str, Any, bool]:
    row = json.loads(line)
    payload = row.get("payload")
    try:
        payload = json.loads(payload)
    except (TypeError, ValueError):
        pass
    return row["topic"], payload, bool(row.get("retain"))


class Broker(Daemon):
    """address: where its three ports are. Files for clients: `certificates`/ca.pem, client.pem, client-key.pem."""

    def __init__(
        self, name: str, address: str, space: Namespace, processes: Processes, run_dir: Path, program: str
    ) -> None:
        embedded = program == "embedded"
        found = mosquitto.program()
        if not embedded and found is None:
            raise LabError(mosquitto.NOT_INSTALLED)
        self.address = address
        self._subscriber = (
            [sys.executable, "-I", dashboard.__file__, address]
            if embedded
            else ["mosquitto_sub", "-h", address, "-q", "1", "-F", "%j"]
        )
        self._embedded = embedded
        self.certificates = run_dir / "certificates"
        store = run_dir / name
        store.mkdir(exist_ok=True)
        conf = store / "mosquitto.conf"
        conf.write_text(mosquitto.configuration(address, LISTENERS, str(self.certificates), str(store)))
        log = run_dir / "log" / f"{name}.log"
        argv = [str(found), "-c", str(conf)]
        last = TLS_CLIENT
        if embedded:
            argv = [sys.executable, "-m", "ezvpn_hil.broker", "--port", str(PLAIN), "--address", address]
            last = PLAIN
        super().__init__(name, space, processes, argv, log, lambda pid: listening(pid, "tcp", last))
        self._subscriptions = 0
        self._log_dir = log.parent

    def subscribe(self, topic: str = "#", session: str = "") -> Subscription:
        """A dashboard in the broker's own namespace. The lab ends it at the latest. session: a client-id for which the broker
        keeps what comes while the dashboard is away; mosquitto only."""
        self._subscriptions += 1
        name = f"{self.name}-sub{self._subscriptions}"
        kept = ["--disable-clean-session", "-i", session] if session else []
        argv = [*self._subscriber, topic] if self._embedded else [*self._subscriber, *kept, "-t", topic]
        return Subscription(self.space.popen(argv, name), self._log_dir / f"{name}.log")
