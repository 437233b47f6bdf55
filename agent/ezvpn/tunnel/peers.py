"""The ordered list of gateways of one tunnel: which address is tried next, and when a round is over.

Belongs here: order, wrapping, the primary, names with several addresses. Not here: how long to wait (`backoff`), why a
peer failed (`causes`). A host name is resolved anew at each attempt; a name with n A records counts as n peers.
"""


def parse_ipv4(text: str) -> "bytes | None":
    """4 bytes for a dotted quad, None for anything else (then it is a host name)."""
    parts = text.split(".")
    if len(parts) != 4:
        return None
    out = bytearray(4)
    for i in range(4):
        part = parts[i]
        if not part.isdigit() or len(part) > 3 or int(part) > 255:
            return None
        out[i] = int(part)
    return bytes(out)


class PeerList:
    """`hosts`: (text, is primary) in the order of the configuration.

    A round visits every host once, from the current one, wrapping. `begin` starts a round at the primary if there is one (but not
    at one that has just died); `following` is where it would start after the death of the current one;
    `address` is the address to try now, or None while the host has to be resolved (`host`); `advance` moves on.
    """

    MAX_ADDRESSES = 16  # of one name; the rest is not tried

    def __init__(self, hosts: "tuple[tuple[str, bool], ...]") -> None:
        self.hosts = hosts
        self.index = 0
        self._primary = -1
        for i in range(len(hosts)):
            if hosts[i][1]:
                self._primary = i
        self._addresses: "list[bytes]" = []
        self._position = 0
        self._visited = 0
        self.begin()

    @property
    def host(self) -> str:
        return self.hosts[self.index][0] if self.hosts else ""

    @property
    def address(self) -> "bytes | None":
        if self._position < len(self._addresses):
            return self._addresses[self._position]
        return None

    @property
    def following(self) -> str:
        """The host after the current one has died: the primary, or the one behind it. "" where there is no other."""
        if len(self.hosts) < 2:
            return ""
        return self.hosts[self._after()][0]

    def _after(self) -> int:
        if 0 <= self._primary != self.index:
            return self._primary
        return (self.index + 1) % len(self.hosts)

    def begin(self, after: bool = False) -> None:
        """Start a round at the primary, without one at the current host; with `after`, at `following`."""
        if after and self.hosts:
            self.index = self._after()
        elif self._primary >= 0:
            self.index = self._primary
        self._visited = 1
        self._enter()

    def advance(self) -> bool:
        """Go to the next address, then to the next host. False: the round is over, and the next one starts here."""
        if self._position + 1 < len(self._addresses):
            self._position += 1
            return True
        if not self.hosts:
            return False
        self.index = (self.index + 1) % len(self.hosts)
        if self._visited >= len(self.hosts):
            self.begin()
            return False
        self._visited += 1
        self._enter()
        return True

    def resolved(self, addresses: "list[bytes]") -> bool:
        """The answer for `host`. False: there is no address to try."""
        found: "list[bytes]" = []
        for address in addresses:
            if len(address) == 4 and address not in found and len(found) < self.MAX_ADDRESSES:
                found.append(bytes(address))
        self._addresses = found
        self._position = 0
        return len(found) > 0

    def at(self, host: str, address: bytes) -> None:
        """This peer answered by itself: the round is where it stands."""
        self.keep(host)
        self.resolved([address])

    def keep(self, host: str) -> None:
        """The list was edited: go on with this host if it is still there."""
        for i in range(len(self.hosts)):
            if self.hosts[i][0] == host:
                self.index = i
                self._enter()

    def _enter(self) -> None:
        self._position = 0
        numeric = parse_ipv4(self.host)
        self._addresses = [numeric] if numeric is not None else []
