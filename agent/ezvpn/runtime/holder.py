"""Who holds a state directory: the text in its lock file, and whether that process still lives.

Dual, no I/O of its own: `read(path)` gives a small file's text. A process number alone proves nothing on a device where each
boot hands out the same numbers, so the record also has the boot and the process's start time.
"""

from ezvpn.runtime.calls import ReadText

_BOOT = "/proc/sys/kernel/random/boot_id"


def own_record(read: ReadText) -> str:
    """The line that this process writes into the lock file: process, start time in ticks, boot."""
    pid, started = _process(read("/proc/self/stat"))
    return pid + " " + started + " " + read(_BOOT).strip() + "\n"


def living_holder(record: str, read: ReadText) -> int:
    """The process number in `record` if that very process is still running and is not this one, else 0."""
    words = record.split()
    if len(words) != 3 or not words[0].isdigit() or words[2] != read(_BOOT).strip():
        return 0
    if _process(read("/proc/self/stat"))[0] == words[0]:
        return 0
    _, started = _process(read("/proc/" + words[0] + "/stat"))
    return int(words[0]) if started and started == words[1] else 0


def _process(stat: str) -> "tuple[str, str]":
    """(process number, start time) from /proc/PID/stat; empty texts if it is not there."""
    # proc(5): the second field is the name in parentheses and may hold spaces and parentheses itself.
    close = stat.rfind(")")
    words = stat[close + 1 :].split()
    if close < 0 or len(words) < 20:
        return "", ""
    return stat.split(" ", 1)[0], words[19]
