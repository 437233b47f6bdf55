"""A node that follows a script: it records each door and hands out the datagrams and orders it was given. Dual."""


class Order:
    """As `node.Order`: a method of the adapter and its arguments."""

    def __init__(self, name, *args):
        self.name = name
        self.args = args


class ScriptedNode:
    """`calls` records (door, arguments). `datagrams`: list of (bytes, to) · `orders`: list of `Order` · `next_deadline`.

    `answers`: door name -> function(node) called inside the door, to queue what that door brings about.
    """

    def __init__(self):
        self.calls = []
        self.datagrams = []
        self.orders = []
        self.next_deadline = None
        self.answers = {}
        self.to = None
        self.outbox = None
        self.closed = False

    def transmit(self, buf, now):
        self.calls.append(("transmit",))
        if not self.datagrams:
            return 0
        data, self.to = self.datagrams.pop(0)
        buf[: len(data)] = data
        return len(data)

    def event(self):
        self.calls.append(("event",))
        return self.orders.pop(0) if self.orders else None

    def deadline(self):
        self.calls.append(("deadline",))
        return self.next_deadline

    def _door(self, name, *args):
        self.calls.append((name,) + args)
        if name in self.answers:
            return self.answers[name](self)
        return None

    def receive(self, view, now, source):
        return self._door("receive", bytes(view), now, source)

    def timeout(self, now):
        return self._door("timeout", now)

    def resolved(self, id, addresses, now):
        return self._door("resolved", id, addresses, now)

    def console_open(self, id, width, now):
        return self._door("console_open", id, width, now)

    def console(self, id, view, now):
        return self._door("console", id, bytes(view), now)

    def console_close(self, id, now):
        return self._door("console_close", id, now)

    def execute(self, line, now):
        self.answer = self._door("execute", line, now) or (0, "did " + line + "\n")
        return self.answer

    def executed(self):
        return self.answer

    def mqtt(self, what, now, topic="", payload=b""):
        return self._door("mqtt", what, now, topic, payload)

    def stored(self, id, ok, now):
        return self._door("stored", id, ok, now)

    def link(self, name, up, address, now):
        return self._door("link", name, up, address, now)

    def routes_changed(self, now):
        return self._door("routes_changed", now)

    def clock(self, wall_ms, synced, now):
        return self._door("clock", wall_ms, synced, now)

    def plane_edges(self, now):
        return self._door("plane_edges", now)

    def unreachable(self, peer, now):
        return self._door("unreachable", peer, now)

    def apply(self, config, now):
        return self._door("apply", config, now)

    def close(self, now):
        self.closed = True
        return self._door("close", now)

    def doors(self):
        """The names of the doors called, without the verbs that only ask."""
        return [call[0] for call in self.calls if call[0] not in ("transmit", "event", "deadline")]
