"""What each report says: the JSON text of snapshot, info, event and metrics, `schema_version` 1.

Level 3. Belongs here: the fields, their order and their units. Not here: JSON's syntax (`json_text`), when a report is due
(`reporter`). Nothing secret has a field here; text that a gateway or a user wrote goes through `json_text.clean`.

Times: `ts` is wall time in ms since 1970, null while the clock is not set; every other `…_ms` and `since`, `next_try` are on
the scale of `up_ms`, boot time in ms. `…_s` and `uptime` are seconds. Addresses are dotted, networks `address/prefix`.
"""

from ezvpn.ike.params import ModeConfig, Selector, Split
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus
from ezvpn.log import LogRecord
from ezvpn.record import Record
from ezvpn.report.json_text import Object, render

SCHEMA_VERSION = 1


class Facts(Record):
    """What `info` says about the device, as texts. config_hash: changes whenever the configuration does; made by the caller
    from text without secrets."""

    _fields = ("model", "version", "serial", "interpreter", "config_hash")

    def __init__(self, model: str, version: str, serial: str, interpreter: str, config_hash: str) -> None:
        self.model = model
        self.version = version
        self.serial = serial
        self.interpreter = interpreter
        self.config_hash = config_hash


class Change(Record):
    """One event of a tunnel: the log record that tells it, the state before and after, the cause (a stable word) and the
    reason (for a human)."""

    _fields = ("record", "before", "after", "cause", "reason")

    def __init__(self, record: LogRecord, before: str, after: str, cause: str, reason: str) -> None:
        self.record = record
        self.before = before
        self.after = after
        self.cause = cause
        self.reason = reason


def snapshot(status: TunnelStatus, boot_id: str, seq: int, now: int, wall: "int | None") -> str:
    """The whole state of one tunnel. seq: number of this tunnel's last event, which the snapshot includes · wall: wall ms now,
    or None."""
    head: "list[tuple[str, object]]" = [
        ("schema_version", SCHEMA_VERSION),
        ("boot_id", boot_id),
        ("seq", seq),
        ("ts", wall),
        ("up_ms", now),
    ]
    return render(Object(*(head + _body(status, now, True))))


def significant(status: TunnelStatus) -> str:
    """The part of a snapshot whose change is news: two equal ones need only one publication. Running times and counters
    are not news; they are in the metrics."""
    return render(Object(*_body(status, 0, False)))


def info(facts: Facts, boot_id: str) -> str:
    return render(
        Object(
            ("schema_version", SCHEMA_VERSION),
            ("model", facts.model),
            ("version", facts.version),
            ("serial", facts.serial),
            ("interpreter", facts.interpreter),
            ("boot_id", boot_id),
            ("config_hash", facts.config_hash),
        )
    )


def event(change: Change, boot_id: str, seq: int, wall: "int | None") -> str:
    """One change. seq counts this tunnel's events from 1, so a gap tells how many were lost · wall: wall ms of the event."""
    record = change.record
    return render(
        Object(
            ("schema_version", SCHEMA_VERSION),
            ("boot_id", boot_id),
            ("seq", seq),
            ("ts", wall),
            ("up_ms", record.at),
            ("mnemonic", record.mnemonic),
            ("severity", record.severity()),
            ("text", record.text()),
            ("from", change.before),
            ("to", change.after),
            ("cause", change.cause),
            ("reason", change.reason),
        )
    )


def metrics(status: TunnelStatus, boot_id: str, now: int, wall: "int | None", outbox: "list[tuple[str, int]]") -> str:
    """Counters and timers of one tunnel. The traffic counters are those of the SAs that stand, so they start again at a
    rekey, as in `show crypto ipsec sa`. outbox: counters of the queue to the broker."""
    phase1 = status.phase1
    return render(
        Object(
            ("schema_version", SCHEMA_VERSION),
            ("boot_id", boot_id),
            ("ts", wall),
            ("up_ms", now),
            ("state", status.state),
            ("uptime", _uptime(status, now)),
            ("attempts", status.attempts),
            ("next_try", status.next_try),
            ("packets_in", sum([child.packets_in for child in status.children])),
            ("bytes_in", sum([child.bytes_in for child in status.children])),
            ("packets_out", sum([child.packets_out for child in status.children])),
            ("bytes_out", sum([child.bytes_out for child in status.children])),
            ("auth_failures", sum([child.auth_failures for child in status.children])),
            ("replays", sum([child.replays for child in status.children])),
            ("send_errors", sum([child.send_errors for child in status.children])),
            ("dpd_sent", status.dpd_sent),
            ("dpd_missed", status.dpd_missed),
            ("dpd_lost", status.dpd_lost),
            ("dpd_rtt_ms", status.dpd_rtt_ms),
            ("p1_remaining_s", None if phase1 is None else phase1.remaining_s),
            ("p2", [_child_timers(child) for child in status.children]),
            ("outbox", Object(*outbox)),
        )
    )


