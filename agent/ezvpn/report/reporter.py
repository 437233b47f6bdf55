"""When something is reported: the state machine between the node and the outbox.

Level 3, sans-I/O: time comes in as `now` (boot ms), what the runtime must do goes out through `order()`. Belongs here:
births, duplicates, rates, deadlines, what follows a change of names. Not here: texts (`snapshot`), bounds (`outbox`), the
connection (`runtime/*/mqtt`).

The node calls, in any order: `configure` · `clock` · `tunnel_changed` · `tunnel_removed` · `event` · `mqtt` (what the
adapter says) · `route_changed` · `timeout` when `deadline()` has come · `stop`. After each call it drains `order()`.

Rates: each tunnel has two token buckets. An event without a token is not published (counted; its seq shows as a gap); a
state without one waits, and the newest goes out when the next token has come.
"""

from ezvpn.ike.status import TunnelStatus
from ezvpn.log import LogRecord
from ezvpn.record import Record
from ezvpn.report import outbox as box
from ezvpn.report import snapshot
from ezvpn.report.json_text import clean
from ezvpn.report.topics import ONLINE, Broker, Topics, device_name

RECORD = "retained"  # file of the state directory: the topics that hold a retained message of ours, one a line
_RECORD_LINES = 256
_RECORD_ID = -1  # nobody waits for the answer to this `store`
_EVENT_BURST = 30
_EVENT_REFILL_MS = 5000
_STATE_BURST = 10
_STATE_REFILL_MS = 1000

# What a `Broker` takes over from the configuration as it is.
_SETTINGS = ("tls", "username", "password", "ca", "certificate", "key", "keepalive_s")


class ReportOrder(Record):
    """A method of the runtime's adapter and its arguments: mqtt_start (Broker), mqtt_stop, mqtt_wake, mqtt_reopen,
    store (id, name, bytes)."""

    _fields = ("name", "args")

    def __init__(self, name: str, args: "tuple[object, ...]" = ()) -> None:
        self.name = name
        self.args = args


class _Bucket:
    """Tokens: `burst` at once, one more each `refill_ms`."""

    def __init__(self, burst: int, refill_ms: int) -> None:
        self.burst = burst
        self.refill_ms = refill_ms
        self.tokens = burst
        self.since = 0  # when the token that is being made was begun

    def take(self, now: int) -> bool:
        self._refill(now)
        if self.tokens == 0:
            return False
        if self.tokens == self.burst:
            self.since = now
        self.tokens -= 1
        return True

    def next_at(self) -> int:
        return self.since + self.refill_ms

    def _refill(self, now: int) -> None:
        if self.tokens < self.burst:
            made = (now - self.since) // self.refill_ms
            if made > 0:
                self.tokens = min(self.burst, self.tokens + made)
                self.since += made * self.refill_ms


