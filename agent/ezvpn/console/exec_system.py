"""`show version` and `show processes`: their table, and where each one's facts come from. Layout is in `render_system`.

Level 4, pure. The layout is imported where it is used: a console that nobody asks for it does without.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller
from ezvpn.console.debug import Clock
from ezvpn.report.json_text import Object

_JSON = "As JSON"

# At any level.
SHOW_SYSTEM = (
    (
        "show processes {cpu|memory}$what [json]$json",
        ("", "What this program uses", "CPU time", "Memory", _JSON),
        "show_processes",
    ),
    ("show version [json]$json", ("", "Software, hardware and uptime", _JSON), "show_version"),
)


def _version(caller: Caller, match: Match, now: int) -> "list[str]":
    from ezvpn.console import render_system

    wall, synced = caller.host.clock(now)
    return render_system.version(caller.host.version(now), caller.host.config.hostname, Clock(now, wall, synced))


def _version_json(caller: Caller, match: Match, now: int) -> Object:
    from ezvpn.console import render_system

    return render_system.version_json(caller.host.version(now), caller.host.config.hostname)


def _processes(caller: Caller, match: Match, now: int) -> "list[str]":
    from ezvpn.console import render_system

    usage = caller.host.usage(now)
    if match.text("what") == "cpu":
        return render_system.processes_cpu(usage)
    return render_system.processes_memory(usage)


def _processes_json(caller: Caller, match: Match, now: int) -> Object:
    from ezvpn.console import render_system

    usage = caller.host.usage(now)
    if match.text("what") == "cpu":
        return render_system.processes_cpu_json(usage)
    return render_system.processes_memory_json(usage)


# action -> (lines, JSON)
SHOWS_SYSTEM = {
    "show_processes": (_processes, _processes_json),
    "show_version": (_version, _version_json),
}
