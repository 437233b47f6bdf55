"""Runs on the device binary: plays the calls of endpoints again, line by line from a file, as test_fuzz.py has written them.

verbs.py FILE: prints for each endpoint a digest of all that it sent and said, and what it dropped.
"""

import hashlib
import json
import sys
from binascii import hexlify, unhexlify

from doubles.replay import Chance

from ezvpn.crypto.choose import best
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import Attempt, ChildRequest, EspTransform, Phase1Transform, Selector
from ezvpn.record import Secret


class Played:
    def __init__(self, seed):
        self.endpoint = Endpoint(best(Chance(0)), Chance(seed))
        self.said = hashlib.sha256()
        self.buffer = bytearray(4096)

    def connect(self, peer, local, ports, group, key, transforms, now):
        offered = tuple([Phase1Transform(*each) for each in transforms])
        attempt = Attempt(unhexlify(peer), unhexlify(local), tuple(ports), group.encode(), Secret(key), offered)
        self.endpoint.connect(attempt, now)

    def receive(self, data, now, socket, peer, port):
        self.endpoint.receive(memoryview(unhexlify(data)), now, (socket, unhexlify(peer), port))

    def timeout(self, now):
        self.endpoint.timeout(now)

    def transmit(self, now):
        size = self.endpoint.transmit(self.buffer, now)
        self.said.update(str(size).encode() + self.buffer[:size])

    def event(self):
        event = self.endpoint.event()
        self.said.update(type(event).__name__.encode())

    def answer_xauth(self, session, fields, now):
        self.endpoint.answer_xauth(session, [(number, Secret(text)) for number, text in fields], now)

    def open_child(self, session, selectors, transforms, now):
        local, remote = [Selector(unhexlify(address), unhexlify(mask)) for address, mask in selectors]
        esp = tuple([EspTransform(*each) for each in transforms])
        self.endpoint.open_child(session, ChildRequest(local, remote, esp), now)

    def trace(self, bits):
        self.endpoint.trace = bits

    def tell(self):
        dropped = self.endpoint.dropped
        print(hexlify(self.said.digest()).decode(), [(cause, dropped[cause]) for cause in sorted(dropped)])


def main(path):
    played = None
    with open(path) as file:
        for line in file:
            verb, *words = json.loads(line)
            if verb == "new":
                if played is not None:
                    played.tell()
                played = Played(*words)
            else:
                getattr(played, verb)(*words)
    played.tell()


main(sys.argv[1])
