"""The `show` commands of the device: their table, and where each one's facts come from. Those of tunnels and SAs are in
`exec_show_crypto`; layout is in `render`, JSON in `render_json`.

Level 4, pure.
"""

from ezvpn.config.match import Match
from ezvpn.console import exec_debug, render, render_json
from ezvpn.console.caller import Caller
from ezvpn.console.exec_archive import SHOW_ARCHIVE, SHOWS_ARCHIVE
from ezvpn.console.exec_config import SHOW_CONFIG, SHOWS_CONFIG
from ezvpn.console.exec_confirm import SHOW_CONFIRM, SHOWS_CONFIRM
from ezvpn.console.exec_files import SHOW_FILES, SHOWS_FILES
from ezvpn.console.exec_network import SHOW_NETWORK, SHOWS_NETWORK
from ezvpn.console.exec_reload import SHOW_RELOAD, SHOWS_RELOAD
from ezvpn.console.exec_replace import SHOW_DIFF, SHOWS_DIFF
from ezvpn.console.exec_show_crypto import SHOW_CRYPTO, SHOW_CRYPTO_PRIVILEGED, SHOWS_CRYPTO
from ezvpn.console.exec_system import SHOW_SYSTEM, SHOWS_SYSTEM
from ezvpn.console.exec_tech import SHOW_TECH, SHOWS_TECH
from ezvpn.console.exec_time import SHOW_TIME, SHOWS_TIME, clock
from ezvpn.report.json_text import Object
from ezvpn.report.snapshot import SCHEMA_VERSION

_JSON = "As JSON"

# At any level.
SHOW = (
    SHOW_CRYPTO
    + SHOW_NETWORK
    + SHOW_SYSTEM
    + SHOW_TIME
    + (
        ("show history [json]$json", ("", "The lines typed here, the oldest first", _JSON), "show_history"),
        ("show mqtt [json]$json", ("", "The way to the MQTT broker", _JSON), "show_mqtt"),
        ("show privilege [json]$json", ("", "What this session may do", _JSON), "show_privilege"),
    )
)

# In privileged mode only.
SHOW_PRIVILEGED = (
    SHOW_CRYPTO_PRIVILEGED
    + exec_debug.SHOW_DEBUG
    + SHOW_CONFIG
    + SHOW_FILES
    + SHOW_DIFF
    + SHOW_ARCHIVE
    + SHOW_CONFIRM
    + SHOW_RELOAD
    + SHOW_TECH
    + (("show logging [json]$json", ("", "The log", _JSON), "show_logging"),)
)


def _mqtt(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.mqtt(caller.host.mqtt_status(now), clock(caller, now))


def _mqtt_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.mqtt(caller.host.mqtt_status(now))


def _logging(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.logging(caller.host.log, caller.host.config, clock(caller, now))


def _logging_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.logging(caller.host.log, caller.host.config, clock(caller, now))


def _history(caller: Caller, match: Match, now: int) -> "list[str]":
    return ["  " + line for line in caller.history()] or ["  Nothing was typed here yet"]


def _history_json(caller: Caller, match: Match, now: int) -> Object:
    return Object(("schema_version", SCHEMA_VERSION), ("history", list(caller.history())))


def _privilege(caller: Caller, match: Match, now: int) -> "list[str]":
    return ["Current privilege level is " + str(15 if caller.privileged else 1)]


def _privilege_json(caller: Caller, match: Match, now: int) -> Object:
    return Object(("schema_version", SCHEMA_VERSION), ("privilege", 15 if caller.privileged else 1))


# action -> (lines, JSON)
SHOWS = {
    "show_history": (_history, _history_json),
    "show_mqtt": (_mqtt, _mqtt_json),
    "show_logging": (_logging, _logging_json),
    "show_privilege": (_privilege, _privilege_json),
    "show_debugging": (exec_debug.show, exec_debug.show_json),
}
SHOWS.update(SHOWS_CRYPTO)
SHOWS.update(SHOWS_CONFIG)
SHOWS.update(SHOWS_FILES)
SHOWS.update(SHOWS_DIFF)
SHOWS.update(SHOWS_ARCHIVE)
SHOWS.update(SHOWS_CONFIRM)
SHOWS.update(SHOWS_RELOAD)
SHOWS.update(SHOWS_NETWORK)
SHOWS.update(SHOWS_SYSTEM)
SHOWS.update(SHOWS_TIME)
SHOWS.update(SHOWS_TECH)
