"""The console of the agent on this machine: `ezvpn exec`, and `ezvpn console` without a port.

CPython only, blocking: this is a program of its own beside the agent. The other end is runtime/attach.py.
"""

import os
import select
import socket
import sys
import termios
import tty

from ezvpn.runtime.cpython.consock import NAME, connect
from ezvpn.runtime.cpython.store import default_directory

_QUIT = b"\x1d"  # Ctrl-], as in telnet
_CHUNK = 4096
_ANSWER_S = 30.0
_MOST = 1 << 24  # bytes of an answer that are believed


class NoAgent(Exception):
    """Nothing to talk to; the text says why and what to do next."""


def ask(command: str, state_dir: str) -> "tuple[int, str]":
    """One console command on the running agent: (exit code, text). Raises `NoAgent`."""
    with _agent(state_dir) as sock:
        sock.settimeout(_ANSWER_S)
        data = b""
        try:
            sock.sendall(b"exec " + command.replace("\n", " ").encode() + b"\n")
            while chunk := sock.recv(_CHUNK):
                data += chunk
                if len(data) > _MOST:
                    break
        except OSError as error:
            raise NoAgent(f"the agent did not answer: {error}")
    head, newline, body = data.partition(b"\n")
    words = head.split(b" ")
    if not newline or len(words) != 2 or not words[0].isdigit() or not words[1].isdigit() or len(body) != int(words[1]):
        raise NoAgent("the agent went away before its answer was complete; is it still running?")
    return int(words[0]), body.decode("utf-8", "replace")


def attach(state_dir: str) -> None:
    """This terminal becomes the console of the agent, until Ctrl-] or the other end closes. Raises `NoAgent`."""
    with _agent(state_dir) as sock:
        sock.sendall(f"attach {_screen()}\n".encode())
        _bridge(sock.fileno())


def _agent(state_dir: str) -> socket.socket:
    directory = state_dir or default_directory()
    try:
        return connect(directory + "/" + NAME)
    except PermissionError:
        raise NoAgent(f"the agent of {directory} belongs to another user: try with sudo")
    except OSError:
        raise NoAgent(
            f"no agent is running for {directory}: start one with `ezvpn run CONFIG`, or name its --state-dir"
        )


def _bridge(fd: int) -> None:
    """Copy both ways until Ctrl-] or the end of either side; this terminal is raw meanwhile."""
    before = termios.tcgetattr(0) if os.isatty(0) else None
    if before is not None:
        print("Attached; Ctrl-] quits.", file=sys.stderr)
        tty.setraw(0)
    sources = [0, fd]
    try:
        while fd in sources:
            for ready in select.select(sources, [], [])[0]:
                data = os.read(ready, _CHUNK)
                if ready == fd:
                    if not data:
                        return
                    _write_all(1, data)
                    continue
                typed, quit_key, _ = data.partition(_QUIT)
                _write_all(fd, typed)
                if quit_key:
                    return
                if not data:
                    sources.remove(0)  # a script's input has ended; its last answers still come
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        if before is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, before)
            print("", file=sys.stderr)


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def _screen() -> str:
    """Columns and rows; without rows, output does not pause."""
    try:
        size = os.get_terminal_size(1)
    except OSError:
        return "80"
    return f"{size.columns or 80} {size.lines}"