def _body(status: TunnelStatus, now: int, running: bool) -> "list[tuple[str, object]]":
    """The fields after the head. running: with the values that change by themselves."""
    phase1 = status.phase1
    return [
        ("state", status.state),
        ("since", status.since),
        ("last_event", status.last_event),
        ("cause", status.cause),
        ("reason", status.reason),
        ("peer", status.peer),
        ("peer_address", _address(status.peer_address)),
        ("peer_index", status.peer_index),
        ("attempts", status.attempts),
        ("next_try", status.next_try),
        ("assigned", None if status.config is None else _assigned(status.config)),
        ("p1", None if phase1 is None else _phase1(phase1, running)),
        ("p2", [_child(child, running) for child in status.children]),
        ("dpd", _dpd(status, running)),
        ("nat_t", phase1 is not None and phase1.natt),
        ("uptime", _uptime(status, now) if running else None),
    ]


def _uptime(status: TunnelStatus, now: int) -> "int | None":
    return None if status.up_since is None else (now - status.up_since) // 1000


def _assigned(config: ModeConfig) -> Object:
    return Object(
        ("address", _address(config.address)),
        ("netmask", _address(config.netmask)),
        ("dns", [_address(server) for server in config.dns]),
        ("domain", config.domain),
        ("split", [_split(entry) for entry in config.split_include]),
        ("save_password", config.save_password),
    )


def _split(entry: Split) -> Object:
    return Object(
        ("network", _network(entry.address, entry.mask)),
        ("protocol", entry.protocol),
        ("source_port", entry.source_port),
        ("destination_port", entry.destination_port),
    )


def _phase1(phase1: Phase1Status, running: bool) -> Object:
    transform = phase1.transform
    pairs: "list[tuple[str, object]]" = [
        ("state", phase1.state),
        ("local", _address(phase1.local)),
        ("local_port", phase1.local_port),
        ("peer", _address(phase1.peer)),
        ("peer_port", phase1.peer_port),
        ("peer_id", phase1.peer_id),
        ("cipher", None if transform is None else transform.cipher),
        ("key_bits", None if transform is None else transform.key_bits),
        ("hash", None if transform is None else transform.hash),
        ("group", None if transform is None else transform.group),
        ("auth", phase1.auth),
    ]
    if running:
        pairs.append(("remaining_s", phase1.remaining_s))
    return Object(*pairs)


def _child(child: ChildStatus, running: bool) -> Object:
    pairs: "list[tuple[str, object]]" = [
        ("spi_in", _spi(child.spi_in)),
        ("spi_out", _spi(child.spi_out)),
        ("cipher", child.transform.cipher),
        ("key_bits", child.transform.key_bits),
        ("auth", child.transform.auth),
        ("local", _selector(child.local)),
        ("remote", _selector(child.remote)),
        ("encap", child.encap),
        ("pfs_group", child.pfs_group),
        ("mtu", child.mtu),
    ]
    if running:
        pairs.append(("remaining_s", child.remaining_s))
        pairs.append(("remaining_kb", child.remaining_kb))
    return Object(*pairs)


def _child_timers(child: ChildStatus) -> Object:
    return Object(
        ("spi_in", _spi(child.spi_in)),
        ("remaining_s", child.remaining_s),
        ("remaining_kb", child.remaining_kb),
    )


def _dpd(status: TunnelStatus, running: bool) -> Object:
    pairs: "list[tuple[str, object]]" = [
        ("mode", status.dpd_mode),
        ("interval", status.dpd_interval_s),
        ("retry", status.dpd_retry_s),
    ]
    if running:
        pairs.append(("sent", status.dpd_sent))
    pairs.append(("missed", status.dpd_missed))
    if running:
        pairs.append(("rtt_ms", status.dpd_rtt_ms))
    return Object(*pairs)


def _spi(spi: int) -> str:
    return f"0x{spi:08X}"


def _selector(selector: Selector) -> str:
    return _network(selector.address, selector.mask)


def _address(address: "bytes | None") -> "str | None":
    return None if address is None else ".".join([str(part) for part in address])


def _network(address: bytes, mask: bytes) -> str:
    """`10.1.0.0/16`; a mask with holes, which a gateway may well send, is written out."""
    bits = "".join([_binary(part) for part in mask])
    length = bits.count("1")
    if "01" in bits:
        return str(_address(address)) + "/" + str(_address(mask))
    return str(_address(address)) + "/" + str(length)


def _binary(part: int) -> str:
    return "".join([str(part >> shift & 1) for shift in range(7, -1, -1)])
