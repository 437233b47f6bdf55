"""What a change of the configuration does to a running tunnel: one table, field -> effect, and the difference as text.

Level 3, pure. `node.apply` walks the changes; `configure replace` and `show running-config diff` print them.
"""

from ezvpn.config import references
from ezvpn.config.commands_line import BANNER_END
from ezvpn.config.model import Config, EzvpnProfile, MapEntry, Policy, same
from ezvpn.config.render import render
from ezvpn.record import Record


class Effect:
    """What a change asks for, from nothing at all to the end of the tunnel."""

    NOTHING = "nothing"  # no tunnel bounces
    REARM = "re-arm"  # timers of the live SA start again
    NEXT_ATTEMPT = "next-attempt"  # counts from the next attempt (if the current peer is gone: reconnect)
    REKEY = "rekey"  # counts from the next rekey
    RECONNECT = "reconnect"
    CREATE = "create"
    DELETE = "delete"


_GLOBAL = (
    ("hostname", Effect.NOTHING),
    ("mqtt", Effect.NOTHING),
    ("archive", Effect.NOTHING),
    ("logging_level", Effect.NOTHING),
    ("routes", Effect.NOTHING),
    ("ntp_servers", Effect.NOTHING),
    ("enable_secret", Effect.NOTHING),
    ("enable_password", Effect.NOTHING),
    ("users", Effect.NOTHING),
    ("banner", Effect.NOTHING),
    ("line", Effect.NOTHING),
    ("password_recovery", Effect.NOTHING),
    ("logging_bytes", Effect.NOTHING),
    ("logging_kept", Effect.NOTHING),
    ("password_encryption", Effect.NOTHING),
    ("preshared_keys", Effect.NEXT_ATTEMPT),
    ("kept", Effect.NOTHING),
    ("keepalive", Effect.REARM),
    ("sa_life_s", Effect.REKEY),
    ("sa_life_kb", Effect.REKEY),
    ("anti_replay_window", Effect.REKEY),
    ("allow_weak", Effect.RECONNECT),
)

_MAP_KIND = "crypto map"

_POLICY = (
    ("priority", Effect.RECONNECT),
    ("cipher", Effect.RECONNECT),
    ("key_bits", Effect.RECONNECT),
    ("hash", Effect.RECONNECT),
    ("authentication", Effect.RECONNECT),
    ("group", Effect.RECONNECT),
    ("life_s", Effect.REKEY),
)

_PROFILE = (
    ("connect", Effect.NEXT_ATTEMPT),
    ("group", Effect.RECONNECT),
    ("key", Effect.RECONNECT),
    ("mode", Effect.RECONNECT),
    ("peers", Effect.NEXT_ATTEMPT),
    ("username", Effect.NEXT_ATTEMPT),
    ("password", Effect.NEXT_ATTEMPT),
    ("xauth_mode", Effect.NEXT_ATTEMPT),
    ("xauth_retry_minutes", Effect.NEXT_ATTEMPT),
    ("pfs_group", Effect.REKEY),
    ("transform_sets", Effect.RECONNECT),
    ("idletime_s", Effect.REARM),
    ("standby_warm", Effect.NOTHING),
)

_MAP = (
    ("description", Effect.NOTHING),
    ("peers", Effect.NEXT_ATTEMPT),
    ("transform_sets", Effect.RECONNECT),
    ("pfs_group", Effect.REKEY),
    ("life_s", Effect.REKEY),
    ("life_kb", Effect.REKEY),
    ("access_list", Effect.RECONNECT),
    ("kept", Effect.NOTHING),
)

_WORDS = {
    Effect.NOTHING: "no tunnel is touched",
    Effect.REARM: "timers start again, the tunnel stays",
    Effect.NEXT_ATTEMPT: "counts from the next attempt",
    Effect.REKEY: "counts from the next rekey",
    Effect.RECONNECT: "reconnects",
    Effect.CREATE: "new tunnel",
    Effect.DELETE: "the tunnel is deleted",
}


class Change(Record):
    """One field that differs. path: the field of the model (`peers`, `policies`, `interfaces`) · effect: an `Effect` ·
    profile: the tunnel it is about, an ezvpn profile or an entry of a crypto map, "" = every one · kind: "ezvpn" or
    "crypto map"."""

    _fields = ("path", "effect", "profile", "kind")

    def __init__(self, path: str, effect: str, profile: str = "", kind: str = "ezvpn") -> None:
        self.path = path
        self.effect = effect
        self.profile = profile
        self.kind = kind

    def __str__(self) -> str:
        where = self.kind + " " + self.profile + ": " if self.profile else ""
        return where + self.path.replace("_", " ") + ": " + _WORDS[self.effect]


def diff(old: Config, new: Config) -> "list[Change]":
    """Everything that differs, in the order of the tables above; empty when both say the same."""
    found = _fields(old, new, _GLOBAL, "")
    found += _policies(old, new)
    for profile in old.profiles:
        other = _profile(new, profile.name)
        if other is None:
            found.append(Change("profile", Effect.DELETE, profile.name))
            continue
        found += _fields(profile, other, _PROFILE, profile.name)
        # A set may change under its name; a changed list of names is in the table above.
        if profile.transform_sets == other.transform_sets and not same(_sets(old, profile), _sets(new, other)):
            found.append(Change("transform_sets", Effect.RECONNECT, profile.name))
        if bindings(old, profile.name) != bindings(new, profile.name):
            found.append(Change("interfaces", Effect.RECONNECT, profile.name))
    for profile in new.profiles:
        if _profile(old, profile.name) is None:
            found.append(Change("profile", Effect.CREATE, profile.name))
    found += _map_entries(old, new)
    # What else differs there concerns no tunnel: addresses and descriptions, sets and lists that nobody uses.
    for path in ("interfaces", "transform_sets", "access_lists"):
        if not same(getattr(old, path), getattr(new, path)) and not any(change.path == path for change in found):
            found.append(Change(path, Effect.NOTHING))
    return found


