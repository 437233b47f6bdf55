"""The remotes that are compared: how each is configured, started and ended. All use one suite and one gateway.

Belongs here: command lines and configuration. Not here: the clock (`probe`), what is measured (`figures`), the order (`run`).

| | address and routes set by | dead peer detection |
|---|---|---|
| firmware, cpython | itself | `keepalive 10 2 periodic` |
| vpnc | a script of a few lines; Debian's own takes three times as long | idle 10 s |
| strongSwan | itself (charon-systemd with the plugins it needs, swanctl) | 10 s |
"""

from __future__ import annotations

import json
import os
import platform
import sys
import sysconfig
import venv
from dataclasses import replace
from pathlib import Path
from typing import Any

import cryptography

import ezvpn
from ezvpn_firmware import build, targets
from ezvpn_hil.lab.agent import six_lines
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.plan import LAN_HOST, Gateway
from ezvpn_hil.lab.processes import end, wait_until
from ezvpn_hil.lab.strongswan import CHARON
from ezvpn_hil.lab.strongswan_conf import TOOL_CONF, client_conf, daemon_conf
from ezvpn_hil.lab.vpnc import SCRIPT, vpnc_conf

IKE, ESP = "aes128-sha1-modp1024", "aes128-sha1"
# A user for each remote: INITIAL-CONTACT of one ends the others' sessions of the same user.
GATEWAY = Gateway(ike=(IKE,), esp=(ESP,), users=tuple((f"user{number}", "password") for number in range(4)))
LIMIT_S = 20.0
PROBE = Path(__file__).with_name("probe.py")

# vpnc knows no better group together with its AES, so all use group 2.
SUITE = """crypto isakmp policy 10
 encryption aes 128
 hash sha
 authentication pre-share
 group 2
crypto isakmp keepalive 10 2 periodic
"""


class Remote:
    """One program in a client's namespace of its own."""

    name = ""
    number = 0  # which of the gateway's users it is

    def __init__(self, lab: Lab, space: Namespace) -> None:
        self.space = space
        self.gateway: RunningGateway = lab.gateways[0]
        self.options = replace(GATEWAY, users=GATEWAY.users[self.number :])
        self.folder = lab.path / f"bench-{self.name}"
        self.folder.mkdir()
        self.log = self.folder / "log"
        self.pid = 0

    def start(self) -> float:
        """Milliseconds until an echo request through the tunnel was answered. Raises LabError."""
        steps, env = self.steps()
        specification = {"address": LAN_HOST, "limit_s": LIMIT_S, "log": str(self.log), "env": env, "steps": steps}
        argv = [sys.executable, "-I", str(PROBE), json.dumps(specification)]
        done = self.space.run(argv, LIMIT_S + 10, check=False)
        if done.returncode:
            said = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:]) if self.log.exists() else ""
            raise LabError(f"{self.name}: {done.stderr.strip() or done.returncode}\n{said}")
        answer = json.loads(done.stdout)
        self.pid = self.running(answer["pid"])
        return float(answer["ms"])

    def steps(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """What `probe` runs, and variables for its environment."""
        raise NotImplementedError

    def running(self, pid: int) -> int:
        """The process that stays, when `pid` was the one that was started."""
        return pid

    def stop(self) -> None:
        """End it as its user would; it says goodbye to the gateway."""
        end([self.pid])


class Agent(Remote):
    """Ours: one configuration, whatever runs it."""

    def __init__(self, lab: Lab, space: Namespace) -> None:
        super().__init__(lab, space)
        self._config = self.folder / "startup.conf"
        self._config.touch(0o600)
        self._config.write_text(SUITE + six_lines(self.options, self.gateway.address))
        self._program = self.program()

    def program(self) -> Path:
        raise NotImplementedError

    def steps(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        argv = [str(self._program), "run", str(self._config), "--state-dir", str(self.folder)]
        # Compiled once, as on any machine where it has run before; the first start of a run is not counted.
        env = {"PYTHONPYCACHEPREFIX": str(self.folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
        return [{"argv": argv, "until": "runs"}], env


class Firmware(Agent):
    name = "firmware"

    def program(self) -> Path:
        return build.build(targets.of(platform.machine()), lambda line: None).path


class CPython(Agent):
    name = "cpython"
    number = 1

    def program(self) -> Path:
        return _installed(self.folder / "environment")


def _installed(folder: Path) -> Path:
    """The agent's command, installed as a user has it: the import hook of a developer's installation (`pip install -e`) alone
    takes half as long as a negotiation. Modules and libraries are those that the bench itself runs with."""
    venv.create(folder, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    libraries = Path(cryptography.__file__).parent.parent
    (site / "installed.pth").write_text(f"{Path(ezvpn.__file__).parent.parent}\n{libraries}\n")
    program = folder / "bin" / "ezvpn"
    program.write_text(f"#!{folder}/bin/python\nimport sys\nfrom ezvpn.cli import main\nsys.exit(main())\n")
    program.chmod(0o755)
    return program


class Vpnc(Remote):
    name = "vpnc"
    number = 2

    def __init__(self, lab: Lab, space: Namespace) -> None:
        super().__init__(lab, space)
        self._conf, self._script, self._pid = (self.folder / name for name in ("vpnc.conf", "script.sh", "pid"))
        self._conf.touch(0o600)
        self._conf.write_text(vpnc_conf(self.options, self.gateway.address, "modp1024"))
        self._script.write_text(SCRIPT)
        self._script.chmod(0o755)

    def steps(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        self._pid.unlink(missing_ok=True)
        argv = ["vpnc", str(self._conf), "--script", str(self._script), "--pid-file", str(self._pid), "--non-inter"]
        return [{"argv": argv, "until": "exit"}], {}

    def running(self, pid: int) -> int:
        # It goes to the background; the file may be written a moment later.
        if not wait_until(lambda: self._pid.exists() and self._pid.read_text().strip(), 5):
            raise LabError("vpnc went to the background and wrote no pid")
        return int(self._pid.read_text())


class StrongSwan(Remote):
    name = "strongSwan"
    number = 3

    def __init__(self, lab: Lab, space: Namespace) -> None:
        super().__init__(lab, space)
        self._socket = self.folder / "vici"
        (self.folder / "strongswan.conf").write_text(daemon_conf(str(self._socket), str(self.log), client=True))
        (self.folder / "tool.conf").write_text(TOOL_CONF)
        self._conf = self.folder / "swanctl.conf"
        self._conf.touch(0o600)
        self._conf.write_text(client_conf(self.options, self.gateway.address, IKE, ESP))

    def steps(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        self._socket.unlink(missing_ok=True)
        uri = f"unix://{self._socket}"
        tool = ["env", f"STRONGSWAN_CONF={self.folder / 'tool.conf'}", "swanctl"]
        steps = [
            {"argv": [CHARON], "until": str(self._socket)},
            {"argv": [*tool, "--load-all", "--uri", uri, "--file", str(self._conf)], "until": "exit"},
            {"argv": [*tool, "--initiate", "--child", "net", "--uri", uri], "until": "exit"},
        ]
        return steps, {"STRONGSWAN_CONF": str(self.folder / "strongswan.conf"), "PATH": os.environ["PATH"]}


REMOTES = (Firmware, CPython, Vpnc, StrongSwan)
