"""`show clock`, `show ntp` and `clock set`: their tables, and what each asks of the device. Layout is in `render_time`.

Level 4, pure. The layout is imported where it is used: a console that nobody asks for it does without. All times are UTC.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.debug import Clock
from ezvpn.report.json_text import Object

_JSON = "As JSON"

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

# At any level.
SHOW_TIME = (
    (
        "show clock [detail]$detail [json]$json",
        ("", "The system clock", "And where it has its time from", _JSON),
        "show_clock",
    ),
    (
        "show ntp {associations|status}$what [json]$json",
        ("", "Network time", "The servers", "What is followed", _JSON),
        "show_ntp",
    ),
)

_MONTH = "{january|february|march|april|may|june|july|august|september|october|november|december}$month"
_MONTH_HELP = ("Month of the year",) * 12

# In privileged mode only. IOS takes the day before or behind the month.
CLOCK = (
    (
        "clock set WORD$time <1-31>$day " + _MONTH + " <1993-2099>$year",
        ("The system clock", "Set it", "hh:mm:ss, UTC", "Day of the month") + _MONTH_HELP + ("Year",),
        "clock_set",
    ),
    (
        "clock set WORD$time " + _MONTH + " <1-31>$day <1993-2099>$year",
        ("", "", "") + _MONTH_HELP + ("Day of the month", "Year"),
        "clock_set",
    ),
)


def clock(caller: Caller, now: int) -> Clock:
    """The clock of the device."""
    wall, synced = caller.host.clock(now)
    return Clock(now, wall, synced)


def clock_set(caller: Caller, match: Match, now: int) -> None:
    from ezvpn.console import render_time

    second = _second(match.text("time"))
    if second is None:
        raise Failed("Give the time as hh:mm:ss, such as 15:17:14")
    month = _MONTHS.index(match.text("month")) + 1
    wall = render_time.wall_of(match.number("year"), month, match.number("day"), second)
    if wall is None:
        raise Failed("There is no such day in this month")
    caller.host.set_clock(wall, now)


def _second(text: str) -> "int | None":
    """The second of the day of `hh:mm:ss` or `hh:mm`, None for anything else."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or [1 for part in parts if not 1 <= len(part) <= 2]:
        return None
    found = 0
    for i in range(3):
        part = parts[i] if i < len(parts) else "0"
        for character in part:
            if not "0" <= character <= "9":
                return None
        if int(part) >= (24 if i == 0 else 60):
            return None
        found = found * 60 + int(part)
    return found


def _clock(caller: Caller, match: Match, now: int) -> "list[str]":
    from ezvpn.console import render_time

    found = render_time.clock(clock(caller, now), caller.host.time().source)
    return found if match.text("detail") else found[:1]


def _clock_json(caller: Caller, match: Match, now: int) -> Object:
    from ezvpn.console import render_time

    return render_time.clock_json(clock(caller, now), caller.host.time().source)


def _ntp(caller: Caller, match: Match, now: int) -> "list[str]":
    from ezvpn.console import render_time

    if match.text("what") == "status":
        return render_time.ntp_status(caller.host.time(), clock(caller, now))
    return render_time.ntp_associations(caller.host.time(), now)


def _ntp_json(caller: Caller, match: Match, now: int) -> Object:
    from ezvpn.console import render_time

    if match.text("what") == "status":
        return render_time.ntp_status_json(caller.host.time(), now)
    return render_time.ntp_associations_json(caller.host.time(), now)


# action -> (lines, JSON)
SHOWS_TIME = {
    "show_clock": (_clock, _clock_json),
    "show_ntp": (_ntp, _ntp_json),
}

ACTIONS_TIME = {"clock_set": clock_set}
