"""The JSON twin of each `show`: the same facts for scripts, `schema_version` 1.

Level 4, pure. Keys are snake_case and keep their order; a key is never left out: what is not known is null. Addresses are
dotted text, SPIs and cookies hexadecimal text. `…_ms` are on the scale of `up_ms` (boot time), `…_s` are seconds,
`…_kb` kilobytes of 1024; `time` is RFC 3339 or null while no wall time is known. Nothing secret has a key here.

    show crypto ipsec client ezvpn    up_ms, tunnels: [name mode connect group user state since_ms last_event reason cause peer
                                      peer_address peer_index peers attempts next_try_ms inside outside local up_since_ms
                                      assigned{} dpd{} xauth_prompt]
    show crypto isakmp sa [detail]    sas: [tunnel conn_id state deleted role local local_port peer peer_port encryption key_bits
                                      hash group auth remaining_s nat_t behind_nat capabilities peer_id initiator_cookie
                                      responder_cookie]
    show crypto ipsec sa              sas: [tunnel child transform local_ident remote_ident local peer peer_port encapsulation
                                      spi_in spi_out pfs_group remaining_s remaining_kb packets_in bytes_in packets_out
                                      bytes_out auth_failures replays send_errors mtu]
    show crypto isakmp counters       counters{name: number}
    show running-config               lines: [text], secrets masked
    show logging                      level, buffer_level, buffer_lines, logged, records: [seq up_ms time mnemonic severity text]
    show running-config interface     lines: [text], secrets masked
    show running-config crypto        lines: [text], secrets masked
    show running-config section       lines: [text], secrets masked
    show startup-config               present bytes, lines: [text], secrets masked
    show running-config diff          lines: [text], secrets masked, effects: [text]
    show archive                      maximum write_memory next, versions: [number name]
    show archive differences          lines: [text], secrets masked, effects: [text]
    show archive config differences   lines: [text], secrets masked, effects: [text]
    show archive config rollback timer  pending left_ms
    show reload                       scheduled left_ms reason
    show flash:                       files: [name bytes]
    show debugging                    isakmp ipsec ezvpn: true or false
    show history                      history: [text]
    show privilege                    privilege: 1 or 15
    show mqtt                         broker connected reason since_ms topic counters{}
"""

from ezvpn.config.model import Config
from ezvpn.config.render import render as render_config
from ezvpn.console.debug import Clock, iso
from ezvpn.console.host import MqttStatus
from ezvpn.console.render import CONN_ID_BASE, all_isakmp_sas, capabilities, esp_words
from ezvpn.ike.params import ModeConfig, Selector, Split
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus
from ezvpn.log import LogRecord, Ring
from ezvpn.report.json_text import Object
from ezvpn.wire.inet import ipv4_text

SCHEMA_VERSION = 1


def ezvpn(tunnels: "list[TunnelStatus]", now: int) -> Object:
    return top(("up_ms", now), ("tunnels", [_tunnel(status) for status in tunnels]))


def isakmp_sa(tunnels: "list[TunnelStatus]", deleted: "list[Phase1Status]") -> Object:
    found = [_phase1(status.name, phase1, False) for status, phase1 in all_isakmp_sas(tunnels)]
    return top(("sas", found + [_phase1(None, phase1, True) for phase1 in deleted]))


def ipsec_sa(tunnels: "list[TunnelStatus]") -> Object:
    return top(("sas", [_child(status, child) for status in tunnels for child in status.children]))


def counters(found: "list[tuple[str, int]]") -> Object:
    return top(("counters", Object(*found)))


def running_config(config: Config) -> Object:
    return top(("lines", render_config(config, True)))


def logging(ring: Ring, config: Config, clock: Clock) -> Object:
    _, records = ring.after(0)
    return top(
        ("level", config.logging_level),
        ("buffer_level", config.logging_kept),
        ("buffer_lines", ring.size),
        ("logged", ring.next_seq - 1),
        ("records", [_record(record, clock) for record in records if record.severity() <= config.logging_kept]),
    )


def mqtt(status: MqttStatus) -> Object:
    return top(
        ("broker", status.broker or None),
        ("connected", status.connected),
        ("reason", status.reason),
        ("since_ms", status.since),
        ("topic", status.topic),
        ("counters", Object(*status.counters)),
    )


def top(*pairs: "tuple[str, object]") -> Object:
    first: "list[tuple[str, object]]" = [("schema_version", SCHEMA_VERSION)]
    return Object(*(first + list(pairs)))


