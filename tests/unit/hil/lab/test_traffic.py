"""The checksummed transfer: both ways, and what a broken one says."""

from __future__ import annotations

import socket
import threading

import pytest

from ezvpn_hil.lab.traffic import answer, transfer


@pytest.fixture
def sink() -> int:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server:
            answer(server.accept()[0])

    threading.Thread(target=serve, daemon=True).start()
    return int(server.getsockname()[1])


@pytest.mark.parametrize("way", ["down", "up"])
@pytest.mark.parametrize("size", [0, 1, 65537])
def test_checksums_agree(sink: int, way: str, size: int) -> None:
    assert transfer(way, "127.0.0.1", sink, size)["ok"] is True


def test_broken_checksum_is_not_ok() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def lie() -> None:
        peer, _ = server.accept()
        with peer, server:
            peer.recv(64)
            peer.sendall(b"x" * 10 + b"0" * 64 + b"\n")

    threading.Thread(target=lie, daemon=True).start()
    assert transfer("down", "127.0.0.1", server.getsockname()[1], 10)["ok"] is False


def test_closed_in_the_middle_is_an_error() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def leave() -> None:
        peer, _ = server.accept()
        with peer, server:
            peer.recv(64)
            peer.sendall(b"x")

    threading.Thread(target=leave, daemon=True).start()
    with pytest.raises(ConnectionError):
        transfer("down", "127.0.0.1", server.getsockname()[1], 10)
