"""What the machine tells of itself: memory, CPU time and flash out of /proc and statvfs, links and routes out of netlink.

Dual. No timer runs for it: CPU time is sampled when somebody asks and when the adapter wakes anyway to tell the time.
"""

import gc
import os

from ezvpn.compat import HAS_EDGEC
from ezvpn.dataplane.port import KernelError
from ezvpn.machine import FIVE_MINUTES_MS, FIVE_SECONDS_MS, CpuSample, Machine, Usage
from ezvpn.runtime.calls import Part

if HAS_EDGEC:
    import _edgec  # type: ignore[import-not-found]

_SAMPLES = 64  # five minutes of them, if somebody asks all the time
_TICK_MS = 10  # USER_HZ is 100
_TEXT_BYTES = 512
_WANTED = ("MemTotal", "MemAvailable", "MemFree", "VmRSS", "VmHWM", "voluntary_ctxt_switches", "Pss")
ENOSYS = 38


class LinuxMachine(Machine):
    """kernel: the door to netlink, None where there is none · directory: whose file system `flash` is · proc: for tests."""

    def __init__(self, kernel: Part, directory: str, proc: str = "/proc/") -> None:
        self._kernel = kernel
        self._directory = directory
        self._proc = proc
        self._samples: "list[CpuSample]" = []

    def transact(self, request: "bytes | memoryview") -> "list[bytes]":
        if self._kernel is None:
            raise KernelError(ENOSYS, "this system has no netlink")
        found: "list[bytes]" = self._kernel.transact(request)
        return found

    def sample(self, now: int) -> None:
        """Note the CPU time used until now."""
        words = self._stat()
        if len(words) < 13:
            return
        made = CpuSample(now, int(words[11]) * _TICK_MS, int(words[12]) * _TICK_MS)
        kept = self._samples
        # All but the newest are at least five seconds apart, so that one of them is little older than five seconds.
        if len(kept) > 1 and made.at - kept[-2].at < FIVE_SECONDS_MS:
            kept.pop()
        kept.append(made)
        while len(kept) > 2 and (len(kept) > _SAMPLES or kept[1].at < now - FIVE_MINUTES_MS):
            kept.pop(0)

    def usage(self, now: int) -> Usage:
        self.sample(now)
        found = Usage()
        found.samples = list(self._samples)
        pid = self._text("self/stat").split(" ")[0]
        found.pid = int(pid) if pid.isdigit() else None
        machine = self._table("meminfo")
        found.total_kb = machine.get("MemTotal")
        found.free_kb = machine.get("MemAvailable", machine.get("MemFree"))
        own = self._table("self/status")
        found.resident_kb = own.get("VmRSS")
        found.peak_kb = own.get("VmHWM")
        found.switches = own.get("voluntary_ctxt_switches")
        found.shared_kb = self._table("self/smaps_rollup").get("Pss")
        if hasattr(gc, "mem_alloc"):  # MicroPython: one heap of a fixed size
            found.heap_used = gc.mem_alloc()
            found.heap_free = gc.mem_free()  # type: ignore[attr-defined]
        if HAS_EDGEC:
            found.heap_peak = _edgec.heap_peak()
        try:
            facts = os.statvfs(self._directory)
        except OSError:
            return found
        found.flash_total_kb = facts[1] * facts[2] // 1024  # f_frsize, f_blocks
        found.flash_free_kb = facts[1] * facts[4] // 1024  # f_bavail
        return found

    def boot(self) -> str:
        """A name for this run of the machine, "" where it has none."""
        return self._text("sys/kernel/random/boot_id").strip()

    def _stat(self) -> "list[str]":
        """The fields of /proc/self/stat behind the name of the program, which may hold anything."""
        text = self._text("self/stat")
        return text[text.rfind(")") + 2 :].split()

    def _table(self, name: str) -> "dict[str, int]":
        """`Name:   123 kB` lines as numbers. Line by line: a small heap has no room for such a file in one piece."""
        found: "dict[str, int]" = {}
        try:
            with open(self._proc + name) as file:
                for line in file:
                    words = line.split()
                    if len(words) > 1 and words[0][:-1] in _WANTED and words[1].isdigit():
                        found[words[0][:-1]] = int(words[1])
        except (OSError, ValueError):
            pass  # what was read counts
        return found

    def _text(self, name: str) -> str:
        try:
            with open(self._proc + name) as file:
                return file.read(_TEXT_BYTES)
        except (OSError, ValueError):
            return ""
