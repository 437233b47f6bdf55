"""The agent as a router's first process: file systems before it starts, a restart of the machine when it ends.

MicroPython only, with the device binary's C module. The kernel starts `/sbin/init`, which is the binary; the file /etc/board says
which board this is. Whatever happens, this process must not end: the kernel would stop, and start again a second later (panic=1).
"""

import os
import sys
import time

import _edgec  # type: ignore[import-not-found]

from ezvpn.runtime import boards
from ezvpn.runtime.calls import Answer
from ezvpn.runtime.exits import CannotStart

STATE = "/var/lib/ezvpn"
_BOARD = "/etc/board"

# linux/mount.h, linux/reboot.h
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _NOATIME = 1, 2, 4, 8, 32, 1024
_RESTART = 0x01234567
_PAUSE_S = 5

# (what, where, kind, flags, options)
_MOUNTS = (
    ("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC, ""),
    ("sysfs", "/sys", "sysfs", _NOSUID | _NODEV | _NOEXEC, ""),
    ("tmpfs", "/run", "tmpfs", _NOSUID | _NODEV, "mode=755,size=1m"),
    ("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, "mode=1777,size=4m"),
)
# A router forwards; and it is not talked into other ways by anyone on the wire.
_SETTINGS = (
    ("net/ipv4/ip_forward", "1"),
    ("net/ipv4/conf/all/accept_redirects", "0"),
    ("net/ipv4/conf/all/send_redirects", "0"),
    ("net/ipv4/conf/all/accept_source_route", "0"),
    ("kernel/panic", "1"),
    ("kernel/panic_on_oops", "1"),
)


def main(run: Answer) -> None:
    """`run(words)` is `ezvpn run`; this never comes back."""
    try:
        board = _board()
        if not _is_there("/proc/self/stat"):  # else the agent has started itself again for another heap
            _prepare(board)
        if len(sys.argv) == 1:
            sys.argv.append("init")  # for the case that it starts itself again
        run(["--board", board.name, "--console", board.console, "--state-dir", STATE])
    except CannotStart as fault:
        _failed(fault.text)
    except BaseException as fault:  # SystemExit and Ctrl-C, too: this process must not end
        sys.print_exception(fault, sys.stderr)  # type: ignore[attr-defined]
        _failed("the agent has failed; the machine starts again")
    _end()


def _board() -> boards.Board:
    try:
        with open(_BOARD) as file:
            name = file.read().strip()
    except OSError:
        raise CannotStart(1, _BOARD + " is missing: this image was not built by `ezvpn firmware build --board`")
    return boards.load(name)


def _prepare(board: boards.Board) -> None:
    for what, where, kind, flags, options in _MOUNTS:
        _mount(what, where, kind, flags, options)
    if not _mount(board.data, STATE, board.data_kind, _NOSUID | _NODEV | _NOEXEC | _NOATIME, ""):
        _say("nothing that is saved will be there after the next start: " + board.data + " cannot be used")
        _mount("tmpfs", STATE, "tmpfs", _NOSUID | _NODEV | _NOEXEC, "mode=700,size=1m")
    for name, value in _SETTINGS:
        try:
            with open("/proc/sys/" + name, "w") as file:
                file.write(value)
        except OSError:
            _say(name + " cannot be set")


def _mount(what: str, where: str, kind: str, flags: int, options: str) -> bool:
    try:
        _edgec.mount(what, where, kind, flags, options)
    except OSError as error:
        _say("cannot mount " + what + " on " + where + ": " + _edgec.strerror(error.errno))
        return False
    return True


def _end() -> None:
    """The data partition is whole and on the disk, then the machine starts again."""
    try:
        _edgec.mount("none", STATE, "none", _REMOUNT | _RDONLY, "")
    except OSError:
        pass  # somebody still writes there: a journal is what it has
    _edgec.reboot(_RESTART)


def _failed(text: str) -> None:
    _say(text)
    time.sleep(_PAUSE_S)  # somebody may want to read it, and a machine that fails at once should not do so all the time


def _is_there(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def _say(text: str) -> None:
    for line in text.split("\n"):
        print("ezvpn: " + line, file=sys.stderr)
