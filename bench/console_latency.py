"""How long a key waits for its echo while one tunnel carries 10 MB/s and another one negotiates every 2 s.

    python bench/console_latency.py [KEYS]          as root: it builds a lab of its own

Measured at the far end of a terminal, key by key; on MicroPython of PyPI without packets, which it cannot move. What sends, what
encrypts at the gateway and what receives share the processors with the agent: the time in which the machine let the agent or
this program wait for one is taken off (proc_pid_schedstat of Documentation/scheduler/sched-stats.rst). The goals: p99 of
2 ms on CPython, 5 ms on the device binary, 10 ms on MicroPython of PyPI.
"""

from __future__ import annotations

import os
import platform
import pty
import select
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ezvpn.terminal.agent import ask
from ezvpn_firmware import build, targets
from ezvpn_firmware.trouble import Trouble
from ezvpn_hil.lab.agent import CPYTHON, Agent, micropython, six_lines
from ezvpn_hil.lab.lab import SINK_PORT, Lab
from ezvpn_hil.lab.namespace import LabError
from ezvpn_hil.lab.plan import LAN_HOST, Gateway, gateway_wan, own_lan
from ezvpn_hil.lab.processes import wait_until

KEYS = 1000
KEY_S = 0.01  # nobody types that fast
CLEAR_S = 2.0
# Sends 10 MB/s for so many seconds to the sink of the lab.
PACED = """
import socket, sys, time
address, port, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sock = socket.create_connection((address, port), timeout=20)
sock.sendall(f"up {10_000_000 * seconds}\\n".encode())
block, due = bytes(100_000), time.monotonic()
for _ in range(100 * seconds):
    sock.sendall(block)
    due += 0.01
    time.sleep(max(due - time.monotonic(), 0))
"""


class Typist:
    """A person with a stop watch at the far end of a terminal. pids: all who have a part in an echo."""

    def __init__(self, terminal: int, pids: tuple[int, ...]) -> None:
        self.terminal = terminal
        self.pids = pids
        self.seen = b""
        os.set_blocking(terminal, False)

    def read(self, limit_s: float) -> None:
        if select.select([self.terminal], [], [], limit_s)[0]:
            self.seen += os.read(self.terminal, 4096)

    def key_ms(self, key: bytes) -> float:
        """Until its echo is there; log lines that come in between are drawn above, and the typed line anew."""
        self.seen = b""
        waited = self._waited_ms()
        began = time.perf_counter()
        os.write(self.terminal, key)
        while not self.seen.rstrip(b"\b ").endswith(key):
            self.read(5.0)
            if time.perf_counter() - began > 5:
                raise LabError("no echo within 5 s")
        took = (time.perf_counter() - began) * 1000
        return max(took - (self._waited_ms() - waited), 0.0)

    def _waited_ms(self) -> float:
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) for pid in self.pids) / 1e6


def active(agent: Agent) -> bool:
    return agent.execute("show crypto ipsec client ezvpn", check=False).count("IPSEC_ACTIVE") == 2


def measure(lab: Lab, name: str, program: Sequence[str], keys: int) -> str:
    packets = name != "micropython"
    ours, theirs = pty.openpty()
    options = (*(() if packets else ("--dataplane", "none")), "--console", os.ttyname(theirs))
    agent = lab.agent(lab.client, f"typed-{name}", options, program)
    first, second = lab.gateways[0], lab.gateways[1]
    text = six_lines(first.options, gateway_wan(1)) + six_lines(second.options, gateway_wan(2), name="B")
    agent.start("logging console errors\n" + text)
    try:
        if not wait_until(lambda: active(agent), 20, 0.5):
            raise LabError(f"the tunnels of {name} are not up:\n{agent.log_tail()}")
        typist = Typist(ours, (agent.pid, os.getpid()))
        typist.read(1.0)
        sender = None
        if packets:
            seconds = str(int(keys * (KEY_S + 0.004)) + 2)
            argv = [sys.executable, "-I", "-c", PACED, LAN_HOST, str(SINK_PORT), seconds]
            sender = lab.client.popen(argv, f"sender-{name}")
        found, cleared = [], [time.monotonic()]
        for number in range(keys):
            found.append(typist.key_ms(b"abcdefghij"[number % 10 : number % 10 + 1]))
            if number % 10 == 9:
                os.write(ours, b"\x15")
                typist.read(0.05)
            if time.monotonic() - cleared[-1] > CLEAR_S:
                cleared.append(time.monotonic())
                ask("clear crypto ipsec client ezvpn B", str(agent.state_dir))
            time.sleep(KEY_S)
        if sender is not None and sender.wait(30) != 0:
            raise LabError("the sender failed")
    finally:
        agent.stop()
        os.close(ours)
        os.close(theirs)
    found.sort()
    p99 = found[int(len(found) * 0.99)]
    return (
        f"{name:12} {keys} keys, {len(cleared) - 1} negotiations: median {statistics.median(found):.2f} ms,"
        f" p99 {p99:.2f} ms, worst {found[-1]:.2f} ms"
    )


def main() -> int:
    keys = int(sys.argv[1]) if len(sys.argv) > 1 else KEYS
    try:
        firmware = build.build(targets.of(platform.machine()), lambda line: print(line, file=sys.stderr))
        programs = {"firmware": (str(firmware.path),), "cpython": CPYTHON, "micropython": micropython()}
        with Lab([Gateway(), Gateway(split=(own_lan(2),))], nat=False, broker="none") as lab:
            for name, program in programs.items():
                print(measure(lab, name, program, keys), flush=True)
    except (LabError, Trouble) as fault:
        print(f"console_latency: {fault}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
