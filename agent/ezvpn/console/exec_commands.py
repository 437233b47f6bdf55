"""The EXEC commands that do something: their tables, and what each asks of the device. `show` is in `exec_show`.

Level 4, pure. Which of them need `enable` is decided by the table they stand in.
"""

from ezvpn.config.grammar import Match
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.debug import date
from ezvpn.console.exec_clear import CLEAR, clear_isakmp, clear_sa, clear_session
from ezvpn.console.exec_debug import DEBUG, debug, undebug
from ezvpn.console.exec_show import SHOW, SHOW_PRIVILEGED
from ezvpn.console.host import XauthPrompt
from ezvpn.record import Secret
from ezvpn.report.json_text import clean
from ezvpn.wire.attributes import Xauth

_TUNNEL = "Name of the tunnel"

USER = SHOW + (
    ("disable", ("Turn off privileged commands",), "disable"),
    ("enable", ("Turn on privileged commands",), "enable"),
    ("exit", ("Leave this console",), "leave"),
    ("logout", ("Leave this console",), "leave"),
    (
        "terminal length <0-512>$lines",
        ("Settings of this terminal", "Lines on the screen", "0 for no pausing"),
        "terminal_length",
    ),
    ("terminal width <0-512>$columns", ("", "Columns on the screen", "0 for no end"), "terminal_width"),
    ("terminal monitor", ("", "Show log lines here"), "terminal_monitor"),
    ("terminal no monitor", ("", "Switch off", "Show log lines here"), "terminal_no_monitor"),
)

PRIVILEGED = (
    USER
    + SHOW_PRIVILEGED
    + CLEAR
    + DEBUG
    + (
        (
            "clear crypto ipsec client ezvpn [WORD$name]",
            ("Reset", "Encryption", "IPsec", "Client side", "Easy VPN tunnels", _TUNNEL),
            "clear_ezvpn",
        ),
        ("configure terminal", ("Enter configuration mode", "From this terminal"), "configure"),
        (
            "copy running-config startup-config",
            ("Copy a configuration", "The configuration that runs", "The one used at the next start"),
            "save",
        ),
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
        ("reload", ("Start the device again",), "reload"),
        ("write [memory]", ("Save the running configuration", "For the next start"), "save"),
        (
            "write trace [WORD$name]",
            (
                "Save",
                "What the flight recorder holds, for `ezvpn replay`",
                "Name of the file, trace-DATE-TIME.ezt without one",
            ),
            "save_trace",
        ),
    )
)

TRACE_SUFFIX = ".ezt"
_TRIES = 3

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
    config = caller.host.config
    secret = config.enable_secret
    words = "Bad secrets"
    if secret is None:
        secret = config.enable_password
        words = "Bad passwords"
    if secret is None or caller.privileged:
        caller.privileged = True
    else:
        _EnablePassword(caller, secret, words).ask()


def disable(caller: Caller, match: Match, now: int) -> None:
    caller.privileged = False


def leave(caller: Caller, match: Match, now: int) -> None:
    caller.leave()


def terminal_length(caller: Caller, match: Match, now: int) -> None:
    if match.number("lines"):
        caller.put("% Output does not pause here, as with `terminal length 0`")


def terminal_width(caller: Caller, match: Match, now: int) -> None:
    caller.resize(match.number("columns") or 512)


def terminal_monitor(caller: Caller, match: Match, now: int) -> None:
    caller.monitor = True


def terminal_no_monitor(caller: Caller, match: Match, now: int) -> None:
    caller.monitor = False


def configure(caller: Caller, match: Match, now: int) -> None:
    caller.configure()


def save(caller: Caller, match: Match, now: int) -> None:
    caller.put("Building configuration...")
    if caller.interactive:
        caller.wait()
        caller.host.save(caller.id, now)
    else:
        caller.host.save(0, now)


def save_trace(caller: Caller, match: Match, now: int) -> None:
    name = match.text("name") or _trace_name(caller, now)
    if not name.endswith(TRACE_SUFFIX):
        name += TRACE_SUFFIX
    if "/" in name or name.startswith("."):
        raise Failed("The trace is kept in the state directory: give a name without a path")
    path = caller.host.save_trace(caller.id if caller.interactive else 0, name, now)
    if not path:
        raise Failed("Nothing is recorded: start the agent without `--record off`")
    caller.put("Building trace " + clean(path))
    if caller.interactive:
        caller.wait()


def _trace_name(caller: Caller, now: int) -> str:
    """`trace-20250325-151714`, where the time of day is unknown `trace-up-1234` (seconds)."""
    wall, _ = caller.host.clock(now)
    if wall is None:
        return "trace-up-" + str(now // 1000)
    year, month, day, _ = date(wall)
    second = wall // 1000 % 86400
    return f"trace-{year:04d}{month:02d}{day:02d}-{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}"


def reload(caller: Caller, match: Match, now: int) -> None:
    if caller.interactive:
        caller.ask("Proceed with reload? [confirm]", True, _Reload(caller).answered)
    else:
        caller.host.reboot(now)


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
    "terminal_monitor": terminal_monitor,
    "terminal_no_monitor": terminal_no_monitor,
    "configure": configure,
    "save": save,
    "save_trace": save_trace,
    "reload": reload,
    "clear_ezvpn": clear_ezvpn,
    "clear_isakmp": clear_isakmp,
    "clear_sa": clear_sa,
    "clear_session": clear_session,
    "connect": connect,
    "xauth": xauth,
    "debug": debug,
    "undebug": undebug,
}


class _EnablePassword:
    """The password of `enable`, three times at most."""

    def __init__(self, caller: Caller, secret: Secret, words: str) -> None:
        self.caller = caller
        self.secret = secret
        self.words = words
        self.left = _TRIES

    def ask(self) -> None:
        self.caller.ask("Password: ", False, self.answered)

    def answered(self, text: str, now: int) -> None:
        if self.secret.same(Secret(text)):
            self.caller.privileged = True
            return
        self.left -= 1
        if not self.left:
            raise Failed(self.words)
        self.ask()


class _Reload:
    """The confirmation of `reload`: Enter or y."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def answered(self, text: str, now: int) -> None:
        if text.strip().lower() in ("", "y", "yes"):
            self.caller.host.reboot(now)


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
