"""The embedded broker as a process of its own."""

from __future__ import annotations

import paho.mqtt.publish
import pytest

from ezvpn_hil.broker import BrokerError, EmbeddedBroker
from ezvpn_hil.mosquitto import free_port
from ezvpn_hil.watcher import Watcher


def test_it_keeps_what_is_retained_and_ends_when_told():
    with EmbeddedBroker(free_port()) as broker:
        paho.mqtt.publish.single("a/status", "online", qos=1, retain=True, port=broker.port)
        with Watcher(broker.port) as watcher:
            (seen,) = watcher.wait("a/status", b"online")
            assert seen.retained
    with pytest.raises(OSError):
        Watcher(broker.port)


def test_a_port_that_is_taken_is_said():
    with (
        EmbeddedBroker(free_port()) as broker,
        pytest.raises(BrokerError, match=f"cannot serve 127.0.0.1:{broker.port}"),
    ):
        EmbeddedBroker(broker.port).start()
