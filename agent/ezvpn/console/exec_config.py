"""EXEC commands about the running and the startup configuration: their tables, and what each prints or does.

Level 4, pure. `copy` and files are in `exec_files`, `configure replace` and differences in `exec_replace`.
"""

from ezvpn.config.masking import mask
from ezvpn.config.match import Match
from ezvpn.config.render import render as render_config
from ezvpn.console import archive, loading, render, render_json, sections
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.exec_confirm import only_confirmed
from ezvpn.console.loading import STARTUP
from ezvpn.report.json_text import Object, clean

_JSON = "As JSON"

SHOW_CONFIG = (
    (
        "show running-config [json]$json",
        ("", "The running configuration, without secrets", _JSON),
        "show_running",
    ),
    (
        "show running-config interface IFNAME$interface [json]$json",
        ("", "", "One interface", "Such as FastEthernet0", _JSON),
        "show_running_part",
    ),
    (
        "show running-config crypto [json]$json",
        ("", "", "All that is about encryption", _JSON),
        "show_running_part",
    ),
    (
        "show running-config section LINE$text",
        ("", "", "Blocks that have a text in their first line, and single lines", "The text"),
        "show_running_part",
    ),
    (
        "show startup-config [json]$json",
        ("", "The configuration used at the next start, without secrets", _JSON),
        "show_startup",
    ),
)

CONFIG_COMMANDS = (
    (
        "erase startup-config",
        ("Erase a configuration", "The one used at the next start"),
        "erase",
    ),
    ("write [memory]", ("Save the running configuration", "For the next start"), "save"),
    ("write erase", ("", "Erase the startup-config"), "erase"),
    ("write terminal", ("", "Show the running configuration"), "write_terminal"),
    ("write t", ("", "The same: what fingers type, though `write trace` begins so, too"), "write_terminal"),
)

NOT_WRITTEN = "The startup-config could not be written; the old one is still there"


def running_lines(caller: Caller, match: Match) -> "list[str]":
    """The running configuration, or the part that is asked for."""
    lines = render_config(caller.host.config, True)
    if match.action == "show_running":
        return lines
    if match.text("text"):
        return sections.having(lines, match.text("text"))
    if match.text("interface"):
        found = sections.beginning(lines, "interface " + match.text("interface"))
        if not found:
            raise Failed("There is no interface " + match.text("interface") + " in the configuration")
        return found
    return sections.beginning(lines, "crypto")


def _running(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.running_config(caller.host.config)


def _running_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.running_config(caller.host.config)


def _part(caller: Caller, match: Match, now: int) -> "list[str]":
    lines = running_lines(caller, match)
    if match.text("text"):
        return lines
    size = sum([len(line.encode()) + 1 for line in lines])
    return ["Building configuration...", "", "Current configuration : " + str(size) + " bytes", "!"] + lines + ["end"]


def _part_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.top(("lines", running_lines(caller, match)))


def _startup(caller: Caller, match: Match, now: int) -> "list[str]":
    data = loading.content(caller, STARTUP)
    return ["Using " + str(len(data)) + " bytes"] + mask(loading.decoded(data, STARTUP))


def _startup_json(caller: Caller, match: Match, now: int) -> Object:
    problem, data = caller.host.read(STARTUP)
    return render_json.top(
        ("present", not problem),
        ("bytes", len(data)),
        ("lines", mask(loading.decoded(data, STARTUP))),
    )


SHOWS_CONFIG = {
    "show_running": (_running, _running_json),
    "show_running_part": (_part, _part_json),
    "show_startup": (_startup, _startup_json),
}


def save(caller: Caller, match: Match, now: int) -> None:
    store(caller, _Saved(caller, NOT_WRITTEN), now)


def store(caller: Caller, stored: "Stored", now: int) -> None:
    """The running configuration becomes the startup-config; `stored` hears of it. Raises Failed."""
    only_confirmed(caller, now)
    caller.put("Building configuration...")
    if caller.host.settle(caller.id, now):
        caller.wait(lambda settled, at: _store(caller, stored, at))
    else:
        _store(caller, stored, now)


def _store(caller: Caller, stored: "Stored", now: int) -> None:
    problem, data = caller.host.stored_text(now)
    if problem:
        raise Failed(NOT_WRITTEN + ": " + clean(problem))
    caller.wait(stored.answered)
    caller.host.save(caller.id, data, now)


def erase(caller: Caller, match: Match, now: int) -> None:
    caller.put("Erasing the nvram filesystem will remove all configuration files!")
    confirm(caller, "Continue? [confirm]", lambda at: _erased(caller), now)


def _erased(caller: Caller) -> None:
    problem = caller.host.delete(STARTUP)
    if problem:
        raise Failed("The startup-config could not be erased: " + clean(problem))
    caller.put("[OK]")
    caller.put("Erase of nvram: complete")


def write_terminal(caller: Caller, match: Match, now: int) -> None:
    for line in render.running_config(caller.host.config):
        caller.put(line)


def confirm(caller: Caller, question: str, do: object, now: int) -> None:
    """IOS's `[confirm]`: Enter or y lets `do(now)` happen. Where nobody can answer it happens at once."""
    if caller.interactive:
        caller.ask(question, True, lambda text, at: do(at) if is_yes(text, True) else None)  # type: ignore[operator]
    else:
        do(now)  # type: ignore[operator]


def is_yes(text: str, default: bool) -> bool:
    """What an answer to a yes-or-no question means; default: that of Enter alone."""
    word = text.strip().lower()
    return "yes".startswith(word) if word else default


CONFIG_ACTIONS = {"erase": erase, "save": save, "write_terminal": write_terminal}


class Stored:
    """What the store answers: True, or why it could not be done as text ("" or False where nobody knows)."""

    def __init__(self, caller: Caller, problem: str) -> None:
        self.caller = caller
        self.problem = problem

    def answered(self, ok: object, now: int) -> None:
        if ok is not True:
            raise Failed(self.problem + (": " + clean(ok) if ok and isinstance(ok, str) else ""))
        self.caller.put("[OK]")


class _Saved(Stored):
    """The running configuration is the startup-config; with `write-memory` in the `archive` block it is kept there too."""

    def answered(self, ok: object, now: int) -> None:
        super().answered(ok, now)
        block = self.caller.host.config.archive
        if block is not None and block.write_memory:
            archive.keep(self.caller.host, now)
