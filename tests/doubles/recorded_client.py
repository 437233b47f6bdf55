"""A client endpoint that answers by itself, so that a run is a function of its entropy, its clock and what it receives.

For both interpreters: the recording driver (`doubles.udp_driver`), the replays of tests/unit and tests/dual. A `plan` is the
plain dict that a recorded handshake keeps: addresses as text, transforms as lists, secrets of the lab.
"""

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildUp, Configured, SessionDown, XauthRequest
from ezvpn.ike.params import Attempt, ChildRequest, EspTransform, Phase1Transform, Selector
from ezvpn.log import Debug
from ezvpn.record import Secret, wipe
from ezvpn.wire.attributes import Xauth
from ezvpn.wire.inet import ipv4_bytes, mask_bytes

BUFFER_BYTES = 4096


class Tape:
    """Recorded entropy, byte for byte."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def __call__(self, size):
        if self.at + size > len(self.data):
            raise ValueError("more entropy is asked for than was recorded")
        self.at += size
        return self.data[self.at - size : self.at]


class RecordedClient:
    """`receive`, `timeout`, `close`, each followed by `said`: the datagrams that go out, as (to, bytes). `events` holds their
    text; keys are in `keys`, apart from it."""

    def __init__(self, crypto, entropy, plan, now):
        self.endpoint = Endpoint(crypto, entropy)
        self.plan = plan
        self.events = []
        self.keys = []
        self.up = 0
        self.down = False
        self.now = now
        self.endpoint.trace = Debug.EXCHANGES
        transforms = tuple([Phase1Transform(*row) for row in plan["phase1"]])
        attempt = Attempt(
            ipv4_bytes(plan["peer"]),
            ipv4_bytes(plan["local"]),
            tuple(plan["local_ports"]),
            plan["group"].encode(),
            Secret(plan["key"]),
            transforms,
        )
        self.session = self.endpoint.connect(attempt, now)

    def receive(self, data, now, source):
        self.now = now
        self.endpoint.receive(memoryview(data), now, source)
        return self.said()

    def timeout(self, now):
        self.now = now
        self.endpoint.timeout(now)
        return self.said()

    def close(self, now):
        self.now = now
        self.endpoint.close(self.session, now)
        return self.said()

    def said(self):
        """The law: transmit until 0, then event until None; an event that is answered starts over, and what is due at once, as a
        step of a Diffie-Hellman, is done at once."""
        out = []
        buf = bytearray(BUFFER_BYTES)
        busy = True
        while busy:
            size = self.endpoint.transmit(buf, self.now)
            while size:
                out.append((self.endpoint.to, bytes(buf[:size])))
                size = self.endpoint.transmit(buf, self.now)
            event = self.endpoint.event()
            busy = event is not None
            if busy:
                self.events.append(str(event))
                self._react(event)
            elif self.endpoint.deadline() == self.now:
                self.endpoint.timeout(self.now)
                busy = True
        return out

    def _react(self, event):
        if isinstance(event, XauthRequest):
            known = {Xauth.USER_NAME: self.plan["user"], Xauth.PASSWORD: Secret(self.plan["password"])}
            fields = [(number, known.get(number, "")) for number in event.fields]
            self.endpoint.answer_xauth(self.session, fields, self.now)
        elif isinstance(event, Configured):
            for network in self.plan["networks"]:
                address, length = network.split("/")
                remote = Selector(ipv4_bytes(address), mask_bytes(int(length)))
                own = Selector(event.config.address, b"\xff\xff\xff\xff")
                esp = tuple([EspTransform(*row) for row in self.plan["esp"]])
                request = ChildRequest(own, remote, esp, self.plan["pfs"])
                self.endpoint.open_child(self.session, request, self.now)
        elif isinstance(event, ChildUp):
            self.up += 1
            for key in (event.key_in, event.auth_in, event.key_out, event.auth_out):
                self.keys.append(bytes(key).hex())
                wipe(key)
        elif isinstance(event, SessionDown):
            self.down = True


def steps(client, vector):
    """Feed a recorded run to a fresh client: yields (step, datagrams that went out, in the recorded form)."""
    for step in vector["steps"]:
        now = step["at"]
        if step["do"] == "start":
            out = client.said()
        elif step["do"] == "receive":
            socket, peer, port = step["source"]
            out = client.receive(bytes.fromhex(step["data"]), now, (socket, ipv4_bytes(peer), port))
        elif step["do"] == "timeout":
            out = client.timeout(now)
        else:
            out = client.close(now)
        yield step, [shown(to, data) for to, data in out]


def shown(to, data):
    """A datagram as the vectors keep it."""
    return [to[0], ".".join([str(byte) for byte in to[1]]), to[2], data.hex()]
