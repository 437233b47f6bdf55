"""Global configuration commands: their table, and what each does to a `Config`.

Level 3, pure. Block openers set `draft.block`; the lines inside are in `commands_ezvpn`, `commands_isakmp`,
`commands_interface` and `commands_mqtt`. Crypto maps and access lists are whole in files of their own. Setters raise
`Rejected` for what the grammar cannot see, and never leave a change half made.
"""

from ezvpn.config import tokens
from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match
from ezvpn.config.model import Config, EzvpnProfile, Interface, Mqtt, Policy, PresharedKey, TransformSet
from ezvpn.config.transforms import esp_transform
from ezvpn.ike.params import Keepalive
from ezvpn.log import Severity

_LEVEL = "{<0-7>|emergencies|alerts|critical|errors|warnings|notifications|informational|debugging}"
_LEVEL_HELPS = (
    "Severity level",
    "System is unusable (0)",
    "Action needed at once (1)",
    "Critical conditions (2)",
    "Errors (3)",
    "Warnings (4)",
    "Normal but significant conditions (5)",
    "Informational messages (6)",
    "Debugging messages (7)",
)

GLOBAL = (
    ("hostname ~ WORD$name", ("Set the name of this device", "Name, used in prompts and MQTT topics"), "hostname"),
    (
        "enable {secret|password}$what ~ SECRET$secret",
        ("Protect privileged mode", "Secret", "Password, used where there is no secret", "The secret in plain text"),
        "enable",
    ),
    (
        "logging console ~ [" + _LEVEL + "]$level",
        ("Message logging", "Messages on the console") + _LEVEL_HELPS,
        "logging_console",
    ),
    (
        "logging buffered ~ [<4096-2147483647>$bytes] [" + _LEVEL + "]$level",
        ("", "Messages in the log of this device", "Bytes") + _LEVEL_HELPS,
        "logging_buffered",
    ),
    (
        "crypto isakmp policy <1-10000>$priority ~",
        ("Encryption", "IKE, phase 1", "Add or change an ISAKMP policy", "Priority, 1 is the highest"),
        "policy",
    ),
    (
        "crypto isakmp keepalive ~ <10-3600>$seconds [<2-60>$retry] [periodic|on-demand]$when",
        (
            "",
            "",
            "Dead peer detection",
            "Seconds between probes (periodic), or of silence before one (on-demand)",
            "Seconds between retries once a probe was missed, default 2",
            "Probe at regular intervals",
            "Probe only when there is traffic to send (default)",
        ),
        "keepalive",
    ),
    (
        "crypto isakmp allow-weak ~",
        ("", "", "Offer and accept DES, MD5 and group 1 where configured"),
        "allow_weak",
    ),
    (
        "crypto isakmp key [0|6]$type WORD$key ~ {address A.B.C.D$address [MASK$mask]|hostname HOST$hostname}"
        " [no-xauth]$no_xauth",
        (
            "",
            "",
            "Pre-shared key of a site-to-site peer",
            "Specifies an UNENCRYPTED key will follow",
            "Specifies an ENCRYPTED key will follow",
            "The key",
            "By address",
            "Address of the peer",
            "Mask of the peers' subnet",
            "By host name",
            "Name of the peer",
            "This peer is never asked for a user",
        ),
        "preshared_key",
    ),
    (
        "crypto ipsec client ezvpn WORD$name ~",
        ("", "IPsec, phase 2", "Client side", "Easy VPN remote profile", "Name of the profile"),
        "ezvpn",
    ),
    (
        "crypto ipsec transform-set WORD$name ~ {esp-aes [128|192|256]|esp-gcm [128|192|256]|esp-3des|esp-des|esp-null"
        "|esp-md5-hmac|esp-sha-hmac|esp-sha256-hmac|esp-sha384-hmac|esp-sha512-hmac}$words...",
        (
            "",
            "",
            "Name a set of ESP algorithms",
            "Name of the set",
            "AES-CBC, 128 bits unless said otherwise",
            "128 bit keys",
            "192 bit keys",
            "256 bit keys",
            "AES-GCM with 16 byte ICV, 128 bits unless said otherwise",
            "128 bit keys",
            "192 bit keys",
            "256 bit keys",
            "3DES (weak)",
            "DES (weak)",
            "No encryption",
            "HMAC-MD5 (weak)",
            "HMAC-SHA-1",
            "HMAC-SHA-256",
            "HMAC-SHA-384",
            "HMAC-SHA-512",
        ),
        "transform_set",
    ),
    (
        "crypto ipsec security-association lifetime ~ "
        "{seconds ~ <120-86400>$seconds|kilobytes ~ {<2560-4294967295>|disable}$kilobytes}$unit",
        (
            "",
            "",
            "IPsec SAs",
            "How long one is used",
            "By time",
            "Seconds, default 3600",
            "By volume",
            "Kilobytes in one direction, default 4608000",
            "No limit by volume",
        ),
        "sa_lifetime",
    ),
    (
        "crypto ipsec security-association replay window-size ~ {64|128|256|512|1024}$size",
        (
            "",
            "",
            "",
            "Anti-replay checking",
            "Size of the window",
            "Packets",
            "Packets",
            "Packets",
            "Packets",
            "Packets",
        ),
        "replay_window",
    ),
    ("interface IFNAME$name ~", ("Configure an interface", "Such as FastEthernet0 or eth0"), "interface"),
    ("mqtt ~", ("Reports over MQTT",), "mqtt"),
)

