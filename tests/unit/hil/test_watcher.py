"""What a watcher remembers, and what it says when nothing comes."""

from __future__ import annotations

import paho.mqtt.publish
import pytest

from ezvpn_hil.mosquitto import Mosquitto
from ezvpn_hil.watcher import Seen, Watcher


def test_messages_are_kept_in_order_and_bounded(tmp_path):
    told = []
    with Mosquitto(tmp_path) as broker, Watcher(broker.port, topic="a/#", on_message=told.append, limit=3) as watcher:
        for number in range(5):
            paho.mqtt.publish.single("a/n", str(number), qos=1, port=broker.port)
        watcher.wait("a/n", b"4")
        assert [seen.payload for seen in watcher.messages()] == [b"2", b"3", b"4"]
        assert len(told) == 5
        watcher.clear()
        with pytest.raises(TimeoutError, match="0 of 1 messages on …a/n"):
            watcher.wait("a/n", limit_s=0.01)


def test_a_message_prints_as_one_line():
    assert Seen("a/status", b"online", True).line() == "a/status (retained): online"
    assert Seen("a/x", b'{"n":1}', False).json() == {"n": 1}
