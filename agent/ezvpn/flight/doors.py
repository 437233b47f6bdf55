"""Which calls of a node a trace holds and what of their arguments. Tables and the translation of values, both ways.

Level 4, dual, pure. A configuration is its text with each secret under a number of its own (`removed-1`, …), so that a replay
still sees which of them are the same. What is typed at a console is not recorded, only the calls of `console.host.Host` that
came of it.
"""

from ezvpn.config.model import Config
from ezvpn.config.render import render
from ezvpn.config.secrets import MASK, write
from ezvpn.config.text import parse
from ezvpn.flight.values import Value
from ezvpn.record import Secret

# Door of the node -> (index of `now`, whether the other arguments are recorded).
DOORS = {
    "receive": (1, True),
    "timeout": (0, True),
    "resolved": (2, True),
    "link": (3, True),
    "routes_changed": (0, True),
    "plane_edges": (0, True),
    "unreachable": (1, True),
    "clock": (2, True),
    "ntp": (2, True),
    "mqtt": (1, True),
    "stored": (2, True),
    "apply": (1, True),
    "remark": (1, True),
    "pending": (2, True),
    "close": (0, True),
    "console_break": (1, True),
    # What is typed may be a password. What it did to the node is recorded as `HOST_CHANGES`.
    "console_open": (2, False),
    "console": (2, False),
    "tftp": (4, False),
    "console_close": (1, False),
    # What consoles send and get changes nothing.
    "icmp": (3, False),
    "icmp_failed": (2, False),
    "execute": (2, False),
}

# Calls before the first door: of the data plane, and of the reporter's memory of the last run.
START = "start"
RECALL = "recall"

# What a console session may ask of the node and change by it. Whatever else `Host` has is a question.
HOST_CHANGES = (
    "apply",
    "configured",
    "wipe",
    "login_failed",
    "tunnel_connect",
    "tunnel_clear",
    "tunnel_clear_sas",
    "tunnel_xauth",
    "isakmp_clear",
    "provisional_arm",
    "provisional_confirm",
    "provisional_revert",
    "reload_cancel",
    "reload_schedule",
    "clear_counters",
    "set_clock",
)
HOST_ASKS = (
    "check_password",
    "change_key",
    "clock",
    "config",
    "counters",
    "debug",  # a replay tells all of debugging in any case
    "debugging",
    "delete",
    "deleted_sas",
    "guard",
    "hash_kinds",
    "files",
    "log",
    "modes",
    "mqtt_status",
    "provisional_left",
    "read",
    "reboot",
    "reload_left",
    "save",
    "save_trace",
    "sent_text",
    "settle",
    "stored_text",
    "transfer",
    "transfer_end",
    "tunnel_xauth_prompt",
    "tunnels",
    "unseal",
    "interfaces",
    "levels",
    "probe",
    "probe_stop",
    "routes",
    "test_crypto",
    "time",
    "usage",
    "version",
    "write",
)

_CONFIG = "\0config"
_SECRET = "\0secret"
STAND_IN = "removed-"


class Numbers:
    """Gives each different secret a number, in the order in which they are met. `digest(text)` tells them apart, so that this
    keeps none of them."""

    def __init__(self, digest: Value) -> None:
        self._digest = digest
        self._known: "list[bytes]" = []

    def of(self, secret: str) -> int:
        digest: bytes = self._digest(secret.encode())
        if digest not in self._known:
            self._known.append(digest)
        return self._known.index(digest) + 1


def to_trace(value: Value, numbers: Numbers, reveal: Value) -> Value:
    """An argument as a trace holds it. `reveal(number, secret)` hears of each secret that was left out."""
    if isinstance(value, Config):
        return (_CONFIG, config_text(value, numbers, reveal))
    if isinstance(value, Secret):
        text = write(value, False)
        number = numbers.of(text)
        reveal(number, text)
        return (_SECRET, number)
    if isinstance(value, list):
        return [to_trace(each, numbers, reveal) for each in value]
    if isinstance(value, tuple):
        return tuple([to_trace(each, numbers, reveal) for each in value])
    return value


def config_text(config: Config, numbers: Numbers, reveal: Value) -> str:
    """The running configuration, a stand-in for each secret."""
    plain, masked = render(config), render(config, True)
    lines = []
    for i in range(len(plain)):
        line = masked[i]
        if plain[i] != line:
            before, _, after = line.partition(MASK)
            secret = plain[i][len(before) : len(plain[i]) - len(after)]
            number = numbers.of(secret)
            reveal(number, secret)
            line = before + STAND_IN + str(number) + after
        lines.append(line)
    return "\n".join(lines)


def from_trace(value: Value, secrets: "dict[int, str]") -> Value:
    """The argument again. `secrets` has those that a file of keys revealed; the others are their stand-ins."""
    mark = value[0] if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) else ""
    if mark == _CONFIG:
        lines = []
        for line in value[1].split("\n"):
            at = line.find(STAND_IN)
            word = line[at:].split(" ")[0] if at >= 0 else ""
            number = int(word[len(STAND_IN) :]) if word[len(STAND_IN) :].isdigit() else 0
            lines.append(line.replace(word, secrets[number], 1) if number in secrets else line)
        return parse("\n".join(lines) + "\n").config
    if mark == _SECRET:
        return Secret(secrets.get(value[1], STAND_IN + str(value[1])))
    if isinstance(value, list):
        return [from_trace(each, secrets) for each in value]
    if isinstance(value, tuple):
        return tuple([from_trace(each, secrets) for each in value])
    return value