LEVELS = (
    "emergencies",
    "alerts",
    "critical",
    "errors",
    "warnings",
    "notifications",
    "informational",
    "debugging",
)

_HOST_MASK = b"\xff\xff\xff\xff"
_ANY = b"\0\0\0\0"

_MAX_PROFILES = 8
_MAX_POLICIES = 32
_MAX_TRANSFORM_SETS = 32
_MAX_INTERFACES = 64
_MAX_KEYS = 64
_MAX_HOSTNAME = 63


def hostname(draft: Draft, match: Match) -> None:
    name = match.text("name")
    if match.negate:
        draft.config.hostname = Config().hostname
        return
    if len(name) > _MAX_HOSTNAME or not tokens.is_host(name) or "." in name:
        raise Rejected("a host name has letters, digits, - and _, at most 63 of them, and is not a number", "name")
    draft.config.hostname = name


def enable(draft: Draft, match: Match) -> None:
    field = "enable_" + match.text("what")
    if match.negate:
        setattr(draft.config, field, None)
        return
    made = draft.password(match, "secret") if field == "enable_secret" else draft.secret(match, "secret")
    setattr(draft.config, field, made)


def logging_console(draft: Draft, match: Match) -> None:
    draft.config.logging_level = -1 if match.negate == "no" else _level(match)


def logging_buffered(draft: Draft, match: Match) -> None:
    draft.config.logging_bytes = match.number("bytes", Config().logging_bytes)
    draft.config.logging_kept = -1 if match.negate == "no" else _level(match)


def policy(draft: Draft, match: Match) -> None:
    policies = draft.config.policies
    priority = match.number("priority")
    at = 0
    while at < len(policies) and policies[at].priority < priority:
        at += 1
    known = at < len(policies) and policies[at].priority == priority
    if match.negate:
        if not known:
            raise Rejected("there is no policy " + str(priority), "priority")
        policies.pop(at)
        return
    if not known:
        _bounded(policies, _MAX_POLICIES, "policies")
        policies.insert(at, Policy(priority))
    draft.enter("config-isakmp", policies[at])


def keepalive(draft: Draft, match: Match) -> None:
    if match.negate:
        draft.config.keepalive = None
        return
    draft.config.keepalive = Keepalive(
        match.number("seconds"), match.number("retry", 2), match.text("when") == "periodic"
    )


def allow_weak(draft: Draft, match: Match) -> None:
    draft.config.allow_weak = not match.negate


