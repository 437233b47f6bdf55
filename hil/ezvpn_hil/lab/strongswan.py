"""strongSwan as an Easy VPN gateway, one charon a namespace, and as a client to compare our agent with.

Belongs here: starting charon-systemd with files and socket of its own, loading, asking. Not here: the text of its
configuration (`strongswan_conf`) and its control protocol (`vici`).
On a kernel without ESP it encapsulates in userspace (kernel-libipsec), which does only ESP in UDP.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from ezvpn_hil.lab.daemon import Daemon
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.processes import Processes
from ezvpn_hil.lab.strongswan_conf import TOOL_CONF, client_conf, daemon_conf, gateway_conf
from ezvpn_hil.lab.vici import Vici, answers
from ezvpn_hil.lab.wiring import Wan

CHARON = "/usr/sbin/charon-systemd"
PACKAGES = "strongswan-swanctl charon-systemd libcharon-extra-plugins libcharon-extauth-plugins"


def installed() -> bool:
    return Path(CHARON).exists()


def _charon(name: str, space: Namespace, processes: Processes, folder: Path, log: Path, client: bool) -> Daemon:
    folder.mkdir(exist_ok=True)
    socket = folder / "vici"
    (folder / "strongswan.conf").write_text(daemon_conf(str(socket), str(log), client))
    (folder / "tool.conf").write_text(TOOL_CONF)
    env = {"STRONGSWAN_CONF": str(folder / "strongswan.conf")}
    return Daemon(name, space, processes, [CHARON], log, lambda pid: answers(str(socket)), env)


def _load(folder: Path) -> None:
    """swanctl takes its command first. It grumbles about missing key folders, which is harmless."""
    done = subprocess.run(
        ["swanctl", "--load-all", "--uri", f"unix://{folder}/vici", "--file", str(folder / "swanctl.conf")],
        capture_output=True,
        text=True,
        env={"STRONGSWAN_CONF": str(folder / "tool.conf"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        timeout=20,
    )
    if done.returncode:
        raise LabError(f"swanctl --load-all: {done.stderr.strip() or done.stdout.strip()}")


class StrongSwanGateway(RunningGateway):
    def __init__(
        self,
        role: str,
        options: Gateway,
        address: str,
        pool: str,
        space: Namespace,
        processes: Processes,
        run_dir: Path,
        wan: Wan,
    ) -> None:
        if not installed():
            raise LabError(f"strongSwan is not installed: run apt-get install -y {PACKAGES}")
        self.folder = run_dir / role
        log = run_dir / "log" / f"{role}.charon.log"
        super().__init__(role, options, address, pool, _charon(role, space, processes, self.folder, log, False), wan)

    def configure(self, options: Gateway) -> None:
        """Other options for a running gateway; its SAs stay. The address, the pool and the group's name stay too."""
        self.options = options
        self._write()
        _load(self.folder)

    def start(self) -> None:
        (self.folder / "vici").unlink(missing_ok=True)  # left by a kill, it would look ready
        self._write()
        self.daemon.start()
        _load(self.folder)

    def _write(self) -> None:
        text = gateway_conf(self.options, self.address, self.pool)
        (self.folder / "swanctl.conf").write_text(text)

    def _ask(self, command: str, message: dict[str, Any] | None = None, event: str = "") -> list[dict[str, Any]]:
        with Vici(str(self.folder / "vici")) as vici:
            return vici.request(command, message, event)[1]

    def list_sas(self) -> list[dict[str, Any]]:
        """One dict an IKE SA, keys as in strongSwan's list-sa event (`state`, `remote-host`, `remote-xauth-id`,
        `remote-vips`, `child-sas`: dict name -> `state`, `encr-alg`, `bytes-in`, `packets-in`, …)."""
        return [sa for event in self._ask("list-sas", event="list-sa") for sa in event.values()]

    def leases(self) -> dict[str, str]:
        """Assigned address -> identity, online leases only."""
        with Vici(str(self.folder / "vici")) as vici:
            answer, _ = vici.request("get-pools", {"leases": "yes"})
        rows = [lease for pool in answer.values() for lease in pool.get("leases", {}).values()]
        return {row["address"]: row["identity"] for row in rows if row["status"] == "online"}

    def terminate(self) -> None:
        """Delete all SAs, with deletes to the peers."""
        self._ask("terminate", {"ike": "ez", "timeout": "2000"})

    def initiate(self, child: str = "net0") -> None:
        """Site-to-site: begin from the gateway's side. Returns at once."""
        self._ask("initiate", {"ike": "ez", "child": child, "timeout": "-1"})

    def rekey(self, child: str = "", ike: bool = False) -> None:
        """Start a rekey from the gateway's side: of phase 2 (of this child, or all) or of phase 1."""
        self._ask("rekey", {"ike": "ez"} if ike else {"child": child or "net0"})


class StrongSwanClient:
    """charon as the remote: the other program that our agent is measured against."""

    def __init__(self, name: str, space: Namespace, processes: Processes, run_dir: Path) -> None:
        self.folder = run_dir / name
        log = run_dir / "log" / f"{name}.charon.log"
        self.daemon = _charon(name, space, processes, self.folder, log, True)

    def connect(self, gateway: RunningGateway, ike: str, esp: str) -> float:
        """Seconds from the start of the daemon until the tunnel is up. Raises LabError with what swanctl said."""
        began = time.monotonic()
        text = client_conf(gateway.options, gateway.address, ike, esp)
        (self.folder / "swanctl.conf").write_text(text)
        (self.folder / "vici").unlink(missing_ok=True)
        self.daemon.start()
        _load(self.folder)
        done = subprocess.run(
            ["swanctl", "--initiate", "--child", "net", "--uri", f"unix://{self.folder}/vici"],
            capture_output=True,
            text=True,
            env={"STRONGSWAN_CONF": str(self.folder / "tool.conf"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            timeout=40,
        )
        if done.returncode:
            raise LabError(f"swanctl --initiate: {done.stdout.strip()[-400:]} {done.stderr.strip()[-200:]}")
        return time.monotonic() - began

    def disconnect(self) -> None:
        self.daemon.stop()
