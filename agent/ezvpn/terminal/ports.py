"""Which serial ports this machine has, and what to do about one that can't be opened.

CPython only. Texts for people; opening itself is in `line`.
"""

import errno
import os

from ezvpn.runtime.exits import Exit


class NoPort(Exception):
    """A port that can't be used; the text says why and what to do next. `code` is one of `Exit`."""

    def __init__(self, text: str, code: int = Exit.MISSING) -> None:
        super().__init__(text)
        self.code = code


def here() -> str:
    """One sentence that names the serial ports of this machine."""
    from serial.tools import list_ports  # type: ignore[import-untyped]

    found = []
    for port in sorted(list_ports.comports()):
        known = port.description if port.description not in ("", "n/a") else ""
        found.append(port.device + (f" ({known})" if known else ""))
    if not found:
        return "there is no serial port on this machine; plug the adapter in, `dmesg` shows whether the kernel sees it"
    return "the serial ports of this machine: " + ", ".join(found)


def refusal(device: str, number: int, words: str) -> str:
    """Why a device could not be opened, by errno, and the next step. `words`: what else is known."""
    if number in (errno.ENOENT, errno.ENODEV):
        return f"{device}: no such port; {here()}"
    if number in (errno.EACCES, errno.EPERM):
        group = _group(device)
        return f"{device}: permission denied; be one of its group: sudo usermod -aG {group} $USER, then log in again"
    if number in (errno.EBUSY, errno.EAGAIN):
        users = holders(device)
        return f"{device}: busy, {users or 'another program has it open'}; end that first"
    if number in (errno.ENOTTY, errno.EINVAL, errno.EISDIR):
        return f"{device}: not a serial port; {here()}"
    if number in (errno.EIO, errno.ENXIO):
        return f"{device}: there is no hardware behind this port; {here()}"
    return f"{device}: {os.strerror(number) if number else words}"


def holders(device: str) -> str:
    """`PROGRAM (process N) has it open` for each program that we may see, else ""."""
    try:
        real = os.path.realpath(device)
        numbers = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
    except OSError:
        return ""
    found = []
    for number in numbers:
        if number != os.getpid() and _has_open(number, real):
            found.append(f"{_program(number)} (process {number}) has it open")
    return ", ".join(found)


def _has_open(number: int, real: str) -> bool:
    folder = f"/proc/{number}/fd/"
    try:
        return any(os.readlink(folder + fd) == real for fd in os.listdir(folder))
    except OSError:
        return False  # it ended, or it is another user's


def _program(number: int) -> str:
    try:
        with open(f"/proc/{number}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return "a program"


def _group(device: str) -> str:
    import grp

    try:
        return grp.getgrgid(os.stat(device).st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"
