"""The MQTT adapters of both runtimes against a real mosquitto on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezvpn_hil.broker import EmbeddedBroker
from ezvpn_hil.mosquitto import Mosquitto, free_port
from ezvpn_hil.watcher import Watcher

from . import mqtt_scenes as scenes
from .programs import NAMES


@pytest.fixture(params=NAMES)
def program(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """For tests that leave nothing behind which another would notice."""
    with Mosquitto(tmp_path_factory.mktemp("mosquitto")) as running:
        yield running


def test_a_killed_device_is_offline_retained(program: str, broker: Mosquitto) -> None:
    scenes.a_killed_device_is_offline_retained(program, broker)


def test_a_late_subscriber_sees_the_whole_snapshot(program: str, broker: Mosquitto) -> None:
    scenes.a_late_subscriber_sees_the_whole_snapshot(program, broker)


def test_a_broker_restart_loses_no_event(program: str, broker: Mosquitto) -> None:
    scenes.a_broker_restart_loses_no_event(program, broker)


@pytest.mark.alone
def test_a_stopped_device_says_offline_itself(program: str, broker: Mosquitto) -> None:
    scenes.a_stopped_device_says_offline_itself(program, broker)


@pytest.mark.alone
def test_another_route_reconnects_at_once_without_an_offline(program: str, broker: Mosquitto) -> None:
    scenes.another_route_reconnects_at_once_without_an_offline(program, broker)


@pytest.mark.alone
def test_a_silent_broker_delays_nothing(program: str) -> None:
    scenes.a_silent_broker_delays_nothing(program)


@pytest.mark.alone
def test_a_broker_silent_in_the_tls_handshake_delays_nothing(program: str, lasting: Mosquitto) -> None:
    scenes.a_silent_broker_delays_nothing(program, tls=1, ca=lasting.certificates / "ca.pem")


def test_the_right_authority_is_accepted(program: str, lasting: Mosquitto) -> None:
    for ca in ("ca.pem", "ca.der"):
        for host in ("127.0.0.1", "localhost"):
            said = scenes.first_word(program, lasting.tls_port, tls=1, host=host, ca=lasting.certificates / ca)
            assert said == "up", (ca, host)


def test_a_wrong_authority_is_refused_and_said(program: str, lasting: Mosquitto) -> None:
    said = scenes.first_word(program, lasting.tls_port, tls=1, ca=lasting.certificates / "wrong-ca.pem")
    assert said.startswith("refused certificate verify failed: ")


def test_a_wrong_name_is_refused_and_said(program: str, tmp_path: Path) -> None:
    with Mosquitto(tmp_path, address="127.0.0.2") as broker:
        # The certificate is for localhost and 127.0.0.2.
        assert (
            scenes.first_word(program, broker.tls_port, tls=1, host="127.0.0.2", ca=broker.certificates / "ca.pem")
            == "up"
        )
    with Mosquitto(tmp_path, address="0.0.0.0") as broker:
        said = scenes.first_word(program, broker.tls_port, tls=1, host="127.0.0.1", ca=broker.certificates / "ca.pem")
        assert said.startswith("refused certificate verify failed: ")


def test_a_client_certificate_is_shown_when_the_broker_demands_one(program: str, lasting: Mosquitto) -> None:
    port, folder = lasting.tls_client_port, lasting.certificates
    for form in ("pem",) if program == "cpython" else ("pem", "der"):  # OpenSSL reads chains as PEM only
        pair = {"certificate": folder / f"client.{form}", "key": folder / f"client-key.{form}"}
        assert scenes.first_word(program, port, tls=1, ca=folder / "ca.pem", **pair) == "up"
    said = scenes.first_word(program, port, tls=1, ca=folder / "ca.pem")
    assert said.startswith("refused TLS: ") and "demands a client certificate" in said


def test_a_password_is_sent_and_a_wrong_one_said(program: str, lasting: Mosquitto) -> None:
    port = lasting.password_port
    assert scenes.first_word(program, port, user=lasting.user, password=lasting.password) == "up"
    assert scenes.first_word(program, port, user=lasting.user, password="hunter2") == "refused not authorised"
    assert scenes.first_word(program, port) == "refused not authorised"


def test_what_else_can_be_wrong_is_said(program: str, lasting: Mosquitto, tmp_path: Path) -> None:
    assert scenes.first_word(program, free_port()) == "refused connection refused"
    assert scenes.first_word(program, 1883, host="no-such-host.invalid").startswith("refused name does not resolve")
    missing = tmp_path / "missing.pem"
    said = scenes.first_word(program, lasting.tls_port, tls=1, ca=missing)
    assert said.startswith(f"refused {missing}: ")
    missing.write_text("not a certificate")
    said = scenes.first_word(program, lasting.tls_port, tls=1, ca=missing)
    assert said.startswith(f"refused {missing}: ")


def test_it_reports_to_the_embedded_broker_too(program: str) -> None:
    with EmbeddedBroker(free_port()) as embedded, Watcher(embedded.port) as watcher:
        with scenes.Device(program, embedded.port, events=3, every=50, metrics=1, stop=2000) as device:
            assert device.ends()[0] == "up"
        assert [seen.json()["seq"] for seen in watcher.wait("/event", count=3)] == [1, 2, 3]
        assert watcher.wait("/metrics")
        assert watcher.wait("edge1/status", b"offline")
