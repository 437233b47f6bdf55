"""A board that QEMU emulates: power, reset, cables and the serial port.

Belongs here: QEMU's command line and its monitor (QMP, docs/interop/qmp-spec of QEMU). Not here: what is typed on the console
(`console`), what the board is (hil/places), the networks behind its cables (`lab`).
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ezvpn_hil.drivers.console import SerialConsole
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.processes import wait_until

PLACES = Path(__file__).resolve().parents[2] / "places"
_READY_S = 10.0


@dataclass(frozen=True)
class Machine:
    """The `[qemu]` table of a place. package: what has the program · arguments: of the machine itself · disk, nic: names of its
    devices · append: the kernel's command line · last_is_first: the kernel finds the devices in the other order."""

    board: str
    program: str
    package: str
    arguments: tuple[str, ...]
    disk: str
    nic: str
    memory_mb: int
    append: str
    last_is_first: bool


def machine(place: str) -> Machine:
    """The machine of a place."""
    table = tomllib.loads((PLACES / f"{place}.toml").read_text(encoding="utf-8"))
    facts = table["qemu"]
    return Machine(
        table["board"],
        facts["program"],
        facts["package"],
        tuple(facts["arguments"]),
        facts["disk"],
        facts["nic"],
        facts["memory_mb"],
        facts["append"],
        facts.get("last_is_first", False),
    )


class Qemu:
    """One board. space: where its cables end · image: folder with `kernel`, `root.squashfs`, `data.ext4` · folder: of this
    run, it holds the board's own data partition · taps: of its network ports, in their order."""

    def __init__(
        self,
        what: Machine,
        space: Namespace,
        image: Path,
        folder: Path,
        taps: Sequence[str] = (),
        memory_mb: int = 0,
    ) -> None:
        self._machine = what
        self._space = space
        self._image = image
        self._folder = folder
        self._taps = tuple(taps)
        self._memory_mb = memory_mb or what.memory_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._monitor: socket.socket | None = None
        self._console: SerialConsole | None = None
        self.data = folder / "data.ext4"
        if not self.data.exists():
            shutil.copyfile(image / "data.ext4", self.data)

    @property
    def console(self) -> SerialConsole:
        assert self._console is not None, "the board is off"
        return self._console

    def on(self) -> None:
        """Power. What its serial port says from the first byte on is kept in console.log."""
        for name in ("serial", "qmp"):
            (self._folder / name).unlink(missing_ok=True)
        with (self._folder / "qemu.log").open("ab") as log:
            self._process = self._space.popen(self.command(), "qemu", output=log)
        self._monitor = self._connected("qmp")
        self._answer()
        self._ask("qmp_capabilities")
        self._console = SerialConsole(self._connected("serial"), self._folder / "console.log")
        self._ask("cont")

    def off(self) -> None:
        """The plug is pulled."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_READY_S)
        if self._console is not None:
            self._console.close()
        if self._monitor is not None:
            self._monitor.close()
        self._process = self._console = self._monitor = None

    def reset(self) -> None:
        """The reset button."""
        self._ask("system_reset")

    def cable(self, port: int, plugged: bool) -> None:
        """The cable of a network port."""
        self._ask("set_link", name=f"port{port}", up=plugged)

    def command(self) -> list[str]:
        """QEMU's command line; it waits for `cont`."""
        words = [self._machine.program, *self._machine.arguments, "-m", str(self._memory_mb), "-display", "none", "-S"]
        words += ["-nodefaults", "-no-user-config"]
        words += ["-serial", f"unix:{self._folder}/serial,server=on,wait=off"]
        words += ["-qmp", f"unix:{self._folder}/qmp,server=on,wait=off"]
        words += ["-kernel", str(self._image / "kernel"), "-append", self._machine.append]
        devices: list[list[str]] = []
        # cache=writethrough: what the board was told is on the disk is not only in this machine's memory.
        for name, file, extra in (
            ("root", self._image / "root.squashfs", "readonly=on"),
            ("data", self.data, "cache=writethrough"),
        ):
            words += ["-drive", f"if=none,id={name},format=raw,file={file},{extra}"]
            devices.append(["-device", f"{self._machine.disk},drive={name}"])
        for port, tap in enumerate(self._taps):
            words += ["-netdev", f"tap,id=port{port},ifname={tap},script=no,downscript=no"]
            devices.append(["-device", f"{self._machine.nic},netdev=port{port},mac=52:54:00:00:00:{port + 1:02x}"])
        if self._machine.last_is_first:
            devices.reverse()
        return words + sum(devices, [])

    def _connected(self, name: str) -> socket.socket:
        path = str(self._folder / name)
        stream = socket.socket(socket.AF_UNIX)

        def reached() -> bool:
            try:
                stream.connect(path)
            except OSError:
                return False
            return True

        assert wait_until(reached, _READY_S), f"QEMU opened no {path}: {self._words()}"
        return stream

    def _words(self) -> str:
        """The last of what QEMU said itself."""
        return (self._folder / "qemu.log").read_text(encoding="utf-8", errors="replace")[-500:].strip()

    def _ask(self, what: str, **arguments: object) -> Any:
        assert self._monitor is not None, "the board is off"
        self._monitor.sendall(json.dumps({"execute": what, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = self._answer()
            if "return" in answer:
                return answer["return"]
            assert "error" not in answer, f"{what}: {answer}"

    def _answer(self) -> dict[str, Any]:
        """The next line of the monitor; events among them."""
        assert self._monitor is not None
        self._monitor.settimeout(_READY_S)
        line = b""
        while not line.endswith(b"\n"):
            try:
                data = self._monitor.recv(1)
            except ConnectionResetError:
                data = b""
            assert data, "QEMU has ended: " + self._words()
            line += data
        found = json.loads(line)
        assert isinstance(found, dict)
        return found
