"""The state directory: locked by one agent, files written atomically, the startup configuration in two copies.

Same names as runtime/micropython/store.py. What a copy looks like is in runtime/copies.py.
"""

import errno
import fcntl
import os

from ezvpn.runtime import copies
from ezvpn.runtime.calls import Answer
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.holder import living_holder, own_record

STARTUP = "startup-config"
_ADVICE = {
    errno.EACCES: "; run as root or choose another place with --state-dir",
    errno.EROFS: "; choose another place with --state-dir",
    errno.EEXIST: " and is no directory; choose another place with --state-dir",
    errno.ENOTDIR: "; choose another place with --state-dir",
    errno.ENOSPC: "; make room there or choose another place with --state-dir",
}
_COPIES = (STARTUP + ".a", STARTUP + ".b")


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


class Store:
    """One state directory. `config_path`: the CONFIG file that is the startup configuration instead of the two copies."""

    def __init__(self, directory: str = "", config_path: str = "") -> None:
        self.directory = directory or default_directory()
        # A symbolic link stays one: the file it points to is what `write memory` replaces.
        self.config_path = os.path.realpath(config_path) if config_path else ""
        self._lock = -1
        self.notes: "list[str]" = []  # what is wrong with the directory and keeps no agent from running

    def open(self) -> None:
        """Make and lock the directory. Raises `CannotStart` if that is not possible or another agent holds it."""
        try:
            os.makedirs(self.directory, mode=0o700, exist_ok=True)
            self._lock = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(Exit.MISSING, _problem(self.directory, error))
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
            self.notes.append(_problem(self.directory, error) + "; nothing can be saved until then")

    def close(self) -> None:
        """Let go of the lock."""
        if self._lock >= 0:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = -1

    def path(self, name: str) -> str:
        return self.directory + "/" + name

    def startup_config(self) -> "bytes | None":
        """The startup configuration; None if there is none. Raises `CannotStart` if CONFIG cannot be read."""
        if self.config_path:
            try:
                with open(self.config_path, "rb") as file:
                    return file.read()
            except OSError as error:
                raise CannotStart(Exit.CONFIGURATION, self.config_path + ": " + (error.strerror or "error"))
        return copies.choose(self.read(_COPIES[0]), self.read(_COPIES[1]))[0]

    def readable_by_others(self) -> bool:
        """Whether group or world may read CONFIG."""
        try:
            return bool(self.config_path and os.stat(self.config_path).st_mode & 0o044)
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
        if "/" in name or name.startswith("."):
            return False
        try:
            if name != STARTUP:
                self._replace(self.path(name), data, 0o600)
            elif self.config_path:
                self._write_config(data)
            else:
                _, generation, slot = copies.choose(self.read(_COPIES[0]), self.read(_COPIES[1]))
                self._replace(self.path(_COPIES[slot]), copies.pack(generation + 1, data), 0o600)
        except OSError:
            return False
        return True

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
            raise CannotStart(Exit.MISSING, path + ": " + (error.strerror or "error"))
        return lambda data: os.write(fd, data)

    def _write_config(self, data: bytes) -> None:
        mode = 0o600
        try:
            with open(self.config_path, "rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o777
                last = file.read()
            self._replace(self.config_path + "~", last, mode)
        except FileNotFoundError:
            pass
        self._replace(self.config_path, data, mode)

    def _replace(self, path: str, data: bytes, mode: int) -> None:
        temporary = path + ".new"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        try:
            with os.fdopen(fd, "wb") as file:
                os.fchmod(fd, mode)
                file.write(data)
                file.flush()
                os.fsync(fd)
            os.rename(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
        # The new name itself must reach the disk too.
        folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _problem(path: str, error: OSError) -> str:
    return path + ": " + (error.strerror or "error") + _ADVICE.get(error.errno or 0, "")
