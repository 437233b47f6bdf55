"""What one tunnel is told to be: the node makes it from the configuration, so that this package knows no configuration.

Belongs here: values, and what is missing to connect. Defaults are those of `crypto ipsec client ezvpn`.
"""

from ezvpn.ike.params import EspTransform, Keepalive, Phase1Transform, Selector
from ezvpn.record import Record, Secret

_UNUSABLE = "this device lacks what `{}` asks for, or that is weak and needs `crypto isakmp allow-weak`"


class Settings(Record):
    """peers: (text, is primary) · phase1: rungs from `offer.phase1_offer` · esp: from `offer.esp_offer` · networks: (address,
    mask) of the inside networks, 4 bytes each, for network extension · local_ports: real numbers of our two sockets ·
    child_life_s, child_life_kb: lives of an IPsec SA, 0 = none by volume · protects: (ours, theirs) of each pair of SAs, where
    the configuration says it and not the gateway."""

    _fields = (
        "name",
        "connect",
        "mode",
        "group",
        "key",
        "peers",
        "username",
        "password",
        "xauth_mode",
        "xauth_retry_minutes",
        "pfs_group",
        "phase1",
        "esp",
        "networks",
        "local_ports",
        "force_natt",
        "inside",
        "outside",
        "keepalive",
        "child_life_s",
        "child_life_kb",
        "idletime_s",
        "standby_warm",
        "protects",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.connect = "auto"
        self.mode = "client"
        self.group = ""
        self.key: "Secret | None" = None
        self.peers: "tuple[tuple[str, bool], ...]" = ()
        self.username = ""
        self.password: "Secret | None" = None
        self.xauth_mode = "interactive"
        self.xauth_retry_minutes: "int | None" = 60
        self.pfs_group: "int | None" = None
        self.phase1: "tuple[tuple[Phase1Transform, ...], ...]" = ()
        self.esp: "tuple[EspTransform, ...]" = ()
        self.networks: "tuple[tuple[bytes, bytes], ...]" = ()
        self.local_ports = (500, 4500)
        self.force_natt = False
        self.inside: "tuple[str, ...]" = ()
        self.outside = ""
        self.keepalive: "Keepalive | None" = None
        self.child_life_s = 3600
        self.child_life_kb = 4608000
        self.idletime_s: "int | None" = None
        self.standby_warm = False
        self.protects: "tuple[tuple[Selector, Selector], ...]" = ()

    def missing(self) -> str:
        """ "" when the tunnel can connect, else what to type."""
        if not self.peers:
            return "no gateway is configured: add `peer ADDRESS`"
        if not self.group or self.key is None:
            return "no group is configured: add `group NAME key KEY`"
        if not self.phase1:
            return "no usable phase 1 proposal: " + _UNUSABLE.format("crypto isakmp policy")
        if not self.esp:
            return "no usable ESP proposal: " + _UNUSABLE.format("transform-set")
        if self.mode != "client" and not self.networks:
            return "no inside network: `mode " + self.mode + "` needs an inside interface with an address"
        return ""

    def same_credentials(self, other: "Settings") -> bool:
        """Whether both would log in as the same user with the same password."""
        if self.username != other.username:
            return False
        if self.password is None or other.password is None:
            return self.password is other.password
        return self.password.same(other.password)
