"""The files that console commands read and write: the startup configuration, and those of `flash:`.

Dual. What `node.files` is. `flash:` is one flat folder of the state directory, bounded in files and bytes, so that no command
reaches anything else there. Problems come back as text for whoever typed the command; how a file is written is in
`runtime/*/store.py`.
"""

from ezvpn.compat import const
from ezvpn.runtime.calls import Part
from ezvpn.runtime.copies import FOLDER, STARTUP
from ezvpn.runtime.exits import CannotStart

FLASH = "flash:"
FILE_MAX = const(131072)  # bytes of one file; the heap of a small device must hold it
FILES_MAX = const(64)


class Shelf:
    """Over one `Store`. A name is `startup-config` or `flash:NAME`."""

    def __init__(self, store: Part) -> None:
        self._store = store

    def read(self, name: str) -> "tuple[str, bytes]":
        """(why it cannot be read or "", its content)."""
        if name == STARTUP:
            try:
                found = self._store.startup_config()
            except CannotStart as fault:
                return fault.text, b""
            return ("", found) if found else (STARTUP + " is not present", b"")
        sizes = [size for known, size in self.names() if FLASH + known == name]
        if not sizes:
            return "there is no file " + name, b""
        if sizes[0] > FILE_MAX:
            return name + " is longer than " + str(FILE_MAX) + " bytes", b""
        # With its size: MicroPython takes as much of its heap as it is told to read.
        content = self._store.read(_path(name), sizes[0])
        return ("", content) if content is not None else (name + " cannot be read", b"")

    def write(self, name: str, data: bytes) -> str:
        """Replace a file as a whole. Returns "" or why it could not be written; the old one is then still there."""
        if len(data) > FILE_MAX:
            return "more than " + str(FILE_MAX) + " bytes"
        if name != STARTUP and not self._known(name) and len(self.names()) >= FILES_MAX:
            return FLASH + " holds " + str(FILES_MAX) + " files, and no more fit: delete one first"
        return self._problem(self._store.write(_path(name), data))

    def delete(self, name: str) -> str:
        """Remove a file; of `startup-config` nothing is left but CONFIG~, where CONFIG is the startup configuration."""
        if name == STARTUP:
            return self._problem(self._store.erase())
        if not self._known(name):
            return "there is no file " + name
        return self._problem(self._store.remove(_path(name)))

    def names(self) -> "list[tuple[str, int]]":
        """(name without `flash:`, bytes) of all files, sorted."""
        found: "list[tuple[str, int]]" = self._store.names(FOLDER)
        return found

    def _known(self, name: str) -> bool:
        return [1 for known, _ in self.names() if FLASH + known == name] != []

    def _problem(self, done: bool) -> str:
        return "" if done else self._store.problem or "could not be done"


def _path(name: str) -> str:
    """The name in the state directory; no other place has names that begin with `flash:`."""
    return FOLDER + "/" + name[len(FLASH) :] if name.startswith(FLASH) else name
