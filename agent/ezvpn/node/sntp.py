"""A simple network time client: up to four servers are asked, the best one that answers gives the time. RFC 4330 5, RFC 5905.

Level 4, sans-I/O. Belongs here: whom to ask when, which answers count, which server is followed. Not here: layout
(`wire.ntp`), what the time does to the device (`timekeeper`).

    configure · resolved · received · timeout · machine      each with now; then `order()` until None, `reading()`, `deadline()`
"""

from ezvpn.compat import const
from ezvpn.config.model import NtpServer
from ezvpn.console.time_facts import Association
from ezvpn.wire import ntp
from ezvpn.wire.cursor import Malformed

POLL_LEAST_S = const(64)
POLL_MOST_S = const(1024)
LOOKUPS_MOST = const(999)  # its ids for `resolve` are -1 to this, negative

_ANSWER_MS = const(3000)  # an answer that takes longer says little
_RETRY_MS = const(16000)  # after the first miss; then twice as long each time
_GOOD_BEFORE_LONGER = const(4)  # answers in a row, then it is asked half as often
_PLAUSIBLE_MS = 1_735_689_600_000  # 2025-01-01: no server that we believe says an earlier time
_STRATUM_MOST = 15
_KISSES_OF_DEATH = (b"DENY", b"RSTR")  # RFC 5905 7.4: do not ask again


class _Server:
    """One server. cookie: of the question that waits for its answer, b"" when none does."""

    def __init__(self, wanted: NtpServer, now: int) -> None:
        self.facts = Association(wanted.host, wanted.prefer)
        self.lookup = 0
        self.due: "int | None" = now
        self.cookie = b""
        self.asked_at = 0
        self.answers_until: "int | None" = None
        self.good = 0  # answers in a row
        self.missed = 0  # and misses
        self.offset = 0
        self.denied = False


