"""Saved configurations under `archive`: which there are, and keeping one more.

Level 4, pure. They are files of `flash:`, named by the path and a number that only grows; the commands are in `exec_archive`.
"""

from ezvpn.config.model import Archive
from ezvpn.console.caller import Failed
from ezvpn.console.host import Host
from ezvpn.console.loading import FLASH

_NO_PATH = "No archive is configured: `archive`, then `path flash:NAME`"


def configured(host: Host) -> Archive:
    """The `archive` block. Raises Failed where it says no place."""
    archive = host.config.archive
    if archive is None or not archive.path:
        raise Failed(_NO_PATH)
    if not archive.path.startswith(FLASH) or archive.path == FLASH:
        raise Failed("Nothing is archived at " + archive.path + ": only flash:NAME is a place for it here")
    return archive


def prefix(host: Host) -> str:
    """What the names of all versions begin with. Raises Failed."""
    return configured(host).path.replace("$h", host.config.hostname) + "-"


def versions(host: Host) -> "list[tuple[int, str]]":
    """(number, name) of what is kept, the oldest first. Raises Failed."""
    begin = prefix(host)
    found = []
    for name, _ in host.files():
        number = (FLASH + name)[len(begin) :]
        if (FLASH + name).startswith(begin) and 0 < len(number) < 10 and _digits(number):
            found.append((int(number), FLASH + name))
    return sorted(found)


def following(host: Host) -> str:
    """The name of the next one. Raises Failed."""
    known = versions(host)
    return prefix(host) + str(known[-1][0] + 1 if known else 1)


def keep(host: Host, now: int) -> str:
    """Keep the running configuration, and no more than `maximum` of them; returns its name. Raises Failed."""
    most = configured(host).maximum
    name = following(host)
    problem, data = host.stored_text(now)
    problem = problem or host.write(name, data, now)
    if problem:
        raise Failed(name + " could not be written: " + problem)
    known = versions(host)
    for _, old in known[: max(len(known) - most, 0)]:
        host.delete(old)
    return name


def _digits(text: str) -> bool:
    return not [char for char in text if not "0" <= char <= "9"]
