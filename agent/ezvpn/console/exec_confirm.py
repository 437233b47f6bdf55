"""`configure confirm N` and its like: changes that take themselves back unless they are confirmed.

Level 4, pure. The time runs in `node.provisional`. IOS says `configure terminal revert timer N` and `configure revert` for it.
"""

from ezvpn.config.match import Match
from ezvpn.console import render_json
from ezvpn.console.caller import Caller, Failed
from ezvpn.report.json_text import Object

_MINUTES = "Minutes"

CONFIRM_COMMANDS = (
    ("configure confirm", ("", "Keep what was changed since `configure confirm N`"), "confirm"),
    (
        "configure confirm <1-120>$minutes",
        ("", "", "Minutes after which everything from now on is taken back unless it is confirmed"),
        "confirm_arm",
    ),
    ("configure revert now", ("", "Take back what is not confirmed", "At once"), "confirm_revert"),
    ("configure revert timer <1-120>$minutes", ("", "", "Change the time", _MINUTES), "confirm_again"),
    (
        "configure terminal revert timer <1-120>$minutes",
        ("", "", "Take changes back unless they are confirmed", "After a time", _MINUTES),
        "confirm_configure",
    ),
)

SHOW_CONFIRM = (
    (
        "show archive config rollback timer [json]$json",
        ("", "", "", "Changes that are not confirmed yet", "When they are taken back", "As JSON"),
        "show_confirm",
    ),
)

_NOTHING = "No configuration change is waiting to be confirmed"


def arm(caller: Caller, match: Match, now: int) -> None:
    caller.host.provisional_arm(match.number("minutes"), now)
    caller.put("Changes from now on are taken back in " + _minutes(match) + " unless you enter `configure confirm`")


def arm_and_configure(caller: Caller, match: Match, now: int) -> None:
    if not caller.interactive:
        raise Failed("Configuration mode needs a console (`ezvpn console`)")
    arm(caller, match, now)
    caller.configure()


def again(caller: Caller, match: Match, now: int) -> None:
    if caller.host.provisional_left(now) is None:
        raise Failed(_NOTHING)
    arm(caller, match, now)


def confirm(caller: Caller, match: Match, now: int) -> None:
    if not caller.host.provisional_confirm(now):
        raise Failed(_NOTHING)


def revert(caller: Caller, match: Match, now: int) -> None:
    if not caller.host.provisional_revert(now):
        raise Failed(_NOTHING)


def only_confirmed(caller: Caller, now: int) -> None:
    """What is not confirmed yet must not become the startup-config: after the roll-back it would come again with the next start.
    Raises Failed."""
    if caller.host.provisional_left(now) is not None:
        raise Failed("The changes are not confirmed: enter `configure confirm` first, then save")


def _minutes(match: Match) -> str:
    minutes = match.number("minutes")
    return str(minutes) + (" minute" if minutes == 1 else " minutes")


def _timer(caller: Caller, match: Match, now: int) -> "list[str]":
    left = caller.host.provisional_left(now)
    if left is None:
        return ["No Rollback Confirmed Change pending"]
    seconds = (left + 999) // 1000
    return ["Rollback Confirmed Change pending", f"Time left: {seconds // 60:02d}:{seconds % 60:02d}"]


def _timer_json(caller: Caller, match: Match, now: int) -> Object:
    left = caller.host.provisional_left(now)
    return render_json.top(("pending", left is not None), ("left_ms", left))


CONFIRM_ACTIONS = {
    "confirm": confirm,
    "confirm_arm": arm,
    "confirm_again": again,
    "confirm_configure": arm_and_configure,
    "confirm_revert": revert,
}
SHOWS_CONFIRM = {"show_confirm": (_timer, _timer_json)}