class Sntp:
    """entropy(n) -> n random bytes."""

    def __init__(self, entropy: object) -> None:
        self._entropy = entropy
        self._servers: "list[_Server]" = []
        self._orders: "list[tuple[object, ...]]" = []
        self._next_lookup = 0
        self._reading: "int | None" = None
        self._news: "list[tuple[str, str]]" = []
        self._followed = ""

    def configure(self, wanted: "list[NtpServer]", now: int) -> None:
        """Those that stay keep what is known of them."""
        before = self._servers
        self._servers = []
        for each in wanted:
            old = [server for server in before if server.facts.host == each.host]
            server = old[0] if old else _Server(each, now)
            server.facts.prefer = each.prefer
            self._servers.append(server)
        if before and not self._servers:
            self._orders.append(("ntp_close",))
            self._followed = ""

    def deadline(self) -> "int | None":
        first: "int | None" = None
        for server in self._servers:
            for at in (server.due, server.answers_until):
                if at is not None and (first is None or at < first):
                    first = at
        return first

    def timeout(self, now: int) -> None:
        for server in self._servers:
            if server.answers_until is not None and server.answers_until <= now:
                server.answers_until = None
                server.cookie = b""
                server.facts.refused = "no answer"
                self._missed(server)
            if server.due is not None and server.due <= now:
                self._ask(server, now)

    def resolved(self, lookup: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to the order `resolve`."""
        for server in self._servers:
            if server.lookup == lookup and lookup:
                server.lookup = 0
                if addresses:
                    server.facts.address = addresses[0]
                    self._question(server, now)
                else:
                    server.facts.refused = "the name is not known"
                    self._missed(server)

    def received(self, source: bytes, view: "bytes | memoryview", now: int) -> None:
        """A datagram from port 123 of `source`. One that does not answer what we asked is passed over: anybody can send it."""
        try:
            packet = ntp.parse(view)
        except Malformed:
            return
        for server in self._servers:
            # RFC 4330 5: the originate timestamp of the reply must match the transmit timestamp that the client used.
            if server.facts.address == source and server.cookie and packet.originate == server.cookie:
                server.cookie = b""
                server.answers_until = None
                self._answered(server, packet, now)
                return

    def order(self) -> "tuple[object, ...] | None":
        """The next order to the runtime: its name and its arguments."""
        return self._orders.pop(0) if self._orders else None

    def reading(self) -> "int | None":
        """Wall ms - boot ms as the server that is followed says, once each time."""
        found = self._reading
        self._reading = None
        return found

    def news(self) -> "tuple[str, str] | None":
        """The next line for the log: mnemonic, host."""
        return self._news.pop(0) if self._news else None

    def associations(self) -> "list[Association]":
        """All servers."""
        return [server.facts for server in self._servers]

    def measured(self, offset: int) -> None:
        """The device's clock was off by so many ms when the last reading came."""
        for server in self._servers:
            if server.facts.selected:
                server.facts.offset_ms = offset

    # --- inside -------------------------------------------------------------------------------------------------------

    def _ask(self, server: _Server, now: int) -> None:
        server.due = None if server.denied else now + self._pause_ms(server)
        if server.denied:
            return
        if server.facts.address is None or not server.facts.reach & 0xFF:
            # Also a name that was known: who does not answer may have moved.
            self._next_lookup = self._next_lookup % LOOKUPS_MOST + 1
            server.lookup = -self._next_lookup
            self._orders.append(("resolve", server.lookup, server.facts.host))
            return
        self._question(server, now)

    def _question(self, server: _Server, now: int) -> None:
        server.cookie = self._entropy(8)  # type: ignore[operator]
        server.asked_at = now
        server.answers_until = now + _ANSWER_MS
        server.facts.reach = server.facts.reach << 1 & 0xFF
        self._orders.append(("ntp_send", server.facts.address, ntp.request(server.cookie)))

    def _pause_ms(self, server: _Server) -> int:
        """Until it is asked again, if no answer comes that says otherwise."""
        return min(_RETRY_MS << min(server.missed, 6), POLL_MOST_S * 1000)

    def _answered(self, server: _Server, packet: ntp.Packet, now: int) -> None:
        facts = server.facts
        facts.refused = _fault(packet)
        if packet.stratum == 0 and packet.reference in _KISSES_OF_DEATH:
            server.denied = True
            server.due = None
        elif packet.stratum == 0:
            facts.poll_s = POLL_MOST_S  # RATE and what else asks for less
            server.due = now + POLL_MOST_S * 1000
        receive, transmit = packet.receive_ms, packet.transmit_ms
        if facts.refused or receive is None or transmit is None:
            self._missed(server)
            return
        facts.reach |= 1
        facts.stratum = packet.stratum
        facts.reference = packet.reference
        facts.root_delay_ms = packet.root_delay_ms
        facts.dispersion_ms = packet.root_dispersion_ms
        facts.delay_ms = max(now - server.asked_at - (transmit - receive), 0)
        facts.when = now
        # RFC 4330 5: t = ((T2 - T1) + (T3 - T4)) / 2, with T1 and T4 in boot time.
        server.offset = (receive - server.asked_at + transmit - now) // 2
        server.good += 1
        server.missed = 0
        if server.good % _GOOD_BEFORE_LONGER == 0 and facts.poll_s < POLL_MOST_S:
            facts.poll_s *= 2
        server.due = now + facts.poll_s * 1000
        self._choose()
        if facts.selected:
            self._reading = server.offset

    def _missed(self, server: _Server) -> None:
        facts = server.facts
        server.good = 0
        server.missed += 1
        facts.poll_s = POLL_LEAST_S if not server.denied and facts.poll_s < POLL_MOST_S else facts.poll_s
        if not facts.reach and facts.selected:
            self._news.append(("PEERUNREACH", facts.host))
        self._choose()

    def _choose(self) -> None:
        """Follow the preferred one that answers, else the one nearest to a real clock, else the nearest to us."""
        best: "_Server | None" = None
        for server in self._servers:
            facts = server.facts
            facts.selected = False
            if not facts.reach or facts.when is None:
                continue
            if best is None or _rank(facts) < _rank(best.facts):
                best = server
        if best is None:
            self._followed = ""
            return
        best.facts.selected = True
        if self._followed != best.facts.host:
            self._followed = best.facts.host
            self._news.append(("PEERSYNC", best.facts.host))


def _rank(facts: Association) -> "tuple[int, int, int]":
    return (0 if facts.prefer else 1, facts.stratum, facts.delay_ms + facts.dispersion_ms)


def _fault(packet: ntp.Packet) -> str:
    """Why an answer does not count (RFC 4330 5), "" if it does."""
    if packet.mode != ntp.Mode.SERVER:
        return "not a server"
    if packet.stratum == 0:
        return "kiss of death"
    if packet.stratum > _STRATUM_MOST or packet.leap == ntp.Leap.UNSYNCHRONIZED:
        return "the server is not synchronized"
    if packet.receive_ms is None or packet.transmit_ms is None:
        return "no time in the answer"
    if packet.transmit_ms < _PLAUSIBLE_MS or packet.transmit_ms < packet.receive_ms:
        return "a time that cannot be"
    return ""
