"""A site-to-site endpoint that answers by itself, as `recorded_client` does: for both interpreters and the same driver.

`plan`: addresses as text, transforms as lists, `key`; `begins` (else it only accepts); `opens`: it opens the pairs itself;
`networks`: rows of (ours, theirs), one for each line of the access list.
"""

from doubles.recorded_client import RecordedClient

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildUp, Phase1Up, SessionDown
from ezvpn.ike.params import ChildRequest, EspTransform, Keepalive, MainAttempt, PeerRule, Phase1Transform, Selector
from ezvpn.log import Debug
from ezvpn.record import Secret, wipe
from ezvpn.wire.inet import ipv4_bytes, mask_bytes


def network(text):
    address, length = text.split("/")
    return Selector(ipv4_bytes(address), mask_bytes(int(length)))


class RecordedPeer(RecordedClient):
    """`down` turns true when its last session is gone."""

    def __init__(self, crypto, entropy, plan, now):
        self.endpoint = Endpoint(crypto, entropy)
        self.plan = plan
        self.events = []
        self.keys = []
        self.up = 0
        self.down = False
        self.now = now
        self.sessions = []
        self.endpoint.trace = Debug.EXCHANGES
        esp = tuple([EspTransform(*row) for row in plan["esp"]])
        self.requests = tuple(
            [ChildRequest(network(ours), network(theirs), esp, plan["pfs"]) for ours, theirs in plan["networks"]]
        )
        attempt = MainAttempt(
            ipv4_bytes(plan["peer"]),
            ipv4_bytes(plan["local"]),
            tuple(plan["local_ports"]),
            Secret(plan["key"]),
            tuple([Phase1Transform(*row) for row in plan["phase1"]]),
            self.requests,
            keepalive=Keepalive(*plan["keepalive"]) if plan.get("keepalive") else None,
        )
        self.endpoint.accept((PeerRule(1, attempt),))
        if plan["begins"]:
            self.endpoint.connect(attempt, now)

    def close(self, now):
        self.now = now
        for session in self.sessions:
            self.endpoint.close(session, now)
        return self.said()

    def _open(self, session):
        if self.plan["opens"] and session == self.sessions[0]:
            for request in self.requests:
                self.endpoint.open_child(session, request, self.now)

    def _react(self, event):
        if isinstance(event, Phase1Up):
            self.sessions.append(event.session)
            if self.plan["begins"]:
                self._open(event.session)
        elif isinstance(event, ChildUp):
            self.up += 1
            # Not before they have used phase 1: a quick mode that overtakes our last message of main mode makes strongSwan
            # keep a wrong IV for its message ID, and then every repetition of it is garbage there (charon's keymat_v1).
            if self.up == 1 and not self.plan["begins"]:
                self._open(event.session)
            for key in (event.key_in, event.auth_in, event.key_out, event.auth_out):
                self.keys.append(bytes(key).hex())
                wipe(key)
        elif isinstance(event, SessionDown):
            if event.session in self.sessions:
                self.sessions.remove(event.session)
            self.down = not self.sessions
