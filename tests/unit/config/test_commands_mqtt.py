"""The lines of the mqtt block."""

import pytest

from ezvpn.config.model import Mqtt
from unit.config.lines import edited, last, rejected


def mqtt(*lines: str) -> Mqtt:
    made = edited("mqtt", *lines).mqtt
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://b.example", (False, "b.example", 1883)),
        ("mqtts://b.example", (True, "b.example", 8883)),
        ("mqtts://10.0.0.1:443", (True, "10.0.0.1", 443)),
        ("MQTT://b.example:1/", (False, "b.example", 1)),
    ],
)
def test_broker(url: str, broker: "tuple[bool, str, int]") -> None:
    made = mqtt("broker " + url)
    assert (made.tls, made.host, made.port) == broker
    assert mqtt("broker " + url, "no broker").host is None


@pytest.mark.parametrize(
    "url", ["b.example", "http://b", "mqtt://", "mqtt://b:", "mqtt://b:0", "mqtt://b:65536", "mqtt://b:x", "mqtt://u@b"]
)
def test_what_is_no_broker(url: str) -> None:
    assert "mqtt://HOST[:PORT]" in rejected("mqtt", "broker " + url)


def test_names_files_and_intervals() -> None:
    made = mqtt(
        "client-id edge-7",
        "username u password 0 p w",
        "ca /etc/ca.pem",
        "certificate c.pem key k.pem",
        "topic-prefix site/a",
        "keepalive 30",
        "metrics-interval 10",
    )
    assert (made.client_id, made.username, made.ca, made.certificate, made.key) == (
        *("edge-7", "u", "/etc/ca.pem", "c.pem", "k.pem"),
    )
    assert made.password is not None and made.password.reveal() == b"p w"
    assert (made.topic_prefix, made.keepalive_s, made.metrics_interval_s) == ("site/a", 30, 10)


def test_no_forms_bring_the_defaults_back() -> None:
    made = mqtt(
        *("client-id x", "no client-id", "username u password p", "no username", "ca x", "no ca"),
        *("certificate a key b", "no certificate", "topic-prefix x", "no topic-prefix"),
        *("keepalive 9", "no keepalive", "metrics-interval 9", "no metrics-interval"),
    )
    assert made == Mqtt()


@pytest.mark.parametrize("prefix", ["a+b", "#", "/a", "a/", "$SYS"])
def test_prefixes_that_no_topic_can_have(prefix: str) -> None:
    assert "prefix" in rejected("mqtt", "topic-prefix " + prefix)


def test_bounds() -> None:
    assert last("mqtt", "keepalive 4").status == "invalid"
    assert last("mqtt", "metrics-interval 0").status == "invalid"
    assert "64" in rejected("mqtt", "client-id " + "x" * 65)
