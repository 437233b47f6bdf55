"""VICI: the message encoding and one exchange with a socket that plays the daemon."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path

import pytest

from ezvpn_hil.lab.vici import CMD_RESPONSE, EVENT, EVENT_CONFIRM, Message, Vici, ViciError, answers, decode, encode

MESSAGE: Message = {"key1": "value1", "section1": {"sub": {"key2": "value2"}, "list1": ["item1", "item2"]}, "empty": {}}

# SOURCE: the worked example of strongSwan's src/libcharon/plugins/vici/README.md, "Encoding example".
EXAMPLE_MESSAGE: Message = {
    "key1": "value1",
    "section1": {"sub-section": {"key2": "value2"}, "list1": ["item1", "item2"]},
}
EXAMPLE = (
    b"\x03\x04key1\x00\x06value1\x01\x08section1\x01\x0bsub-section\x03\x04key2\x00\x06value2\x02"
    b"\x04\x05list1\x05\x00\x05item1\x05\x00\x05item2\x06\x02"
)


def test_the_published_example_both_ways() -> None:
    assert encode(EXAMPLE_MESSAGE) == EXAMPLE
    assert decode(EXAMPLE) == EXAMPLE_MESSAGE


def test_round_trip() -> None:
    assert decode(encode(MESSAGE)) == MESSAGE


@pytest.mark.parametrize("size", range(1, len(EXAMPLE) - 1))
def test_cut_messages_are_refused_or_shorter(size: int) -> None:
    try:
        assert decode(EXAMPLE[:size]) != EXAMPLE_MESSAGE
    except ViciError:
        pass


def test_unknown_element_is_refused() -> None:
    with pytest.raises(ViciError, match="element 9 at 0"):
        decode(b"\x09")


def daemon(path: Path, answers: list[bytes]) -> threading.Thread:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        peer, _ = server.accept()
        with peer, server:
            for answer in answers:
                (size,) = struct.unpack("!I", peer.recv(4))
                peer.recv(size)
                peer.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def packet(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("!IB", len(body) + 1, kind) + body


def test_request_with_streamed_events(tmp_path: Path) -> None:
    # register --> confirm; list-sas --> event, event, response
    event = b"\x07list-sa"
    stream = (
        packet(EVENT, event + encode({"n": "1"})) + packet(EVENT, event + encode({"n": "2"})) + packet(CMD_RESPONSE)
    )
    thread = daemon(tmp_path / "s", [packet(EVENT_CONFIRM), stream])
    with Vici(str(tmp_path / "s")) as vici:
        assert vici.request("list-sas", event="list-sa") == ({}, [{"n": "1"}, {"n": "2"}])
    thread.join(5)


def test_a_no_is_an_error_with_the_daemons_words(tmp_path: Path) -> None:
    thread = daemon(tmp_path / "s", [packet(CMD_RESPONSE, encode({"success": "no", "errmsg": "no such child"}))])
    with Vici(str(tmp_path / "s")) as vici, pytest.raises(ViciError, match="rekey: no such child"):
        vici.request("rekey", {"child": "x"})
    thread.join(5)


def test_a_frozen_daemon_times_out(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        with Vici(str(tmp_path / "s"), timeout=0.01) as vici, pytest.raises(TimeoutError):
            vici.request("version")


def test_a_socket_that_is_there_and_does_not_listen_yet_does_not_answer(tmp_path: Path) -> None:
    path = str(tmp_path / "vici")
    assert not answers(path)
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(path)
        assert not answers(path)
        daemon.listen(1)
        assert answers(path)
