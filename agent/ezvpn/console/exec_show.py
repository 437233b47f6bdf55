"""The `show` commands of the device: their table, and where each one's facts come from. Those of tunnels and SAs are in
`exec_show_crypto`; layout is in `render`, JSON in `render_json`.

Level 4, pure.
"""

from ezvpn.config.grammar import Match
from ezvpn.console import exec_debug, render, render_json
from ezvpn.console.caller import Caller
from ezvpn.console.debug import Clock
from ezvpn.console.exec_show_crypto import SHOW_CRYPTO, SHOW_CRYPTO_PRIVILEGED, SHOWS_CRYPTO
from ezvpn.report.json_text import Object

_JSON = "As JSON"

# At any level.
SHOW = SHOW_CRYPTO + (
    ("show clock [json]$json", ("", "The system clock", _JSON), "show_clock"),
    ("show mqtt [json]$json", ("", "The way to the MQTT broker", _JSON), "show_mqtt"),
    ("show version [json]$json", ("", "Software, hardware and uptime", _JSON), "show_version"),
)

# In privileged mode only.
SHOW_PRIVILEGED = (
    SHOW_CRYPTO_PRIVILEGED
    + exec_debug.SHOW_DEBUG
    + (
        ("show logging [json]$json", ("", "The log", _JSON), "show_logging"),
        ("show running-config [json]$json", ("", "The running configuration, without secrets", _JSON), "show_running"),
    )
)


def clock(caller: Caller, now: int) -> Clock:
    """The clock of the device."""
    wall, synced = caller.host.clock(now)
    return Clock(now, wall, synced)


def _clock(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.clock(clock(caller, now))


def _clock_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.clock(clock(caller, now))


def _mqtt(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.mqtt(caller.host.mqtt_status(now), clock(caller, now))


def _mqtt_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.mqtt(caller.host.mqtt_status(now))


def _version(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.version(caller.host.version(now), caller.host.config.hostname)


def _version_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.version(caller.host.version(now), caller.host.config.hostname)


def _logging(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.logging(caller.host.log, caller.host.config.logging_level, clock(caller, now))


def _logging_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.logging(caller.host.log, caller.host.config.logging_level, clock(caller, now))


def _running(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.running_config(caller.host.config)


def _running_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.running_config(caller.host.config)


# action -> (lines, JSON)
SHOWS = {
    "show_clock": (_clock, _clock_json),
    "show_mqtt": (_mqtt, _mqtt_json),
    "show_version": (_version, _version_json),
    "show_logging": (_logging, _logging_json),
    "show_running": (_running, _running_json),
    "show_debugging": (exec_debug.show, exec_debug.show_json),
}
SHOWS.update(SHOWS_CRYPTO)
