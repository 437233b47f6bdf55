"""What `show version` and `show processes` print, and the same as JSON: the software, the machine under it, what both use.

Level 4, pure. One process is all there is, so the tables of IOS have one row. Conventions of the JSON are those of
`render_json`; what the platform does not tell is null.

    show version                      model version interpreter crypto plane board serial hostname up_ms restart image
                                      memory_total_kb memory_free_kb flash_total_kb flash_free_kb
    show processes cpu                pid runtime_ms invoked five_seconds{} one_minute{} five_minutes{}: total_percent,
                                      kernel_percent
    show processes memory             pid memory_total_kb memory_free_kb resident_kb shared_kb peak_kb heap_used heap_free
                                      heap_peak
"""

from ezvpn.console.debug import Clock, clock_line
from ezvpn.console.host import Version
from ezvpn.console.render import uptime
from ezvpn.console.render_json import top
from ezvpn.machine import FIVE_MINUTES_MS, FIVE_SECONDS_MS, ONE_MINUTE_MS, Usage
from ezvpn.report.json_text import Object, clean

_PROCESS = "ezvpn"


def version(facts: Version, hostname: str, clock: Clock) -> "list[str]":
    """`show version`."""
    out = ["EzVPN Edge Software (" + facts.board + "), Version " + facts.version]
    out += ["", hostname + " uptime is " + uptime(facts.up_ms)]
    out.append("System returned to ROM by " + facts.restart)
    if clock.wall is not None:
        out.append("System restarted at " + _without_ms(clock_line(clock.wall - facts.up_ms, clock.synced)))
    if facts.image:
        out.append('System image file is "' + clean(facts.image) + '"')
    usage = facts.usage
    rows = (
        ("Model", facts.model),
        ("Serial number", facts.serial),
        ("Interpreter", facts.interpreter),
        ("Cryptography", facts.crypto),
        ("Data plane", facts.plane),
        ("Memory", _total(usage.total_kb, usage.free_kb)),
        ("Flash", _total(usage.flash_total_kb, usage.flash_free_kb)),
    )
    return out + [""] + [f"{name:<14}: {value}" for name, value in rows if value]


def processes_cpu(usage: Usage) -> "list[str]":
    """`show processes cpu`: percent of one processor, this program alone; behind the slash the kernel's part of it."""
    if not usage.samples:
        return ["CPU time is not known on this platform"]
    five, one, minutes = usage.busy(FIVE_SECONDS_MS), usage.busy(ONE_MINUTE_MS), usage.busy(FIVE_MINUTES_MS)
    runtime = usage.samples[-1].user_ms + usage.samples[-1].system_ms
    invoked = usage.switches or 0
    each = runtime * 1000 // invoked if invoked else 0
    return [
        f"CPU utilization for five seconds: {five[0]}%/{five[1]}%; one minute: {one[0]}%; five minutes: {minutes[0]}%",
        " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process",
        f"{usage.pid or 0:4d} {runtime:11d} {invoked:11d} {each:10d} {five[0]:5d}% {one[0]:5d}% {minutes[0]:5d}%   0 "
        + _PROCESS,
    ]


def processes_memory(usage: Usage) -> "list[str]":
    """`show processes memory`, in bytes. The pool `Heap` is the interpreter's own, where it has one of a fixed size; its
    peak is what was ever used of it, garbage included."""
    out = []
    if usage.total_kb is not None and usage.free_kb is not None:
        out.append(_pool("Processor", usage.total_kb * 1024, usage.free_kb * 1024))
    if usage.heap_used is not None and usage.heap_free is not None:
        peak = f" Peak: {usage.heap_peak:10d}" if usage.heap_peak is not None else ""
        out.append(_pool("Heap", usage.heap_used + usage.heap_free, usage.heap_free) + peak)
    if usage.resident_kb is None:
        return out or ["Memory is not known on this platform"]
    row = f"{usage.pid or 0:4d}   0 {usage.resident_kb * 1024:10d} {_bytes(usage.shared_kb)} {_bytes(usage.peak_kb)} {_PROCESS}"
    return out + ["", " PID TTY    Holding     Shared       Peak Process", row]


def version_json(facts: Version, hostname: str) -> Object:
    usage = facts.usage
    return top(
        ("model", facts.model),
        ("version", facts.version),
        ("interpreter", facts.interpreter),
        ("crypto", facts.crypto),
        ("plane", facts.plane),
        ("board", facts.board),
        ("serial", facts.serial),
        ("hostname", hostname),
        ("up_ms", facts.up_ms),
        ("restart", facts.restart),
        ("image", facts.image),
        ("memory_total_kb", usage.total_kb),
        ("memory_free_kb", usage.free_kb),
        ("flash_total_kb", usage.flash_total_kb),
        ("flash_free_kb", usage.flash_free_kb),
    )


def processes_cpu_json(usage: Usage) -> Object:
    last = usage.samples[-1] if usage.samples else None
    return top(
        ("pid", usage.pid),
        ("runtime_ms", None if last is None else last.user_ms + last.system_ms),
        ("invoked", usage.switches),
        ("five_seconds", _busy(usage, FIVE_SECONDS_MS)),
        ("one_minute", _busy(usage, ONE_MINUTE_MS)),
        ("five_minutes", _busy(usage, FIVE_MINUTES_MS)),
    )


def processes_memory_json(usage: Usage) -> Object:
    return top(
        ("pid", usage.pid),
        ("memory_total_kb", usage.total_kb),
        ("memory_free_kb", usage.free_kb),
        ("resident_kb", usage.resident_kb),
        ("shared_kb", usage.shared_kb),
        ("peak_kb", usage.peak_kb),
        ("heap_used", usage.heap_used),
        ("heap_free", usage.heap_free),
        ("heap_peak", usage.heap_peak),
    )


def _busy(usage: Usage, span_ms: int) -> Object:
    total, kernel = usage.busy(span_ms)
    return Object(("total_percent", total), ("kernel_percent", kernel))


def _pool(name: str, total: int, free: int) -> str:
    return f"{name} Pool Total: {total:10d} Used: {total - free:10d} Free: {free:10d}"


def _bytes(kb: "int | None") -> str:
    return "         -" if kb is None else f"{kb * 1024:10d}"


def _total(total_kb: "int | None", free_kb: "int | None") -> str:
    if total_kb is None or free_kb is None:
        return ""
    return str(total_kb) + "K bytes, " + str(free_kb) + "K free"


def _without_ms(line: str) -> str:
    """`15:17:14 UTC …` of a line with milliseconds."""
    at = line.find(".")
    return line[:at] + line[at + 4 :]
