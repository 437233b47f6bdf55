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
        self.silent = False  # `execute` finds no end

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

    def console_open(self, id, width, now, length=0, attended=False):
        return self._door("console_open", id, width, now, length, attended)

    def console(self, id, view, now):
        return self._door("console", id, bytes(view), now)

    def console_break(self, id, now):
        return self._door("console_break", id, now)

    def console_close(self, id, now):
        return self._door("console_close", id, now)

    def execute(self, id, line, now):
        self._door("execute", id, line, now)
        if not self.silent:
            self.orders.append(Order("executed", id, 0, "did " + line + "\n"))

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

    def icmp(self, id, source, view, now):
        return self._door("icmp", id, source, bytes(view), now)

    def icmp_failed(self, id, why, now):
        return self._door("icmp_failed", id, why, now)

    def ntp(self, source, view, now):
        return self._door("ntp", source, bytes(view), now)

    def apply(self, config, now):
        return self._door("apply", config, now)

    def pending(self, config, left_ms, now):
        return self._door("pending", config, left_ms, now)

    def tftp(self, id, view, address, port, now):
        return self._door("tftp", id, bytes(view), address, port, now)

    def remark(self, text, now):
        return self._door("remark", text, now)

    def close(self, now):
        self.closed = True
        return self._door("close", now)

    def doors(self):
        """The names of the doors called, without the verbs that only ask."""
        return [call[0] for call in self.calls if call[0] not in ("transmit", "event", "deadline")]
