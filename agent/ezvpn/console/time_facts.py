"""What a device knows of the time and where it has it from, as its consoles see it. Shapes only.

Level 4. Filled by `node.wall_time` and `node.sntp`; printed by `render_time`.
"""

from ezvpn.record import Record


class Source:
    """Where the time of day comes from."""

    NONE = "none"
    MACHINE = "machine"
    USER = "user"
    NTP = "ntp"


class Association(Record):
    """One NTP server. host: as configured · address: 4 bytes or None while its name is not known · reference: 4 bytes ·
    when: boot ms of the last answer that counted, or None · poll_s · reach: of the last eight questions one bit each, the
    newest lowest · delay_ms, offset_ms: of that answer · dispersion_ms: the server's own · selected: the time is its ·
    refused: why its last answer did not count, "" if it did."""

    _fields = (
        "host",
        "address",
        "prefer",
        "stratum",
        "reference",
        "when",
        "poll_s",
        "reach",
        "delay_ms",
        "offset_ms",
        "root_delay_ms",
        "dispersion_ms",
        "selected",
        "refused",
    )

    def __init__(self, host: str, prefer: bool) -> None:
        self.host = host
        self.address: "bytes | None" = None
        self.prefer = prefer
        self.stratum = 16
        self.reference = b"\0\0\0\0"
        self.when: "int | None" = None
        self.poll_s = 64
        self.reach = 0
        self.delay_ms = 0
        self.offset_ms = 0
        self.root_delay_ms = 0
        self.dispersion_ms = 0
        self.selected = False
        self.refused = ""


class TimeFacts(Record):
    """source: one of `Source` · associations: in the order of the configuration."""

    _fields = ("source", "associations")

    def __init__(self, source: str, associations: "list[Association]") -> None:
        self.source = source
        self.associations = associations
