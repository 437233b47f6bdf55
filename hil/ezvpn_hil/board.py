"""A board on a bench: from off to a prompt, to a configuration, to a tunnel.

Belongs here: what is done to get from one state to the next, and how long that may take. Not here: how power and cables work
(`drivers`), what a suite tests (hil/suites).
"""

from __future__ import annotations

import time

from ezvpn_hil.drivers.console import SerialConsole
from ezvpn_hil.drivers.qemu import Qemu

PROMPT = r"(?:^|\n)[\w.-]+>"
UP = r"%CRYPTO-6-EZVPN_CONNECTION_UP"
BOOT_S = 30.0
TUNNEL_S = 30.0


class Board:
    """One board, off. `seconds`: from power-on to what was waited for last."""

    def __init__(self, driver: Qemu) -> None:
        self.driver = driver
        self.seconds = 0.0
        self._power_at = 0.0

    @property
    def console(self) -> SerialConsole:
        return self.driver.console

    def power_on(self) -> None:
        """Power, and nothing awaited."""
        self._power_at = time.monotonic()
        self.driver.on()

    def boot(self) -> None:
        """Off to a prompt, privileged."""
        self.power_on()
        self.wait(PROMPT, BOOT_S)
        self.privileged()

    def privileged(self) -> None:
        self.console.send(b"enable\r")
        self.console.wait(r"#$", BOOT_S)
        self.console.command("terminal length 0")

    def cut(self) -> None:
        """The power fails."""
        self.driver.off()

    def wait(self, pattern: str, limit_s: float) -> None:
        self.console.wait(pattern, limit_s)
        self.seconds = time.monotonic() - self._power_at

    def configure(self, text: str) -> None:
        """Lines typed in configuration mode, from the privileged prompt and back to it."""
        self.console.command("configure terminal")
        for line in text.strip().splitlines():
            self.console.command(line.strip())
        self.console.send(b"\x1a")
        self.console.wait(r"#$")

    def save(self) -> None:
        assert "[OK]" in self.console.command("write memory")

    def show(self, what: str) -> str:
        return self.console.command("show " + what)
