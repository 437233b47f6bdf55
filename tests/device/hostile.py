"""Runs on the device binary: COUNT datagrams of a hostile network through `inward`. hostile.py PORT COUNT SEED

Each is a sealed packet that was cut, extended, flipped, reordered or repeated, or chance alone; some are sealed with the right
key around nonsense, as a peer that went mad would. What may come out are packets of the gateway, each once. Prints the counts.
"""

import sys

from device.rig import CLIENT, SERVER, Rig, packet
from ezvpn.runtime.micropython.udp import sockaddr_in

SUITES = (("aes-cbc", "sha1"), ("aes-gcm", ""), ("3des", "sha256"), ("null", "sha1"))
BURST = 32


class Chance:
    """xorshift32."""

    def __init__(self, seed):
        self.state = seed or 1

    def below(self, limit):
        x = self.state
        x = (x ^ (x << 13)) & 0xFFFFFFFF
        x ^= x >> 17
        x = (x ^ (x << 5)) & 0xFFFFFFFF
        self.state = x
        return x % limit

    def bytes(self, length):
        return bytes([self.below(256) for _ in range(length)])


def hostile(rig, chance, kept):
    """One datagram and whether it may pass."""
    kind = chance.below(12)
    if kind < 3 or not kept:
        length = 20 + chance.below(80)
        datagram = rig.sealed(packet(SERVER, CLIENT, length))
        if len(kept) < 64:
            kept.append(datagram)
        else:
            kept[chance.below(64)] = datagram
        return datagram, True
    datagram = kept[chance.below(len(kept))]
    if kind == 3:
        return datagram, False  # again
    if kind == 4:
        return datagram[: chance.below(len(datagram))], False
    if kind == 5:
        return datagram + chance.bytes(1 + chance.below(8)), False
    if kind == 6:
        return chance.bytes(chance.below(120)), False
    if kind == 7:  # the right key around nonsense: inner headers of any kind
        nonsense = bytearray(chance.bytes(20 + chance.below(60)))
        if chance.below(2):
            nonsense[0] = 0x45 + chance.below(11)
        rig.peer.flows.clear()
        pair = rig.peer.pairs()[0]
        pair.sequence += 1
        return bytes(rig.out[: pair.state_out.seal(pair.spi_out, pair.sequence, memoryview(nonsense), rig.out)]), None
    changed = bytearray(datagram)
    for _ in range(1 + chance.below(3)):
        changed[chance.below(len(changed))] ^= 1 << chance.below(8)
    return bytes(changed), changed == datagram


def run(port, count, seed):
    chance = Chance(seed)
    left, good, out, pairs = count, 0, 0, [0, 0, 0, 0]
    for number, (cipher, auth) in enumerate(SUITES):
        rig = Rig(port, cipher, auth, window=64 << number)
        kept = []
        share = count // len(SUITES) if number < len(SUITES) - 1 else left
        left -= share
        to = sockaddr_in(b"\x7f\0\0\1", rig.ports[2])
        while share:
            burst = min(BURST, share)
            share -= burst
            for _ in range(burst):
                datagram, may_pass = hostile(rig, chance, kept)
                good += may_pass is True
                rig.gateway.sendto(datagram, to)
            while True:
                rig.mover.inward(rig.ike, 1000)
                if rig.mover.idle:
                    break
            for inner in rig.at_host():
                # What comes out is an IPv4 packet of the gateway's network for us, whole.
                assert inner[12:16] == SERVER and inner[16:20] == CLIENT and len(inner) == inner[2] << 8 | inner[3], (
                    inner
                )
                out += 1
            rig.table.events[:] = []
        pair = rig.pair()
        for i, value in enumerate((pair.packets_in, pair.replays, pair.auth_failures, sum(rig.table.drops.values()))):
            pairs[i] += value
        rig.close()
    assert out == pairs[0], (out, pairs)
    assert out <= good, (out, good)
    assert out > good * 9 // 10, (out, good)  # the window left few of them behind
    print("datagrams", count, "passed", out, "of", good, "replays", pairs[1], "bad", pairs[2], "dropped", pairs[3])


run(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
