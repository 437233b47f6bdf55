"""What tunnels and SAs look like from outside: the one snapshot that console and report both render.

Level 2, beside `params` and `events`, so that siblings above share a type without knowing each other.
Times are boot-time milliseconds; durations say their unit in the name; addresses are 4 bytes or None.
"""

from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Selector
from ezvpn.record import Record


class Phase1Status(Record):
    """One ISAKMP SA. state is IOS's word: AG_INIT_EXCH AG_AUTH CONF_XAUTH CONF_ADDR QM_IDLE, MM_NO_STATE MM_SA_SETUP
    MM_KEY_EXCH MM_KEY_AUTH. transform is None until agreed. initiator: our role. ios_keepalive: the `K` of IOS, DPD being
    the `D`. dpd_sent: probes and repetitions; dpd_missed: the error counter now, 0 to 5; dpd_lost: how many were never answered;
    dpd_rtt_ms: of the last ACK, None before. fragmentation: the peer may send messages in fragments."""

    _fields = (
        "session",
        "state",
        "local",
        "local_port",
        "peer",
        "peer_port",
        "transform",
        "auth",
        "remaining_s",
        "natt",
        "behind_nat",
        "dpd",
        "xauth",
        "config_mode",
        "peer_id",
        "initiator_cookie",
        "responder_cookie",
        "initiator",
        "ios_keepalive",
        "dpd_sent",
        "dpd_missed",
        "dpd_lost",
        "dpd_rtt_ms",
        "fragmentation",
    )

    def __init__(self) -> None:
        self.session = 0
        self.state = "MM_NO_STATE"
        self.local: "bytes | None" = None
        self.local_port = 500
        self.peer = b"\0\0\0\0"
        self.peer_port = 500
        self.transform: "Phase1Transform | None" = None
        self.auth = "psk"
        self.remaining_s = 0
        self.natt = False
        self.behind_nat = False
        self.dpd = False
        self.xauth = False
        self.config_mode = False
        self.peer_id = ""
        self.initiator_cookie = b""
        self.responder_cookie = b""
        self.initiator = True
        self.ios_keepalive = False
        self.dpd_sent = 0
        self.dpd_missed = 0
        self.dpd_lost = 0
        self.dpd_rtt_ms: "int | None" = None
        self.fragmentation = False


class ChildStatus(Record):
    """One pair of ESP SAs with its counters (packets and bytes of inner traffic). last_in, last_out: boot ms of the last
    packet that passed each way, as near as the plane knows; None = none yet."""

    _fields = (
        "session",
        "child",
        "spi_in",
        "spi_out",
        "transform",
        "local",
        "remote",
        "encap",
        "pfs_group",
        "remaining_s",
        "remaining_kb",
        "packets_in",
        "bytes_in",
        "packets_out",
        "bytes_out",
        "auth_failures",
        "replays",
        "send_errors",
        "mtu",
        "last_in",
        "last_out",
    )

    def __init__(self, transform: EspTransform, local: Selector, remote: Selector) -> None:
        self.session = 0
        self.child = 0
        self.spi_in = 0
        self.spi_out = 0
        self.transform = transform
        self.local = local
        self.remote = remote
        self.encap = False
        self.pfs_group = 0
        self.remaining_s = 0
        self.remaining_kb = 0
        self.packets_in = 0
        self.bytes_in = 0
        self.packets_out = 0
        self.bytes_out = 0
        self.auth_failures = 0
        self.replays = 0
        self.send_errors = 0
        self.mtu = 1400
        self.last_in: "int | None" = None
        self.last_out: "int | None" = None


class TunnelStatus(Record):
    """One tunnel. kind: "ezvpn", or "crypto-map" for an entry of a crypto map (name MAP-SEQ; group, user, mode and
    config stay empty). state and last_event are IOS's words (ezvpn state machine). reason: the last cause in plain
    English, "" when all is well. peer: configured text of the current peer. beside: other ISAKMP SAs of this tunnel,
    such as the successor of phase1, the one before it, or a standby. next_try: boot ms of the next attempt, or
    None."""

    _fields = (
        "name",
        "mode",
        "connect",
        "group",
        "user",
        "state",
        "since",
        "last_event",
        "reason",
        "cause",
        "peer",
        "peer_address",
        "peer_index",
        "peers",
        "attempts",
        "next_try",
        "inside",
        "outside",
        "local",
        "config",
        "phase1",
        "children",
        "up_since",
        "dpd_mode",
        "dpd_interval_s",
        "dpd_retry_s",
        "dpd_sent",
        "dpd_missed",
        "dpd_rtt_ms",
        "xauth_prompt",
        "kind",
        "beside",
        "dpd_lost",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.mode = "client"
        self.connect = "auto"
        self.group = ""
        self.user = ""
        self.state = "IDLE"
        self.since = 0
        self.last_event = ""
        self.reason = ""
        self.cause = ""
        self.peer = ""
        self.peer_address: "bytes | None" = None
        self.peer_index = 0
        self.peers: "tuple[str, ...]" = ()
        self.attempts = 0
        self.next_try: "int | None" = None
        self.inside: "tuple[str, ...]" = ()
        self.outside = ""
        self.local: "bytes | None" = None
        self.config: "ModeConfig | None" = None
        self.phase1: "Phase1Status | None" = None
        self.children: "tuple[ChildStatus, ...]" = ()
        self.up_since: "int | None" = None
        self.dpd_mode = ""
        self.dpd_interval_s = 0
        self.dpd_retry_s = 0
        self.dpd_sent = 0
        self.dpd_missed = 0
        self.dpd_rtt_ms: "int | None" = None
        self.xauth_prompt = ""
        self.kind = "ezvpn"
        self.beside: "tuple[Phase1Status, ...]" = ()
        self.dpd_lost = 0
