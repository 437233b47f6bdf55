"""The state directory: locked by one agent, files written atomically, the startup configuration in two copies.

Same names as runtime/cpython/store.py. This interpreter has no flock, fsync by name, chmod or umask: the lock is a file that
names a process, flushing a file reaches fsync, and modes are set by the shell where the directory is open to others.
"""

import errno
import os

from ezvpn.runtime import copies
from ezvpn.runtime.calls import Answer
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.holder import living_holder, own_record

STARTUP = "startup-config"
_COPIES = (STARTUP + ".a", STARTUP + ".b")
_ENOTDIR = 20  # MicroPython's errno lacks it; asm-generic/errno-base.h


def default_directory() -> str:
    """/var/lib/ezvpn; without root $XDG_STATE_HOME/ezvpn or ~/.local/state/ezvpn."""
    if _effective_user() == "0":
        return "/var/lib/ezvpn"
    return (os.getenv("XDG_STATE_HOME") or (os.getenv("HOME") or "") + "/.local/state") + "/ezvpn"


def read_text(path: str) -> str:
    """A small text file, "" if it cannot be read."""
    try:
        with open(path) as file:
            return file.read()
    except (OSError, ValueError):
        return ""


class Store:
    """One state directory. `config_path`: the CONFIG file that is the startup configuration instead of the two copies."""

    def __init__(self, directory: str = "", config_path: str = "") -> None:
        self.directory = directory or default_directory()
        self.config_path = config_path
        self._locked = False

    def open(self) -> None:
        """Make and lock the directory. Raises `CannotStart` if that is not possible or another agent holds it."""
        try:
            _make_directories(self.directory)
            # Files made here are readable by all, so the directory must keep others out.
            mode = os.stat(self.directory)[0]
            if not mode & 0o040000:
                raise OSError(_ENOTDIR)
            if mode & 0o077:
                os.system("chmod 700 '" + self.directory.replace("'", "'\\''") + "'")
            held = living_holder(read_text(self.path("lock")), read_text)
            if not held:
                self._replace(self.path("lock"), own_record(read_text).encode())
        except OSError as error:
            raise CannotStart(Exit.MISSING, _problem(self.directory, error))
        if held:
            raise CannotStart(
                Exit.RUNNING,
                f"another ezvpn agent, process {held}, holds {self.directory}: stop it, or give this one its own --state-dir",
            )
        self._locked = True

    def close(self) -> None:
        """Let go of the lock."""
        if self._locked:
            self._locked = False
            os.remove(self.path("lock"))

    def path(self, name: str) -> str:
        return self.directory + "/" + name

    def startup_config(self) -> "bytes | None":
        """The startup configuration; None if there is none. Raises `CannotStart` if CONFIG cannot be read."""
        if self.config_path:
            try:
                with open(self.config_path, "rb") as file:
                    return file.read()
            except OSError as error:
                raise CannotStart(Exit.CONFIGURATION, self.config_path + ": " + _words(error))
        return copies.choose(self.read(_COPIES[0]), self.read(_COPIES[1]))[0]

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
        if "/" in name or name.startswith("."):
            return False
        try:
            if name != STARTUP:
                self._replace(self.path(name), data)
            elif self.config_path:
                self._write_config(data)
            else:
                _, generation, slot = copies.choose(self.read(_COPIES[0]), self.read(_COPIES[1]))
                self._replace(self.path(_COPIES[slot]), copies.pack(generation + 1, data))
        except OSError:
            return False
        return True

    def append(self, name: str, data: bytes) -> bool:
        """Add to the end of a file of the directory, not forced to the disk. False if it could not be written."""
        try:
            with open(self.path(name), "ab") as file:
                return file.write(data) == len(data)
        except OSError:
            return False

    def private_file(self, path: str) -> Answer:
        """A new file, anywhere; returns what writes to its end. Its mode is the shell's business. Raises `CannotStart`."""
        try:
            file = open(path, "wb")  # noqa: SIM115 it stays open
        except OSError as error:
            raise CannotStart(Exit.MISSING, path + ": " + _words(error))

        def write(data: bytes) -> None:
            file.write(data)
            file.flush()

        return write

    def _write_config(self, data: bytes) -> None:
        try:
            with open(self.config_path, "rb") as file:
                last = file.read()
            self._replace(self.config_path + "~", last)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
        self._replace(self.config_path, data)

    def _replace(self, path: str, data: bytes) -> None:
        with open(path + ".new", "wb") as file:
            file.write(data)
            file.flush()  # on this port flush is fsync
        os.rename(path + ".new", path)


def _make_directories(path: str) -> None:
    at = 0
    while at >= 0:
        at = path.find("/", at + 1)
        part = path if at < 0 else path[:at]
        try:
            os.stat(part)
        except OSError:
            os.mkdir(part)


def _effective_user() -> str:
    # proc(5): "Uid: real effective saved filesystem"
    for line in read_text("/proc/self/status").split("\n"):
        if line.startswith("Uid:"):
            return line.split()[2]
    return ""


_WORDS = {
    errno.EACCES: "permission denied",
    errno.ENOENT: "no such file or directory",
    errno.EISDIR: "is a directory",
    _ENOTDIR: "not a directory",
}


def _words(error: OSError) -> str:
    return _WORDS.get(error.errno or 0, f"error {error.errno}")


def _problem(path: str, error: OSError) -> str:
    advice = "; run as root or choose another place with --state-dir" if error.errno == errno.EACCES else ""
    return path + ": " + _words(error) + advice
