"""The lines of the `mqtt` block: their table, and what each does to a `Mqtt`.

Level 3, pure. The topics and what they carry are in `report`.
"""

from ezvpn.config import tokens
from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match
from ezvpn.config.model import Mqtt

MQTT = (
    (
        "broker ~ WORD$url",
        ("The broker to report to", "mqtt://HOST[:PORT], or mqtts://HOST[:PORT] for TLS"),
        "broker",
    ),
    (
        "client-id ~ WORD$id",
        ("Name of this device at the broker and in topics", "Name, default the host name"),
        "client_id",
    ),
    (
        "username ~ STRING$username password SECRET$password",
        ("Credentials for the broker", "User name", "Password", "The password in plain text"),
        "mqtt_username",
    ),
    ("ca ~ STRING$file", ("Certificate the broker's must be signed with", "File"), "ca"),
    (
        "certificate ~ STRING$file key STRING$key",
        ("Certificate of this device", "File", "Its private key", "File"),
        "certificate",
    ),
    ("topic-prefix ~ WORD$prefix", ("First part of all topics", "Prefix, default ezvpn"), "topic_prefix"),
    (
        "keepalive ~ <5-65535>$seconds",
        ("How soon the broker notices that this device is gone", "Seconds, default 60"),
        "mqtt_keepalive",
    ),
    (
        "metrics-interval ~ <1-86400>$seconds",
        ("How often counters are sent", "Seconds, default 60"),
        "metrics_interval",
    ),
)

# scheme -> (TLS, default port)
SCHEMES = {"mqtt": (False, 1883), "mqtts": (True, 8883)}

_FORM = "a broker is mqtt://HOST[:PORT] or mqtts://HOST[:PORT]"


def broker(draft: Draft, match: Match) -> None:
    mqtt = draft.mqtt()
    if match.negate:
        mqtt.tls, mqtt.host, mqtt.port = False, None, 1883
        return
    scheme, mark, rest = match.text("url").partition("://")
    if not mark or scheme.lower() not in SCHEMES:
        raise Rejected(_FORM, "url")
    tls, port = SCHEMES[scheme.lower()]
    host, mark, number = rest.rstrip("/").partition(":")
    if not tokens.is_host(host):
        raise Rejected(_FORM + "; this host is neither a name nor an IPv4 address", "url")
    if mark:
        if not number or len(number) > 5 or [char for char in number if char not in "0123456789"]:
            raise Rejected(_FORM + "; the port is not a number", "url")
        port = int(number)
        if not 0 < port < 65536:
            raise Rejected(_FORM + "; a port is 1 to 65535", "url")
    mqtt.tls, mqtt.host, mqtt.port = tls, host, port


def client_id(draft: Draft, match: Match) -> None:
    if len(match.text("id")) > 64:
        raise Rejected("longer than 64 characters", "id")
    draft.mqtt().client_id = "" if match.negate else match.text("id")


def username(draft: Draft, match: Match) -> None:
    mqtt = draft.mqtt()
    if match.negate:
        mqtt.username = ""
        mqtt.password = None
        return
    password = draft.secret(match, "password")
    mqtt.username = match.text("username")
    mqtt.password = password


def ca(draft: Draft, match: Match) -> None:
    draft.mqtt().ca = "" if match.negate else match.text("file")


def certificate(draft: Draft, match: Match) -> None:
    mqtt = draft.mqtt()
    mqtt.certificate = "" if match.negate else match.text("file")
    mqtt.key = "" if match.negate else match.text("key")


def topic_prefix(draft: Draft, match: Match) -> None:
    prefix = Mqtt().topic_prefix if match.negate else match.text("prefix")
    # MQTT 3.1.1 4.7.1.1: "The wildcard characters ... MUST NOT be used within a Topic Name".
    if "+" in prefix or "#" in prefix or prefix[0] in "/$" or prefix[-1] == "/":
        raise Rejected("a prefix has no + and no #, and does not begin with / or $ or end with /", "prefix")
    if len(prefix) > 64:
        raise Rejected("longer than 64 characters", "prefix")
    draft.mqtt().topic_prefix = prefix


def keepalive(draft: Draft, match: Match) -> None:
    draft.mqtt().keepalive_s = Mqtt().keepalive_s if match.negate else match.number("seconds")


def metrics_interval(draft: Draft, match: Match) -> None:
    draft.mqtt().metrics_interval_s = Mqtt().metrics_interval_s if match.negate else match.number("seconds")


SETTERS = {
    "broker": broker,
    "client_id": client_id,
    "mqtt_username": username,
    "ca": ca,
    "certificate": certificate,
    "topic_prefix": topic_prefix,
    "mqtt_keepalive": keepalive,
    "metrics_interval": metrics_interval,
}
