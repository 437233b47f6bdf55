"""The `show` commands: their table, and where each one's facts come from. Layout is in `render`, JSON in `render_json`.

Level 4, pure.
"""

from ezvpn.config.grammar import Match
from ezvpn.console import exec_debug, render, render_json
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.debug import Clock
from ezvpn.ike.status import TunnelStatus
from ezvpn.report.json_text import Object

_JSON = "As JSON"

# At any level.
SHOW = (
    (
        "show crypto ipsec client ezvpn [WORD$name] [json]$json",
        ("Show running system information", "Encryption", "IPsec", "Client side", "Easy VPN tunnels", "Name", _JSON),
        "show_ezvpn",
    ),
    ("show crypto ipsec sa [json]$json", ("", "", "", "IPsec SAs", _JSON), "show_ipsec_sa"),
    (
        "show crypto isakmp sa [detail]$detail [json]$json",
        ("", "", "ISAKMP", "ISAKMP SAs", "Algorithms, lifetimes and capabilities", _JSON),
        "show_isakmp_sa",
    ),
    ("show crypto isakmp counters [json]$json", ("", "", "", "What was dropped or refused", _JSON), "show_counters"),
    ("show clock [json]$json", ("", "The system clock", _JSON), "show_clock"),
    ("show mqtt [json]$json", ("", "The way to the MQTT broker", _JSON), "show_mqtt"),
    ("show version [json]$json", ("", "Software, hardware and uptime", _JSON), "show_version"),
)

# In privileged mode only.
SHOW_PRIVILEGED = exec_debug.SHOW_DEBUG + (
    ("show logging [json]$json", ("", "The log", _JSON), "show_logging"),
    ("show running-config [json]$json", ("", "The running configuration, without secrets", _JSON), "show_running"),
)


def _tunnels(caller: Caller, match: Match, now: int) -> "list[TunnelStatus]":
    tunnels = caller.host.tunnels(now)
    name = match.text("name")
    if not name:
        return tunnels
    found = [status for status in tunnels if status.name == name]
    if not found:
        raise Failed("There is no tunnel " + name)
    return found


def clock(caller: Caller, now: int) -> Clock:
    """The clock of the device."""
    wall, synced = caller.host.clock(now)
    return Clock(now, wall, synced)


def _ezvpn(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.ezvpn(_tunnels(caller, match, now), now)


def _ezvpn_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.ezvpn(_tunnels(caller, match, now), now)


def _isakmp_sa(caller: Caller, match: Match, now: int) -> "list[str]":
    tunnels = caller.host.tunnels(now)
    return render.isakmp_sa_detail(tunnels) if match.text("detail") else render.isakmp_sa(tunnels)


def _isakmp_sa_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.isakmp_sa(caller.host.tunnels(now))


def _ipsec_sa(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.ipsec_sa(caller.host.tunnels(now))


def _ipsec_sa_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.ipsec_sa(caller.host.tunnels(now))


def _counters(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.counters(caller.host.counters())


def _counters_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.counters(caller.host.counters())


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
    "show_ezvpn": (_ezvpn, _ezvpn_json),
    "show_ipsec_sa": (_ipsec_sa, _ipsec_sa_json),
    "show_isakmp_sa": (_isakmp_sa, _isakmp_sa_json),
    "show_counters": (_counters, _counters_json),
    "show_clock": (_clock, _clock_json),
    "show_mqtt": (_mqtt, _mqtt_json),
    "show_version": (_version, _version_json),
    "show_logging": (_logging, _logging_json),
    "show_running": (_running, _running_json),
    "show_debugging": (exec_debug.show, exec_debug.show_json),
}
