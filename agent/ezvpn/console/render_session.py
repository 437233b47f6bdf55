"""`show crypto session`, `brief` and `detail`, and `show crypto isakmp peers`: status records as lines.

Level 4, pure. The same facts as JSON are in `render_session_json`. A session is one tunnel with its ISAKMP SA and its IPsec
SAs; one without SAs is listed as DOWN. Below IOS's lines `detail` says what dead peer detection has measured, which IOS
doesn't. Text that a gateway sent is cleaned.
"""

from ezvpn.console.debug import clock_text
from ezvpn.console.render import CONN_ID_BASE, all_isakmp_sas, isakmp_sas
from ezvpn.console.render import capabilities as sa_capabilities
from ezvpn.ike.liveness import MISSES
from ezvpn.ike.params import Selector
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus
from ezvpn.report.json_text import clean
from ezvpn.wire.inet import ipv4_text

_CODES = (
    "Code: C - IKE Configuration mode, D - Dead Peer Detection",
    "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation",
    "X - IKE Extended Authentication, F - IKE Fragmentation",
    "R - IKE Auto Reconnect",
    "",
)

_STATUSES = (
    "Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating",
    "        K - No IKE",
)

# (ISAKMP SA, IPsec SAs) -> status and its letters in `brief`
_NEITHER, _BEGUN, _STANDS = 0, 1, 2
_WORDS = {
    (_NEITHER, False): ("DOWN", "D"),
    (_NEITHER, True): ("UP-NO-IKE", "UK"),
    (_BEGUN, False): ("DOWN-NEGOTIATING", "DN"),
    # A phase 1 that is made anew beside pairs that still carry.
    (_BEGUN, True): ("UP-ACTIVE", "UA"),
    (_STANDS, False): ("UP-IDLE", "UI"),
    (_STANDS, True): ("UP-ACTIVE", "UA"),
}
_ESTABLISHED = "QM_IDLE"

# What `brief` calls IOS's interface types; other names stand as they are.
_SHORT_NAMES = (
    ("TenGigabitEthernet", "Te"),
    ("GigabitEthernet", "Gi"),
    ("FastEthernet", "Fa"),
    ("Ethernet", "Et"),
    ("Loopback", "Lo"),
    ("Tunnel", "Tu"),
    ("Dialer", "Di"),
    ("Serial", "Se"),
    ("Cellular", "Ce"),
    ("Vlan", "Vl"),
    ("Port-channel", "Po"),
)


def sessions(tunnels: "list[TunnelStatus]", now: int, detail: bool = False) -> "list[str]":
    """`show crypto session [detail]`."""
    out = ["Crypto session current status", ""]
    if detail:
        out += _CODES
    for status in tunnels:
        out += _session(status, now, detail)
        out.append("")
    return out[:-1]


def brief(tunnels: "list[TunnelStatus]", now: int) -> "list[str]":
    """`show crypto session brief`."""
    out = list(_STATUSES)
    out.append("ivrf = (none)")
    columns = (15, 8, 16, 25, 9)
    out.append(_row(columns, ("Peer", "I/F", "Username", "Group/Phase1_id", "Uptime")) + " Status")
    for status in tunnels:
        up = uptime(status, now)
        words = (
            peer_text(status),
            short_name(status.outside or "-"),
            clean(status.user) or "-",
            clean(status.group) or phase1_id(status) or "-",
            "-" if up is None else uptime_text(up),
        )
        out.append(_row(columns, words) + f"{session_status(status)[1]:>6}")
    return out


def peers(tunnels: "list[TunnelStatus]") -> "list[str]":
    """`show crypto isakmp peers`."""
    out: "list[str]" = []
    for _, phase1 in all_isakmp_sas(tunnels):
        local = ipv4_text(phase1.local) if phase1.local is not None else "0.0.0.0"
        out.append("Peer: " + ipv4_text(phase1.peer) + " Port: " + str(phase1.peer_port) + " Local: " + local)
        out.append(" Phase1 id: " + (clean(phase1.peer_id) or "(none)"))
    return out or ["No ISAKMP SA stands or is being negotiated"]


def session_status(status: TunnelStatus) -> "tuple[str, str]":
    """(`UP-ACTIVE`, `UA`) and the like."""
    ike = _NEITHER
    if status.phase1 is not None:
        ike = _STANDS if established(status) else _BEGUN
    return _WORDS[(ike, len(status.children) > 0)]


def established(status: TunnelStatus) -> bool:
    """Whether an ISAKMP SA stands and all that comes before quick mode is over."""
    return status.phase1 is not None and status.phase1.state == _ESTABLISHED


def dropped_in(child: ChildStatus) -> int:
    """Packets of this pair that came in and were no good."""
    return child.auth_failures + child.replays


def capabilities(phase1: Phase1Status) -> str:
    """The letters behind `Capabilities:`, in the order of the legend; "" for none."""
    return sa_capabilities(phase1) + ("F" if phase1.fragmentation else "")


def uptime(status: TunnelStatus, now: int) -> "int | None":
    """Whole seconds since the tunnel came up, None while it is not."""
    return None if status.up_since is None else max(now - status.up_since, 0) // 1000


