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


def test_what_icmp_calls_unreachable_is_told_once_and_costs_another_peer_nothing():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        port = other.getsockname()[1]
    out = run(
        PRELUDE
        + f"""
import select
sockets = IkeSockets((0, 0))
poll = select.poll()
poll.register(sockets.sockets[0], select.POLLIN)
for _ in range(3):
    sockets.send(b"x", (0, LOCAL, {port}))
    print(sockets.send(b"for another", (0, LOCAL, sockets.ports[1])), sockets.receive_into(1, bytearray(20))[0])
print(len(poll.poll(1000)))
sockets.receive_into(0, bytearray(10))
print(sockets.unreachable(sockets.sockets[0]), sockets.unreachable(sockets.sockets[0]), len(poll.poll(0)))
"""
    )
    assert out == "True 11\n" * 3 + "1\n[b'\\x7f\\x00\\x00\\x01'] [] 0\n"


def test_a_socket_for_one_transfer():
    out = run(
        """
import select, socket
from ezvpn.runtime.micropython.udp import Datagrams, sockaddr_in
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(49200, 49300):
    try:
        server.bind(sockaddr_in(b"\\x7f\\0\\0\\1", port))
        break
    except OSError:
        pass
ours = Datagrams()
print(ours.receive())
ours.send(b"\\x7f\\0\\0\\1", port, b"request")
data, where = server.recvfrom(100)
server.sendto(data + b"!", where)
poll = select.poll()
poll.register(ours.sock, select.POLLIN)
print(len(poll.poll(5000)))
data, address, source = ours.receive()
print(data, address, source == port)
ours.send(b"\\xff\\xff\\xff\\xff", 69, b"not permitted, and nobody dies of it")
ours.close()
"""
    )
    assert out == "None\n1\nb'request!' b'\\x7f\\x00\\x00\\x01' True\n"
