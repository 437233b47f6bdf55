"""The configuration as values. `config.text` reads and writes it; `node.apply` acts on it; nobody else changes it.

Level 3. Every field here is a line a user can type. Defaults are IOS's where the seed or IOS has one. Who may come in and how the
console is: `access`.
"""

from ezvpn.config.access import Banner, Line, User
from ezvpn.config.kept_line import Kept
from ezvpn.ike.params import EspTransform, Keepalive
from ezvpn.record import Record, Secret


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
        "idletime_s",
        "standby_warm",
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
        self.idletime_s: "int | None" = None
        self.standby_warm = False


class TransformSet(Record):
    """`crypto ipsec transform-set NAME t1 [t2 [t3]]`, tunnel mode. `words` are kept as typed for rendering."""

    _fields = ("name", "words", "transform")

    def __init__(self, name: str, words: "tuple[str, ...]", transform: EspTransform) -> None:
        self.name = name
        self.words = words
        self.transform = transform


class PresharedKey(Record):
    """`crypto isakmp key K {address A [M] | hostname H} [no-xauth]`, for site-to-site peers. address None: by host name."""

    _fields = ("key", "address", "mask", "hostname", "no_xauth")

    def __init__(
        self, key: Secret, address: "bytes | None", mask: bytes, hostname: str, no_xauth: bool = False
    ) -> None:
        self.key = key
        self.address = address
        self.mask = mask
        self.hostname = hostname
        self.no_xauth = no_xauth


class MapPeer(Record):
    """One `set peer` line: an IPv4 address as text or a host name. dynamic: as typed; names are looked up at each attempt with
    it or without."""

    _fields = ("host", "dynamic", "default")

    def __init__(self, host: str, dynamic: bool = False, default: bool = False) -> None:
        self.host = host
        self.dynamic = dynamic
        self.default = default


class MapEntry(Record):
    """One `crypto map NAME SEQ ipsec-isakmp` block. life_s, life_kb: None = those of the whole device, 0 kB = none by volume ·
    access_list: number or name, "" without · kept: lines without meaning here (`reverse-route`)."""

    _fields = (
        "name",
        "sequence",
        "description",
        "peers",
        "transform_sets",
        "pfs_group",
        "life_s",
        "life_kb",
        "access_list",
        "kept",
    )

    def __init__(self, name: str, sequence: int) -> None:
        self.name = name
        self.sequence = sequence
        self.description = ""
        self.peers: "list[MapPeer]" = []
        self.transform_sets: "list[str]" = []
        self.pfs_group = 0  # 0 = without PFS
        self.life_s: "int | None" = None
        self.life_kb: "int | None" = None
        self.access_list = ""
        self.kept: "list[Kept]" = []

    @property
    def tunnel(self) -> str:
        """The name of its tunnel in logs, reports and topics: MAP-SEQ."""
        return self.name + "-" + str(self.sequence)


class AccessEntry(Record):
    """One line of an extended access list. action: permit | deny | remark · protocol: number, 0 = ip · a side: address and
    wildcard (its ones are free), 4 bytes each, and what is said of ports, as typed with numbers: "", "eq 80", "range 1 9" ·
    options: the words behind (`established`), of a remark its text."""

    _fields = (
        "sequence",
        "action",
        "protocol",
        "source",
        "source_wildcard",
        "source_ports",
        "destination",
        "destination_wildcard",
        "destination_ports",
        "options",
    )

    def __init__(self, sequence: int, action: str) -> None:
        self.sequence = sequence
        self.action = action
        self.protocol = 0
        self.source = b"\0\0\0\0"
        self.source_wildcard = b"\xff\xff\xff\xff"
        self.source_ports = ""
        self.destination = b"\0\0\0\0"
        self.destination_wildcard = b"\xff\xff\xff\xff"
        self.destination_ports = ""
        self.options = ""


class AccessList(Record):
    """One extended access list: `access-list 101 …` lines, or `ip access-list extended NAME`. entries: by sequence number."""

    _fields = ("name", "entries")

    def __init__(self, name: str) -> None:
        self.name = name
        self.entries: "list[AccessEntry]" = []


