"""The options of `ezvpn run`: one table that the small parser below, its help and the CPython command line all read.

Dual, no I/O. The parser exists because MicroPython has no typer and because importing typer costs CPython more time than the
whole start of the agent.
"""

from ezvpn.compat import PROGRAM
from ezvpn.record import Record
from ezvpn.runtime.exits import CannotStart, Exit

# (option, what stands for its value, default, help)
RUN_OPTIONS = (
    ("--console", "-|pty|DEVICE[,BAUD]", "", "Where the console is: this terminal, a new pty, or a serial port."),
    ("--dataplane", "auto|tun|none", "auto", "Who moves the packets; none negotiates and reports only."),
    ("--state-dir", "DIR", "", "Where state is kept. Default /var/lib/ezvpn, without root ~/.local/state/ezvpn."),
    ("--board", "NAME", "unix", "Which board this is: a folder of board/."),
    ("--record", "on|off", "on", "The flight recorder: 256 KiB of what happened, in the state directory."),
    (
        "--record-keys",
        "FILE",
        "",
        "Write all keys and passwords to FILE too, for `ezvpn replay --keys`. For debugging only.",
    ),
)
DATAPLANES = ("auto", "tun", "none")
RECORDS = ("on", "off")

USAGE = "Usage: " + PROGRAM + " run [CONFIG] [OPTIONS]"
_EXAMPLES = """Examples:
  ezvpn run branch.conf                     connect with this configuration, log to stderr
  ezvpn run branch.conf --console -         the same with the console on this terminal
  ezvpn run --console /dev/ttyS0,115200     the stored configuration, console on a serial port
"""


class Options(Record):
    """What `ezvpn run` was told. config "" = the store in the state directory; console "" = none; state_dir "" = default."""

    _fields = ("config", "console", "dataplane", "state_dir", "board", "record", "record_keys")

    def __init__(
        self,
        config: str = "",
        console: str = "",
        dataplane: str = "auto",
        state_dir: str = "",
        board: str = "unix",
        record: str = "on",
        record_keys: str = "",
    ) -> None:
        self.config = config
        self.console = console
        self.dataplane = dataplane
        self.state_dir = state_dir
        self.board = board
        self.record = record
        self.record_keys = record_keys


def parse(words: "list[str]") -> Options:
    """The words after `run` as `Options`. Raises `CannotStart` (exit 2) naming the word that is wrong."""
    values: "dict[str, str]" = {}
    for name, _, default, _ in RUN_OPTIONS:
        values[name] = default
    config = ""
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if not word.startswith("-"):
            if config:
                raise _usage("one CONFIG only, and '" + config + "' was given before '" + word + "'")
            config = word
            continue
        name, equals, value = word.partition("=")
        if name not in values:
            raise _usage("no such option: " + name)
        if not equals:
            # `--console -` is why a value may start with a dash.
            if at >= len(words):
                raise _usage("option " + name + " needs a value")
            value = words[at]
            at += 1
        if not value:
            raise _usage("option " + name + " needs a value")
        values[name] = value
    return checked(
        Options(
            config,
            values["--console"],
            values["--dataplane"],
            values["--state-dir"],
            values["--board"],
            values["--record"],
            values["--record-keys"],
        )
    )


def checked(options: Options) -> Options:
    """`options` itself, if its values are possible. Raises `CannotStart` (exit 2)."""
    if options.dataplane not in DATAPLANES:
        raise _usage("--dataplane is one of " + ", ".join(DATAPLANES) + ", not '" + options.dataplane + "'")
    if options.console not in ("", "-", "pty") and not options.console.startswith("/"):
        raise _usage("--console is -, pty, or a device such as /dev/ttyS0,115200, not '" + options.console + "'")
    if options.record not in RECORDS:
        raise _usage("--record is on or off, not '" + options.record + "'")
    if options.record_keys and options.record == "off":
        raise _usage("--record-keys needs --record on")
    if "/" in options.board or not options.board:
        raise _usage("--board is a folder name of board/, not '" + options.board + "'")
    return options


def help_text() -> str:
    """What `run --help` prints where there is no typer."""
    lines = [USAGE, "", "Run the agent until it is stopped. SIGHUP reads CONFIG again.", ""]
    for name, value, _, text in RUN_OPTIONS:
        lines.append(f"  {name + ' ' + value:34} {text}")
    return "\n".join(lines) + "\n\n" + _EXAMPLES.replace("  ezvpn ", "  " + PROGRAM + " ")


def _usage(text: str) -> CannotStart:
    return CannotStart(Exit.USAGE, text + "\n" + USAGE + "\nTry '" + PROGRAM + " run --help'.")
