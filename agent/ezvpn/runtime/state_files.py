"""The files of the state directory: how they are named, read, replaced and erased; the startup configuration in two copies.

Dual. Belongs here: what both interpreters do by the same calls. Not here: the lock, modes and syncing, which each does in its
own way (`runtime/*/store.py`), and what a copy looks like (`copies`).
"""

import errno
import os

from ezvpn.runtime import copies
from ezvpn.runtime.calls import Answer
from ezvpn.runtime.copies import DEVICE_KEY, FOLDER, NAMES, STARTUP, temporary
from ezvpn.runtime.exits import CannotStart, Exit


class StateFiles:
    """One state directory. `config_path`: the CONFIG file that is the startup configuration instead of the two copies · problem:
    why the last write, removal or erasure failed · remarks: what `startup_config` found wrong and what it used instead."""

    _file_mode = (
        0  # of files that lie within the directory; 0: as the process makes them, the directory keeps others out
    )
    _advice: "dict[int, str]" = {}  # errno -> what to do about it, behind its words

    def __init__(self, directory: str, config_path: str) -> None:
        self.directory = directory
        self.config_path = config_path
        self.problem = ""
        self.remarks: "list[str]" = []

    def path(self, name: str) -> str:
        return self.directory + "/" + name

    def startup_config(self) -> "bytes | None":
        """The startup configuration; None if there is none. Raises `CannotStart` if CONFIG cannot be read."""
        self.remarks = []
        if self.config_path:
            if self._forget_half(self.config_path):
                self.remarks.append(
                    self.config_path + ": the last save was cut off; the configuration before it is used"
                )
            try:
                with open(self.config_path, "rb") as file:
                    return file.read()
            except OSError as error:
                raise CannotStart(Exit.CONFIGURATION, self.config_path + ": " + self._words(error))
        halves = [name for name in NAMES if self._forget_half(self.path(name))]
        a, b = self.read(NAMES[0]), self.read(NAMES[1])
        self.remarks = copies.damage(a, b, halves)
        return copies.choose(a, b)[0] or None

    def readable_by_others(self) -> bool:
        """Whether group or world may read CONFIG."""
        try:
            return bool(self.config_path and os.stat(self.config_path)[0] & 0o044)
        except OSError:
            return False

    def read(self, name: str, count: int = -1) -> "bytes | None":
        """A file of the directory, or its first `count` bytes; None if it cannot be read."""
        try:
            with open(self.path(name), "rb") as file:
                return file.read(count)
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> bool:
        """Replace a file of the directory atomically; "startup-config" goes to CONFIG (the last one stays as CONFIG~) or to
        the older of the two copies. False if it could not be written; the old content is then still there."""
        return self._done(name, lambda: self._write(name, data))

    def begin(self, name: str, data: bytes) -> bool:
        """Replace a file that is going to be appended to. Like `append` not forced to the disk: a power cut may take it."""
        return self._done(name, lambda: self._replace(self.path(name), data, self._file_mode, False))

    def remove(self, name: str) -> bool:
        """Take a file of the directory away. False if that could not be done."""
        return self._done(name, lambda: os.remove(self.path(name)))

    def erase(self) -> bool:
        """Erase the startup configuration. An empty one is written first, so that a power cut never brings an older one back."""
        return self._done(STARTUP, self._erase)

    # What each interpreter does in its own way

    def _replace(self, path: str, data: bytes, mode: int, forced: bool = True) -> None:
        """Write a file whole or not at all; forced: on the disk when this comes back. Raises `OSError`."""
        raise NotImplementedError

    def _make_folder(self, path: str) -> None:
        """A folder of the directory, on the disk when this comes back. Raises `OSError`."""
        raise NotImplementedError

    def _words(self, error: OSError) -> str:
        """What went wrong, in words."""
        raise NotImplementedError

    # Inside

    def _problem(self, path: str, error: OSError) -> str:
        return path + ": " + self._words(error) + self._advice.get(error.errno or 0, "")

    def _done(self, name: str, do: Answer) -> bool:
        """Whether it could be done; `problem` says why not."""
        self.problem = ""
        if not copies.is_name(name):
            self.problem = name + ": no such name: use letters, digits and . _ - + ~, at most 64, and no dot in front"
            return False
        try:
            do()
        except OSError as error:
            shown = self.config_path if name == STARTUP and self.config_path else self.path(name)
            self.problem = self._problem(shown, error)
        return not self.problem

    def _write(self, name: str, data: bytes) -> None:
        if name == STARTUP and self.config_path:
            self._write_config(data)
        elif name == STARTUP:
            _, generation, slot = copies.choose(self.read(NAMES[0]), self.read(NAMES[1]))
            self._replace(self.path(NAMES[slot]), copies.pack(generation + 1, data), self._file_mode)
        else:
            if name.startswith(FOLDER + "/") and not _exists(self.path(FOLDER)):
                self._make_folder(self.path(FOLDER))
            self._replace(self.path(name), data, 0o600 if name == DEVICE_KEY else self._file_mode)

    def _erase(self) -> None:
        self._write(STARTUP, b"")
        if not self.config_path:
            older = NAMES[copies.choose(self.read(NAMES[0]), self.read(NAMES[1]))[2]]
            if self.read(older, 1) is not None:
                os.remove(self.path(older))

    def _write_config(self, data: bytes) -> None:
        mode = 0o600
        try:
            mode = os.stat(self.config_path)[0] & 0o777
            with open(self.config_path, "rb") as file:
                last = file.read()
            self._replace(self.config_path + "~", last, mode)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
        self._replace(self.config_path, data, mode)

    def _forget_half(self, path: str) -> bool:
        """Remove what a write that was not finished has left; whether there was something."""
        if not _exists(temporary(path)):  # a read-only file system refuses to remove it without looking for the name
            return False
        try:
            os.remove(temporary(path))
        except OSError:
            pass  # read-only: it is there all the same
        return True


def _exists(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True
