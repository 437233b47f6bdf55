"""What still has to reach the broker, in order and bounded.

Level 3. Belongs here: order, bounds, what is dropped, what counts as delivered. Not here: what a message says
(`snapshot`), who connects (`runtime/*/mqtt`). MQTT 3.1.1 4.3.2 (QoS 1: at least once), 4.4 (delivery again after a
reconnect), 4.6 (order).

Lanes stand for the order of publishing: clears of old names, birth, info, states, events, metrics. Within a lane first
in, first out.

| lane | when it is full | when there is no connection |
|---|---|---|
| clear, birth, info, state | the older of the same topic that isn't sent yet is replaced | kept |
| event | the oldest unsent event goes, counted | kept, in order |
| metrics | the oldest unsent goes, counted, before any event | refused, counted |
"""

from ezvpn.record import Record

CLEAR = 0
BIRTH = 1
INFO = 2
STATE = 3
EVENT = 4
METRICS = 5
_LANES = 6
_RETAINED = (CLEAR, BIRTH, INFO, STATE)

MAX_MESSAGES = 256
MAX_BYTES = 64 * 1024


class Draft:
    """Something that becomes a payload when it is about to be sent, so that it carries the wall time known by then."""

    def payload(self) -> bytes:
        raise NotImplementedError


class Message(Record):
    """One publication. id grows by one with each message put, and is unique within a boot."""

    _fields = ("id", "topic", "payload", "qos", "retain")

    def __init__(self, id: int, lane: int, topic: str, payload: bytes, draft: "Draft | None") -> None:
        self.id = id
        self.lane = lane
        self.topic = topic
        self.payload = payload
        self.qos = 0 if lane == METRICS else 1
        self.retain = lane in _RETAINED
        self.draft = draft
        self.size = len(topic) + len(payload)


class Outbox:
    """The queue between the reporter, which puts, and the runtime's MQTT adapter, which peeks, sends and marks done."""

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self.max_messages = max_messages
        self.max_bytes = max_bytes
        self.connected = False
        self.bytes = 0
        self._next_id = 1
        self._lanes: "list[list[Message]]" = [[] for _ in range(_LANES)]
        self._inflight: "list[Message]" = []  # sent with QoS 1, not acknowledged; in the order of sending
        self.sent_count = 0
        self.acknowledged = 0
        self.resent = 0
        self.replaced = 0
        self.dropped_events = 0
        self.dropped_metrics = 0
        self.dropped_states = 0

    def __len__(self) -> int:
        """Messages held, those in flight included."""
        count = len(self._inflight)
        for lane in self._lanes:
            count += len(lane)
        return count

    def put(self, lane: int, topic: str, payload: bytes, draft: "Draft | None" = None) -> bool:
        """Queue one message. With a draft, `payload` is its rendering of now and serves for the size. False: no room."""
        if lane == METRICS and not self.connected:
            self.dropped_metrics += 1
            return False
        message = Message(self._next_id, lane, topic, payload, draft)
        self._next_id += 1
        if message.retain and self._replace(message):
            return True
        if not self._make_room(message):
            self._count_drop(lane)
            return False
        self._lanes[lane].append(message)
        self.bytes += message.size
        return True

    def peek(self) -> "Message | None":
        """The next message to publish, its payload rendered; None when all is sent. Asking changes nothing."""
        for lane in self._lanes:
            if lane:
                message = lane[0]
                if message.draft is not None:
                    message.payload = message.draft.payload()
                return message
        return None

    def sent(self, message: Message) -> None:
        """`message` was handed to the connection. QoS 0 is over with that; QoS 1 waits for `done`."""
        lane = self._lanes[message.lane]
        for i in range(len(lane)):
            if lane[i].id == message.id:
                lane.pop(i)
                break
        else:
            return  # dropped or cleared meanwhile
        self.sent_count += 1
        if message.qos == 0:
            self.bytes -= message.size
        else:
            self._inflight.append(message)

    def done(self, message: Message) -> None:
        """The broker acknowledged it (PUBACK). Unknown or repeated: nothing happens."""
        for i in range(len(self._inflight)):
            if self._inflight[i].id == message.id:
                self.bytes -= message.size
                self._inflight.pop(i)
                self.acknowledged += 1
                return

    def reset_inflight(self) -> None:
        """The connection is gone: what was not acknowledged goes again, before the rest and in the same order. A state of
        which a newer one waits does not."""
        waiting = self._inflight
        self._inflight = []
        for i in range(len(waiting) - 1, -1, -1):
            message = waiting[i]
            if message.retain and self._find(message) >= 0:
                self.bytes -= message.size
                self.replaced += 1
                continue
            self._lanes[message.lane].insert(0, message)
            self.resent += 1

    def set_connected(self, connected: bool) -> None:
        """Metrics are worth something only live: without a connection those that wait are dropped."""
        self.connected = connected
        if not connected:
            for message in self._lanes[METRICS]:
                self.bytes -= message.size
                self.dropped_metrics += 1
            self._lanes[METRICS] = []

    def forget(self, topic: str) -> None:
        """Drop what waits for a retained topic that is given up, in flight or not: it must not come back after the clear."""
        for lane in _RETAINED:
            self._lanes[lane] = self._without(self._lanes[lane], topic)
        self._inflight = self._without(self._inflight, topic)

    def clear(self) -> None:
        """Drop everything: there is no broker any more. Events that go unsent are counted."""
        self.dropped_events += len(self._lanes[EVENT])
        self._lanes = [[] for _ in range(_LANES)]
        self._inflight = []
        self.bytes = 0

    def counters(self) -> "list[tuple[str, int]]":
        """For `show`, in order of display."""
        return [
            ("queued", len(self)),
            ("bytes", self.bytes),
            ("sent", self.sent_count),
            ("acknowledged", self.acknowledged),
            ("resent", self.resent),
            ("replaced", self.replaced),
            ("dropped_events", self.dropped_events),
            ("dropped_metrics", self.dropped_metrics),
            ("dropped_states", self.dropped_states),
        ]

    def _without(self, messages: "list[Message]", topic: str) -> "list[Message]":
        kept = []
        for message in messages:
            if message.topic == topic:
                self.bytes -= message.size
            else:
                kept.append(message)
        return kept

    def _find(self, message: Message) -> int:
        lane = self._lanes[message.lane]
        for i in range(len(lane)):
            if lane[i].topic == message.topic:
                return i
        return -1

    def _replace(self, message: Message) -> bool:
        """Put a retained message in the place of the older one of its topic, if that waits and the new one fits."""
        i = self._find(message)
        if i < 0:
            return False
        old = self._lanes[message.lane].pop(i)
        self.bytes -= old.size
        self.replaced += 1
        if not self._make_room(message):
            self._count_drop(message.lane)
            return True
        self._lanes[message.lane].insert(i, message)
        self.bytes += message.size
        return True

    def _make_room(self, message: Message) -> bool:
        if message.size > self.max_bytes:
            return False  # dropping all the rest would not help
        while len(self) >= self.max_messages or self.bytes + message.size > self.max_bytes:
            if self._lanes[METRICS]:
                victim = self._lanes[METRICS].pop(0)
            elif message.lane != METRICS and self._lanes[EVENT]:
                victim = self._lanes[EVENT].pop(0)
            else:
                return False
            self.bytes -= victim.size
            self._count_drop(victim.lane)
        return True

    def _count_drop(self, lane: int) -> None:
        if lane == EVENT:
            self.dropped_events += 1
        elif lane == METRICS:
            self.dropped_metrics += 1
        else:
            self.dropped_states += 1
