"""The machine under a node as a console asks about it: a port of questions that are answered inside the call, and its records.

Level 0. Shapes and their arithmetic only. Implemented by `runtime.machine`; asked by `node.host`. What is asked here never
changes what a node does, so nothing of it is recorded.
"""

from ezvpn.record import Record

FIVE_SECONDS_MS = 5000
ONE_MINUTE_MS = 60_000
FIVE_MINUTES_MS = 300_000


class CpuSample(Record):
    """What this program had used at boot time `at` (ms): CPU time in ms, its own and the kernel's for it."""

    _fields = ("at", "user_ms", "system_ms")

    def __init__(self, at: int, user_ms: int, system_ms: int) -> None:
        self.at = at
        self.user_ms = user_ms
        self.system_ms = system_ms


class Usage(Record):
    """What machine and program use; None = this platform does not tell. kB are 1024 bytes, heap is in bytes. total_kb and
    free_kb: memory of the machine · resident_kb, shared_kb (its share where pages are shared), peak_kb: of this program ·
    heap_used, heap_free, heap_peak: of the interpreter · flash…: the file system of the state directory · switches: how often
    this program waited · samples: CPU time, the oldest first."""

    _fields = (
        "pid",
        "total_kb",
        "free_kb",
        "resident_kb",
        "shared_kb",
        "peak_kb",
        "heap_used",
        "heap_free",
        "heap_peak",
        "flash_total_kb",
        "flash_free_kb",
        "switches",
        "samples",
    )

    def __init__(self) -> None:
        self.pid: "int | None" = None
        self.total_kb: "int | None" = None
        self.free_kb: "int | None" = None
        self.resident_kb: "int | None" = None
        self.shared_kb: "int | None" = None
        self.peak_kb: "int | None" = None
        self.heap_used: "int | None" = None
        self.heap_free: "int | None" = None
        self.heap_peak: "int | None" = None
        self.flash_total_kb: "int | None" = None
        self.flash_free_kb: "int | None" = None
        self.switches: "int | None" = None
        self.samples: "list[CpuSample]" = []

    def busy(self, span_ms: int) -> "tuple[int, int]":
        """(percent of one processor, how much of it in the kernel) in the last `span_ms`, or since the sample before that."""
        if len(self.samples) < 2:
            return 0, 0
        last = self.samples[-1]
        first = self.samples[0]
        for sample in self.samples[:-1]:
            if sample.at <= last.at - span_ms:
                first = sample
        passed = last.at - first.at
        if passed <= 0:
            return 0, 0
        system = last.system_ms - first.system_ms
        total = last.user_ms - first.user_ms + system
        return (100 * total + passed // 2) // passed, (100 * system + passed // 2) // passed


class Machine:
    """The questions."""

    def usage(self, now: int) -> Usage:
        """Memory, flash and CPU time."""
        raise NotImplementedError

    def transact(self, request: "bytes | memoryview") -> "list[bytes]":
        """One rtnetlink request, as `dataplane.port.Kernel.transact`; raises its `KernelError`, also where there is no
        netlink."""
        raise NotImplementedError
