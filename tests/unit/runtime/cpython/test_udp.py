"""The two IKE sockets: real ports, what happens when they are taken, errors that are counted and never raised."""

import select
import socket

from ezvpn.runtime.cpython.udp import Datagrams, IkeSockets

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


def refusing() -> int:
    """A port of the loopback where nobody listens: its machine answers `port unreachable`."""
    with taken() as sock:
        return int(sock.getsockname()[1])


def test_what_icmp_calls_unreachable_is_told_once():
    sockets = IkeSockets((0, 0))
    poll = select.poll()
    poll.register(sockets.sockets[0], select.POLLIN)
    for _ in range(3):
        assert sockets.send(b"x", (0, LOCAL, refusing()))
    assert poll.poll(1000), "what waits makes it readable"
    sockets.receive_into(0, bytearray(10))
    assert sockets.unreachable(sockets.sockets[0]) == [LOCAL]
    assert sockets.unreachable(sockets.sockets[0]) == []
    assert sockets.unreachable(sockets.sockets[1]) == []
    assert poll.poll(0) == [], "and once read it does not"
    sockets.close()


def test_an_error_of_one_peer_costs_another_nothing():
    """ip(7): the error that waits fails the next call, whatever it does."""
    sockets = IkeSockets((0, 0))
    for _ in range(5):
        sockets.send(b"x", (0, LOCAL, refusing()))
        assert sockets.send(b"for another", (0, LOCAL, sockets.ports[1]))
        assert sockets.receive_into(1, bytearray(20)) == (11, LOCAL, sockets.ports[0])
    assert set(sockets.errors) <= {"ECONNREFUSED"}
    sockets.close()


def test_a_socket_for_one_transfer():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(5)
    ours = Datagrams()
    assert ours.receive() is None
    ours.send(b"\x7f\0\0\1", server.getsockname()[1], b"request")
    data, where = server.recvfrom(100)
    server.sendto(data + b"!", where)
    assert select.select([ours.sock], [], [], 5)[0]
    assert ours.receive() == (b"request!", b"\x7f\0\0\1", server.getsockname()[1])
    ours.send(b"\xff\xff\xff\xff", 69, b"not permitted, and nobody dies of it")
    ours.close()
    server.close()
