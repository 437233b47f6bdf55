"""The state directory on MicroPython: locked by one agent, files written atomically.

Same names as runtime/cpython/store.py. What is the same there is in runtime/state_files.py. This interpreter has no flock, fsync
by name, chmod or umask: the lock is a file that names a process, flushing a file or a folder reaches fsync, and modes are set by
the shell where the directory is open to others.
"""

import errno
import os

from ezvpn.compat import HAS_EDGEC
from ezvpn.runtime import copies
from ezvpn.runtime.calls import Answer
from ezvpn.runtime.copies import temporary
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.runtime.holder import living_holder, own_record
from ezvpn.runtime.state_files import StateFiles

if HAS_EDGEC:
    import _edgec  # type: ignore[import-not-found]

# MicroPython's errno lacks these; asm-generic/errno-base.h
_ENOTDIR = 20
_ENOSPC = 28
_EROFS = 30
_DIRECTORY = 0o040000

_WORDS = {
    errno.EACCES: "permission denied",
    errno.ENOENT: "no such file or directory",
    errno.EISDIR: "is a directory",
    _ENOTDIR: "not a directory",
    _ENOSPC: "no space left on device",
    _EROFS: "read-only file system",
}
_ADVICE = {
    errno.EACCES: "; run as root or choose another place with --state-dir",
    _EROFS: "; choose another place with --state-dir",
    _ENOSPC: "; make room there or choose another place with --state-dir",
}


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


class Store(StateFiles):
    """`StateFiles` with a lock."""

    _advice = _ADVICE

    def __init__(self, directory: str = "", config_path: str = "") -> None:
        super().__init__(directory or default_directory(), config_path)
        self._locked = False

    def open(self) -> None:
        """Make and lock the directory. Raises `CannotStart` if that is not possible or another agent holds it."""
        try:
            _make_directories(self.directory)
            # Files made here are readable by all, so the directory must keep others out.
            mode = os.stat(self.directory)[0]
            if not mode & _DIRECTORY:
                raise OSError(_ENOTDIR)
            if mode & 0o077:
                _chmod(self.directory, 0o700)
            held = living_holder(read_text(self.path("lock")), read_text)
            if not held:
                self._replace(self.path("lock"), own_record(read_text).encode(), 0, False)
        except OSError as error:
            raise CannotStart(Exit.MISSING, self._problem(self.directory, error))
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

    def names(self, folder: str) -> "list[tuple[str, int]]":
        """(name, bytes) of the files in a folder of the directory, sorted."""
        try:
            found = [row[0] for row in os.ilistdir(self.path(folder))]  # type: ignore[attr-defined]
        except OSError:
            return []
        return sorted([(name, os.stat(self.path(folder) + "/" + name)[6]) for name in found if copies.is_name(name)])

    def append(self, name: str, data: bytes) -> bool:
        """Add to the end of a file of the directory, not forced to the disk. False if it could not be written."""
        try:
            with open(self.path(name), "ab") as file:
                return file.write(data) == len(data)
        except OSError:
            return False

    def private_file(self, path: str) -> Answer:
        """A new file that only its owner may read, anywhere; returns what writes to its end. Raises `CannotStart`."""
        try:
            file = open(path, "wb")  # noqa: SIM115 it stays open
            _chmod(path, 0o600)  # empty so far
        except OSError as error:
            raise CannotStart(Exit.MISSING, path + ": " + self._words(error))

        def write(data: bytes) -> None:
            file.write(data)
            file.flush()

        return write

    def _words(self, error: OSError) -> str:
        return _WORDS.get(error.errno or 0, f"error {error.errno}")

    def _make_folder(self, path: str) -> None:
        os.mkdir(path)
        _sync_folder(self.directory)

    def _replace(self, path: str, data: bytes, mode: int, forced: bool = True) -> None:
        """mode: for a place that is open to others, 0 within the directory."""
        half = temporary(path)
        try:
            with open(half, "wb") as file:
                if mode:
                    _chmod(half, mode)
                if file.write(data) != len(data):
                    raise OSError(_ENOSPC)
                if forced:
                    file.flush()  # on this port flush is fsync
            os.rename(half, path)
        except OSError:
            self._forget_half(path)
            raise
        if forced:  # the new name itself must reach the disk too
            _sync_folder(path.rpartition("/")[0] + "/" if "/" in path else ".")


def _sync_folder(path: str) -> None:
    with open(path, "rb") as folder:
        folder.flush()


def _chmod(path: str, mode: int) -> None:
    if HAS_EDGEC:
        _edgec.chmod(path, mode)
        return
    os.system(f"chmod {mode:o} '" + path.replace("'", "'\\''") + "'")


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
