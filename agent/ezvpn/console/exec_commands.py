"""The EXEC commands that do something: their tables, and what each asks of the device. `show` is in `exec_show`.

Level 4, pure. Which of them need `enable` is decided by the table they stand in.
"""

from ezvpn.config.match import Match
from ezvpn.console import login
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.debug import date
from ezvpn.console.exec_archive import ARCHIVE_ACTIONS, ARCHIVE_COMMANDS
from ezvpn.console.exec_clear import CLEAR, clear_isakmp, clear_sa, clear_session
from ezvpn.console.exec_config import CONFIG_ACTIONS, CONFIG_COMMANDS, Stored
from ezvpn.console.exec_confirm import CONFIRM_ACTIONS, CONFIRM_COMMANDS
from ezvpn.console.exec_debug import DEBUG, debug, undebug
from ezvpn.console.exec_files import FILE_ACTIONS, FILE_COMMANDS
from ezvpn.console.exec_network import ACTIONS_NETWORK, CLEAR_NETWORK
from ezvpn.console.exec_ping import ACTIONS_PING, PING
from ezvpn.console.exec_reload import RELOAD_ACTIONS, RELOAD_COMMANDS
from ezvpn.console.exec_replace import REPLACE_ACTIONS, REPLACE_COMMANDS
from ezvpn.console.exec_show import SHOW, SHOW_PRIVILEGED
from ezvpn.console.exec_test import ACTIONS_TEST, TEST
from ezvpn.console.exec_time import ACTIONS_TIME, CLOCK
from ezvpn.console.host import XauthPrompt
from ezvpn.record import Secret
from ezvpn.report.json_text import clean
from ezvpn.wire.attributes import Xauth

_TUNNEL = "Name of the tunnel"

USER = (
    SHOW
    + PING
    + (
        ("disable", ("Turn off privileged commands",), "disable"),
        ("enable", ("Turn on privileged commands",), "enable"),
        ("exit", ("Leave this console",), "leave"),
        ("logout", ("Leave this console",), "leave"),
        (
            "terminal length <0-512>$rows",
            ("Settings of this terminal", "Rows of the screen", "0 for no pausing"),
            "terminal_length",
        ),
        ("terminal no length", ("", "Switch off", "Rows of the screen, 24 again"), "terminal_length"),
        ("terminal width <0-512>$columns", ("", "Columns of the screen", "0 for no end"), "terminal_width"),
        ("terminal no width", ("", "", "Columns of the screen, 80 again"), "terminal_width"),
        (
            "terminal history size <0-256>$lines",
            ("", "Lines that can be called back", "How many", "Lines, default 20"),
            "terminal_history",
        ),
        ("terminal monitor", ("", "Show log lines here"), "terminal_monitor"),
        ("terminal no monitor", ("", "Switch off", "Show log lines here"), "terminal_no_monitor"),
    )
)

PRIVILEGED = (
    USER
    + SHOW_PRIVILEGED
    + CLEAR
    + CLEAR_NETWORK
    + CLOCK
    + TEST
    + DEBUG
    + CONFIG_COMMANDS
    + FILE_COMMANDS
    + REPLACE_COMMANDS
    + ARCHIVE_COMMANDS
    + CONFIRM_COMMANDS
    + RELOAD_COMMANDS
    + (
        (
            "clear crypto ipsec client ezvpn [WORD$name]",
            ("Reset", "Encryption", "IPsec", "Client side", "Easy VPN tunnels", _TUNNEL),
            "clear_ezvpn",
        ),
        ("configure terminal", ("Enter configuration mode", "From this terminal"), "configure"),
        (
            "crypto ipsec client ezvpn connect [WORD$name]",
            ("Encryption", "IPsec", "Client side", "Easy VPN tunnels", "Connect now", _TUNNEL),
            "connect",
        ),
        (
            "crypto ipsec client ezvpn xauth [WORD$name]",
            ("", "", "", "", "Answer a pending XAUTH request", _TUNNEL),
            "xauth",
        ),
        (
            "write trace [WORD$name]",
            (
                "",
                "What the flight recorder holds, for `ezvpn replay`",
                "Name of the file, trace-DATE-TIME.ezt without one",
            ),
            "save_trace",
        ),
    )
)

TRACE_SUFFIX = ".ezt"

# XAUTH attribute -> (prompt, whether it is shown while typed)
_QUESTIONS = {
    Xauth.USER_NAME: ("Username: ", True),
    Xauth.PASSWORD: ("Password: ", False),
    Xauth.PASSCODE: ("Passcode: ", False),
    Xauth.DOMAIN: ("Domain: ", True),
    Xauth.NEXT_PIN: ("New PIN: ", False),
    Xauth.ANSWER: ("Answer: ", False),
}

# In a request these carry something to show; nobody answers them.
_SHOWN = (Xauth.TYPE, Xauth.MESSAGE, Xauth.CHALLENGE, Xauth.STATUS)


def enable(caller: Caller, match: Match, now: int) -> None:
    login.enable(caller, now)


def disable(caller: Caller, match: Match, now: int) -> None:
    caller.privileged = False


def leave(caller: Caller, match: Match, now: int) -> None:
    caller.leave()


def terminal_length(caller: Caller, match: Match, now: int) -> None:
    caller.length = match.number("rows", 24)


def terminal_width(caller: Caller, match: Match, now: int) -> None:
    caller.resize(match.number("columns", 80) or 512)


def terminal_history(caller: Caller, match: Match, now: int) -> None:
    caller.resize_history(match.number("lines", 20))


def terminal_monitor(caller: Caller, match: Match, now: int) -> None:
    caller.monitor = True


