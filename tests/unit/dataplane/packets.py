"""Inner IPv4 packets for the data plane's tests."""

import struct

from ezvpn.wire.inet import ipv4_bytes


def packet(source="10.99.0.5", destination="10.1.0.5", length=100, protocol=17, ports=(1000, 2000), fragment=0):
    """One IPv4 packet (memoryview) with the first bytes of UDP or TCP behind the header."""
    data = bytearray(range(256)) * (length // 256 + 1)
    data = data[:length]
    header = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, length, 1, fragment, 64, protocol, 0, ipv4_bytes(source), ipv4_bytes(destination)
    )
    data[: len(header)] = header[:length]
    if length >= 24:
        struct.pack_into(">HH", data, 20, *ports)
    return memoryview(data)


def buffer():
    return memoryview(bytearray(66000))
