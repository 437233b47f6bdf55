"""Names to IPv4 addresses, never blocking the loop.

The machine's own resolver (getaddrinfo) in a thread of its own. Not asyncio's executor: that one joins its threads at exit, and
a silent name server would hold up SIGTERM for half a minute. Same names as runtime/micropython/resolver.py.
"""

import socket

from ezvpn.runtime.addresses import numeric
from ezvpn.runtime.calls import Answer
from ezvpn.runtime.cpython.loop import Loop

LIMIT_MS = 10_000
_AT_ONCE = 8


class Resolver:
    """Answers `on_answer(id, addresses)`: 4-byte addresses in the resolver's order without repeats, empty = failed.

    A numeric address is answered inside `resolve`. At most 8 lookups at once: one more fails at once and is counted in
    `refused`. A lookup has 10 s; what comes later is dropped.
    """

    def __init__(self, loop: Loop, on_answer: Answer) -> None:
        self._loop = loop
        self._on_answer = on_answer
        self._serial = 0
        self._open: "dict[int, int]" = {}  # lookup -> the id to answer
        self._threads = 0
        self.refused = 0

    def resolve(self, id: int, host: str) -> None:
        """Look up the A records of `host`."""
        address = numeric(host)
        if address is not None:
            self._on_answer(id, [address])
            return
        # Counts threads, not lookups: one that timed out still sits in getaddrinfo.
        if self._threads >= _AT_ONCE:
            self.refused += 1
            self._on_answer(id, [])
            return
        self._serial += 1
        self._open[self._serial] = id
        self._threads += 1
        lookup = self._serial
        self._loop.at(self._loop.now(), lambda: self._start(lookup, host))
        self._loop.at(self._loop.now() + LIMIT_MS, lambda: self._answer(lookup, []))

    def _start(self, lookup: int, host: str) -> None:
        import threading

        threading.Thread(target=self._look_up, args=(lookup, host), daemon=True).start()

    def _look_up(self, lookup: int, host: str) -> None:
        found: "list[bytes]" = []
        try:
            for entry in socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM):
                address = socket.inet_aton(str(entry[4][0]))
                if address not in found:
                    found.append(address)
        except (OSError, UnicodeError):
            pass  # UnicodeError: a label that IDNA refuses is a name that does not resolve
        try:
            self._loop.from_thread(self._finished, lookup, found)
        except RuntimeError:
            pass  # the loop has ended meanwhile

    def _finished(self, lookup: int, found: "list[bytes]") -> None:
        self._threads -= 1
        self._answer(lookup, found)

    def _answer(self, lookup: int, found: "list[bytes]") -> None:
        if lookup in self._open:
            self._on_answer(self._open.pop(lookup), found)
