"""The configuration as values. `config.text` reads and writes it; `node.apply` acts on it; nobody else changes it.

Level 3. Every field here is a line a user can type. Defaults are IOS's where the seed or IOS has one.
"""

from ezvpn.ike.params import EspTransform
from ezvpn.record import Record, Secret


class Keepalive(Record):
    """`crypto isakmp keepalive seconds [retry] [periodic | on-demand]`: 10-3600 and 2-60 s."""

    _fields = ("seconds", "retry", "periodic")

    def __init__(self, seconds: int, retry: int = 2, periodic: bool = False) -> None:
        self.seconds = seconds
        self.retry = retry
        self.periodic = periodic


class Policy(Record):
    """`crypto isakmp policy N`. cipher/key_bits/hash as ike.params.Phase1Transform; defaults are IOS's (des, sha, group 1)
    except that they are never used unsaid: `config.text` warns."""

    _fields = ("priority", "cipher", "key_bits", "hash", "authentication", "group", "life_s")

    def __init__(self, priority: int) -> None:
        self.priority = priority
        self.cipher = "des"
        self.key_bits = 0
        self.hash = "sha1"
        self.authentication = "pre-share"
        self.group = 1
        self.life_s = 86400


class Peer(Record):
    """One `peer` line: an IPv4 address as text or a host name; `default` marks the primary."""

    _fields = ("host", "default")

    def __init__(self, host: str, default: bool = False) -> None:
        self.host = host
        self.default = default


class EzvpnProfile(Record):
    """One `crypto ipsec client ezvpn NAME` block."""

    _fields = (
        "name",
        "connect",
        "group",
        "key",
        "mode",
        "peers",
        "username",
        "password",
        "xauth_mode",
        "xauth_retry_minutes",
        "pfs_group",
        "transform_sets",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.connect = "auto"  # auto | manual
        self.group = ""
        self.key: "Secret | None" = None
        self.mode = "client"  # client | network-extension | network-plus
        self.peers: "list[Peer]" = []
        self.username = ""
        self.password: "Secret | None" = None
        self.xauth_mode = "interactive"  # interactive | local
        self.xauth_retry_minutes: "int | None" = 60  # None = never
        self.pfs_group: "int | None" = None  # None = not configured (the server's attribute 28679 decides)
        self.transform_sets: "list[str]" = []


class TransformSet(Record):
    """`crypto ipsec transform-set NAME t1 [t2 [t3]]`, tunnel mode. `words` are kept as typed for rendering."""

    _fields = ("name", "words", "transform")

    def __init__(self, name: str, words: "tuple[str, ...]", transform: EspTransform) -> None:
        self.name = name
        self.words = words
        self.transform = transform


class Interface(Record):
    """One `interface NAME` block. ezvpn: list of (profile name, "inside" | "outside"). kept: lines without meaning here
    (`speed auto`), rendered back in place."""

    _fields = ("name", "address", "mask", "ezvpn", "description", "shutdown", "kept")

    def __init__(self, name: str) -> None:
        self.name = name
        self.address: "bytes | None" = None
        self.mask: "bytes | None" = None
        self.ezvpn: "list[tuple[str, str]]" = []
        self.description = ""
        self.shutdown = False
        self.kept: "list[str]" = []


class Mqtt(Record):
    """The `mqtt` block. host None = not configured. ca, certificate, key: file names."""

    _fields = (
        "tls",
        "host",
        "port",
        "client_id",
        "username",
        "password",
        "ca",
        "certificate",
        "key",
        "topic_prefix",
        "keepalive_s",
        "metrics_interval_s",
    )

    def __init__(self) -> None:
        self.tls = False
        self.host: "str | None" = None
        self.port = 1883
        self.client_id = ""
        self.username = ""
        self.password: "Secret | None" = None
        self.ca = ""
        self.certificate = ""
        self.key = ""
        self.topic_prefix = "ezvpn"
        self.keepalive_s = 60
        self.metrics_interval_s = 60


class Config(Record):
    """A whole configuration. Lists are in the order of the text; names are unique within each list."""

    _fields = (
        "hostname",
        "allow_weak",
        "keepalive",
        "policies",
        "transform_sets",
        "profiles",
        "interfaces",
        "mqtt",
        "anti_replay_window",
        "enable_secret",
        "logging_level",
        "kept",
    )

    def __init__(self) -> None:
        self.hostname = "Router"
        self.allow_weak = False
        self.keepalive: "Keepalive | None" = None
        self.policies: "list[Policy]" = []
        self.transform_sets: "list[TransformSet]" = []
        self.profiles: "list[EzvpnProfile]" = []
        self.interfaces: "list[Interface]" = []
        self.mqtt: "Mqtt | None" = None
        self.anti_replay_window = 64
        self.enable_secret: "Secret | None" = None
        self.logging_level = 6
        self.kept: "list[str]" = []
