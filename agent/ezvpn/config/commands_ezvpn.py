"""The lines of a `crypto ipsec client ezvpn NAME` block: their table, and what each does to an `EzvpnProfile`.

Level 3, pure. Whether a profile is complete is not decided here: lines come one by one (`config.check`).
"""

from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match
from ezvpn.config.model import EzvpnProfile, Peer

EZVPN = (
    (
        "connect ~ {auto|manual}$connect",
        (
            "When the tunnel comes up",
            "At once, and again after each loss (default)",
            "When `crypto ipsec client ezvpn connect` is typed",
        ),
        "connect",
    ),
    (
        "group ~ STRING$group key SECRET$key",
        (
            "Group name and key of the gateway",
            "Name of the group, in quotes with blanks in it",
            "Key of the group",
            "The key in plain text",
        ),
        "group",
    ),
    (
        "idletime ~ <60-86400>$seconds",
        ("Take the tunnel down when no traffic passes", "Seconds without traffic"),
        "idletime",
    ),
    (
        "mode ~ {client|network-extension|network-plus}$mode",
        (
            "How the inside networks are reached",
            "Behind one address that the gateway assigns (default)",
            "With their own addresses",
            "With their own addresses, and an assigned one for management",
        ),
        "mode",
    ),
    (
        "peer HOST$host ~ [default]$default",
        ("Add a gateway", "Address or name of the gateway", "The primary: come back to it"),
        "peer",
    ),
    (
        "pfs ~ group {1|2|5|14|15|16}$group",
        (
            "Perfect forward secrecy",
            "Diffie-Hellman group",
            "768 bits (weak)",
            "1024 bits (weak)",
            "1536 bits (weak)",
            "2048 bits",
            "3072 bits",
            "4096 bits",
        ),
        "pfs",
    ),
    (
        "standby ~ warm",
        ("Be ready for the loss of the gateway", "Know the next gateway's address, keep a key pair for it"),
        "standby",
    ),
    (
        "transform-set ~ WORD$names...",
        ("ESP algorithms to offer, instead of the default ones", "Names of transform sets, best first"),
        "use_transform_sets",
    ),
    (
        "username ~ STRING$username password SECRET$password",
        ("Stored credentials", "User name", "Password", "The password in plain text"),
        "username",
    ),
    (
        "xauth userid mode ~ {interactive|local}$mode",
        (
            "Extended authentication",
            "Where the user name comes from",
            "Mode",
            "Somebody types it when asked (default)",
            "The stored user name and password",
        ),
        "xauth_mode",
    ),
    (
        "xauth retry-minutes ~ {<1-1440>|never}$minutes",
        (
            "",
            "Offer the stored password again after the gateway refused it",
            "Minutes until then, default 60; the pauses grow",
            "Only when somebody says so",
        ),
        "xauth_retry",
    ),
)

_MAX_PEERS = 100  # IOS stops at 10; each costs a few bytes and, when all are silent, its share of a round
_MAX_SETS = 8


def connect(draft: Draft, match: Match) -> None:
    draft.profile().connect = "auto" if match.negate else match.text("connect")


def group(draft: Draft, match: Match) -> None:
    profile = draft.profile()
    if match.negate:
        profile.group = ""
        profile.key = None
        return
    key = draft.secret(match, "key")
    profile.group = match.text("group")
    profile.key = key


def idletime(draft: Draft, match: Match) -> None:
    draft.profile().idletime_s = None if match.negate else match.number("seconds")


def mode(draft: Draft, match: Match) -> None:
    draft.profile().mode = "client" if match.negate else match.text("mode")


def peer(draft: Draft, match: Match) -> None:
    peers = draft.profile().peers
    host = match.text("host")
    known = [one for one in peers if one.host.lower() == host.lower()]
    if match.negate:
        if not known:
            raise Rejected("there is no peer " + host, "host")
        peers.remove(known[0])
        return
    if not known and len(peers) >= _MAX_PEERS:
        raise Rejected("more than " + str(_MAX_PEERS) + " peers", "host")
    primary = match.text("default") != ""
    if primary:
        for one in peers:
            one.default = False
    if known:
        known[0].default = primary
    else:
        peers.append(Peer(host, primary))


def pfs(draft: Draft, match: Match) -> None:
    draft.profile().pfs_group = None if match.negate else int(match.text("group"))


def standby(draft: Draft, match: Match) -> None:
    draft.profile().standby_warm = not match.negate


def use_transform_sets(draft: Draft, match: Match) -> None:
    names: "list[str]" = []
    for name in match.words("names"):
        if name not in names:
            names.append(name)
    if len(names) > _MAX_SETS:
        raise Rejected("more than " + str(_MAX_SETS) + " transform sets", "names")
    draft.profile().transform_sets = [] if match.negate else names


def username(draft: Draft, match: Match) -> None:
    profile = draft.profile()
    if match.negate:
        profile.username = ""
        profile.password = None
        return
    password = draft.secret(match, "password")
    profile.username = match.text("username")
    profile.password = password


def xauth_mode(draft: Draft, match: Match) -> None:
    draft.profile().xauth_mode = "interactive" if match.negate else match.text("mode")


def xauth_retry(draft: Draft, match: Match) -> None:
    if match.negate:
        draft.profile().xauth_retry_minutes = EzvpnProfile("").xauth_retry_minutes
    elif match.text("minutes") == "never":
        draft.profile().xauth_retry_minutes = None
    else:
        draft.profile().xauth_retry_minutes = match.number("minutes")


SETTERS = {
    "connect": connect,
    "group": group,
    "idletime": idletime,
    "mode": mode,
    "peer": peer,
    "pfs": pfs,
    "standby": standby,
    "use_transform_sets": use_transform_sets,
    "username": username,
    "xauth_mode": xauth_mode,
    "xauth_retry": xauth_retry,
}
