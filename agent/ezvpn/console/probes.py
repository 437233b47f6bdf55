"""What `ping` and `traceroute` ask of a device, and what it tells while they run. Shapes only.

Level 4. The device answers through `Session.answer`: a `Progress` each time something is to be shown.
"""

from ezvpn.compat import const
from ezvpn.record import Record

ECHO_BYTES_MIN = const(36)  # of the whole IP packet: headers and the eight bytes by which an answer is known
ECHO_BYTES_MAX = const(18024)


class PingRequest(Record):
    """host: name or address · repeat · size: of the whole IP packet · timeout_ms · source: 4 bytes or None · df."""

    _fields = ("host", "repeat", "size", "timeout_ms", "source", "df")

    def __init__(
        self,
        host: str,
        repeat: int = 5,
        size: int = 100,
        timeout_ms: int = 2000,
        source: "bytes | None" = None,
        df: bool = False,
    ) -> None:
        self.host = host
        self.repeat = repeat
        self.size = size
        self.timeout_ms = timeout_ms
        self.source = source
        self.df = df


class TraceRequest(Record):
    """host · first, last: hops · probes: for each hop · timeout_ms · source: 4 bytes or None."""

    _fields = ("host", "first", "last", "probes", "timeout_ms", "source")

    def __init__(
        self,
        host: str,
        first: int = 1,
        last: int = 30,
        probes: int = 3,
        timeout_ms: int = 3000,
        source: "bytes | None" = None,
    ) -> None:
        self.host = host
        self.first = first
        self.last = last
        self.probes = probes
        self.timeout_ms = timeout_ms
        self.source = source


class Progress(Record):
    """text: goes on with the line under way, "\\n" ends it · lines: whole ones behind it · done: nothing more comes · problem:
    why it could not be done, then it is the last."""

    _fields = ("lines", "text", "done", "problem")

    def __init__(self, lines: "list[str]", text: str = "", done: bool = False, problem: str = "") -> None:
        self.lines = lines
        self.text = text
        self.done = done
        self.problem = problem
