"""A real mosquitto on ports of its own."""

from __future__ import annotations

import paho.mqtt.publish
import pytest

from ezvpn_hil import mosquitto
from ezvpn_hil.mosquitto import Mosquitto, MosquittoError
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
