"""Board facts: finds `board/NAME/board.json`, in a folder or in the device binary, and reads it.

Dual. Facts live in the JSON file only; what they mean is for the reader of the record.
"""

import json
import sys

from ezvpn.record import Record
from ezvpn.runtime.exits import CannotStart, Exit

HEAP_KB_LEAST, HEAP_KB_MOST = 512, 1048576  # what the device binary takes (firmware/port/main.c)
BY_INIT = "init"
_INSTALLED = ("/etc/ezvpn/board/", "/usr/share/ezvpn/board/")


class Board(Record):
    """name, model as printed; manages_network: the agent may set interface addresses; interfaces: list of (IOS name, device
    name); restart: the command that reboots the machine, "" where `reload` only restarts the agent, `BY_INIT` where the agent is
    the machine's first process; heap_kb: of the device binary's interpreter, 0 for its default. Of a router image: console: the
    serial port, DEVICE,BAUD; data, data_kind: device and file system of what is kept."""

    _fields = (
        "name",
        "model",
        "serial",
        "manages_network",
        "manages_dns",
        "interfaces",
        "restart",
        "heap_kb",
        "console",
        "data",
        "data_kind",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.model = name
        self.serial = ""
        self.manages_network = False
        self.manages_dns = False
        self.interfaces: "list[tuple[str, str]]" = []
        self.restart = ""
        self.heap_kb = 0
        self.console = ""
        self.data = ""
        self.data_kind = ""


def load(name: str, places: "tuple[str, ...]" = ()) -> Board:
    """The board called `name` from the first place that has it. Raises `CannotStart` naming the places looked at."""
    tried = []
    for root in places + _INSTALLED:
        path = root + name + "/board.json"
        tried.append(path)
        try:
            with open(path) as file:
                text = file.read()
        except OSError:
            continue
        return _board(name, path, text)
    text = _built_in(name)
    if text:
        return _board(name, "board.json of " + name, text)
    raise CannotStart(Exit.USAGE, "no board '" + name + "': looked for " + ", ".join(tried))


def _built_in(name: str) -> str:
    """The facts that are in the device binary, "" if there are none of that name."""
    try:
        from ezvpn_boards import TEXTS  # type: ignore[import-not-found]  # frozen in by the firmware's build
    except ImportError:
        return ""
    for board, text in TEXTS:
        if board == name:
            return str(text)
    return ""


def roots(module_file: str) -> "tuple[str, ...]":
    """Where boards may be, given the `__file__` of a module of agent/ezvpn: the checkout, or what pip installed."""
    at = module_file.rfind("agent/ezvpn/")
    if at >= 0:
        return (module_file[:at] + "board/",)
    prefix = getattr(sys, "prefix", "")  # CPython only
    return (prefix + "/share/ezvpn/board/",) if prefix else ()


def _board(name: str, path: str, text: str) -> Board:
    board = Board(name)
    try:
        facts = json.loads(text)
        board.model = str(facts["model"])
        board.serial = str(facts.get("serial", ""))
        board.manages_network = facts["manages_network"] is True
        board.manages_dns = facts.get("manages_dns", False) is True
        board.restart = str(facts.get("restart", ""))
        board.heap_kb = int(facts.get("heap_kb", 0))
        if board.heap_kb and not HEAP_KB_LEAST <= board.heap_kb <= HEAP_KB_MOST:
            raise ValueError("heap_kb is a number of KiB from " + str(HEAP_KB_LEAST) + " to " + str(HEAP_KB_MOST))
        router = facts.get("router", {})
        board.console = str(router.get("console", ""))
        board.data = str(router.get("data", ""))
        board.data_kind = str(router.get("data_kind", ""))
        aliases = facts["interfaces"]
        board.interfaces = [(str(alias), str(aliases[alias])) for alias in sorted(aliases)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotStart(Exit.CONFIGURATION, path + ": not a board description: " + repr(error))
    return board
