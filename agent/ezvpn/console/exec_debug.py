"""`debug`, `undebug`, `no debug`, `show debugging`: which lines the device tells while somebody looks for a fault.

Level 4, pure. All consoles share one mask, as in IOS; where the lines show is a matter of `terminal monitor` and `logging
console`. The words of the lines are in `debug_words`.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller
from ezvpn.log import Debug, Severity
from ezvpn.report.json_text import Object
from ezvpn.report.snapshot import SCHEMA_VERSION

_WHAT = "crypto {isakmp|ipsec}$what"
_CLIENT = "crypto ipsec client ezvpn$what"

# In privileged mode only.
DEBUG = (
    ("debug " + _WHAT, ("Tell what happens, line by line", "Encryption", "IKE", "IPsec"), "debug"),
    ("debug " + _CLIENT, ("", "", "", "Client side", "Easy VPN tunnels"), "debug"),
    ("undebug " + _WHAT, ("Stop telling it", "Encryption", "IKE", "IPsec"), "undebug"),
    ("undebug " + _CLIENT, ("", "", "", "Client side", "Easy VPN tunnels"), "undebug"),
    ("undebug all$what", ("", "Whatever is told"), "undebug"),
    ("no debug " + _WHAT, ("Switch off", "Stop telling it", "Encryption", "IKE", "IPsec"), "undebug"),
    ("no debug " + _CLIENT, ("", "", "", "", "Client side", "Easy VPN tunnels"), "undebug"),
    ("no debug all$what", ("", "", "Whatever is told"), "undebug"),
)

SHOW_DEBUG = (("show debugging [json]$json", ("", "What `debug` has switched on", "As JSON"), "show_debugging"),)

# word -> (bit, IOS's name of it), in the order in which `show debugging` lists them
_SUBJECTS = (
    ("isakmp", Debug.ISAKMP, "Crypto ISAKMP"),
    ("ipsec", Debug.IPSEC, "Crypto IPSEC"),
    ("ezvpn", Debug.EZVPN, "EzVPN"),
)
_ALL = Debug.ISAKMP | Debug.IPSEC | Debug.EZVPN


def debug(caller: Caller, match: Match, now: int) -> None:
    for word, bit, name in _SUBJECTS:
        if word == match.text("what"):
            caller.host.debug(caller.host.debugging() | bit, now)
            caller.put(name + " debugging is on")
    if caller.host.config.logging_level < Severity.DEBUG:
        caller.put("% Its lines are in `show logging`; to see them here: `logging console debugging`")


def undebug(caller: Caller, match: Match, now: int) -> None:
    if match.text("what") == "all":
        caller.host.debug(0, now)
        caller.put("All possible debugging has been turned off")
    for word, bit, name in _SUBJECTS:
        if word == match.text("what"):
            caller.host.debug(caller.host.debugging() & (_ALL - bit), now)
            caller.put(name + " debugging is off")


def show(caller: Caller, match: Match, now: int) -> "list[str]":
    """What is on, one a line."""
    mask = caller.host.debugging()
    found = ["  " + name + " debugging is on" for _, bit, name in _SUBJECTS if mask & bit]
    return ["Cryptographic Subsystem:"] + found if found else ["No debugging is on"]


def show_json(caller: Caller, match: Match, now: int) -> Object:
    mask = caller.host.debugging()
    pairs: "list[tuple[str, object]]" = [(word, mask & bit != 0) for word, bit, _ in _SUBJECTS]
    return Object(("schema_version", SCHEMA_VERSION), *pairs)
