"""The CPython adapter against a scripted broker on loopback: every way in which an attempt can end."""

from __future__ import annotations

import asyncio
import socket

import paho.mqtt.client
import pytest

from ezvpn.record import Secret
from ezvpn.report.outbox import EVENT, Outbox
from ezvpn.report.topics import Broker
from ezvpn.runtime.cpython import mqtt
from ezvpn.runtime.cpython.mqtt import MqttAdapter

CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT = 1, 3, 8, 14  # MQTT 3.1.1 2.2.1


class ScriptedBroker:
    """Answers CONNECT with one return code; acknowledges every PUBLISH unless told otherwise. Keeps what it was sent."""

    def __init__(self, code=0, acknowledge=True, hang_up=False):
        self.code = code
        self.acknowledge = acknowledge
        self.hang_up = hang_up
        self.packets = []
        self.connects = 0
        self.writers = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exception):
        for writer in self.writers:
            writer.close()
        self.server.close()

    async def serve(self, reader, writer):
        self.writers.append(writer)
        try:
            while True:
                first = (await reader.readexactly(1))[0]
                length, shift = 0, 0
                while True:
                    digit = (await reader.readexactly(1))[0]
                    length |= (digit & 0x7F) << shift
                    shift += 7
                    if not digit & 0x80:
                        break
                body = await reader.readexactly(length)
                self.packets.append((first >> 4, body))
                if first >> 4 == CONNECT:
                    self.connects += 1
                    if self.hang_up:
                        break
                    writer.write(bytes([0x20, 2, 0, self.code]))
                elif first >> 4 == PUBLISH and first & 6 and self.acknowledge:
                    topic_length = int.from_bytes(body[:2], "big")
                    writer.write(b"\x40\x02" + body[2 + topic_length : 4 + topic_length])
                elif first >> 4 == SUBSCRIBE:
                    writer.write(b"\x90\x03" + body[:2] + b"\1")
                elif first >> 4 == DISCONNECT:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    def published(self):
        """(topic, payload) in order of arrival."""
        found = []
        for kind, body in self.packets:
            if kind == PUBLISH:
                length = int.from_bytes(body[:2], "big")
                found.append((body[2 : 2 + length].decode(), body[4 + length :]))
        return found


class Node:
    """What the adapter tells, as a queue to wait on."""

    def __init__(self, outbox=None):
        self.outbox = Outbox() if outbox is None else outbox
        self.told = asyncio.Queue()
        self.messages = asyncio.Queue()
        self.adapter = MqttAdapter(
            self.outbox,
            lambda what, reason: self.told.put_nowait((what, reason)),
            lambda topic, payload: self.messages.put_nowait((topic, payload)),
        )

    async def next(self):
        return await asyncio.wait_for(self.told.get(), 5)


def settings(port, **changes):
    broker = Broker("127.0.0.1", port, "edge1", "ezvpn/edge1/status")
    for name, value in changes.items():
        setattr(broker, name, value)
    return broker


def test_paho_still_has_the_door_through_which_it_gets_our_socket():
    assert callable(paho.mqtt.client.Client._create_socket)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "the broker does not speak MQTT 3.1.1"),
        (2, "client-id refused"),
        (3, "server unavailable"),
        (4, "bad user name or password"),
        (5, "not authorised"),
    ],
)
def test_each_return_code_of_connack_is_said(code, reason):
    async def scene():
        async with ScriptedBroker(code) as broker:
            node = Node()
            node.adapter.start(settings(broker.port))
            assert await node.next() == ("refused", reason)
            node.adapter.stop()
            assert await node.next() == ("down", "stopped")

    asyncio.run(scene())


def test_a_broker_that_hangs_up_after_connect_is_said_at_once():
    async def scene():
        async with ScriptedBroker(hang_up=True) as broker:
            node = Node()
            node.adapter.start(settings(broker.port))
            assert await node.next() == ("refused", "connection closed by the broker")
            node.adapter.stop()

    asyncio.run(scene())


def test_connect_carries_will_name_and_password():
    async def scene():
        async with ScriptedBroker() as broker:
            node = Node()
            node.adapter.start(settings(broker.port, username="u", password=Secret("pässword"), keepalive_s=7))
            assert await node.next() == ("up", "")
            (body,) = [body for kind, body in broker.packets if kind == CONNECT]
            # MQTT 3.1.1 3.1: name, level, flags (user, password, will retain, will QoS 1, will, clean session), keepalive.
            assert body[:10] == b"\0\4MQTT\4\xee\0\7"
            fields = body[10:]
            for word in (b"edge1", b"ezvpn/edge1/status", b"offline", b"u", "pässword".encode()):
                assert fields[: 2 + len(word)] == len(word).to_bytes(2, "big") + word
                fields = fields[2 + len(word) :]
            node.adapter.stop()
            await node.adapter.ended()

    asyncio.run(scene())


