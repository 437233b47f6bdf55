"""What a caller tells the IKE core, and the plain values both speak: transforms, selectors, paths, one attempt's orders.

Level 2. The layers above may import this file, `ike.events` and `ike.status`; nothing here has behaviour.
IPv4 addresses are 4 bytes in network order everywhere in the core.
"""

from ezvpn.record import Record, Secret

# Which of our two sockets a datagram uses: an index, because the real local port may differ (a taken port 500).
SOCKET_IKE = 0  # UDP 500, no marker
SOCKET_NATT = 1  # UDP 4500, IKE behind the 4-byte non-ESP marker (RFC 3948 2.2)


class Phase1Transform(Record):
    """One ISAKMP transform. cipher "aes" (key_bits 128/192/256), "3des" or "des" (key_bits 0); hash as in crypto.port;
    group 1, 2, 5, 14, 15, 16; life_s seconds, 0 = say nothing."""

    _fields = ("cipher", "key_bits", "hash", "group", "life_s")

    def __init__(self, cipher: str, key_bits: int, hash: str, group: int, life_s: int = 86400) -> None:
        self.cipher = cipher
        self.key_bits = key_bits
        self.hash = hash
        self.group = group
        self.life_s = life_s


class EspTransform(Record):
    """One ESP transform. cipher "aes-cbc", "aes-gcm" (key_bits 128/192/256), "3des", "des" or "null" (key_bits 0);
    auth "md5" "sha1" "sha256" "sha384" "sha512", "" with aes-gcm."""

    _fields = ("cipher", "key_bits", "auth")

    def __init__(self, cipher: str, key_bits: int, auth: str) -> None:
        self.cipher = cipher
        self.key_bits = key_bits
        self.auth = auth


class Selector(Record):
    """IPv4 traffic selector: address and mask (4 bytes each, contiguous), protocol and port (0 = any)."""

    _fields = ("address", "mask", "protocol", "port")

    def __init__(self, address: bytes, mask: bytes, protocol: int = 0, port: int = 0) -> None:
        self.address = address
        self.mask = mask
        self.protocol = protocol
        self.port = port


class Split(Record):
    """One SPLIT_INCLUDE or LOCAL_LAN entry (Unity 28676, 28678): what `show crypto ipsec client ezvpn` lists."""

    _fields = ("address", "mask", "protocol", "source_port", "destination_port")

    def __init__(self, address: bytes, mask: bytes, protocol: int, source_port: int, destination_port: int) -> None:
        self.address = address
        self.mask = mask
        self.protocol = protocol
        self.source_port = source_port
        self.destination_port = destination_port


class ModeConfig(Record):
    """What Mode Config brought. Absent: None for address and netmask, "" for text, () for lists.
    `save_password` and `pfs` are None when the server said nothing."""

    _fields = (
        "address",
        "netmask",
        "dns",
        "wins",
        "banner",
        "domain",
        "split_include",
        "split_exclude",
        "split_dns",
        "save_password",
        "pfs",
        "backup_servers",
    )

    def __init__(self) -> None:
        self.address: "bytes | None" = None
        self.netmask: "bytes | None" = None
        self.dns: "tuple[bytes, ...]" = ()
        self.wins: "tuple[bytes, ...]" = ()
        self.banner = ""
        self.domain = ""
        self.split_include: "tuple[Split, ...]" = ()
        self.split_exclude: "tuple[Split, ...]" = ()
        self.split_dns: "tuple[str, ...]" = ()
        self.save_password: "bool | None" = None
        self.pfs: "bool | None" = None
        self.backup_servers: "tuple[str, ...]" = ()


class Keepalive(Record):
    """`crypto isakmp keepalive`: dead peer detection of one session (RFC 3706). seconds 10-3600, retry 2-60 s; periodic False:
    on-demand."""

    _fields = ("seconds", "retry", "periodic")

    def __init__(self, seconds: int, retry: int = 2, periodic: bool = False) -> None:
        self.seconds = seconds
        self.retry = retry
        self.periodic = periodic


