"""What `show` prints: one function per command, from status records to lines without line ends, as IOS lays them out.

Level 4, pure. The same facts as JSON are in `render_json`. A line whose value is absent is left out. Lines that IOS does not
have (`Last Failure`, `Next Try`) appear only while something is wrong. Text that a gateway sent is cleaned.
"""

from ezvpn.config.commands_global import LEVELS
from ezvpn.config.model import Config
from ezvpn.config.render import render as render_config
from ezvpn.console.debug import Clock, clock_text, lines, lost_line
from ezvpn.console.host import MqttStatus
from ezvpn.ike.params import EspTransform, ModeConfig, Selector
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus
from ezvpn.log import Ring
from ezvpn.report.json_text import clean
from ezvpn.wire.inet import ipv4_text

_CODES = (
    "Codes: C - IKE configuration mode, D - Dead Peer Detection",
    "       K - Keepalives, N - NAT-traversal",
    "       T - cTCP encapsulation, X - IKE Extended Authentication",
    "       psk - Preshared key, rsig - RSA signature",
    "       renc - RSA encryption",
)

_ESP_CIPHERS = {"aes-cbc": "aes", "aes-gcm": "gcm", "3des": "3des", "des": "des", "null": "null"}
_ESP_AUTHS = {"md5": "md5", "sha1": "sha", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512"}
_IV_BYTES = {"aes-cbc": 16, "aes-gcm": 8, "3des": 8, "des": 8, "null": 0}

_UNITS = ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute"))

_NO_STATE = "MM_NO_STATE"

CONN_ID_BASE = 1000  # IOS numbers the SAs of its software engine from 1001


def ezvpn(tunnels: "list[TunnelStatus]", now: int) -> "list[str]":
    """`show crypto ipsec client ezvpn [NAME]`."""
    out = ["Easy VPN Remote Phase: 6"]
    for status in tunnels:
        out += ["", "Tunnel name : " + status.name]
        if status.inside:
            out.append("Inside interface list: " + ", ".join(status.inside))
        if status.outside:
            out.append("Outside interface: " + status.outside)
        out += ["Current State: " + status.state, "Last Event: " + status.last_event]
        if status.reason:
            out.append("Last Failure: " + clean(status.reason))
        if status.next_try is not None:
            out.append("Next Try: in " + _next_try(status.next_try - now))
        if status.xauth_prompt:
            out.append("XAUTH Request: " + clean(status.xauth_prompt))
        if status.config is not None:
            out += _assigned(status, status.config)
        peer = _address(status.peer_address) or status.peer
        if peer:
            out.append("Current EzVPN Peer: " + peer)
    return out


def isakmp_sa(tunnels: "list[TunnelStatus]", deleted: "list[Phase1Status]") -> "list[str]":
    """`show crypto isakmp sa`. deleted: SAs that are gone since a short time, which IOS lists too."""
    out = ["IPv4 Crypto ISAKMP SA", "dst             src             state          conn-id status"]
    for phase1 in _phase1s(tunnels):
        conn_id = CONN_ID_BASE + phase1.session
        out.append(f"{_ends(phase1)} {phase1.state:<14} {conn_id:7d} ACTIVE")
    for phase1 in deleted:
        out.append(f"{_ends(phase1)} {_NO_STATE:<14} {0:7d} ACTIVE (deleted)")
    return out + ["", "IPv6 Crypto ISAKMP SA"]


def isakmp_sa_detail(tunnels: "list[TunnelStatus]") -> "list[str]":
    """`show crypto isakmp sa detail`."""
    out = list(_CODES)
    out += ["IPv4 Crypto ISAKMP SA", ""]
    out += ["C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.", ""]
    for phase1 in _phase1s(tunnels):
        transform = phase1.transform
        cipher, hash, group = "", "", ""
        if transform is not None:
            cipher, hash, group = transform.cipher, _ESP_AUTHS[transform.hash], str(transform.group)
        local = _address(phase1.local) or "0.0.0.0"
        agreed = f"ACTIVE {cipher:<4} {hash:<6} {phase1.auth:<4} {group:<2}"
        left = clock_text(phase1.remaining_s * 1000)[:-4]
        places = f"{CONN_ID_BASE + phase1.session:<5d} {local:<15} {ipv4_text(phase1.peer):<15} {'':<6}"
        out.append(f"{places} {agreed} {left} {capabilities(phase1)}".rstrip())
        out.append("       Engine-id:Conn-id =  SW:" + str(phase1.session))
    return out


def capabilities(phase1: Phase1Status) -> str:
    """The letters of the column `Cap.`, in the order of the legend."""
    letters = (
        ("C", phase1.config_mode),
        ("D", phase1.dpd),
        ("K", phase1.ios_keepalive),
        ("N", phase1.natt),
        ("X", phase1.xauth),
    )
    return "".join([letter for letter, has in letters if has])


def ipsec_sa(tunnels: "list[TunnelStatus]") -> "list[str]":
    """`show crypto ipsec sa`."""
    out: "list[str]" = []
    for status in tunnels:
        tag = map_tag(status)
        if status.children:
            out += ["", "interface: " + (status.outside or "(none)")]
            out.append("    Crypto map tag: " + tag + ", local addr " + (_address(status.local) or "0.0.0.0"))
        for child in status.children:
            out.append("")
            out += _child(status, child, tag)
    return out or ["No SAs found"]


def all_isakmp_sas(tunnels: "list[TunnelStatus]") -> "list[tuple[TunnelStatus, Phase1Status]]":
    """(tunnel, SA) of all of them; one that several entries of a crypto map share is the first one's."""
    found: "list[tuple[TunnelStatus, Phase1Status]]" = []
    for status in tunnels:
        for phase1 in isakmp_sas(status):
            if phase1.session not in [known.session for _, known in found]:
                found.append((status, phase1))
    return found


def isakmp_sas(status: TunnelStatus) -> "list[Phase1Status]":
    """All ISAKMP SAs of a tunnel, the one in use first."""
    return ([] if status.phase1 is None else [status.phase1]) + list(status.beside)


def map_tag(status: TunnelStatus) -> str:
    """The name IOS gives to the crypto map it makes for an Easy VPN tunnel."""
    return (status.outside or status.name) + "-head-0"


def esp_words(transform: EspTransform) -> str:
    """`esp-aes esp-sha-hmac`; other key lengths than 128 bits stand in the middle: `esp-256-aes`."""
    word = _ESP_CIPHERS[transform.cipher]
    if transform.key_bits not in (0, 128):
        word = str(transform.key_bits) + "-" + word
    words = "esp-" + word
    return words + " esp-" + _ESP_AUTHS[transform.auth] + "-hmac" if transform.auth else words


def counters(found: "list[tuple[str, int]]") -> "list[str]":
    """`show crypto isakmp counters`."""
    return [f"{name:<40} {value:10d}" for name, value in found] or ["Nothing was dropped or refused"]


def running_config(config: Config) -> "list[str]":
    """`show running-config`, secrets masked."""
    text = render_config(config, True)
    size = sum([len(line.encode()) + 1 for line in text])
    return ["Building configuration...", "", "Current configuration : " + str(size) + " bytes"] + text


def logging(ring: Ring, config: Config, clock: Clock) -> "list[str]":
    """`show logging`."""
    lost, records = ring.after(0)
    out = ["Syslog logging: enabled", "    Console logging: " + _level(config.logging_level)]
    out += ["    Buffer logging:  " + _level(config.logging_kept), ""]
    out += [f"Log Buffer ({config.logging_bytes} bytes, {ring.size} lines), {ring.next_seq - 1} lines logged:", ""]
    if lost:
        out.append(lost_line(lost))
    for record in records:
        if record.severity() <= config.logging_kept:
            out += lines(record, clock)
    return out


def _level(level: int) -> str:
    return "disabled" if level < 0 else "level " + LEVELS[level]


def mqtt(status: MqttStatus, clock: Clock) -> "list[str]":
    """`show mqtt`."""
    if not status.broker:
        return ["MQTT is not configured"]
    out = ["Broker: " + status.broker]
    word = "connected" if status.connected else "not connected"
    out.append("State: " + word + " since " + clock.stamp(status.since))
    if status.reason:
        out.append("Reason: " + clean(status.reason))
    out.append("Topics: " + status.topic + "/...")
    return out + [f"{name:<30} {value:10d}" for name, value in status.counters]


def uptime(ms: int) -> str:
    """`1 week, 2 days, 3 hours, 4 minutes`, at least `0 minutes`."""
    left = ms // 1000
    parts: "list[str]" = []
    for seconds, unit in _UNITS:
        count = left // seconds
        left %= seconds
        if count or (unit == "minute" and not parts):
            parts.append(str(count) + " " + unit + ("" if count == 1 else "s"))
    return ", ".join(parts)


def _assigned(status: TunnelStatus, config: ModeConfig) -> "list[str]":
    out = []
    if config.address is not None:
        out.append("Address: " + ipv4_text(config.address))
        out.append("Mask: " + ipv4_text(config.netmask or b"\xff\xff\xff\xff"))
    for label, servers in (("DNS", config.dns), ("NBMS/WINS", config.wins)):
        for i in range(min(len(servers), 2)):
            out.append(label + (" Secondary: " if i else " Primary: ") + ipv4_text(servers[i]))
    if config.domain:
        out.append("Default Domain: " + clean(config.domain))
    groups = [child.pfs_group for child in status.children if child.pfs_group]
    if groups:
        out.append("Using PFS Group: " + str(groups[0]))
    out.append("Save Password: " + ("Allowed" if config.save_password else "Disallowed"))
    if config.split_include:
        out.append("Split Tunnel List: " + str(len(config.split_include)))
        for split in config.split_include:
            out += [
                "       Address    : " + ipv4_text(split.address),
                "       Mask       : " + ipv4_text(split.mask),
                f"       Protocol   : 0x{split.protocol:X}",
                "       Source Port: " + str(split.source_port),
                "       Dest Port  : " + str(split.destination_port),
            ]
    if config.backup_servers:
        out.append("Backup Gateways")
        for i in range(len(config.backup_servers)):
            out.append(" (" + str(i) + "): " + clean(config.backup_servers[i]))
    return out


def _child(status: TunnelStatus, child: ChildStatus, tag: str) -> "list[str]":
    local, peer = _address(status.local) or "0.0.0.0", _address(status.peer_address) or "0.0.0.0"
    port = 500 if status.phase1 is None else status.phase1.peer_port
    sent, received = child.packets_out, child.packets_in
    pfs = "Y, DH group: group" + str(child.pfs_group) if child.pfs_group else "N, DH group: none"
    return (
        [
            "   protected vrf: (none)",
            "   local  ident (addr/mask/prot/port): " + _ident(child.local),
            "   remote ident (addr/mask/prot/port): " + _ident(child.remote),
            "   current_peer " + peer + " port " + str(port),
            "     PERMIT, flags={origin_is_acl,}",
            f"    #pkts encaps: {sent}, #pkts encrypt: {sent}, #pkts digest: {sent}",
            f"    #pkts decaps: {received}, #pkts decrypt: {received}, #pkts verify: {received}",
            "    #pkts compressed: 0, #pkts decompressed: 0",
            "    #pkts not compressed: 0, #pkts compr. failed: 0",
            "    #pkts not decompressed: 0, #pkts decompress failed: 0",
            f"    #send errors {child.send_errors}, #recv errors {child.auth_failures + child.replays}",
            "",
            "     local crypto endpt.: " + local + ", remote crypto endpt.: " + peer,
            f"     plaintext mtu {child.mtu}, path mtu 1500, ip mtu 1500, ip mtu idb {status.outside or '(none)'}",
            "     current outbound spi: " + _spi(child.spi_out),
            "     PFS (Y/N): " + pfs,
        ]
        + _direction("inbound", child, child.spi_in, child.child * 2 - 1, tag)
        + _direction("outbound", child, child.spi_out, child.child * 2, tag)
    )


def _direction(word: str, child: ChildStatus, spi: int, conn_id: int, tag: str) -> "list[str]":
    settings = "{Tunnel UDP-Encaps, }" if child.encap else "{Tunnel, }"
    if child.remaining_kb:
        timing = f"(k/sec): ({child.remaining_kb}/{child.remaining_s})"
    else:
        timing = "(sec): " + str(child.remaining_s)
    return [
        "",
        "     " + word + " esp sas:",
        "      spi: " + _spi(spi),
        "        transform: " + esp_words(child.transform) + " ,",
        "        in use settings =" + settings,
        f"        conn id: {conn_id}, flow_id: SW:{conn_id}, sibling_flags 80000040, crypto map: {tag}",
        "        sa timing: remaining key lifetime " + timing,
        "        IV size: " + str(_IV_BYTES[child.transform.cipher]) + " bytes",
        "        replay detection support: Y",
        "        Status: ACTIVE(ACTIVE)",
        "",
        "     " + word + " ah sas:",
        "",
        "     " + word + " pcp sas:",
    ]


def _ends(phase1: Phase1Status) -> str:
    """Destination and source; the destination is whoever was asked first."""
    ends = [ipv4_text(phase1.peer), _address(phase1.local) or "0.0.0.0"]
    if not phase1.initiator:
        ends.reverse()
    return f"{ends[0]:<15} {ends[1]:<15}"


def _phase1s(tunnels: "list[TunnelStatus]") -> "list[Phase1Status]":
    return [phase1 for _, phase1 in all_isakmp_sas(tunnels)]


def _ident(selector: Selector) -> str:
    return f"({ipv4_text(selector.address)}/{ipv4_text(selector.mask)}/{selector.protocol}/{selector.port})"


def _spi(spi: int) -> str:
    return f"0x{spi:X}({spi})"


def _address(four: "bytes | None") -> str:
    return "" if four is None else ipv4_text(four)


def _next_try(ms: int) -> str:
    seconds = max(ms + 999, 0) // 1000
    return str(seconds) + " seconds" if seconds < 120 else uptime(ms)