def preshared_key(draft: Draft, match: Match) -> None:
    address = match.address("address")
    mask = match.address("mask") or (_ANY if address == _ANY else _HOST_MASK)
    made = PresharedKey(draft.secret(match, "key"), address, mask, match.text("hostname"), match.text("no_xauth") != "")
    keys = draft.config.preshared_keys
    old = [key for key in keys if (key.address, key.mask, key.hostname) == (made.address, mask, made.hostname)]
    if match.negate:
        if made.address is None and not made.hostname:
            old = [key for key in keys if key.key.same(made.key)]
        if not old:
            raise Rejected("there is no such key")
        keys[:] = [key for key in keys if key not in old]
        return
    if old:
        old[0].key = made.key
        old[0].no_xauth = made.no_xauth
        return
    _bounded(keys, _MAX_KEYS, "keys")
    keys.append(made)


def ezvpn(draft: Draft, match: Match) -> None:
    profiles = draft.config.profiles
    at = _named(profiles, match.text("name"))
    if match.negate:
        if at < 0:
            raise Rejected("there is no profile " + match.text("name"), "name")
        profiles.pop(at)
        return
    if at < 0:
        _bounded(profiles, _MAX_PROFILES, "ezvpn profiles")
        profiles.append(EzvpnProfile(match.text("name")))
    draft.enter("config-crypto-ezvpn", profiles[at])


def transform_set(draft: Draft, match: Match) -> None:
    sets = draft.config.transform_sets
    at = _named(sets, match.text("name"))
    if match.negate:
        if at < 0:
            raise Rejected("there is no transform set " + match.text("name"), "name")
        sets.pop(at)
        return
    words = match.words("words")
    made = TransformSet(match.text("name"), tuple(words), esp_transform(words))
    if at < 0:
        _bounded(sets, _MAX_TRANSFORM_SETS, "transform sets")
        sets.append(made)
    else:
        sets[at] = made
    draft.enter("cfg-crypto-trans", made)


def sa_lifetime(draft: Draft, match: Match) -> None:
    """Without a unit, `no` is for both."""
    config = draft.config
    unit = match.text("unit")
    if unit != "kilobytes":
        config.sa_life_s = match.number("seconds", Config().sa_life_s)
    if unit != "seconds":
        disabled = not match.negate and match.text("kilobytes") == "disable"
        config.sa_life_kb = 0 if disabled else match.number("kilobytes", Config().sa_life_kb)


def replay_window(draft: Draft, match: Match) -> None:
    draft.config.anti_replay_window = Config().anti_replay_window if match.negate else int(match.text("size"))


def interface(draft: Draft, match: Match) -> None:
    interfaces = draft.config.interfaces
    at = _named(interfaces, match.text("name"))
    if match.negate:
        if at < 0:
            raise Rejected("there is no interface " + match.text("name") + " in the configuration", "name")
        interfaces.pop(at)
        return
    if at < 0:
        _bounded(interfaces, _MAX_INTERFACES, "interfaces")
        interfaces.append(Interface(match.text("name")))
    draft.enter("config-if", interfaces[at])


def mqtt(draft: Draft, match: Match) -> None:
    if match.negate:
        draft.config.mqtt = None
        return
    if draft.config.mqtt is None:
        draft.config.mqtt = Mqtt()
    draft.enter("config-mqtt", draft.config.mqtt)


SETTERS = {
    "hostname": hostname,
    "enable": enable,
    "logging_console": logging_console,
    "logging_buffered": logging_buffered,
    "policy": policy,
    "keepalive": keepalive,
    "allow_weak": allow_weak,
    "preshared_key": preshared_key,
    "ezvpn": ezvpn,
    "transform_set": transform_set,
    "sa_lifetime": sa_lifetime,
    "replay_window": replay_window,
    "interface": interface,
    "mqtt": mqtt,
}


def _level(match: Match) -> int:
    """The severity that a line names, by number or word; all of them without one."""
    if match.text("level"):
        return LEVELS.index(match.text("level"))
    return match.number("level", Severity.DEBUG)


def _named(items: "list[EzvpnProfile] | list[TransformSet] | list[Interface]", name: str) -> int:
    for i in range(len(items)):
        if items[i].name == name:
            return i
    return -1


def _bounded(
    items: "list[PresharedKey] | list[Policy] | list[EzvpnProfile] | list[TransformSet] | list[Interface]",
    most: int,
    what: str,
) -> None:
    if len(items) >= most:
        raise Rejected("more than " + str(most) + " " + what)
