"""The two IKE sockets: real ports, what happens when they are taken, errors that are counted and never raised."""

import socket

from ezvpn.runtime.cpython.udp import IkeSockets

LOCAL = b"\x7f\0\0\1"


def taken() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 0))
    return sock


def test_a_datagram_goes_from_one_socket_to_the_other():
    sockets = IkeSockets((0, 0))
    buffer = bytearray(100)
    assert sockets.receive_into(1, buffer) is None
    assert sockets.send(memoryview(b"datagram"), (0, LOCAL, sockets.ports[1]))
    assert sockets.receive_into(1, buffer) == (8, LOCAL, sockets.ports[0])
    assert buffer[:8] == b"datagram"
    assert not sockets.force_natt
    assert sockets.notes == []
    sockets.close()


def test_a_taken_port_gives_another_one_forces_natt_and_says_so():
    other = taken()
    port = other.getsockname()[1]
    sockets = IkeSockets((port, 0))
    assert sockets.ports[0] not in (0, port)
    assert sockets.force_natt
    assert sockets.notes == [f"UDP port {port} is taken; using port {sockets.ports[0]} with NAT-T forced"]
    other.close()
    sockets.close()


def test_what_the_network_refuses_is_counted():
    sockets = IkeSockets((0, 0))
    assert not sockets.send(b"x", (0, b"\xff\xff\xff\xff", 500))  # a broadcast without the right to it
    assert sockets.errors == {"EACCES": 1}
    sockets.close()
