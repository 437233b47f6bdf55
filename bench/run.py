"""`make bench`: the device binary and CPython beside vpnc and strongSwan's client, on one strongSwan gateway, in one run.

    python bench/run.py [--runs N] [--rounds N] [--seconds N] [--idle N] [--quick] [--json FILE]

Belongs here: the order of the runs. The remotes take turns (A B C A B C …), so that what disturbs the machine disturbs all;
compare the ratios, not the times. Not here: the remotes (`remotes`), the clock (`probe`), reading and printing (`figures`).
Needs vpnc, strongSwan and iperf3, and namespaces: root, or a kernel that lets users make them. Exit codes: 0 done,
2 usage, 3 something is missing or failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from figures import Figure, cpu_s, files_kb, memory_kb, table, voluntary_switches
from remotes import ESP, GATEWAY, IKE, REMOTES, Remote

from ezvpn_firmware import build, targets
from ezvpn_firmware.trouble import Trouble
from ezvpn_hil.lab import rootless
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import LabError
from ezvpn_hil.lab.plan import LAN_HOST
from ezvpn_hil.lab.processes import end, listening, wait_until
from ezvpn_hil.lab.strongswan import CHARON

SETTLE_S = 0.3  # after the first answer: helpers have ended, lazy parts are loaded
IDLE_SETTLE_S = 3.0
TRIES = 3
PORT = 5202  # of our own iperf3
NAMES = [remote.name for remote in REMOTES]


class Bench:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.start = Figure("start_ms", "start to first answer through the tunnel, ms", 1)
        self.memory = Figure("pss_kb", "memory when up, PSS kB", 0)
        self.size = Figure("files_kb", "program and libraries, kB", 0)
        self.cpu = {
            "up": Figure("cpu_up", "CPU s per GB, up", 1),
            "down": Figure("cpu_down", "CPU s per GB, down", 1),
        }
        self.rate = {
            "up": Figure("mbit_up", "TCP Mbit/s, up", 0, less_is_better=False),
            "down": Figure("mbit_down", "TCP Mbit/s, down", 0, less_is_better=False),
        }
        self.idle = Figure("switches", f"voluntary switches in {options.idle} s idle", 0)
        self.figures = [self.start, self.memory, self.size, *self.cpu.values(), *self.rate.values(), self.idle]

    def run(self) -> None:
        with Lab([GATEWAY], nat=False, broker="none", clients=len(REMOTES)) as lab:
            remotes = [remote(lab, space) for remote, space in zip(REMOTES, lab.clients, strict=True)]
            for remote in remotes:
                remote.start()  # once for the page cache, and for Python's compiled files
                remote.stop()
            for number in range(self._options.runs):
                say(f"start {number + 1} of {self._options.runs}")
                for remote in remotes:
                    self._start(remote)
            for number in range(self._options.rounds):
                say(f"traffic {number + 1} of {self._options.rounds}")
                for remote in remotes:
                    remote.start()
                    for way in ("up", "down"):
                        self._traffic(lab, remote, way)
                    remote.stop()
            say("idle")
            self._stay_idle(remotes)

    def _start(self, remote: Remote) -> None:
        self.start.add(remote.name, remote.start())
        time.sleep(SETTLE_S)
        self.memory.add(remote.name, memory_kb(Path(f"/proc/{remote.pid}/smaps").read_text()))
        self.size.add(remote.name, files_kb(Path(f"/proc/{remote.pid}/maps").read_text()))
        remote.stop()

    def _traffic(self, lab: Lab, remote: Remote, way: str) -> None:
        stat = Path(f"/proc/{remote.pid}/stat")
        for _ in range(TRIES):
            before = cpu_s(stat.read_text())
            report = iperf(lab, remote, way, self._options.seconds)
            used = cpu_s(stat.read_text()) - before
            if "sum_received" in report.get("end", {}):
                break
            fault = f"iperf3 through {remote.name}, {way}: {report.get('error', 'no answer')}"
            say(fault)
        else:
            raise LabError(fault)
        received = report["end"]["sum_received"]
        self.cpu[way].add(remote.name, used / (received["bytes"] / 1e9))
        self.rate[way].add(remote.name, received["bits_per_second"] / 1e6)

    def _stay_idle(self, remotes: list[Remote]) -> None:
        """All at once: nobody has anything to do."""
        for remote in remotes:
            remote.start()
        time.sleep(IDLE_SETTLE_S)
        before = {remote: voluntary_switches(remote.pid) for remote in remotes}
        time.sleep(self._options.idle)
        for remote in remotes:
            self.idle.add(remote.name, voluntary_switches(remote.pid) - before[remote])
            remote.stop()


def iperf(lab: Lab, remote: Remote, way: str, seconds: int) -> dict[str, Any]:
    """iperf3's own report. A server for each run: one that lost its client stays busy for ever."""
    server = lab.lan.popen(["iperf3", "-s", "-1", "-p", str(PORT)], "iperf-bench")
    try:
        wait_until(lambda: listening(server.pid, "tcp", PORT), 5)
        words = ["iperf3", "-J", "-c", LAN_HOST, "-p", str(PORT), "-t", str(seconds)]
        done = remote.space.run([*words, *(["-R"] if way == "down" else [])], seconds + 20, check=False)
    finally:
        end([server.pid])
    report: dict[str, Any] = json.loads(done.stdout or "{}")
    return report