def _tunnel(status: TunnelStatus) -> Object:
    return Object(
        ("name", status.name),
        ("mode", status.mode),
        ("connect", status.connect),
        ("group", status.group),
        ("user", status.user),
        ("state", status.state),
        ("since_ms", status.since),
        ("last_event", status.last_event),
        ("reason", status.reason),
        ("cause", status.cause),
        ("peer", status.peer),
        ("peer_address", address(status.peer_address)),
        ("peer_index", status.peer_index),
        ("peers", status.peers),
        ("attempts", status.attempts),
        ("next_try_ms", status.next_try),
        ("inside", status.inside),
        ("outside", status.outside),
        ("local", address(status.local)),
        ("up_since_ms", status.up_since),
        ("assigned", None if status.config is None else _assigned(status.config)),
        ("dpd", dpd(status)),
        ("xauth_prompt", status.xauth_prompt),
    )


def dpd(status: TunnelStatus) -> Object:
    """Dead peer detection: the orders, and what was measured."""
    return Object(
        ("mode", status.dpd_mode),
        ("interval_s", status.dpd_interval_s),
        ("retry_s", status.dpd_retry_s),
        ("sent", status.dpd_sent),
        ("missed", status.dpd_missed),
        ("lost", status.dpd_lost),
        ("rtt_ms", status.dpd_rtt_ms),
    )


def _assigned(config: ModeConfig) -> Object:
    return Object(
        ("address", address(config.address)),
        ("netmask", address(config.netmask)),
        ("dns", [ipv4_text(server) for server in config.dns]),
        ("wins", [ipv4_text(server) for server in config.wins]),
        ("domain", config.domain),
        ("banner", config.banner),
        ("split_include", [_split(split) for split in config.split_include]),
        ("split_exclude", [_split(split) for split in config.split_exclude]),
        ("split_dns", config.split_dns),
        ("save_password", config.save_password),
        ("pfs", config.pfs),
        ("backup_servers", config.backup_servers),
    )


def _split(split: Split) -> Object:
    return Object(
        ("address", ipv4_text(split.address)),
        ("mask", ipv4_text(split.mask)),
        ("protocol", split.protocol),
        ("source_port", split.source_port),
        ("destination_port", split.destination_port),
    )


def _phase1(tunnel: "str | None", phase1: Phase1Status, deleted: bool) -> Object:
    transform = phase1.transform
    return Object(
        ("tunnel", tunnel),
        ("conn_id", CONN_ID_BASE + phase1.session),
        ("state", phase1.state),
        ("deleted", deleted),
        ("role", "initiator" if phase1.initiator else "responder"),
        ("local", address(phase1.local)),
        ("local_port", phase1.local_port),
        ("peer", ipv4_text(phase1.peer)),
        ("peer_port", phase1.peer_port),
        ("encryption", None if transform is None else transform.cipher),
        ("key_bits", None if transform is None else transform.key_bits),
        ("hash", None if transform is None else transform.hash),
        ("group", None if transform is None else transform.group),
        ("auth", phase1.auth),
        ("remaining_s", phase1.remaining_s),
        ("nat_t", phase1.natt),
        ("behind_nat", phase1.behind_nat),
        ("capabilities", capabilities(phase1)),
        ("peer_id", phase1.peer_id),
        ("initiator_cookie", _hex(phase1.initiator_cookie)),
        ("responder_cookie", _hex(phase1.responder_cookie)),
    )


def _child(status: TunnelStatus, child: ChildStatus) -> Object:
    return Object(
        ("tunnel", status.name),
        ("child", child.child),
        ("transform", esp_words(child.transform)),
        ("local_ident", ident(child.local)),
        ("remote_ident", ident(child.remote)),
        ("local", address(status.local)),
        ("peer", address(status.peer_address)),
        ("peer_port", None if status.phase1 is None else status.phase1.peer_port),
        ("encapsulation", "udp" if child.encap else "esp"),
        ("spi_in", f"0x{child.spi_in:08x}"),
        ("spi_out", f"0x{child.spi_out:08x}"),
        ("pfs_group", child.pfs_group or None),
        ("remaining_s", child.remaining_s),
        ("remaining_kb", child.remaining_kb),
        ("packets_in", child.packets_in),
        ("bytes_in", child.bytes_in),
        ("packets_out", child.packets_out),
        ("bytes_out", child.bytes_out),
        ("auth_failures", child.auth_failures),
        ("replays", child.replays),
        ("send_errors", child.send_errors),
        ("mtu", child.mtu),
    )


def ident(selector: Selector) -> Object:
    return Object(
        ("address", ipv4_text(selector.address)),
        ("mask", ipv4_text(selector.mask)),
        ("protocol", selector.protocol),
        ("port", selector.port),
    )


def _record(record: LogRecord, clock: Clock) -> Object:
    return Object(
        ("seq", record.seq),
        ("up_ms", record.at),
        ("time", _time(clock.wall_at(record.at))),
        ("mnemonic", record.mnemonic),
        ("severity", record.severity()),
        ("text", record.text()),
    )


def _time(wall: "int | None") -> "str | None":
    return None if wall is None else iso(wall)


def address(four: "bytes | None") -> "str | None":
    return None if four is None else ipv4_text(four)


def _hex(data: bytes) -> str:
    return "".join([f"{byte:02x}" for byte in data])
