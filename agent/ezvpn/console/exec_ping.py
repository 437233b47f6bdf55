"""`ping` and `traceroute`: their table, and what they print while the device works.

Level 4, pure. What is sent is the device's (`node.ping`, `node.traceroute`); Ctrl-C and Ctrl-Shift-6 break off.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.exec_network import named
from ezvpn.console.probes import PingRequest, Progress, TraceRequest

_ROW = 70  # marks in a row, as in IOS

_SOURCE = "source {A.B.C.D|IFNAME}$source"

# At any level.
PING = (
    (
        "ping [ip] HOST$host [{repeat <1-2147483647>$repeat|size <36-18024>$size|timeout <0-3600>$timeout|"
        + _SOURCE
        + "|df-bit$df}...]",
        (
            "Send echo requests",
            "Over IP",
            "Whom to ask",
            "How many",
            "Echo requests, 5 without this",
            "How long each is",
            "Bytes of the whole packet, 100 without this",
            "How long to wait for an answer",
            "Seconds, 2 without this",
            "Where they come from",
            "Address of ours",
            "Its first address",
            "Nobody may fragment them",
        ),
        "ping",
    ),
    (
        "traceroute [ip] HOST$host [{probe <1-10>$probes|timeout <1-3600>$timeout|ttl <1-255>$first <1-255>$last|"
        + _SOURCE
        + "}...]",
        (
            "Show the way to somebody",
            "Over IP",
            "Whose way",
            "How often each hop is asked",
            "Times, 3 without this",
            "How long to wait for an answer",
            "Seconds, 3 without this",
            "Which hops",
            "The first, 1 without this",
            "The last, 30 without this",
            "Where the packets come from",
            "Address of ours",
            "Its first address",
        ),
        "traceroute",
    ),
)


def ping(caller: Caller, match: Match, now: int) -> None:
    request = PingRequest(match.text("host"))
    request.repeat = _last(match, "repeat", request.repeat)
    request.size = _last(match, "size", request.size)
    request.timeout_ms = _last(match, "timeout", request.timeout_ms // 1000) * 1000
    request.source = _source(caller, match, now)
    request.df = "df" in match.args
    running = Running(caller)
    caller.wait(running.answered, running.broken)
    caller.host.probe(caller.id, request, now)


def traceroute(caller: Caller, match: Match, now: int) -> None:
    request = TraceRequest(match.text("host"))
    request.probes = _last(match, "probes", request.probes)
    request.timeout_ms = _last(match, "timeout", request.timeout_ms // 1000) * 1000
    request.first = _last(match, "first", request.first)
    request.last = _last(match, "last", request.last)
    if request.first > request.last:
        raise Failed("The last hop is before the first one")
    request.source = _source(caller, match, now)
    running = Running(caller)
    caller.wait(running.answered, running.broken)
    caller.host.probe(caller.id, request, now)


class Running:
    """Shows what the device tells until it is done."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.open = False  # a line that has no end yet
        self.marks = 0

    def answered(self, result: object, now: int) -> None:
        if not isinstance(result, Progress):
            self._wait()  # the late answer to something else
            return
        if result.problem:
            self._close()
            raise Failed(result.problem)
        if result.text:
            self._show(result.text)
        if result.lines or result.done:
            self._close()
        for line in result.lines:
            self.caller.put(line)
        if not result.done:
            self._wait()

    def broken(self, now: int) -> None:
        lines = self.caller.host.probe_stop(self.caller.id, now)
        self._close()
        for line in lines:
            self.caller.put(line)

    def _wait(self) -> None:
        self.caller.wait(self.answered, self.broken)

    def _show(self, text: str) -> None:
        for piece in _pieces(text):
            if piece == "\n":
                self._close()
                continue
            if self.open and self.marks == _ROW and len(piece) == 1:
                self._close()
            if not self.open:
                self.open = True
                self.marks = 0
                if not self.caller.interactive:
                    self.caller.put("")  # where there is no terminal, text goes behind the last line
            self.marks += len(piece)
            self.caller.write(piece)

    def _close(self) -> None:
        if self.open and self.caller.interactive:
            self.caller.put("")
        self.open = False


def _pieces(text: str) -> "list[str]":
    """Line ends apart from what is between them; marks of `ping` each alone, so that a row can end behind any."""
    if " " not in text and "\n" not in text:
        return list(text)
    found: "list[str]" = []
    for part in text.split("\n"):
        found += [part, "\n"] if part else ["\n"]
    return found[:-1]


def _last(match: Match, name: str, otherwise: int) -> int:
    """What was said last about something that may be said often."""
    found = match.args.get(name)
    return int(found[-1]) if isinstance(found, list) else otherwise


def _source(caller: Caller, match: Match, now: int) -> "bytes | None":
    found = match.args.get("source")
    if not isinstance(found, list):
        return None
    last = found[-1]
    if isinstance(last, bytes):
        return last
    facts = named(caller.host.interfaces(now), str(last))[0]
    if not facts.addresses:
        raise Failed("Interface " + facts.name + " has no address")
    address: bytes = facts.addresses[0][0]
    return address


ACTIONS_PING = {"ping": ping, "traceroute": traceroute}
