"""`--log FILE`: everything that came from the port, byte for byte. A console shows secrets, so a new file is its owner's alone.

CPython only.
"""

import os

from ezvpn.terminal.ports import NoPort


class Transcript:
    """Appends to a file. Raises `NoPort` when it can't be opened; `fault` says why writing ended later, "" while it goes on."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.fault = ""
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise NoPort(f"{path}: {error.strerror}; name another file for --log")

    def write(self, data: bytes) -> None:
        """Never raises: a full disk must not end the session."""
        try:
            while data and not self.fault:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            self.fault = f"{self._path}: {error.strerror}; nothing more is logged"

    def close(self) -> None:
        os.close(self._fd)