class _Tunnel:
    """What is remembered of one tunnel: its newest status and when that was, its last published meaning, its rates."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.status: "TunnelStatus | None" = None
        self.said = ""
        self.seq = 0
        self.state_due = False
        self.events = _Bucket(_EVENT_BURST, _EVENT_REFILL_MS)
        self.states = _Bucket(_STATE_BURST, _STATE_REFILL_MS)


class _EventDraft(box.Draft):
    """An event that learns its wall time when it is sent."""

    def __init__(self, reporter: "Reporter", change: snapshot.Change, seq: int) -> None:
        self.reporter = reporter
        self.change = change
        self.seq = seq

    def payload(self) -> bytes:
        wall = self.reporter.wall(self.change.record.at)
        return snapshot.event(self.change, self.reporter.boot_id, self.seq, wall).encode()


class Reporter:
    """One device's reports. `outbox` is what the runtime's adapter reads.

    boot_id: another word at each start · statuses(now): a fresh TunnelStatus of every tunnel, asked only for metrics and after a
    (re)connect.
    """

    def __init__(self, boot_id: str, statuses: object) -> None:
        self.boot_id = boot_id
        self.outbox = box.Outbox()
        self.broker: "Broker | None" = None
        self.topics: "Topics | None" = None
        self.connected = False
        self.reason = ""  # why there is no connection; "" while there is one or none was tried
        self.since = 0  # boot ms of the last change of `connected`
        self.suppressed_events = 0
        self.ignored_messages = 0
        self._statuses = statuses
        self._facts: "snapshot.Facts | None" = None
        self._tunnels: "list[_Tunnel]" = []
        self._orders: "list[ReportOrder]" = []
        self._wall_offset: "int | None" = None
        self._metrics_ms = 0
        self._metrics_at: "int | None" = None
        self._recorded: "list[str]" = []
        self._stopping = False
        self._running = False  # the adapter was started and has not said that it ended

    # What the node tells

    def recall(self, record: bytes) -> None:
        """The record of an earlier run: what it left at the broker and nobody fills any more is cleared at the next connect."""
        try:
            lines = record.decode().split("\n")
        except UnicodeError:
            return  # a torn file names nothing
        self._recorded = [line for line in lines if line][:_RECORD_LINES]

    def configure(self, mqtt: object, hostname: str, facts: snapshot.Facts, now: int) -> None:
        """The configuration is new or changed. mqtt: `config.model.Mqtt`, or None."""
        broker, topics = _wanted(mqtt, hostname)
        old_topics = self.topics
        facts_changed = self._facts != facts
        self._facts = facts
        if broker is None or topics is None:
            if self.broker is not None:
                self.broker = None
                self.topics = None
                self._order("mqtt_stop")
                self.outbox.clear()
                self._lost(now, "")
            return
        self.topics = topics
        if old_topics is not None and old_topics.base != topics.base:
            self._clear_names(old_topics)
            for tunnel in self._tunnels:
                tunnel.said = ""
        self._metrics_ms = _setting(mqtt, "metrics_interval_s") * 1000
        self._rearm_metrics(now)
        if not broker.same(self.broker):
            self.broker = broker
            self._running = True
            self._lost(now, "")
            self._order("mqtt_start", broker)
        elif facts_changed and self.connected:
            self._put_info()

    def clock(self, wall_ms: int, synced: bool, now: int) -> None:
        """What wall time it is at `now`; not synced means that nobody knows."""
        self._wall_offset = wall_ms - now if synced else None

    def tunnel_changed(self, status: TunnelStatus, now: int) -> None:
        """A tunnel's status may have changed: published if it says something new."""
        tunnel = self._tunnel(status.name)
        tunnel.status = status
        if self.topics is not None and snapshot.significant(status) != tunnel.said:
            self._put_state(tunnel, now)

    def tunnel_removed(self, name: str, now: int) -> None:
        """A tunnel left the configuration: its retained state goes, its queued events stay."""
        self._tunnels = [tunnel for tunnel in self._tunnels if tunnel.name != name]
        if self.topics is not None:
            self._put_clear(self.topics.state(name))
            self._keep_record()

    def event(
        self, name: str, record: LogRecord, before: str, after: str, now: int, cause: str = "", reason: str = ""
    ) -> None:
        """Something happened to a tunnel. before, after: its state names; record tells when (`record.at`) and what."""
        if self.topics is None:
            return
        tunnel = self._tunnel(name)
        tunnel.seq += 1
        if not tunnel.events.take(now):
            self.suppressed_events += 1
            return
        draft = _EventDraft(self, snapshot.Change(record, before, after, cause, reason), tunnel.seq)
        self.outbox.put(box.EVENT, self.topics.event(name), draft.payload(), draft)
        self._wake()

    def mqtt(self, what: str, now: int, topic: str = "", payload: "bytes | str" = b"") -> str:
        """What the adapter says: "up", "down" or "refused" (payload: the reason as text), "message". Returns a line for the
        log, "" when there is nothing new to say."""
        if what == "message":
            self.ignored_messages += 1  # commands come with the fleet
            return ""
        if what == "up":
            return self._up(now)
        reason = clean(payload if isinstance(payload, str) else bytes(payload).decode())
        was_connected = self.connected
        said = self.reason
        self._lost(now, reason)
        if self._stopping or self.broker is None:
            self._running = False  # we asked for it, so it is no news
            return ""
        if was_connected:
            return "connection to " + self._where() + " lost: " + reason
        return "" if reason == said or not reason else "no connection to " + self._where() + ": " + reason

    def route_changed(self, now: int) -> None:
        """The way to the broker, or our address on it, may be another one: connect again at once."""
        if self.broker is not None and not self._stopping:
            self._order("mqtt_reopen")

    def stop(self, now: int) -> None:
        """The device stops: the adapter sends what is queued, publishes `offline` and disconnects. Then `closed` is True."""
        if not self._stopping:
            self._stopping = True
            if self.broker is not None:
                self._order("mqtt_stop")

    # Time

    def deadline(self) -> "int | None":
        """Boot ms at which `timeout` is wanted, or None."""
        nearest = self._metrics_at if self.connected else None
        if self.topics is not None:
            for tunnel in self._tunnels:
                if tunnel.state_due:
                    at = tunnel.states.next_at()
                    if nearest is None or at < nearest:
                        nearest = at
        return nearest

    def timeout(self, now: int) -> None:
        """Do what is due; too early or twice changes nothing."""
        for tunnel in self._tunnels:
            if tunnel.state_due and now >= tunnel.states.next_at():
                self._put_state(tunnel, now)
        if self.connected and self._metrics_at is not None and now >= self._metrics_at:
            self._metrics_at = now + self._metrics_ms
            self._put_metrics(now)

    # What the node asks

    def order(self) -> "ReportOrder | None":
        """The next order to the runtime, or None."""
        return self._orders.pop(0) if self._orders else None

    @property
    def closed(self) -> bool:
        """After `stop`: the adapter has said that it ended, or never ran."""
        return self._stopping and not self._running

    def wall(self, at: int) -> "int | None":
        """Wall ms of a boot time, None while the clock is not set."""
        return None if self._wall_offset is None else at + self._wall_offset

    def counters(self) -> "list[tuple[str, int]]":
        """For `show`, in order of display."""
        counters = self.outbox.counters()
        counters.append(("suppressed_events", self.suppressed_events))
        counters.append(("ignored_messages", self.ignored_messages))
        return counters

    # Inside

    def _up(self, now: int) -> str:
        if self.broker is None or self.topics is None:
            return ""
        self.connected = True
        self.reason = ""
        self.since = now
        self.outbox.set_connected(True)
        # Birth on the will's topic, retained like the will: else the device stays `offline` for a late subscriber.
        self.outbox.put(box.BIRTH, self.topics.status, ONLINE)
        self._put_info()
        fresh = self._fresh(now)
        for status in fresh:
            self._tunnel(status.name)
        self._keep_record()
        for status in fresh:
            tunnel = self._tunnel(status.name)
            tunnel.status = status
            tunnel.states = _Bucket(_STATE_BURST, _STATE_REFILL_MS)
            self._put_state(tunnel, now)
        self._rearm_metrics(now)
        self._wake()
        return "connected to " + self._where()

    def _lost(self, now: int, reason: str) -> None:
        if self.connected:
            self.since = now
        self.connected = False
        self.reason = reason
        self.outbox.set_connected(False)

    def _fresh(self, now: int) -> "list[TunnelStatus]":
        statuses = self._statuses
        return statuses(now) if callable(statuses) else []

    def _tunnel(self, name: str) -> _Tunnel:
        for tunnel in self._tunnels:
            if tunnel.name == name:
                return tunnel
        tunnel = _Tunnel(name)
        self._tunnels.append(tunnel)
        return tunnel

    def _put_state(self, tunnel: _Tunnel, now: int) -> None:
        if self.topics is None or tunnel.status is None:
            return
        tunnel.state_due = not tunnel.states.take(now)
        if tunnel.state_due:
            return
        tunnel.said = snapshot.significant(tunnel.status)
        text = snapshot.snapshot(tunnel.status, self.boot_id, tunnel.seq, now, self.wall(now))
        self.outbox.put(box.STATE, self.topics.state(tunnel.name), text.encode())
        if self.topics.state(tunnel.name) not in self._recorded:
            self._keep_record()
        self._wake()

    def _put_info(self) -> None:
        if self.topics is not None and self._facts is not None:
            self.outbox.put(box.INFO, self.topics.info, snapshot.info(self._facts, self.boot_id).encode())
            self._wake()

    def _put_metrics(self, now: int) -> None:
        if self.topics is None:
            return
        counters = self.counters()
        for status in self._fresh(now):
            text = snapshot.metrics(status, self.boot_id, now, self.wall(now), counters)
            self.outbox.put(box.METRICS, self.topics.metrics(status.name), text.encode())
        self._wake()

    def _put_clear(self, topic: str) -> None:
        """MQTT 3.1.1 3.3.1.3: a retained message of zero bytes removes the one that is kept."""
        self.outbox.forget(topic)
        self.outbox.put(box.CLEAR, topic, b"")
        self._wake()

    def _clear_names(self, topics: Topics) -> None:
        for topic in topics.retained([tunnel.name for tunnel in self._tunnels]):
            self._put_clear(topic)

    def _keep_record(self) -> None:
        """Clear what is recorded and not ours any more, and record what is: while connected, so that neither waits long."""
        if self.topics is None or not self.connected:
            return
        kept = self.topics.retained([tunnel.name for tunnel in self._tunnels])[:_RECORD_LINES]
        for topic in self._recorded:
            if topic not in kept:
                self._put_clear(topic)
        if kept != self._recorded:
            self._recorded = kept
            self._order("store", _RECORD_ID, RECORD, "\n".join(kept).encode())

    def _rearm_metrics(self, now: int) -> None:
        self._metrics_at = now + self._metrics_ms if self._metrics_ms > 0 else None

    def _where(self) -> str:
        return "the broker" if self.broker is None else self.broker.host + ":" + str(self.broker.port)

    def _wake(self) -> None:
        """Only a connected adapter has use for it, and one wake is enough for any number of messages."""
        if self.connected and not [order for order in self._orders if order.name == "mqtt_wake"]:
            self._order("mqtt_wake")

    def _order(self, name: str, *args: object) -> None:
        self._orders.append(ReportOrder(name, args))


def _wanted(mqtt: object, hostname: str) -> "tuple[Broker | None, Topics | None]":
    """Connection settings and names that a `config.model.Mqtt` asks for; (None, None) without a broker line."""
    host = getattr(mqtt, "host", None)
    if host is None:
        return None, None
    device = device_name(getattr(mqtt, "client_id", ""), hostname)
    topics = Topics(getattr(mqtt, "topic_prefix", ""), device)
    broker = Broker(host, _setting(mqtt, "port"), device, topics.status)
    for name in _SETTINGS:
        setattr(broker, name, getattr(mqtt, name))
    return broker, topics


def _setting(mqtt: object, name: str) -> int:
    value = getattr(mqtt, name)
    return int(value)
