"""Names to IPv4 addresses, never blocking the loop: a UDP stub for A records (RFC 1035 4.2.1).

Numbers at once, then /etc/hosts, then the servers of /etc/resolv.conf in turn, 2 s each, three tries. This interpreter's
getaddrinfo blocks, so it is not used. Same names as runtime/cpython/resolver.py.
"""

import os
import socket
import struct

from ezvpn.runtime.addresses import from_hosts, name_servers, numeric, search_domain
from ezvpn.runtime.calls import Answer, Part
from ezvpn.runtime.dns_message import NO_SUCH_NAME, BadName, answer, question
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.udp import sockaddr_in
from ezvpn.runtime.timers import Timer

_AT_ONCE = 8
_TRY_MS = 2000
_TRIES = 3
_DNS_PORT = 53
_MESSAGE_BYTES = 512  # RFC 1035 2.3.4: UDP messages


class Lookup:
    """One name being asked for."""

    def __init__(self, id: int, name: str, servers: "list[bytes]", sock: Part) -> None:
        self.id = id
        self.name = name
        self.servers = servers
        self.sock = sock
        self.tries = 0
        self.identifier = 0
        self.timer: "Timer | None" = None


class Resolver:
    """Answers `on_answer(id, addresses)`: 4-byte addresses in the server's order without repeats, empty = failed.

    A numeric address and one from /etc/hosts are answered inside `resolve`. At most 8 lookups at once: one more fails at once
    and is counted in `refused`. `port` and `etc` are for tests.
    """

    def __init__(self, loop: Loop, on_answer: Answer, port: int = _DNS_PORT, etc: str = "/etc") -> None:
        self._loop = loop
        self._on_answer = on_answer
        self._port = port
        self._etc = etc
        self._lookups: "list[Lookup]" = []
        self.refused = 0

    def resolve(self, id: int, host: str) -> None:
        """Look up the A records of `host`."""
        address = numeric(host)
        if address is not None:
            self._on_answer(id, [address])
            return
        known = from_hosts(self._read("hosts"), host)
        if known:
            self._on_answer(id, known)
            return
        if len(self._lookups) >= _AT_ONCE:
            self.refused += 1
            self._on_answer(id, [])
            return
        settings = self._read("resolv.conf")
        name = host
        if "." not in name and search_domain(settings):
            name += "." + search_domain(settings)
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        lookup = Lookup(id, name, name_servers(settings), sock)
        self._lookups.append(lookup)
        self._loop.watch(sock, lambda: self._readable(lookup))
        self._ask(lookup)

    def _ask(self, lookup: Lookup) -> None:
        if lookup.tries >= _TRIES:
            self._finish(lookup, [])
            return
        server = lookup.servers[lookup.tries % len(lookup.servers)]
        lookup.tries += 1
        lookup.identifier = struct.unpack("!H", os.urandom(2))[0]
        try:
            lookup.sock.sendto(question(lookup.identifier, lookup.name), sockaddr_in(server, self._port))
        except BadName:
            self._finish(lookup, [])
            return
        except OSError:
            pass  # no route now: the next try may have one
        lookup.timer = self._loop.at(self._loop.now() + _TRY_MS, lambda: self._ask(lookup))

    def _readable(self, lookup: Lookup) -> None:
        try:
            data, address = lookup.sock.recvfrom(_MESSAGE_BYTES)
        except OSError:
            return
        if bytes(address[4:8]) not in lookup.servers:
            return  # only a server that was asked is believed
        result = answer(data, lookup.identifier, lookup.name)
        if result is None:
            return
        code, found = result
        if found or code in (0, NO_SUCH_NAME):
            self._finish(lookup, found)
            return
        # SERVFAIL, REFUSED and the like: another server may know better, and need not be waited for.
        if lookup.timer is not None:
            self._loop.cancel(lookup.timer)
        self._ask(lookup)

    def _finish(self, lookup: Lookup, found: "list[bytes]") -> None:
        if lookup.timer is not None:
            self._loop.cancel(lookup.timer)
        self._loop.unwatch(lookup.sock)
        lookup.sock.close()
        self._lookups.remove(lookup)
        unique: "list[bytes]" = []
        for address in found:
            if address not in unique:
                unique.append(address)
        self._on_answer(lookup.id, unique)

    def _read(self, name: str) -> str:
        try:
            with open(self._etc + "/" + name) as file:
                return file.read()
        except OSError:
            return ""
