"""EXEC commands about files: `copy`, `dir`, `delete`, `more`.

Level 4, pure. Files are `running-config`, `startup-config` and `flash:NAME`; `Host` reads and writes them.
"""

from ezvpn.config.editor import Editor
from ezvpn.config.masking import mask
from ezvpn.config.match import Match
from ezvpn.config.model import clone, same
from ezvpn.console import loading, render_json
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.exec_config import confirm, save
from ezvpn.console.exec_confirm import only_confirmed
from ezvpn.console.exec_tftp import fetch, is_remote, send
from ezvpn.console.loading import FLASH, RUNNING, STARTUP
from ezvpn.report.json_text import Object, clean

_JSON = "As JSON"
_FILE = "flash:NAME, or tftp://HOST/NAME"
_RUNNING = "The configuration that runs"
_STARTUP = "The one used at the next start"

FILE_COMMANDS = (
    (
        "copy {running-config|startup-config|WORD}$source {running-config|startup-config|WORD}$destination",
        ("Copy a configuration", _RUNNING, _STARTUP, _FILE, _RUNNING, _STARTUP, _FILE),
        "copy",
    ),
    ("delete WORD$name", ("Delete a file", "flash:NAME"), "delete"),
    ("dir [WORD$name]", ("List the files", "flash:"), "dir"),
    ("more WORD$name", ("Show a file, without secrets", "flash:NAME"), "more"),
)

SHOW_FILES = (("show flash: [json]$json", ("", "The files in flash:", _JSON), "show_flash"),)


def copy(caller: Caller, match: Match, now: int) -> None:
    source, destination = match.text("source"), match.text("destination")
    if source == RUNNING and destination == STARTUP:
        save(caller, match, now)
        return
    source = loading.named(source)
    destination = loading.named(destination)
    if is_remote(source) and is_remote(destination):
        raise Failed("One of the two must be here")
    if is_remote(source):
        fetch(caller, source, lambda data, at: _fetched(caller, data, source, destination, at), now)
        return
    if source == destination:
        raise Failed("Source and destination are the same")
    if source == FLASH:
        raise Failed("Name the file: flash:NAME")
    if is_remote(destination):
        send(caller, _content(caller, source, now), destination, source, now)
    elif destination == FLASH:
        _ask_name(caller, source, now)
    else:
        _copied(caller, source, destination, now)


def _ask_name(caller: Caller, source: str, now: int) -> None:
    proposed = source[len(FLASH) :] if source.startswith(FLASH) else source
    caller.ask(
        "Destination filename [" + proposed + "]? ",
        True,
        lambda text, at: _copied(caller, source, FLASH + (text.strip() or proposed), at),
    )


def _copied(caller: Caller, source: str, destination: str, now: int) -> None:
    _overwrite(caller, destination, lambda at: take(caller, _content(caller, source, at), source, destination, at), now)


def _overwrite(caller: Caller, destination: str, do: object, now: int) -> None:
    """Ask before a file of that name goes."""
    if destination.startswith(FLASH) and [1 for name, _ in caller.host.files() if FLASH + name == destination]:
        caller.put("%Warning:There is a file already existing with this name")
        confirm(caller, "Do you want to over write? [confirm]", do, now)
    else:
        do(now)  # type: ignore[operator]


def _content(caller: Caller, source: str, now: int) -> bytes:
    if source != RUNNING:
        return loading.content(caller, source)
    problem, data = caller.host.stored_text(now)
    if problem:
        raise Failed(clean(problem))
    return data


def _fetched(caller: Caller, data: bytes, source: str, destination: str, now: int) -> None:
    if destination == FLASH:
        destination += source.rpartition("/")[2].rpartition(":")[2] or "tftp"
    _overwrite(caller, destination, lambda at: take(caller, data, source, destination, at), now)


def take(caller: Caller, data: bytes, source: str, destination: str, now: int) -> None:
    """Put the content of `source` where it shall go."""
    if destination == RUNNING:
        merge(caller, data, source, now)
        return
    if destination == STARTUP:
        only_confirmed(caller, now)
        loading.config(caller, data, source)  # the next start shall not fail for it
    problem = caller.host.write(destination, data, now)
    if problem:
        raise Failed(destination + " could not be written: " + clean(problem))
    caller.put("[OK]")
    caller.put(str(len(data)) + " bytes copied")


def merge(caller: Caller, data: bytes, source: str, now: int) -> None:
    """As if the lines had been typed: what is there stays, a line with an error is named and left out, all others take effect
    together."""
    host = caller.host
    editor = Editor(clone(host.config), host.unseal, host.modes)
    number = 0
    faults = 0
    lost = False
    for line in loading.decoded(data, source).split("\n"):
        number += 1
        line = line.rstrip("\r")
        indented = line[:1] in (" ", "\t")
        if lost and indented:
            continue  # of a block whose first line was not understood
        match = editor.line(line, not indented)
        if match.action == "end":
            break
        lost = match.status not in ("ok", "empty") and not indented
        if match.status not in ("ok", "empty"):
            faults += 1
            caller.put(clean(source + ":" + str(number) + ": " + match.reason()))
        for text in match.warnings:
            caller.put(clean(source + ":" + str(number) + ": warning: " + text))
    caller.put(str(len(data)) + " bytes copied")
    if not same(editor.config, host.config):
        for text in host.apply(editor.config, now):
            caller.put("% Warning: " + clean(text))
        host.configured(caller.id, now)
    if faults:
        raise Failed(str(faults) + (" line was" if faults == 1 else " lines were") + " not understood and left out")


def delete(caller: Caller, match: Match, now: int) -> None:
    name = loading.named(match.text("name"))
    if not name.startswith(FLASH) or name == FLASH:
        raise Failed("Only files of flash: can be deleted; for the startup-config there is `erase startup-config`")
    if not [1 for known, _ in caller.host.files() if FLASH + known == name]:
        raise Failed("There is no file " + clean(name))
    confirm(caller, "Delete " + clean(name) + "? [confirm]", lambda at: _deleted(caller, name), now)


def _deleted(caller: Caller, name: str) -> None:
    problem = caller.host.delete(name)
    if problem:
        raise Failed(clean(problem))


def more(caller: Caller, match: Match, now: int) -> None:
    name = loading.named(match.text("name"))
    if not name.startswith(FLASH) or name == FLASH:
        raise Failed("Name a file: flash:NAME")
    for line in mask(loading.text(caller, name)):
        caller.put(line)


def directory(caller: Caller, match: Match, now: int) -> None:
    if match.text("name") and loading.named(match.text("name")) != FLASH:
        raise Failed("There are only files of flash:")
    for line in _flash(caller, match, now):
        caller.put(line)


def _flash(caller: Caller, match: Match, now: int) -> "list[str]":
    found = caller.host.files()
    out = ["Directory of flash:/", ""]
    out += [f"{size:10d}  {name}" for name, size in found] or ["No files in directory"]
    total = sum([size for _, size in found])
    return out + ["", str(total) + " bytes in " + str(len(found)) + (" file" if len(found) == 1 else " files")]


def _flash_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.top(("files", [Object(("name", name), ("bytes", size)) for name, size in caller.host.files()]))


FILE_ACTIONS = {"copy": copy, "dir": directory, "delete": delete, "more": more}
SHOWS_FILES = {"show_flash": (_flash, _flash_json)}