class Interface(Record):
    """One `interface NAME` block. ezvpn: list of (profile name, "inside" | "outside"). dhcp: `ip address dhcp`.
    crypto_map: the name in `crypto map NAME`, "" without. kept: lines without meaning here (`speed auto`)."""

    _fields = ("name", "address", "mask", "dhcp", "ezvpn", "crypto_map", "description", "shutdown", "kept")

    def __init__(self, name: str) -> None:
        self.name = name
        self.address: "bytes | None" = None
        self.mask: "bytes | None" = None
        self.dhcp = False
        self.ezvpn: "list[tuple[str, str]]" = []
        self.crypto_map = ""
        self.description = ""
        self.shutdown = False
        self.kept: "list[Kept]" = []


class Archive(Record):
    """The `archive` block. path: `flash:NAME` to which a number is added, "" without · maximum: how many are kept ·
    write_memory: each `write memory` keeps one · kept: lines without meaning here (`log config`)."""

    _fields = ("path", "maximum", "write_memory", "kept")

    def __init__(self) -> None:
        self.path = ""
        self.maximum = 10
        self.write_memory = False
        self.kept: "list[Kept]" = []


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


class NtpServer(Record):
    """One `ntp server`."""

    _fields = ("host", "prefer")

    def __init__(self, host: str, prefer: bool = False) -> None:
        self.host = host
        self.prefer = prefer


class StaticRoute(Record):
    """One `ip route` by a next hop. distance: 1-255, the lower one is taken."""

    _fields = ("network", "mask", "gateway", "distance")

    def __init__(self, network: bytes, mask: bytes, gateway: bytes, distance: int = 1) -> None:
        self.network = network
        self.mask = mask
        self.gateway = gateway
        self.distance = distance


class Config(Record):
    """A whole configuration. Lists are in the order of the text (policies by priority, entries of one crypto map by sequence
    number); names are unique within each list.

    logging_level: severities up to this one reach the console, -1 = none · logging_bytes, logging_kept: size of the log
    and the severities that it shows, -1 = none · line: the console's · sa_life_s, sa_life_kb: lives of an IPsec SA, 0 kB =
    none by volume.
    """

    _fields = (
        "hostname",
        "allow_weak",
        "keepalive",
        "policies",
        "preshared_keys",
        "transform_sets",
        "profiles",
        "crypto_maps",
        "interfaces",
        "access_lists",
        "mqtt",
        "archive",
        "sa_life_s",
        "sa_life_kb",
        "anti_replay_window",
        "enable_secret",
        "enable_password",
        "users",
        "banner",
        "line",
        "password_recovery",
        "password_encryption",
        "logging_level",
        "logging_bytes",
        "logging_kept",
        "routes",
        "ntp_servers",
        "kept",
    )

    def __init__(self) -> None:
        self.hostname = "Router"
        self.allow_weak = False
        self.keepalive: "Keepalive | None" = None
        self.policies: "list[Policy]" = []
        self.preshared_keys: "list[PresharedKey]" = []
        self.transform_sets: "list[TransformSet]" = []
        self.profiles: "list[EzvpnProfile]" = []
        self.crypto_maps: "list[MapEntry]" = []
        self.access_lists: "list[AccessList]" = []
        self.interfaces: "list[Interface]" = []
        self.mqtt: "Mqtt | None" = None
        self.archive: "Archive | None" = None
        self.sa_life_s = 3600
        self.sa_life_kb = 4608000
        self.anti_replay_window = 64
        self.enable_secret: "Secret | None" = None
        self.enable_password: "Secret | None" = None
        self.users: "list[User]" = []
        self.banner = Banner()
        self.line = Line()
        self.password_recovery = True
        self.password_encryption = False  # secrets are stored as type 6
        self.logging_level = 7
        self.logging_bytes = 16384
        self.logging_kept = 7
        self.routes: "list[StaticRoute]" = []
        self.ntp_servers: "list[NtpServer]" = []
        self.kept: "list[Kept]" = []


def clone(config: Config) -> Config:
    """A copy that shares nothing that can change with the original (secrets are shared: nobody changes those)."""
    copy = _copied(config)
    assert isinstance(copy, Config)
    return copy


def same(a: object, b: object) -> bool:
    """Whether two configurations, or two parts of them, say the same. Unlike `==` it looks into secrets."""
    if isinstance(a, Secret) and isinstance(b, Secret):
        return a.same(b)
    if isinstance(a, Record) and a.__class__ is b.__class__:
        return all(same(getattr(a, name), getattr(b, name)) for name in a._fields)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(a[i], b[i]) for i in range(len(a)))
    return bool(a == b)


def _copied(value: object) -> object:
    if isinstance(value, Record):
        copy = object.__new__(value.__class__)
        for name in value._fields:
            setattr(copy, name, _copied(getattr(value, name)))
        return copy
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