def terminal_no_monitor(caller: Caller, match: Match, now: int) -> None:
    caller.monitor = False


def configure(caller: Caller, match: Match, now: int) -> None:
    caller.configure()


def save_trace(caller: Caller, match: Match, now: int) -> None:
    name = match.text("name") or _trace_name(caller, now)
    if not name.endswith(TRACE_SUFFIX):
        name += TRACE_SUFFIX
    if "/" in name or name.startswith("."):
        raise Failed("The trace is kept in the state directory: give a name without a path")
    path = caller.host.save_trace(caller.id, name, now)
    if not path:
        raise Failed("Nothing is recorded: start the agent without `--record off`")
    caller.put("Building trace " + clean(path))
    caller.wait(Stored(caller, "The trace could not be written").answered)


def _trace_name(caller: Caller, now: int) -> str:
    """`trace-20250325-151714`, where the time of day is unknown `trace-up-1234` (seconds)."""
    wall, _ = caller.host.clock(now)
    if wall is None:
        return "trace-up-" + str(now // 1000)
    year, month, day, _ = date(wall)
    second = wall // 1000 % 86400
    return f"trace-{year:04d}{month:02d}{day:02d}-{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}"


def clear_ezvpn(caller: Caller, match: Match, now: int) -> None:
    name = match.text("name")
    for known in _named(caller, name, now) if name else _names(caller, now):
        caller.host.tunnel_clear(known, now)


def connect(caller: Caller, match: Match, now: int) -> None:
    names = _named(caller, match.text("name"), now) if match.text("name") else _names(caller, now)
    if not names:
        raise Failed("There is no tunnel: configure one with `crypto ipsec client ezvpn NAME`")
    if len(names) > 1:
        raise Failed("Several tunnels are configured: name one of " + ", ".join(names))
    problem = caller.host.tunnel_connect(names[0], now)
    if problem:
        raise Failed(clean(problem))


def xauth(caller: Caller, match: Match, now: int) -> None:
    names = _named(caller, match.text("name"), now) if match.text("name") else _names(caller, now)
    waiting = []
    for name in names:
        prompt = caller.host.tunnel_xauth_prompt(name)
        if prompt is not None:
            waiting.append((name, prompt))
    if not waiting:
        raise Failed("No XAUTH request is pending")
    if len(waiting) > 1:
        raise Failed("Several tunnels wait for XAUTH: name one of " + ", ".join([name for name, _ in waiting]))
    _Xauth(caller, waiting[0][0], waiting[0][1]).begin(now)


ACTIONS = {
    "enable": enable,
    "disable": disable,
    "leave": leave,
    "terminal_length": terminal_length,
    "terminal_width": terminal_width,
    "terminal_history": terminal_history,
    "terminal_monitor": terminal_monitor,
    "terminal_no_monitor": terminal_no_monitor,
    "configure": configure,
    "save_trace": save_trace,
    "clear_ezvpn": clear_ezvpn,
    "clear_isakmp": clear_isakmp,
    "clear_sa": clear_sa,
    "clear_session": clear_session,
    "connect": connect,
    "xauth": xauth,
    "debug": debug,
    "undebug": undebug,
}
ACTIONS.update(CONFIG_ACTIONS)
ACTIONS.update(FILE_ACTIONS)
ACTIONS.update(REPLACE_ACTIONS)
ACTIONS.update(ARCHIVE_ACTIONS)
ACTIONS.update(CONFIRM_ACTIONS)
ACTIONS.update(RELOAD_ACTIONS)
ACTIONS.update(ACTIONS_NETWORK)
ACTIONS.update(ACTIONS_PING)
ACTIONS.update(ACTIONS_TIME)
ACTIONS.update(ACTIONS_TEST)


class _Xauth:
    """The questions of one XAUTH request, one after the other, then all answers at once."""

    def __init__(self, caller: Caller, name: str, prompt: XauthPrompt) -> None:
        self.caller = caller
        self.name = name
        self.prompt = prompt
        self.fields = [field for field in prompt.fields if field not in _SHOWN]
        self.answers: "list[tuple[int, str | Secret]]" = []

    def begin(self, now: int) -> None:
        if self.prompt.message:
            self.caller.put(clean(self.prompt.message))
        if self.prompt.challenge:
            self.caller.put("Challenge: " + _shown(self.prompt.challenge))
        self._next(now)

    def _next(self, now: int) -> None:
        if len(self.answers) < len(self.fields):
            words, echo = self._question()
            self.caller.ask(words, echo, self.answered)
            return
        problem = self.caller.host.tunnel_xauth(self.name, self.answers, now)
        if problem:
            raise Failed(clean(problem))

    def _question(self) -> "tuple[str, bool]":
        field = self.fields[len(self.answers)]
        return _QUESTIONS.get(field, ("Attribute " + str(field) + ": ", False))

    def answered(self, text: str, now: int) -> None:
        field = self.fields[len(self.answers)]
        _, echo = self._question()
        self.answers.append((field, text if echo else Secret(text)))
        self._next(now)


def _names(caller: Caller, now: int) -> "list[str]":
    return [status.name for status in caller.host.tunnels(now)]


def _named(caller: Caller, name: str, now: int) -> "list[str]":
    if name not in _names(caller, now):
        raise Failed("There is no tunnel " + name)
    return [name]


def _shown(challenge: bytes) -> str:
    """A challenge as the text it usually is, else in hexadecimal."""
    for byte in challenge:
        if not 0x20 <= byte < 0x7F:
            return "".join([f"{byte:02x}" for byte in challenge])
    return "".join([chr(byte) for byte in challenge])
