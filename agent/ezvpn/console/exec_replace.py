"""`configure replace` and `show running-config diff`: what would change, and which tunnel would notice, before it does.

Level 4, pure. What a change does is `config.changes`.
"""

from ezvpn.config import changes
from ezvpn.config.match import Match
from ezvpn.config.model import Config, same
from ezvpn.console import loading, render_json
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.exec_archive import effects
from ezvpn.console.exec_config import is_yes
from ezvpn.console.exec_tftp import fetch, is_remote
from ezvpn.console.loading import STARTUP
from ezvpn.report.json_text import Object, clean

REPLACE_COMMANDS = (
    (
        "configure replace {startup-config|WORD}$name [list]$list [force]$force",
        (
            "",
            "Put a whole configuration in place of the running one",
            "The one used at the next start",
            "flash:NAME, or tftp://HOST/NAME",
            "Print the lines that change",
            "Without a question",
        ),
        "replace",
    ),
)

SHOW_DIFF = (
    (
        "show running-config diff [json]$json",
        ("", "", "What differs from the startup-config, and what going back to it would do", "As JSON"),
        "show_diff",
    ),
)

_WARNING = (
    "This will apply all necessary additions and deletions",
    "to replace the current running configuration with the",
    "contents of the specified configuration file, which is",
    "assumed to be a complete configuration, not a partial",
    "configuration.",
)


def replace(caller: Caller, match: Match, now: int) -> None:
    name = loading.named(match.text("name"))
    if is_remote(name):
        fetch(caller, name, lambda data, at: _weighed(caller, match, loading.config(caller, data, name), at), now)
    else:
        _weighed(caller, match, loading.config(caller, loading.content(caller, name), name), now)


def _weighed(caller: Caller, match: Match, wanted: Config, now: int) -> None:
    host = caller.host
    if same(wanted, host.config):
        caller.put("The running configuration is the same already")
        return
    if match.text("list"):
        for line in changes.text_diff(host.config, wanted):
            caller.put(line)
    caller.put("What it does to the tunnels:")
    for line in effects(host.config, wanted):
        caller.put("  " + clean(line))
    if match.text("force"):
        _replaced(caller, wanted, now)
        return
    if not caller.interactive:
        raise Failed("Nobody can be asked here: add `force`")
    for line in _WARNING:
        caller.put(line)
    question = "Enter Y if you are sure you want to proceed. ? [no]: "
    caller.ask(question, True, lambda text, at: _replaced(caller, wanted, at) if is_yes(text, False) else None)


def _replaced(caller: Caller, wanted: Config, now: int) -> None:
    for text in caller.host.apply(wanted, now):
        caller.put("% Warning: " + clean(text))
    caller.host.configured(caller.id, now)
    caller.put("Rollback Done")


def _diff(caller: Caller, match: Match, now: int) -> "list[str]":
    startup = loading.read(caller, STARTUP)
    running = caller.host.config
    found = changes.text_diff(startup, running)
    if not found:
        return ["!No changes were found"]
    back = ["  " + clean(line) for line in effects(running, startup)]
    return ["!Startup-config to running-config:"] + found + ["!", "What going back would do to the tunnels:"] + back


def _diff_json(caller: Caller, match: Match, now: int) -> Object:
    startup = loading.read(caller, STARTUP)
    running = caller.host.config
    return render_json.top(("lines", changes.text_diff(startup, running)), ("effects", effects(running, startup)))


REPLACE_ACTIONS = {"replace": replace}
SHOWS_DIFF = {"show_diff": (_diff, _diff_json)}
