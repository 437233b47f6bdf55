"""The socket to the broker on CPython: certificates, names, reasons."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading

import pytest

from ezvpn.report.topics import Broker
from ezvpn.runtime.cpython import mqtt_wire
from ezvpn.runtime.cpython.mqtt_wire import Refusal, Wire, in_daemon, open_wire, prepare
from ezvpn_hil.lab.certificates import make_all


def broker(port=8883, **changes):
    made = Broker("127.0.0.1", port, "edge1", "ezvpn/edge1/status")
    for name, value in changes.items():
        setattr(made, name, value)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("certificates")
    make_all(made, ("localhost",), ("127.0.0.1",))
    return made


def test_peer_and_name_are_always_verified(folder):
    for ca in ("", str(folder / "ca.pem"), str(folder / "ca.der")):
        _, context = prepare(broker(tls=True, ca=ca))
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ca": "missing.pem"}, "missing.pem: No such file or directory"),
        ({"ca": "server-key.pem"}, "server-key.pem: not a usable certificate or key"),
        ({"certificate": "missing.pem", "key": "client-key.pem"}, "missing.pem or client-key.pem: No such file"),
        ({"certificate": "client.pem", "key": "server-key.pem"}, "client.pem or server-key.pem: not a usable"),
    ],
)
def test_a_file_of_no_use_is_named(folder, monkeypatch, changes, reason):
    monkeypatch.chdir(folder)
    with pytest.raises(Refusal) as refusal:
        prepare(broker(tls=True, **changes))
    assert str(refusal.value).startswith(reason)


def test_an_encrypted_key_asks_nobody_on_the_terminal(folder, tmp_path):
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key((folder / "client-key.pem").read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(Refusal, match="not a usable certificate or key"):
        prepare(broker(tls=True, certificate=str(folder / "client.pem"), key=str(locked)))


def test_a_name_that_does_not_resolve_or_is_none():
    for host in ("no-such-host.invalid", "a..b", "x" * 300):
        with pytest.raises(Refusal, match="name does not resolve"):
            prepare(broker(host=host))


def test_the_next_address_is_tried_when_one_refuses():
    async def scene():
        with socket.create_server(("127.0.0.1", 0)) as server:
            good = server.getsockname()
            bad = ("127.0.0.1", 1)
            loop = asyncio.get_running_loop()
            preparation = loop.create_future()
            preparation.set_result(([(socket.AF_INET, socket.SOCK_STREAM, 6, "", at) for at in (bad, good)], None))
            wire = await open_wire(broker(), preparation)
            assert wire.fileno() >= 0
            await wire.finish()
            assert wire.fileno() < 0

    asyncio.run(scene())


def test_a_socket_that_ends_says_why_and_keeps_its_number_until_it_is_finished():
    async def scene():
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        wire = Wire(ours)
        assert wire.send(b"x") == 1
        assert theirs.recv(1) == b"x"
        with pytest.raises(BlockingIOError):
            wire.recv(1)
        theirs.close()
        assert wire.recv(1) == b""
        await asyncio.wait_for(wire.ended.wait(), 1)
        assert wire.reason() == "connection closed by the broker"
        number = wire.fileno()
        wire.close()
        assert wire.fileno() == number >= 0
        os.fstat(number)
        await wire.finish()
        with pytest.raises(OSError):
            os.fstat(number)

    asyncio.run(scene())


def test_a_lookup_that_hangs_holds_neither_the_loop_nor_the_program():
    held = threading.Event()

    async def scene():
        future = in_daemon(lambda: held.wait(10))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(future), 0.02)
        assert [thread.daemon for thread in threading.enumerate() if thread.name == "mqtt-prepare"] == [True]

    asyncio.run(scene())
    held.set()  # it ends after the loop: nothing must be raised in its thread


def test_a_stage_without_an_answer_says_which(monkeypatch):
    monkeypatch.setattr(mqtt_wire, "STAGE_S", 0.05)

    async def scene():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            made = broker(silent.getsockname()[1], tls=True)
            loop = asyncio.get_running_loop()
            preparation = loop.create_future()
            preparation.set_result(prepare(made))
            with pytest.raises(Refusal, match="no answer to the TLS handshake"):
                await open_wire(made, preparation)
            with pytest.raises(Refusal, match="name does not resolve: no answer"):
                await open_wire(made, loop.create_future())

    asyncio.run(scene())


def test_a_message_of_hundreds_of_megabytes_is_not_even_begun():
    async def story():
        ours, theirs = socket.socketpair()
        with ours, theirs:
            wire = Wire(ours)
            theirs.sendall(b"x" * 100)
            assert wire.recv(100) == b"x" * 100
            with pytest.raises(OSError):
                wire.recv(268435455)
            assert wire.reason() == "the broker sent a message of 268435455 bytes"

    asyncio.run(story())