def say(text: str) -> None:
    """Progress, for who watches: not part of the result."""
    print(f"[bench] {text}", file=sys.stderr, flush=True)


def missing() -> str:
    """The Debian packages to be installed first, "" when all is there."""
    needed = (
        ("vpnc", "vpnc"),
        ("iperf3", "iperf3"),
        (CHARON, "charon-systemd libcharon-extra-plugins"),
        ("swanctl", "strongswan-swanctl"),
    )
    return " ".join(package for program, package in needed if not shutil.which(program))


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=10, help="starts of each remote (default 10)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of traffic, each up and down (default 3)")
    parser.add_argument("--seconds", type=int, default=5, help="of TCP each way and round (default 5)")
    parser.add_argument("--idle", type=int, default=60, help="seconds without traffic (default 60)")
    parser.add_argument("--quick", action="store_true", help="3 starts, 1 round of 3 s, 10 s idle: a first look")
    parser.add_argument("--json", metavar="FILE", help="also write all samples here")
    options = parser.parse_args(words)
    if options.quick:
        options.runs, options.rounds, options.seconds, options.idle = 3, 1, 3, 10
    for name in ("runs", "rounds", "seconds", "idle"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} {getattr(options, name)}: use 1 or more")
    return options


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(words: list[str]) -> int:
    options = parse(words)
    if absent := missing():
        print(f"bench: not all programs are here. Run: apt-get install -y {absent}", file=sys.stderr)
        return 3
    if rootless.needed():
        if reason := rootless.possible():
            print(f"bench: no namespaces without root here ({reason}). Run: sudo make bench", file=sys.stderr)
            return 3
        rootless.enter([sys.executable, str(Path(__file__).resolve()), *words])
    signal.signal(signal.SIGTERM, _terminated)
    try:
        build.build(targets.of(platform.machine()), say)
    except Trouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr)
        return 3
    bench = Bench(options)
    began = time.monotonic()
    try:
        bench.run()
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("bench: interrupted; nothing is left behind", file=sys.stderr)
        return 130
    machine = f"{os.cpu_count()} cores {platform.machine()}, CPython {platform.python_version()}"
    print(f"\nOne strongSwan gateway, IKE {IKE}, ESP {ESP} in UDP · {machine}")
    print(
        f"{options.runs} starts, {options.rounds} rounds of {options.seconds} s TCP each way, taking turns, "
        f"{time.monotonic() - began:.0f} s in all · medians, and medians of paired ratios\n"
    )
    print(table(bench.figures, NAMES, sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    print(
        "\nLess is better, but for Mbit/s: there gateway and machine are the limit. Idle: each probes its peer after 10 s."
    )
    if options.json:
        found = {figure.key: figure.to_json(NAMES) for figure in bench.figures}
        Path(options.json).write_text(
            json.dumps({"machine": machine, "options": vars(options), "figures": found}, indent=1) + "\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
