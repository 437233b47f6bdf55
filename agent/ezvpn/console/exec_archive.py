"""EXEC commands of `archive`: keeping a version, listing them, and what differs between two.

Level 4, pure.
"""

from ezvpn.config import changes
from ezvpn.config.match import Match
from ezvpn.config.model import Config
from ezvpn.console import archive, loading, render_json
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.loading import FLASH, RUNNING, STARTUP
from ezvpn.report.json_text import Object, clean

_JSON = "As JSON"
_SIDE = "A number of `show archive`, flash:NAME, startup-config or running-config"

ARCHIVE_COMMANDS = (
    ("archive config", ("Saved configurations", "Keep the running configuration now"), "archive_config"),
)

SHOW_ARCHIVE = (
    ("show archive [json]$json", ("", "Saved configurations", _JSON), "show_archive"),
    (
        "show archive differences [WORD$one [WORD$other]] [json]$json",
        ("", "", "What differs: the last one and what runs, or those that are named", _SIDE, _SIDE, _JSON),
        "show_archive_differences",
    ),
    (
        "show archive config differences [WORD$one [WORD$other]] [json]$json",
        ("", "", "Saved configurations", "What differs", _SIDE, _SIDE, _JSON),
        "show_archive_differences",
    ),
)


def archive_config(caller: Caller, match: Match, now: int) -> None:
    name = archive.keep(caller.host, now)
    caller.put("Kept as " + clean(name))


def _archive(caller: Caller, match: Match, now: int) -> "list[str]":
    host = caller.host
    if host.config.archive is None:
        return ["Archive feature not enabled"]
    block = archive.configured(host)
    known = archive.versions(host)
    out = [
        "The maximum archive configurations allowed is " + str(block.maximum) + ".",
        "There are currently " + str(len(known)) + " archive configurations saved.",
        "The next archive file will be named " + clean(archive.following(host)),
        " Archive #  Name",
    ]
    for i in range(max(block.maximum, len(known))):
        name = clean(known[i][1]) if i < len(known) else ""
        recent = " <- Most Recent" if i == len(known) - 1 else ""
        out.append((f"   {i + 1:<9}" + name + recent).rstrip())
    return out


def _archive_json(caller: Caller, match: Match, now: int) -> Object:
    host = caller.host
    block = host.config.archive
    known = archive.versions(host) if block is not None else []
    return render_json.top(
        ("maximum", block.maximum if block is not None else None),
        ("write_memory", block is not None and block.write_memory),
        ("next", archive.following(host) if block is not None else None),
        ("versions", [Object(("number", number), ("name", name)) for number, name in known]),
    )


def _differences(caller: Caller, match: Match, now: int) -> "list[str]":
    one, other = _sides(caller, match)
    found = changes.text_diff(one, other)
    return ["!Contextual Config Diffs:"] + (found or ["!No changes were found"])


def _differences_json(caller: Caller, match: Match, now: int) -> Object:
    one, other = _sides(caller, match)
    return render_json.top(
        ("lines", changes.text_diff(one, other)),
        ("effects", effects(one, other)),
    )


def effects(old: Config, new: Config) -> "list[str]":
    """What a change from one to the other does to the tunnels, one line each."""
    found: "list[str]" = []
    for change in changes.diff(old, new):
        if str(change) not in found:
            found.append(str(change))
    return found


def _sides(caller: Caller, match: Match) -> "tuple[Config, Config]":
    one = match.text("one")
    if not one:
        known = archive.versions(caller.host) if caller.host.config.archive is not None else []
        one = known[-1][1] if known else STARTUP
    return _side(caller, one), _side(caller, match.text("other") or RUNNING)


def _side(caller: Caller, name: str) -> Config:
    """One of two configurations that are compared. Raises Failed."""
    if name == RUNNING:
        return caller.host.config
    if name.isdigit():
        known = archive.versions(caller.host)
        if not 0 < int(name) <= len(known):
            raise Failed("There is no archive " + name)
        name = known[int(name) - 1][1]
    elif name != STARTUP and not name.startswith(FLASH):
        name = FLASH + name
    return loading.read(caller, name)


ARCHIVE_ACTIONS = {"archive_config": archive_config}
SHOWS_ARCHIVE = {
    "show_archive": (_archive, _archive_json),
    "show_archive_differences": (_differences, _differences_json),
}