class Attempt(Record):
    """One aggressive mode attempt at one address with one DH group (RFC 2409 5: the group cannot be negotiated).

    peer: 4 bytes · local: our address on the way there, 4 bytes, or None where unknown (then NAT-T finds a NAT and
    encapsulates) · local_ports: the real numbers of SOCKET_IKE and SOCKET_NATT · group_name: phase 1 identity, ID_KEY_ID ·
    psk: the group key · transforms: Phase1Transform in order of preference, all of one group · initial_contact: first
    contact since start · force_natt: our ports are not 500/4500, so float at once · request_address: False in network
    extension mode · keepalive: how to watch the peer, None = answer its probes only · address: the one
    we hold, 4 bytes, to ask for again, None = any.
    """

    _fields = (
        "peer",
        "local",
        "local_ports",
        "group_name",
        "psk",
        "transforms",
        "initial_contact",
        "force_natt",
        "request_address",
        "nat_keepalive_s",
        "application_version",
        "keepalive",
        "address",
    )

    def __init__(
        self,
        peer: bytes,
        local: "bytes | None",
        local_ports: "tuple[int, int]",
        group_name: bytes,
        psk: Secret,
        transforms: "tuple[Phase1Transform, ...]",
        initial_contact: bool = True,
        force_natt: bool = False,
        request_address: bool = True,
        nat_keepalive_s: int = 20,
        application_version: str = "ezvpn-edge",
        keepalive: "Keepalive | None" = None,
        address: "bytes | None" = None,
    ) -> None:
        self.peer = peer
        self.local = local
        self.local_ports = local_ports
        self.group_name = group_name
        self.psk = psk
        self.transforms = transforms
        self.initial_contact = initial_contact
        self.force_natt = force_natt
        self.request_address = request_address
        self.nat_keepalive_s = nat_keepalive_s
        self.application_version = application_version
        self.keepalive = keepalive
        self.address = address


class MainAttempt(Record):
    """One main mode attempt at a site-to-site peer (RFC 2409 5.4, PSK).

    peer, local, local_ports, psk, initial_contact, force_natt, nat_keepalive_s, application_version, keepalive: as in `Attempt` ·
    transforms: Phase1Transform in order of preference, of any groups (the group is negotiated here) · children: what the peer may
    negotiate with us in quick mode, one for each line of the access list, where no `PeerRule` says more.
    """

    _fields = (
        "peer",
        "local",
        "local_ports",
        "psk",
        "transforms",
        "children",
        "initial_contact",
        "force_natt",
        "nat_keepalive_s",
        "application_version",
        "keepalive",
    )

    def __init__(
        self,
        peer: bytes,
        local: "bytes | None",
        local_ports: "tuple[int, int]",
        psk: Secret,
        transforms: "tuple[Phase1Transform, ...]",
        children: "tuple[ChildRequest, ...]" = (),
        initial_contact: bool = True,
        force_natt: bool = False,
        nat_keepalive_s: int = 20,
        application_version: str = "ezvpn-edge",
        keepalive: "Keepalive | None" = None,
    ) -> None:
        self.peer = peer
        self.local = local
        self.local_ports = local_ports
        self.psk = psk
        self.transforms = transforms
        self.children = children
        self.initial_contact = initial_contact
        self.force_natt = force_natt
        self.nat_keepalive_s = nat_keepalive_s
        self.application_version = application_version
        self.keepalive = keepalive


class PeerRule(Record):
    """Who may begin main mode with us: `Endpoint.accept`. id: the caller's number, above 0, comes back in `events.Incoming` ·
    attempt: everything else; its `peer` is the only source address that matches."""

    _fields = ("id", "attempt")

    def __init__(self, id: int, attempt: MainAttempt) -> None:
        self.id = id
        self.attempt = attempt


class ChildRequest(Record):
    """One quick mode to start: our side and theirs, transforms in order of preference, PFS group or 0, lifetimes."""

    _fields = ("local", "remote", "transforms", "pfs_group", "life_s", "life_kb")

    def __init__(
        self,
        local: Selector,
        remote: Selector,
        transforms: "tuple[EspTransform, ...]",
        pfs_group: int = 0,
        life_s: int = 3600,
        life_kb: int = 4608000,
    ) -> None:
        self.local = local
        self.remote = remote
        self.transforms = transforms
        self.pfs_group = pfs_group
        self.life_s = life_s
        self.life_kb = life_kb
