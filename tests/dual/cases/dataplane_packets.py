"""The SA table and the replay window: the same packets pass, fall and cause edges on both interpreters."""

import struct

from ezvpn.crypto.choose import best
from ezvpn.dataplane.replay import ReplayWindow
from ezvpn.dataplane.sa_table import DROP_CAUSES, SaTable
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import EspTransform, Selector

START = 2**30 - 5000
PEER = b"\xc6\x33\x64\x01"
ANY = Selector(bytes(4), bytes(4))
HOST = Selector(b"\x0a\x63\x00\x05", b"\xff\xff\xff\xff")
NET = Selector(b"\x0a\x01\x00\x00", b"\xff\xff\x00\x00")
WEB = Selector(b"\x0a\x01\x00\x00", b"\xff\xff\x00\x00", 6, 443)


def child_up(spi_in, spi_out, local, remote, child=1, replaces=0, life_kb=0):
    keys = [bytearray(b"k" * 16), bytearray(b"a" * 20), bytearray(b"k" * 16), bytearray(b"a" * 20)]
    transform = EspTransform("aes-cbc", 128, "sha1")
    return ChildUp(
        1, child, replaces, spi_in, spi_out, transform, keys[0], keys[1], keys[2], keys[3],
        local, remote, True, PEER, 4500, 0, 3600, life_kb,
    )  # fmt: skip


def packet(source, destination, length=60, protocol=17, ports=(1000, 2000)):
    header = struct.pack(">BBHHHBBH", 0x45, 0, length, 1, 0, 64, protocol, 0) + source + destination
    return memoryview(header + struct.pack(">HH", ports[0], ports[1]) + bytes(length - 24))


def show(word, table):
    for event in table.events:
        print(word, event)
    table.events[:] = []
    print(word, [(cause, table.drops[cause]) for cause in DROP_CAUSES if table.drops[cause]], table.overflows)


client, gateway = SaTable(best()), SaTable(best(), 1024)
out, plain = memoryview(bytearray(2200)), memoryview(bytearray(2200))
client.install("vpn", child_up(0x80001001, 0xFFFF2001, HOST, NET, life_kb=4), START)
gateway.install("vpn", child_up(0xFFFF2001, 0x80001001, ANY, ANY), START)

up = packet(b"\x0a\x63\x00\x05", b"\x0a\x01\x00\x07")
down = packet(b"\x0a\x01\x00\x07", b"\x0a\x63\x00\x05")

for inner in (up, packet(b"\x0a\x63\x00\x06", b"\x0a\x01\x00\x07"), memoryview(bytes(60)), memoryview(b"\x45"), up):
    length = client.seal(inner, out)
    print("up", length, client.to if length else "-", length and gateway.open(out[:length], plain))
show("client", client)
show("gateway", gateway)

datagrams = []
for _ in range(70):
    datagrams.append(bytes(out[: gateway.seal(down, out)]))
forged = bytearray(datagrams[3])
forged[20] ^= 1
for name, datagram in (
    ("top", datagrams[69]), ("inside", datagrams[6]), ("left", datagrams[5]), ("again", datagrams[69]),
    ("forged", bytes(forged)), ("cut", datagrams[40][:-1]), ("short", b"1234567"), ("stray", b"\x00\x00\xff\xff" + bytes(60)),
):  # fmt: skip
    print(name, client.open(memoryview(datagram), plain), client.stray_spi)
    if client.stray_spi:
        client.stray(PEER, START + 6000)
wrong = bytes(out[: gateway.seal(packet(b"\x0a\x02\x00\x07", b"\x0a\x63\x00\x05"), out)])
print("selector", client.open(memoryview(wrong), plain))
pair = client.pair(0x80001001)
print(pair.packets_in, pair.bytes_in, pair.replays, pair.auth_failures)
show("client", client)

big = packet(b"\x0a\x63\x00\x05", b"\x0a\x01\x00\x07", 1000)
print("volume", [client.seal(big, out) for _ in range(6)])
show("client", client)
client.install("vpn", child_up(0x1002, 0x2002, HOST, NET, child=2, replaces=1), START)
client.install("vpn", child_up(0x1003, 0x2003, HOST, WEB, child=3), START)
for protocol, port in ((6, 443), (6, 80), (17, 443)):
    client.seal(packet(b"\x0a\x63\x00\x05", b"\x0a\x01\x00\x07", 60, protocol, (5, port)), out)
    print("chosen", bytes(out[:8]))
client.pair(0x1002).sequence = 2**32 - 2**20 - 2
print([client.seal(up, out) for _ in range(2)])
client.pair(0x1002).sequence = 2**32 - 2
print([client.seal(up, out) for _ in range(3)])
show("client", client)
client.moved(PEER, b"\x01\x02\x03\x04", 4501)
client.remove(0x1002)
print([pair.spi_in for pair in client.pairs()], [pair.to for pair in client.pairs()])

window = ReplayWindow(100)
passed = []
state = 1
for _ in range(3000):
    state = (state * 1103515245 + 12345) % 2147483648
    number = max(window.top + (state >> 16) % 260 - 200, 0)
    if window.fresh(number):
        window.mark(number)
        passed.append(number)
print(len(passed), window.top, passed[-20:])
