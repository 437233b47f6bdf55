"""A running gateway: what any kind of it can suffer, and what every kind answers.

Belongs here: the interface that tests use, whatever program plays the gateway. Not here: any one program.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ezvpn_hil.lab.daemon import Daemon
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.wiring import Wan


class RunningGateway:
    """role: gw1, gw2, …; address: on the WAN; pool: its addresses for remotes."""

    def __init__(self, role: str, options: Gateway, address: str, pool: str, daemon: Daemon, wan: Wan) -> None:
        self.role = role
        self.options = options
        self.address = address
        self.pool = pool
        self.daemon = daemon
        self._wan = wan

    @property
    def space(self) -> Namespace:
        return self.daemon.space

    @property
    def log(self) -> Path:
        return self.daemon.log

    def start(self) -> None:
        self.daemon.start()

    def stop(self) -> None:
        self.daemon.stop()

    def restart(self) -> None:
        """It comes back knowing nothing of its SAs."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """It is gone and said nothing; the machine still answers (port unreachable)."""
        self.daemon.kill()

    def freeze(self) -> None:
        """It is there and says nothing."""
        self.daemon.freeze()

    def thaw(self) -> None:
        self.daemon.thaw()

    def cut(self) -> None:
        """Nothing reaches it and nothing comes from it; nobody is told."""
        self._wan.loss(self.role, 100)

    def restore(self) -> None:
        """The end of `cut` and of `loss`."""
        self._wan.loss(self.role, 0)

    def loss(self, percent: float) -> None:
        """Random loss on its link, each way."""
        self._wan.loss(self.role, percent)

    def list_sas(self) -> list[dict[str, Any]]:
        """The IKE SAs it holds; a kind that can't tell answers an empty list."""
        return []

    def leases(self) -> dict[str, str]:
        return {}