def test_a_message_that_is_not_acknowledged_goes_again_on_the_next_connection():
    """e1 -->  (no PUBACK, connection lost)   e1 --> e2 -->"""

    async def scene():
        outbox = Outbox()
        async with ScriptedBroker(acknowledge=False) as broker:
            node = Node(outbox)
            node.adapter.start(settings(broker.port))
            assert await node.next() == ("up", "")
            outbox.put(EVENT, "e", b"1")
            outbox.put(EVENT, "e", b"2")
            node.adapter.wake()
            while not broker.published():
                await asyncio.sleep(0)
            broker.acknowledge = True
            node.adapter.reopen()
            assert await node.next() == ("down", "reconnecting")
            assert await node.next() == ("up", "")
            node.adapter.stop()
            assert await node.next() == ("down", "stopped")
            assert broker.published() == [("e", b"1"), ("e", b"1"), ("e", b"2"), ("ezvpn/edge1/status", b"offline")]
            assert len(outbox) == 0

    asyncio.run(scene())


def test_a_message_nobody_acknowledges_ends_the_connection(monkeypatch):
    monkeypatch.setattr(mqtt, "STAGE_S", 0.2)

    async def scene():
        async with ScriptedBroker(acknowledge=False) as broker:
            node = Node()
            node.outbox.put(EVENT, "e", b"1")
            node.adapter.start(settings(broker.port))
            assert await node.next() == ("up", "")
            assert await node.next() == ("down", "no acknowledgement from the broker in time")
            node.adapter.stop()
            await node.adapter.ended()

    asyncio.run(scene())


def test_a_ping_nobody_answers_ends_the_connection():
    async def scene():
        async with ScriptedBroker() as broker:
            node = Node()
            node.adapter.start(settings(broker.port, keepalive_s=1))
            assert await node.next() == ("up", "")
            assert await node.next() == ("down", "no answer to the keepalive")
            node.adapter.stop()
            await node.adapter.ended()

    asyncio.run(scene())


def test_subscriptions_are_made_and_messages_handed_on():
    async def scene():
        async with ScriptedBroker() as broker:
            node = Node()
            node.adapter.start(settings(broker.port, subscriptions=("ezvpn/edge1/cmd",)))
            assert await node.next() == ("up", "")
            broker.writers[0].write(b"\x30\x08\0\3cmd{}" + b"!")
            assert await asyncio.wait_for(node.messages.get(), 5) == ("cmd", b"{}!")
            node.adapter.stop()
            await node.adapter.ended()

    asyncio.run(scene())


def test_another_broker_hears_offline_from_the_one_that_is_left():
    async def scene():
        async with ScriptedBroker() as old, ScriptedBroker() as new:
            node = Node()
            node.adapter.start(settings(old.port))
            assert await node.next() == ("up", "")
            node.adapter.start(settings(new.port))
            assert await node.next() == ("down", "reconnecting")
            assert await node.next() == ("up", "")
            assert old.published() == [("ezvpn/edge1/status", b"offline")]
            assert new.published() == []
            node.adapter.stop()
            await node.adapter.ended()

    asyncio.run(scene())


def test_nobody_is_called_back_from_inside_start_and_stop():
    async def scene():
        node = Node()
        node.adapter.stop()
        assert node.told.empty()
        assert await node.next() == ("down", "stopped")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            node.adapter.start(settings(silent.getsockname()[1]))
            node.adapter.stop()
            node.adapter.start(settings(silent.getsockname()[1]))
            node.adapter.reopen()
            node.adapter.wake()
            assert node.told.empty()
            await asyncio.sleep(0.05)
            node.adapter.stop()  # in the midst of an attempt
            assert await node.next() == ("down", "stopped")

    asyncio.run(scene())


def test_pauses_double_up_to_the_longest(monkeypatch):
    waited = []

    async def scene():
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]  # closed a moment later: refused
        node = Node()

        async def no_wait(seconds):
            waited.append(seconds)
            if len(waited) == 9:
                node.adapter.stop()
            await asyncio.sleep(0)

        monkeypatch.setattr(node.adapter, "_wait_changed", no_wait)
        node.adapter.start(settings(port))
        told = [await node.next() for _ in range(10)]
        assert told == [("refused", "connection refused")] * 9 + [("down", "stopped")]

    asyncio.run(scene())
    for seconds, middle in zip(waited, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert middle * 0.75 <= seconds <= middle * 1.25


def test_a_password_that_is_not_text_is_said():
    async def scene():
        async with ScriptedBroker() as broker:
            node = Node()
            node.adapter.start(settings(broker.port, username="u", password=Secret(b"\xff\xfe")))
            assert await node.next() == ("refused", "the password is not UTF-8")
            node.adapter.stop()
            await node.adapter.ended()

    asyncio.run(scene())


def test_leaving_fits_into_the_time_in_which_the_agent_exits():
    assert mqtt.DRAIN_S + 2 * mqtt.FAREWELL_S < 3
