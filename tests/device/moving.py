"""Runs on the device binary: what the C mover does alone, and what it leaves to the table. Prints; test_mover has the words.

Each line ends in the pair's counters: sequence, packets and bytes out, last out, packets and bytes in, last in, replays, bad.
"""

import sys

from device.rig import CLIENT, HOST, NET, SERVER, Rig, child_up, counters, packet

rig = Rig(int(sys.argv[1]), life_kb=8)


def tell(word, *values):
    print(word, *values, counters(rig.pair()))


# Outward: the first packet wakes the table (FIRST_OUT), the others pass by themselves, in batches of one length.
rig.host.send(packet())
tell("first", rig.mover.outward(1000), rig.at_gateway(), rig.edges())
for length in (100, 100, 100, 60, 100, 20):
    rig.host.send(packet(length=length))
tell("batch", rig.mover.outward(2000), rig.at_gateway(), rig.edges())
for inner in (b"\x60" + bytes(59), b"\x45", packet(source=SERVER), packet(destination=b"\x0a\x02\0\1"), packet()):
    rig.host.send(inner)
tell("refused", rig.mover.outward(3000), rig.at_gateway(), rig.drops())
for _ in range(5):
    rig.host.send(packet())
tell("budget", rig.mover.outward(3000, 2), rig.mover.outward(3000, 2), rig.mover.outward(3000, 2), rig.at_gateway())

# Inward: the first one admits its flow; the window refuses what it has seen; a changed byte is counted.
down = [rig.sealed(packet(SERVER, CLIENT)) for _ in range(70)]
rig.from_gateway(down[0])
tell("in", rig.mover.inward(rig.ike, 4000), len(rig.at_host()), rig.edges())
for datagram in (down[1], down[1], down[69], down[2], down[10], down[40][:-1], down[41][:-12] + bytes(12), down[42]):
    rig.from_gateway(datagram)
tell("window", rig.mover.inward(rig.ike, 5000), len(rig.at_host()), rig.drops())
for datagram in (b"\xff", down[43], b"\0\0\0\0" + b"ike" * 10, down[44]):
    rig.from_gateway(datagram)
tell("ike", rig.mover.inward(rig.ike, 6000), bytes(rig.ike[:34]), rig.mover.source[1] == rig.ports[3])
tell("after", rig.mover.inward(rig.ike, 6000), rig.mover.idle, len(rig.at_host()))
tell("idle", rig.mover.inward(rig.ike, 6000), rig.mover.idle)
rig.from_gateway(b"\0\0\0\0" + bytes(2000))
tell("cut", rig.mover.inward(rig.ike, 6000))
rig.from_gateway(b"\x12\x34\x56\x78" + bytes(60))
tell("stray", rig.mover.inward(rig.ike, 7000), rig.edges())
rig.from_gateway(rig.sealed(packet(SERVER, b"\x0a\x63\0\x06")))
rig.from_gateway(rig.sealed(packet(SERVER, CLIENT)[:40]))
tell("inner", rig.mover.inward(rig.ike, 8000), len(rig.at_host()), rig.drops())

# The volume of 8 KB: an edge below it, then nothing more goes out.
for _ in range(12):
    rig.host.send(packet(length=1000))
tell("volume", rig.mover.outward(9000), rig.at_gateway(), rig.edges(), rig.drops())

# A renewal: the new pair is held until a packet comes in under it.
rig.table.install("vpn", child_up(0x1002, 0x2002, HOST, NET, rig.ports[3], child=2, replaces=1), 9000)
rig.peer.install("vpn", child_up(0x2002, 0x1002, NET, HOST, rig.ports[2], child=2, replaces=1), 9000)
rig.peer.use(0x2002)
rig.from_gateway(rig.sealed(packet(SERVER, CLIENT)))
rig.mover.inward(rig.ike, 9500)
rig.host.send(packet())
rig.mover.outward(9600)
print(
    "renewed",
    rig.table.pairs()[0].spi_out == 0x2002,
    len(rig.at_host()),
    rig.at_gateway(),
    counters(rig.table.pair(0x1002)),
)

# Nobody at the other end: an ICMP error fails one call, the packet goes again; a socket that is gone is counted.
rig.table.moved(b"\x7f\0\0\1", b"\x7f\0\0\1", 9)
for _ in range(3):
    rig.host.send(packet())
    rig.mover.outward(9700)
print("nobody", rig.drops(), rig.table.pair(0x1002).send_errors)
rig.table.moved(b"\x7f\0\0\1", b"\xff\xff\xff\xff", 9)
rig.host.send(packet())
rig.mover.outward(9800)
print("no way", rig.drops()[-1], rig.table.pair(0x1002).send_errors)
rig.tun.close()
print("gone", rig.mover.outward(9900), rig.edges())
