"""The state directory on CPython: locked by one agent, files written atomically.

Same names as runtime/micropython/store.py. What is the same there is in runtime/state_files.py.
"""

import errno
import fcntl
import os

from ezvpn.runtime import copies
from ezvpn.runtime.calls import Answer
from ezvpn.runtime.copies import temporary
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.holder import living_holder, own_record
from ezvpn.runtime.state_files import StateFiles

_ADVICE = {
    errno.EACCES: "; run as root or choose another place with --state-dir",
    errno.EROFS: "; choose another place with --state-dir",
    errno.EEXIST: " and is no directory; choose another place with --state-dir",
    errno.ENOTDIR: "; choose another place with --state-dir",
    errno.ENOSPC: "; make room there or choose another place with --state-dir",
}


def default_directory() -> str:
    """/var/lib/ezvpn; without root $XDG_STATE_HOME/ezvpn or ~/.local/state/ezvpn."""
    if os.geteuid() == 0:
        return "/var/lib/ezvpn"
    return os.environ.get("XDG_STATE_HOME", os.path.expanduser("~/.local/state")) + "/ezvpn"


def read_text(path: str) -> str:
    """A small text file, "" if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


class Store(StateFiles):
    """`StateFiles` with a lock."""

    _file_mode = 0o600
    _advice = _ADVICE

    def __init__(self, directory: str = "", config_path: str = "") -> None:
        # A symbolic link stays one: the file it points to is what `write memory` replaces.
        super().__init__(directory or default_directory(), os.path.realpath(config_path) if config_path else "")
        self._lock = -1
        self.notes: "list[str]" = []  # what is wrong with the directory and keeps no agent from running

    def open(self) -> None:
        """Make and lock the directory. Raises `CannotStart` if that is not possible or another agent holds it."""
        try:
            os.makedirs(self.directory, mode=0o700, exist_ok=True)
            self._lock = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(Exit.MISSING, self._problem(self.directory, error))
        record = os.read(self._lock, 200).decode("ascii", "replace")
        held = living_holder(record, read_text)  # an agent on the other interpreter has no flock
        who = f", process {held}," if held else ""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            # Also where a full directory left the record empty.
            who = who or (f", process {record.split()[0]}," if record.split() else "")
            held = -1
        if held:
            os.close(self._lock)
            self._lock = -1
            raise CannotStart(
                Exit.RUNNING,
                f"another ezvpn agent{who} holds {self.directory}: stop it, or give this one its own --state-dir",
            )
        try:
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, own_record(read_text).encode(), 0)
        except OSError as error:
            # The lock holds without it, and an agent that runs is worth more than one that waits for somebody to tidy up.
            self.notes.append(self._problem(self.directory, error) + "; nothing can be saved until then")

    def close(self) -> None:
        """Let go of the lock."""
        if self._lock >= 0:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = -1

    def names(self, folder: str) -> "list[tuple[str, int]]":
        """(name, bytes) of the files in a folder of the directory, sorted."""
        try:
            with os.scandir(self.path(folder)) as found:
                return sorted([(each.name, each.stat().st_size) for each in found if copies.is_name(each.name)])
        except OSError:
            return []

    def append(self, name: str, data: bytes) -> bool:
        """Add to the end of a file of the directory, not forced to the disk. False if it could not be written."""
        try:
            fd = os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                return os.write(fd, data) == len(data)
            finally:
                os.close(fd)
        except OSError:
            return False

    def private_file(self, path: str) -> Answer:
        """A new file that only its owner may read, anywhere; returns what writes to its end. Raises `CannotStart`."""
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            os.fchmod(fd, 0o600)
        except OSError as error:
            raise CannotStart(Exit.MISSING, path + ": " + self._words(error))
        return lambda data: os.write(fd, data)

    def _words(self, error: OSError) -> str:
        return error.strerror or "error"

    def _make_folder(self, path: str) -> None:
        os.mkdir(path, 0o700)
        _sync_folder(self.directory)

    def _replace(self, path: str, data: bytes, mode: int, forced: bool = True) -> None:
        half = temporary(path)
        fd = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        try:
            with os.fdopen(fd, "wb") as file:
                os.fchmod(fd, mode)
                file.write(data)
                file.flush()
                if forced:
                    os.fsync(fd)
            os.rename(half, path)
        except OSError:
            self._forget_half(path)
            raise
        if forced:
            _sync_folder(os.path.dirname(path) or ".")  # the new name itself must reach the disk too


def _sync_folder(path: str) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