def _map_entries(old: Config, new: Config) -> "list[Change]":
    found: "list[Change]" = []
    for entry in old.crypto_maps:
        other = _map_entry(new, entry.tunnel)
        if other is None:
            found.append(Change("crypto_maps", Effect.DELETE, entry.tunnel, _MAP_KIND))
            continue
        found += [
            Change(name, effect, entry.tunnel, _MAP_KIND)
            for name, effect in _MAP
            if not same(getattr(entry, name), getattr(other, name))
        ]
        if entry.transform_sets == other.transform_sets and not same(_sets(old, entry), _sets(new, other)):
            found.append(Change("transform_sets", Effect.RECONNECT, entry.tunnel, _MAP_KIND))
        lists = entry.access_list == other.access_list
        if lists and references.protected(old, entry) != references.protected(new, other):
            found.append(Change("access_lists", Effect.RECONNECT, entry.tunnel, _MAP_KIND))
        if references.interfaces_of(old, entry.name) != references.interfaces_of(new, other.name):
            found.append(Change("interfaces", Effect.RECONNECT, entry.tunnel, _MAP_KIND))
    for entry in new.crypto_maps:
        if _map_entry(old, entry.tunnel) is None:
            found.append(Change("crypto_maps", Effect.CREATE, entry.tunnel, _MAP_KIND))
    return found


def _map_entry(config: Config, tunnel: str) -> "MapEntry | None":
    for entry in config.crypto_maps:
        if entry.tunnel == tunnel:
            return entry
    return None


def bindings(config: Config, profile: str) -> "list[tuple[str, str]]":
    """(interface name, "inside" | "outside") of every interface that a profile is on, in the order of the text."""
    return [
        (interface.name, side) for interface in config.interfaces for name, side in interface.ezvpn if name == profile
    ]


def text_diff(old: Config, new: Config) -> "list[str]":
    """Lines of the configuration that come (`+`) and go (`-`), each under the first line of its block; secrets masked, but a
    changed secret shows as a changed line."""
    before = _blocks(old)
    after = _blocks(new)
    out: "list[str]" = []
    for head, shown, lines in before:
        match = _block(after, head)
        if match is None:
            out.append("-" + shown)
            out += ["-" + masked for _, masked in lines]
            continue
        gone = [masked for plain, masked in lines if not _holds(match, plain)]
        come = [masked for plain, masked in match if not _holds(lines, plain)]
        if not gone and not come and [plain for plain, _ in lines] != [plain for plain, _ in match]:
            gone = [masked for _, masked in lines]  # only the order is new
            come = [masked for _, masked in match]
        if gone or come:
            out.append(" " + shown)
            out += ["-" + line for line in gone] + ["+" + line for line in come]
    for head, shown, lines in after:
        if _block(before, head) is None:
            out.append("+" + shown)
            out += ["+" + masked for _, masked in lines]
    return out


def _fields(old: Record, new: Record, table: "tuple[tuple[str, str], ...]", profile: str) -> "list[Change]":
    return [Change(name, effect, profile) for name, effect in table if not same(getattr(old, name), getattr(new, name))]


def _policies(old: Config, new: Config) -> "list[Change]":
    """One change for all policies: reconnect, unless nothing but lifetimes differs."""
    if same(old.policies, new.policies):
        return []
    if len(old.policies) != len(new.policies):
        return [Change("policies", Effect.RECONNECT)]
    for i in range(len(old.policies)):
        for change in _policy(old.policies[i], new.policies[i]):
            if change.effect == Effect.RECONNECT:
                return [Change("policies", Effect.RECONNECT)]
    return [Change("policies", Effect.REKEY)]


def _policy(old: Policy, new: Policy) -> "list[Change]":
    return _fields(old, new, _POLICY, "")


def _profile(config: Config, name: str) -> "EzvpnProfile | None":
    for profile in config.profiles:
        if profile.name == name:
            return profile
    return None


def _sets(config: Config, profile: "EzvpnProfile | MapEntry") -> "list[object]":
    """The definitions of the transform sets that a profile or a crypto map entry names."""
    return [
        transform_set.transform
        for name in profile.transform_sets
        for transform_set in config.transform_sets
        if transform_set.name == name
    ]


def _blocks(config: Config) -> "list[tuple[str, str, list[tuple[str, str]]]]":
    """(first line, the same masked, the lines inside: (plain, masked)) of each block of the text."""
    plain = render(config)
    masked = render(config, masked=True)
    found: "list[tuple[str, str, list[tuple[str, str]]]]" = []
    banner = False  # its lines may begin with anything
    for i in range(len(plain)):
        if banner or plain[i][:1] == " ":
            found[-1][2].append((plain[i], masked[i]))
            banner = banner and plain[i] != BANNER_END
        elif plain[i] not in ("!", "end"):
            found.append((plain[i], masked[i], []))
            banner = plain[i].startswith("banner ")
    return found


def _block(blocks: "list[tuple[str, str, list[tuple[str, str]]]]", head: str) -> "list[tuple[str, str]] | None":
    for first, _, lines in blocks:
        if first == head:
            return lines
    return None


def _holds(lines: "list[tuple[str, str]]", plain: str) -> bool:
    return any(other == plain for other, _ in lines)
