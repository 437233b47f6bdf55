"""What a device knows of its interfaces and routes, as its consoles see it. Shapes only.

Level 4. Filled by `node.network`; printed by `render_network`.
"""

from ezvpn.record import Record
from ezvpn.wire.link_stats import Counters


class InterfaceFacts(Record):
    """One interface. name: as the configuration calls it, else the machine's word · device: the machine's word · admin_up,
    line_up · hardware: `link_stats.Hardware` · mac: may be empty · addresses: (4 bytes, prefix length), the first is the
    primary · configured: whether the configuration names the first one · counters: since `cleared` (boot ms, None = never)."""

    _fields = (
        "name",
        "device",
        "index",
        "admin_up",
        "line_up",
        "hardware",
        "mac",
        "mtu",
        "addresses",
        "configured",
        "description",
        "counters",
        "cleared",
    )

    def __init__(self, name: str, device: str, index: int) -> None:
        self.name = name
        self.device = device
        self.index = index
        self.admin_up = False
        self.line_up = False
        self.hardware = 0
        self.mac = b""
        self.mtu = 0
        self.addresses: "list[tuple[bytes, int]]" = []
        self.configured = False
        self.description = ""
        self.counters = Counters()
        self.cleared: "int | None" = None


class Code:
    """The letters of `show ip route`, and what they stand for."""

    LOCAL = "L"
    CONNECTED = "C"
    STATIC = "S"
    RIP = "R"
    BGP = "B"
    EIGRP = "D"
    OSPF = "O"
    ISIS = "i"
    VPN = "V"


class RouteFacts(Record):
    """One IPv4 route. code: one of `Code` · gateway: 4 bytes, None = directly connected · interface: "" without · metric."""

    _fields = ("code", "destination", "prefix", "gateway", "interface", "metric")

    def __init__(
        self, code: str, destination: bytes, prefix: int, gateway: "bytes | None", interface: str, metric: int
    ) -> None:
        self.code = code
        self.destination = destination
        self.prefix = prefix
        self.gateway = gateway
        self.interface = interface
        self.metric = metric
