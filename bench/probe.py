"""Start a remote's programs and take the time until its tunnel can be used; standard library only, run inside its namespace.

    probe.py SPECIFICATION        JSON, on the command line; prints one JSON line: ms, pid

Belongs here: the clock that is the same for every remote. It starts with the first program and stops when an echo request to
the protected LAN, repeated each millisecond, is answered. Not here: what the programs are (`remotes`), the figures (`figures`).

SPECIFICATION: `address` to be reached, `limit_s`, `log` for what the programs print, `env`, and `steps`, each with `argv` and
`until`: "exit", "runs" (the last one goes on) or the path of a file that appears. The next step starts when that is so.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
import time
from typing import Any

ECHO_REQUEST, ECHO_REPLY = 8, 0
TICK_MS = 1


def echo_request(identifier: int) -> bytes:
    """An ICMP echo request (RFC 792) with sequence number 1 and no data."""
    total = (ECHO_REQUEST << 8) + identifier + 1
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBHHH", ECHO_REQUEST, 0, ~total & 0xFFFF, identifier, 1)


def is_answer(packet: bytes, identifier: int) -> bool:
    """Whether an IPv4 packet is the reply to our request."""
    start = (packet[0] & 15) * 4
    return (
        len(packet) >= start + 8
        and packet[start] == ECHO_REPLY
        and packet[start + 4 : start + 6] == struct.pack("!H", identifier)
    )


class Steps:
    """The programs, one after the other. `pid` is the first one's."""

    def __init__(self, steps: list[dict[str, Any]], env: dict[str, str], log: str) -> None:
        self._steps = steps
        self._env = env
        self._log = log
        self._at = -1
        self._staying: dict[int, str] = {}  # pid -> program, of those that must not end
        self._ending = 0  # pid of the one that must
        self.pid = 0
        self.done = False

    def start_next(self) -> None:
        self._at += 1
        argv, until = self._steps[self._at]["argv"], self._steps[self._at]["until"]
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, self._log, flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        pid = os.posix_spawnp(argv[0], argv, self._env, file_actions=actions, setsid=True)
        self.pid = self.pid or pid
        if until == "exit":
            self._ending = pid
        else:
            self._staying[pid] = argv[0]
            self.done = until == "runs"

    def look(self) -> None:
        """Go on to the next step where this one is done. Raises RuntimeError for a program that failed or ended too early."""
        for pid, name in self._staying.items():
            _ended(pid, name, False)
        if self.done:
            return
        argv, until = self._steps[self._at]["argv"], self._steps[self._at]["until"]
        if _ended(self._ending, argv[0], True) if until == "exit" else os.path.exists(until):
            if self._at + 1 < len(self._steps):
                self.start_next()
            else:
                self.done = True


def _ended(pid: int, name: str, may_end: bool) -> bool:
    """Whether it has ended. Raises RuntimeError where it failed or must not end."""
    gone, status = os.waitpid(pid, os.WNOHANG)
    if gone and (status or not may_end):
        raise RuntimeError(f"{name} ended with {os.waitstatus_to_exitcode(status)}")
    return bool(gone)


def measure(specification: dict[str, Any]) -> dict[str, Any]:
    """{"ms", "pid"}; all steps are done when it returns. Raises RuntimeError after limit_s."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    sock.setblocking(False)
    identifier = os.getpid() & 0xFFFF
    request = echo_request(identifier)
    to = (specification["address"], 0)
    steps = Steps(specification["steps"], {**os.environ, **specification["env"]}, specification["log"])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    answered = 0.0
    began = time.monotonic()
    steps.start_next()
    while not (answered and steps.done):
        if time.monotonic() - began > specification["limit_s"]:
            raise RuntimeError(f"no tunnel within {specification['limit_s']} s")
        steps.look()
        if not answered:
            try:
                sock.sendto(request, to)
            except OSError:
                pass  # no route so far: the tunnel brings it
        for _ in poll.poll(TICK_MS):
            if is_answer(sock.recv(2048), identifier):
                answered = answered or time.monotonic()
    return {"ms": round((answered - began) * 1000, 2), "pid": steps.pid}


if __name__ == "__main__":
    try:
        print(json.dumps(measure(json.loads(sys.argv[1]))))
    except RuntimeError as error:
        raise SystemExit(str(error))
