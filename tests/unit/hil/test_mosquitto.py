"""A real mosquitto on ports of its own."""

from __future__ import annotations

import paho.mqtt.publish
import pytest

from ezvpn_hil import mosquitto
from ezvpn_hil.lab.broker import LISTENERS
from ezvpn_hil.mosquitto import Mosquitto, MosquittoError, configuration
from ezvpn_hil.watcher import Watcher


def test_retained_messages_survive_a_restart(tmp_path):
    with Mosquitto(tmp_path) as broker:
        paho.mqtt.publish.single("a/b", "kept", qos=1, retain=True, port=broker.port)
        broker.stop()
        broker.start()
        with Watcher(broker.port) as watcher:
            assert watcher.wait("a/b")[0].payload == b"kept"


def test_a_broker_that_does_not_start_shows_its_log(tmp_path):
    (tmp_path / "second").mkdir()
    with Mosquitto(tmp_path) as first:
        second = Mosquitto(tmp_path / "second")
        second.port = first.port
        second._conf.write_text(second._text(False))
        with pytest.raises(MosquittoError, match="(?s)did not start.*Address already in use"):
            second.start()


def test_without_mosquitto_the_command_to_run_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(mosquitto.shutil, "which", lambda *words, **more: None)
    with pytest.raises(MosquittoError, match="apt-get install -y mosquitto"):
        Mosquitto(tmp_path)


def test_files_with_secrets_are_the_owner_s(tmp_path):
    broker = Mosquitto(tmp_path)
    for name in ("passwords", "certificates/client-key.pem"):
        assert (broker.folder / name).stat().st_mode & 0o077 == 0


def test_the_three_listeners_of_a_lab_each_with_its_own_settings():
    text = configuration("198.51.100.4", LISTENERS, "/c", "/s")
    head, plain, tls, client = text.split("listener ")
    assert "\npersistence_location /s/\n" in head
    assert plain == "1883 198.51.100.4\nallow_anonymous true\n"
    assert tls.startswith("8883 198.51.100.4\n") and "cafile" not in tls
    assert client.startswith("8884 198.51.100.4\n") and "require_certificate true" in client
