"""The practice gateway in a lab, where no real one can be installed. Passing against it proves no interoperability.

Belongs here: starting `ezvpn_hil.gateway` with the options of a plan. Not here: the gateway itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ezvpn_hil.lab.daemon import Daemon
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.processes import Processes, listening
from ezvpn_hil.lab.wiring import Wan

IKE_PORT = 500


class PracticeGateway(RunningGateway):
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
        argv = [sys.executable, "-m", "ezvpn_hil.gateway", "--listen", address, "--pool", pool, "--tun"]
        argv += ["--group", options.group, "--key", options.psk]
        for user, password in options.users:
            argv += ["--user", f"{user}:{password}"]
        for network in options.split or ():
            argv += ["--split", network]
        for name, values in (("--ike", options.ike), ("--esp", options.esp), ("--dns", options.dns)):
            for value in values:
                argv += [name, value]
        argv += ["--domain", options.domain, "--banner", options.banner]
        log = run_dir / "log" / f"{role}.log"
        daemon = Daemon(role, space, processes, argv, log, lambda pid: listening(pid, "udp", IKE_PORT))
        super().__init__(role, options, address, pool, daemon, wan)
