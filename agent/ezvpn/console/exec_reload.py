"""`reload`, now or later, and the questions before it.

Level 4, pure. The time runs in `node.reload`.
"""

from ezvpn.config import text as config_text
from ezvpn.config.match import Match
from ezvpn.config.model import same
from ezvpn.console import render_json
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.exec_config import NOT_WRITTEN, Stored, is_yes, store
from ezvpn.console.loading import STARTUP
from ezvpn.report.json_text import Object, clean

RELOAD_COMMANDS = (
    ("reload", ("Start the device again",), "reload"),
    (
        "reload at WORD$time [LINE$reason]",
        ("", "At a time of day", "hh:mm, UTC as in `show clock`", "Why"),
        "reload_at",
    ),
    ("reload cancel", ("", "Not any more"), "reload_cancel"),
    (
        "reload in WORD$delay [LINE$reason]",
        ("", "After a time", "mmm or hhh:mm, at most 24 days", "Why"),
        "reload_in",
    ),
)

SHOW_RELOAD = (("show reload [json]$json", ("", "A restart that was ordered for later", "As JSON"), "show_reload"),)

_MINUTE_MS = 60000
_DAY_MINUTES = 1440
_LONGEST = 24 * _DAY_MINUTES


def reload(caller: Caller, match: Match, now: int) -> None:
    _Reload(caller, lambda at: caller.host.reboot(at), "").begin(now)


def reload_in(caller: Caller, match: Match, now: int) -> None:
    minutes = _minutes(match.text("delay"), _LONGEST)
    if not minutes:
        raise Failed("A delay is mmm or hhh:mm, at least one minute and at most 24 days")
    _schedule(caller, minutes * _MINUTE_MS, match.text("reason"), now)


def reload_at(caller: Caller, match: Match, now: int) -> None:
    wall, _ = caller.host.clock(now)
    if wall is None:
        raise Failed("The time of day is not known; use `reload in`")
    minutes = _minutes(match.text("time"), _DAY_MINUTES - 1) if ":" in match.text("time") else None
    if minutes is None:
        raise Failed("A time of day is hh:mm")
    delay = (minutes * _MINUTE_MS - wall) % (_DAY_MINUTES * _MINUTE_MS)
    _schedule(caller, delay or _DAY_MINUTES * _MINUTE_MS, match.text("reason"), now)


def cancel(caller: Caller, match: Match, now: int) -> None:
    if not caller.host.reload_cancel(now):
        raise Failed("No reload is scheduled")
    caller.put("***")
    caller.put("*** --- SHUTDOWN ABORTED ---")
    caller.put("***")


def modified(caller: Caller) -> bool:
    """Whether the next start would not be with what runs now."""
    problem, data = caller.host.read(STARTUP)
    if problem:
        return True
    try:
        startup = config_text.parse(config_text.decode(data), caller.host.unseal).config
    except config_text.NotText:
        return True
    return not same(startup, caller.host.config)


def _schedule(caller: Caller, delay_ms: int, reason: str, now: int) -> None:
    announced = "Reload scheduled in " + _spoken(delay_ms)
    _Reload(caller, lambda at: caller.host.reload_schedule(delay_ms, reason, at), announced).begin(now)


class _Reload:
    """The questions of one reload, then `do(now)`. Where nobody can answer there are none."""

    def __init__(self, caller: Caller, do: object, announced: str) -> None:
        self._caller = caller
        self._do = do
        self._announced = announced

    def begin(self, now: int) -> None:
        caller = self._caller
        if not caller.interactive:
            if self._announced:
                caller.put(self._announced)
            self._do(now)  # type: ignore[operator]
        elif modified(caller):
            self._ask_save()
        else:
            self._proceed()

    def _ask_save(self) -> None:
        self._caller.ask("System configuration has been modified. Save? [yes/no]: ", True, self._save)

    def _save(self, text: str, now: int) -> None:
        word = text.strip().lower()
        if not word or not ("yes".startswith(word) or "no".startswith(word)):
            self._caller.put("% Please answer 'yes' or 'no'.")
            self._ask_save()
        elif is_yes(text, False):
            store(self._caller, _SavedFirst(self._caller, self._proceed), now)
        else:
            self._proceed()

    def _proceed(self) -> None:
        if self._announced:
            self._caller.put(self._announced)
        self._caller.ask("Proceed with reload? [confirm]", True, self._confirmed)

    def _confirmed(self, text: str, now: int) -> None:
        if is_yes(text, True):
            self._do(now)  # type: ignore[operator]


class _SavedFirst(Stored):
    """The configuration is saved; what could not be saved is not lost by a restart."""

    def __init__(self, caller: Caller, then: object) -> None:
        super().__init__(caller, NOT_WRITTEN)
        self._then = then

    def answered(self, ok: object, now: int) -> None:
        super().answered(ok, now)
        self._then()  # type: ignore[operator]


def _minutes(text: str, most: int) -> "int | None":
    """`mmm` or `hhh:mm` as minutes, None if it is neither or more than `most`."""
    hours, colon, rest = text.partition(":")
    if not colon:
        hours, rest = "0", hours
    if not hours.isdigit() or not rest.isdigit() or len(hours) > 3 or len(rest) > 5 or (colon and int(rest) > 59):
        return None
    found = int(hours) * 60 + int(rest)
    return found if found <= most else None


def _spoken(ms: int) -> str:
    """`1 hour and 5 minutes`, as IOS says it."""
    minutes, seconds = ms // _MINUTE_MS, ms // 1000 % 60
    parts = []
    for count, unit in ((minutes // 60, "hour"), (minutes % 60, "minute"), (seconds, "second")):
        if count:
            parts.append(str(count) + " " + unit + ("" if count == 1 else "s"))
    return " and ".join(parts) or "0 seconds"


def _show(caller: Caller, match: Match, now: int) -> "list[str]":
    found = caller.host.reload_left(now)
    if found is None:
        return ["No reload is scheduled."]
    left, reason = found
    return ["Reload scheduled in " + _spoken(left)] + (["Reload reason: " + clean(reason)] if reason else [])


def _show_json(caller: Caller, match: Match, now: int) -> Object:
    found = caller.host.reload_left(now)
    left, reason = found if found is not None else (None, "")
    return render_json.top(("scheduled", found is not None), ("left_ms", left), ("reason", reason or None))


RELOAD_ACTIONS = {"reload": reload, "reload_at": reload_at, "reload_cancel": cancel, "reload_in": reload_in}
SHOWS_RELOAD = {"show_reload": (_show, _show_json)}
