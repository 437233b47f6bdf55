"""The same sockets on MicroPython, which cannot ask the kernel for a port number."""

import socket

from doubles.micropython import run

PRELUDE = """
import sys
from ezvpn.runtime.micropython.udp import IkeSockets
LOCAL = b"\\x7f\\0\\0\\1"
"""


def test_a_datagram_goes_from_one_socket_to_the_other():
    out = run(
        PRELUDE
        + """
sockets = IkeSockets((0, 0))
buffer = bytearray(100)
print(sockets.receive_into(1, buffer))
print(sockets.send(memoryview(b"datagram"), (0, LOCAL, sockets.ports[1])))
print(sockets.receive_into(1, buffer) == (8, LOCAL, sockets.ports[0]), bytes(buffer[:8]))
print(sockets.force_natt, sockets.notes, all(49152 <= port < 65536 for port in sockets.ports))
"""
    )
    assert out == "None\nTrue\nTrue b'datagram'\nFalse [] True\n"


def test_a_taken_port_gives_another_one_forces_natt_and_says_so():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        port = other.getsockname()[1]
        out = run(
            PRELUDE
            + f"""
sockets = IkeSockets(({port}, 0))
print(sockets.force_natt)
print(sockets.notes[0] == "UDP port {port} is taken; using port %d with NAT-T forced" % sockets.ports[0])
"""
        )
    assert out == "True\nTrue\n"


def test_what_the_network_refuses_is_counted():
    out = run(
        PRELUDE
        + """
sockets = IkeSockets((0, 0))
print(sockets.send(b"x", (0, b"\\xff\\xff\\xff\\xff", 500)), sockets.errors)
"""
    )
    assert out == "False {'EACCES': 1}\n"