def uptime_text(seconds: int) -> str:
    """IOS's words for a time: `00:52:46`, `3d04h`, `2w1d`, `1y3w`."""
    days = seconds // 86400
    if not days:
        return clock_text(seconds * 1000)[:-4]
    if days < 7:
        return f"{days}d{seconds % 86400 // 3600:02d}h"
    if days < 365:
        return f"{days // 7}w{days % 7}d"
    return f"{days // 365}y{days % 365 // 7}w"


def peer_text(status: TunnelStatus) -> str:
    """The address of the peer, or what is configured while no address is known."""
    if status.peer_address is not None:
        return ipv4_text(status.peer_address)
    return clean(status.peer) or "(none)"


def phase1_id(status: TunnelStatus) -> str:
    """How the peer calls itself, "" before it has."""
    return "" if status.phase1 is None else clean(status.phase1.peer_id)


def short_name(interface: str) -> str:
    """`Fa0/1` for FastEthernet0/1."""
    for name, short in _SHORT_NAMES:
        if interface.startswith(name):
            return short + interface[len(name) :]
    return interface


def flow_text(child: ChildStatus) -> str:
    """`permit ip 10.1.0.0/255.255.0.0 host 10.2.0.1`: ours, then theirs."""
    protocol = str(child.local.protocol or child.remote.protocol or "ip")
    return "permit " + protocol + " " + _side(child.local) + " " + _side(child.remote)


def _session(status: TunnelStatus, now: int, detail: bool) -> "list[str]":
    phase1 = status.phase1
    out = ["Interface: " + (status.outside or "(none)")]
    if status.user:
        out.append("Username: " + clean(status.user))
    if status.group:
        out.append("Group: " + clean(status.group))
    if status.config is not None and status.config.address is not None:
        out.append("Assigned address: " + ipv4_text(status.config.address))
    up = uptime(status, now)
    if detail and up is not None:
        out.append("Uptime: " + uptime_text(up))
    out.append("Session status: " + session_status(status)[0])
    peer = "Peer: " + peer_text(status) + " port " + str(500 if phase1 is None else phase1.peer_port)
    if detail:
        out.append(peer + " fvrf: (none) ivrf: (none)")
        out.append("      Phase1_id: " + (phase1_id(status) or "(none)"))
        out.append("      Desc: (none)")
    else:
        out.append(peer)
    if phase1 is not None:
        out.append("  Session ID: " + str(phase1.session))
    for each in isakmp_sas(status):
        out += _isakmp_sa(each, detail)
    for child in status.children:
        out.append("  IPSEC FLOW: " + flow_text(child))
        out.append("        Active SAs: 2, origin: crypto map")
        if detail:
            life = (str(child.remaining_kb) if child.remaining_kb else "KB Vol Rekey Disabled") + "/"
            life += str(child.remaining_s)
            inward = f"#pkts dec'ed {child.packets_in} drop {dropped_in(child)}"
            outward = f"#pkts enc'ed {child.packets_out} drop {child.send_errors}"
            out.append("        Inbound:  " + inward + " life (KB/Sec) " + life)
            out.append("        Outbound: " + outward + " life (KB/Sec) " + life)
    return out + _dead_peer_detection(status) if detail else out


def _isakmp_sa(phase1: Phase1Status, detail: bool) -> "list[str]":
    local = ipv4_text(phase1.local) if phase1.local is not None else "0.0.0.0"
    ends = f"local {local}/{phase1.local_port} remote {ipv4_text(phase1.peer)}/{phase1.peer_port}"
    out = ["  IKEv1 SA: " + ends + (" Active" if phase1.state == _ESTABLISHED else " Inactive")]
    if detail:
        letters = capabilities(phase1) or "(none)"
        life = clock_text(phase1.remaining_s * 1000)[:-4]
        out.append(f"          Capabilities:{letters} connid:{CONN_ID_BASE + phase1.session} lifetime:{life}")
    return out


def _dead_peer_detection(status: TunnelStatus) -> "list[str]":
    """Our own lines below IOS's."""
    if not status.dpd_mode:
        return ["  Dead peer detection: not configured"]
    settings = f"{status.dpd_mode}, interval {status.dpd_interval_s} s, retry {status.dpd_retry_s} s"
    phase1 = status.phase1
    if phase1 is None or not established(status):
        return ["  Dead peer detection: " + settings]
    if not phase1.dpd:
        return ["  Dead peer detection: " + settings + ", but the peer does not support it"]
    trip = "not measured" if status.dpd_rtt_ms is None else str(status.dpd_rtt_ms) + " ms"
    return [
        "  Dead peer detection: " + settings,
        f"        Probes sent {status.dpd_sent}, missed {status.dpd_missed} of {MISSES} in a row,"
        f" never answered {status.dpd_lost}, round trip {trip}",
    ]


def _side(selector: Selector) -> str:
    text = ipv4_text(selector.address) + "/" + ipv4_text(selector.mask)
    if selector.mask == b"\xff\xff\xff\xff":
        text = "host " + ipv4_text(selector.address)
    return text + " port " + str(selector.port) if selector.port else text


def _row(columns: "tuple[int, ...]", words: "tuple[str, ...]") -> str:
    """Words right-aligned in columns; one that is too long moves the rest, and a blank stays between."""
    row = ""
    for i in range(len(words)):
        end = sum(columns[: i + 1])
        gap = max(end - len(row) - len(words[i]), 1 if row else 0)
        row += " " * gap + words[i]
    return row
