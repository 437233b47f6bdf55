"""An endpoint fed with negotiations recorded against strongSwan (as an Easy VPN client, as a site-to-site peer that begins and
that accepts), and with what a stranger could make of them.

Prints every event and every datagram (its length and digest). The clock starts just below 2**30, where MicroPython's small
integers end.
SOURCE: tests/vectors/handshake-*.json, tests/vectors/main-mode-*.json
"""

import json

from doubles.recorded_client import RecordedClient, Tape, shown, steps
from doubles.recorded_peer import RecordedPeer

from ezvpn.crypto.choose import best
from ezvpn.wire.inet import ipv4_bytes

VECTORS = __file__.rsplit("/", 3)[0] + "/vectors/"
MINUTES = 3 * 60000


def load(name):
    with open(VECTORS + name) as file:
        return json.loads(file.read())


def client(vector):
    kind = RecordedPeer if "begins" in vector["plan"] else RecordedClient
    return kind(best(), Tape(bytes.fromhex(vector["entropy"])), vector["plan"], vector["steps"][0]["at"])


def source(step):
    return step["source"][0], ipv4_bytes(step["source"][1]), step["source"][2]


def tell(made, known, out):
    """The new events, then the datagrams."""
    for text in made.events[known:]:
        print(" ", text)
    for socket, peer, port, data in out:
        digest = made.endpoint._core.crypto.hash("sha1", bytes.fromhex(data)).hex()
        print("  ->", socket, peer, port, len(data) // 2, digest)
    return len(made.events)


def replay(vector):
    """As it was."""
    made = client(vector)
    known = 0
    same = True
    for step, out in steps(made, vector):
        print(step["do"], step["at"], step["at"] > 2**30)
        known = tell(made, known, out)
        same = same and out == step["sent"]
    print(
        "same bytes:", same, "same keys:", made.keys == vector["keys"], "same events:", made.events == vector["events"]
    )


def disturbed(vector, disturb):
    """Before each of the gateway's datagrams come these others; then the true one, which must still do."""
    made = client(vector)
    known = 0
    same = True
    made_before = None
    for step in vector["steps"]:
        now = step["at"]
        if step["do"] == "receive":
            data = bytes.fromhex(step["data"])
            for other in disturb(data, made_before):
                out = [shown(to, packet) for to, packet in made.receive(other, now, source(step))]
                known = tell(made, known, out)
            made_before = data
            out = made.receive(data, now, source(step))
        elif step["do"] == "start":
            out = made.said()
        elif step["do"] == "timeout":
            out = made.timeout(now)
        else:
            out = made.close(now)
        same = same and [shown(to, packet) for to, packet in out] == step["sent"]
    dropped = made.endpoint.dropped
    print("same bytes:", same, "up:", made.up, [(cause, dropped[cause]) for cause in sorted(dropped)])


def one_bit(data, before):
    """Flipped in the message ID, in the middle and near the end. Not in the last block: strongSwan's may be padding alone, which
    no HASH covers."""
    out = []
    for at in (22, len(data) // 2, len(data) - 20):
        bad = bytearray(data)
        bad[at] ^= 4
        out.append(bytes(bad))
    return out


def cut_and_grown(data, before):
    return [data[:-1], data[:27], data[: len(data) // 2], data + b"\0", b"", b"\xff"]


def repeated(data, before):
    """The one before comes again: ours answers it with the same bytes, and does nothing twice."""
    return [before] if before is not None else []


def silence(vector, heard):
    """The gateway falls silent after some datagrams: time goes from deadline to deadline until the end."""
    made = client(vector)
    known = 0
    count = 0
    now = vector["steps"][0]["at"]
    for step in vector["steps"]:
        if step["do"] == "start":
            known = tell(made, known, [shown(to, packet) for to, packet in made.said()])
        elif step["do"] == "receive" and count < heard:
            count += 1
            now = step["at"]
            known = tell(
                made, known, [shown(to, p) for to, p in made.receive(bytes.fromhex(step["data"]), now, source(step))]
            )
    ends = now + MINUTES
    at = made.endpoint.deadline()
    while at is not None and at < ends:
        out = [shown(to, packet) for to, packet in made.timeout(at)]
        print("at", at - vector["steps"][0]["at"], at > 2**30)
        known = tell(made, known, out)
        at = made.endpoint.deadline()
    print("down:", made.down, "deadline:", at)


aes, triple = load("handshake-aes256-sha256-modp2048.json"), load("handshake-3des-sha1-modp1024-pfs.json")
begun, accepted = load("main-mode-begun.json"), load("main-mode-accepted.json")
for vector in (aes, triple, begun, accepted):
    print(vector["SOURCE"])
    replay(vector)
for disturb in (one_bit, cut_and_grown, repeated):
    print(disturb.__name__ if hasattr(disturb, "__name__") else "")
    for vector in (triple, begun, accepted):
        disturbed(vector, disturb)
for heard in (0, 1, 2, 4):
    print("silence after", heard)
    for vector in (triple, begun, accepted):
        silence(vector, heard)
