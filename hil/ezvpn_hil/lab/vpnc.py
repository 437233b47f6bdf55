"""vpnc as the remote: a judge of the lab, and the program that our agent is measured against.

Belongs here: its configuration, its script, starting and ending it. Not here: the figures (bench).
"""

from __future__ import annotations

import time
from pathlib import Path

from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.processes import end, wait_until

LIMIT_S = 40

# Sets the address and routes and nothing else. Debian's own script also touches resolv.conf and takes three times as long.
SCRIPT = """#!/bin/sh
case "$reason" in
connect)
  ip link set dev "$TUNDEV" up mtu "${INTERNAL_IP4_MTU:-1412}"
  ip addr add "$INTERNAL_IP4_ADDRESS/32" dev "$TUNDEV"
  i=0
  if [ -n "$CISCO_SPLIT_INC" ]; then
    while [ $i -lt "$CISCO_SPLIT_INC" ]; do
      eval net=\\$CISCO_SPLIT_INC_${i}_ADDR len=\\$CISCO_SPLIT_INC_${i}_MASKLEN
      ip route add "$net/$len" dev "$TUNDEV"
      i=$((i + 1))
    done
  else
    ip route add default dev "$TUNDEV"
  fi
  ;;
disconnect)
  ip link del "$TUNDEV" 2>/dev/null
  ;;
esac
exit 0
"""

DH_GROUPS = {"modp1024": "dh2", "modp1536": "dh5", "modp2048": "dh14"}


def vpnc_conf(gateway: Gateway, address: str, dh: str, password: str | None = None) -> str:
    """dh: modp1024, modp1536 or modp2048."""
    user, stored = gateway.users[0]
    return f"""IPSec gateway {address}
IPSec ID {gateway.group}
IPSec secret {gateway.psk}
Xauth username {user}
Xauth password {password if password is not None else stored}
IKE Authmode psk
IKE DH Group {DH_GROUPS[dh]}
Perfect Forward Secrecy nopfs
NAT Traversal Mode natt
DPD idle timeout (our side) 10
Local Port 0
"""


class VpncClient:
    def __init__(self, name: str, space: Namespace, run_dir: Path) -> None:
        self.space = space
        self.folder = run_dir / name
        self.folder.mkdir(exist_ok=True)
        self._pid_file = self.folder / "pid"

    def connect(
        self, gateway: RunningGateway, dh: str = "modp1024", weak: bool = False, password: str | None = None
    ) -> float:
        """Seconds until vpnc went to the background (tunnel up). weak: what libreswan needs. Raises LabError."""
        conf, script = self.folder / "vpnc.conf", self.folder / "script.sh"
        conf.touch(0o600)
        conf.write_text(vpnc_conf(gateway.options, gateway.address, dh, password))
        script.write_text(SCRIPT)
        script.chmod(0o755)
        self._pid_file.unlink(missing_ok=True)
        argv = ["timeout", str(LIMIT_S), "vpnc", str(conf), "--script", str(script), "--pid-file", str(self._pid_file)]
        began = time.monotonic()
        done = self.space.run(
            [*argv, "--non-inter", *(["--enable-weak-encryption"] if weak else [])], LIMIT_S + 5, check=False
        )
        if done.returncode:
            raise LabError(f"vpnc: exit {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}")
        if not wait_until(lambda: self.pid is not None, 5):
            raise LabError("vpnc went to the background and wrote no pid")
        return time.monotonic() - began

    @property
    def pid(self) -> int | None:
        try:
            return int(self._pid_file.read_text())
        except (OSError, ValueError):
            return None

    def disconnect(self) -> None:
        if (pid := self.pid) is not None:
            end([pid])
