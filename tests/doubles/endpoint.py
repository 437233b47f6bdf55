"""A scripted stand-in for `ike.endpoint.Endpoint`: it notes every command, sends nothing, and says what the test pushes."""

from ezvpn.ike.status import Phase1Status


class FakeEndpoint:
    """`calls`: tuples (command, session, …) in order. `push` queues an event for the node to drain."""

    def __init__(self):
        self.calls = []
        self.attempts = {}
        self.alive = []
        self.requests = {}
        self.dropped = {}
        self.trace = 0
        self.to = (0, b"\0\0\0\0", 500)
        self.events = []
        self.room = 16
        self.steps = 1  # that making a key pair takes
        self.watched = False  # whether `probe` finds dead peer detection running
        self._next_session = 1
        self._next_child = 1

    def connect(self, attempt, now):
        if len(self.alive) >= self.room:
            raise ValueError("too many sessions")
        session = self._next_session
        self._next_session += 1
        self.attempts[session] = attempt
        self.alive.append(session)
        self.calls.append(("connect", session, attempt.transforms[0].group))
        return session

    def accept(self, rules):
        self.rules = rules
        self.calls.append(("accept", [(rule.id, rule.attempt.peer) for rule in rules]))

    def answer_xauth(self, session, fields, now):
        self._need(session)
        shown = [(number, value if isinstance(value, str) else value.reveal().decode()) for number, value in fields]
        self.calls.append(("answer_xauth", session, shown))

    def refuse_xauth(self, session, now):
        self._need(session)
        self.calls.append(("refuse_xauth", session))

    def open_child(self, session, request, now, replaces=0):
        self._need(session)
        child = self._next_child
        self._next_child += 1
        self.requests[child] = request
        self.calls.append(("open_child", session, child, request.pfs_group, replaces))
        return child

    def close_child(self, session, child, now, reason="closed"):
        self.calls.append(("close_child", session, child))

    def close(self, session, now, reason="closed"):
        if session in self.alive:
            self.alive.remove(session)
            self.calls.append(("close", session))

    def set_keepalive(self, session, keepalive, now):
        self.calls.append(("set_keepalive", session, keepalive))

    def retire(self, session, now, children=None):
        self.calls.append(("retire", session) if children is None else ("retire", session, children))

    def abandon(self, session, now):
        if session in self.alive:
            self.alive.remove(session)
            self.calls.append(("abandon", session))

    def note_inbound(self, session, now):
        self.calls.append(("note_inbound", session))

    def probe(self, session, now):
        self.calls.append(("probe", session))
        return self.watched

    def prepare(self, group, now):
        self.calls.append(("prepare", group))
        return self.steps <= 1

    def prepare_on(self, group, now):
        self.calls.append(("prepare_on", group))
        self.steps -= 1
        return self.steps <= 1

    def status(self, session, now):
        if session not in self.alive:
            return None
        status = Phase1Status()
        status.session = session
        status.peer = self.attempts[session].peer
        return status

    def receive(self, view, now, source):
        self.calls.append(("receive", bytes(view), source))

    def timeout(self, now):
        pass

    def transmit(self, buf, now):
        return 0

    def event(self):
        return self.events.pop(0) if self.events else None

    def deadline(self):
        return None

    def push(self, event):
        self.events.append(event)

    def died(self, session):
        """The core has ended this session; the test pushes its SessionDown."""
        if session in self.alive:
            self.alive.remove(session)

    def take_calls(self):
        calls = self.calls
        self.calls = []
        return calls

    def _need(self, session):
        if session not in self.alive:
            raise ValueError("no session " + str(session))
