"""`ezvpn check`: what a configuration will do, in plain English; what is weak in it; what it still lacks.

Level 3, pure. Names that lead nowhere are in `config.references`, faulty lines in `config.text`.
"""

from ezvpn.config import changes, check_map, references
from ezvpn.config.check_words import esp_words, phase1_words, weak_words
from ezvpn.config.model import Config, EzvpnProfile

_CONNECT = {
    "auto": "comes up at once, and again after each loss",
    "manual": "comes up when `crypto ipsec client ezvpn connect` is typed",
}

_MODE = {
    "client": "client mode: the inside networks go out behind the address that the gateway assigns",
    "network-extension": "network extension mode: the inside networks are reached by their own addresses",
    "network-plus": "network extension plus mode: inside networks by their own addresses, and an assigned one for management",
}

_WEAK_GROUPS = (1, 2, 5)


def explain(config: Config) -> "list[str]":
    """What a device with this configuration does. No line holds a secret."""
    out = ["This device is called " + config.hostname + "."]
    for profile in config.profiles:
        out += ["", "Tunnel " + profile.name + ":"]
        out += ["  - " + line for line in _tunnel(config, profile)]
    for entry in config.crypto_maps:
        out += ["", "Crypto map " + entry.name + " " + str(entry.sequence) + " (tunnel " + entry.tunnel + "):"]
        out += ["  - " + line for line in check_map.explain(config, entry)]
    if not config.profiles and not config.crypto_maps:
        out.append("It makes no tunnel: there is no `crypto ipsec client ezvpn` profile and no crypto map.")
    out += ["", "Dead peer detection: " + _keepalive(config) + "."]
    mqtt = config.mqtt
    if mqtt is not None and mqtt.host is not None:
        name = mqtt.client_id or config.hostname
        scheme = "mqtts" if mqtt.tls else "mqtt"
        out.append(
            "Reports go to "
            + scheme
            + "://"
            + mqtt.host
            + ":"
            + str(mqtt.port)
            + ", topics "
            + mqtt.topic_prefix
            + "/"
            + name
            + "/..., counters every "
            + str(mqtt.metrics_interval_s)
            + " s."
        )
    else:
        out.append("Nothing is reported over MQTT.")
    return out


def missing(config: Config) -> "list[str]":
    """What keeps a tunnel from coming up."""
    found = []
    if not config.profiles and not config.crypto_maps:
        found.append("no tunnel: add `crypto ipsec client ezvpn NAME` or `crypto map NAME 10 ipsec-isakmp`")
    for profile in config.profiles:
        about = "tunnel " + profile.name + " cannot come up: "
        if not profile.peers:
            found.append(about + "no gateway; add `peer ADDRESS` to its block")
        if profile.key is None:
            found.append(about + "no group; add `group NAME key KEY` to its block")
        if profile.xauth_mode == "local" and profile.password is None:
            found.append(about + "`xauth userid mode local` needs `username U password P`")
        if profile.transform_sets and not references.esp_offer(config, profile):
            found.append(about + "none of its transform sets is active")
    for entry in config.crypto_maps:
        found += [
            "crypto map " + entry.name + " " + str(entry.sequence) + " " + text
            for text in check_map.missing(config, entry)
        ]
    if config.policies and not references.phase1_offer(config):
        found.append("no tunnel can come up: every ISAKMP policy needs `crypto isakmp allow-weak`")
    if config.mqtt is not None and config.mqtt.host is None:
        found.append("nothing is reported over MQTT: add `broker mqtt://HOST` to the mqtt block")
    return found


def weaknesses(config: Config) -> "list[str]":
    """What an attacker can use, and what to do about it."""
    found = []
    for policy in config.policies:
        about = "policy " + str(policy.priority) + ": "
        found += [about + text for text in weak_words(policy.cipher, policy.hash)]
        if policy.group in _WEAK_GROUPS:
            found.append(about + "group " + str(policy.group) + " is too short; use 14 or more where the gateway can")
    for entry in config.crypto_maps:
        if entry.pfs_group in _WEAK_GROUPS:
            about = "crypto map " + entry.name + " " + str(entry.sequence) + ": "
            found.append(about + "PFS group " + str(entry.pfs_group) + " is too short; use 14 or more")
    for key in config.preshared_keys:
        if key.address is not None and key.mask == b"\0\0\0\0":
            found.append(
                "one pre-shared key is for every address: whoever knows it can be any peer; use a key for each peer"
            )
    if config.profiles and not config.policies:
        found.append(
            "without `crypto isakmp policy`, group 5 and then 2 are offered to gateways that refuse group 14, and 3DES and "
            "SHA-1 with them; a policy limits that"
        )
    for transform_set in config.transform_sets:
        transform = transform_set.transform
        found += [
            "transform set " + transform_set.name + ": " + text for text in weak_words(transform.cipher, transform.auth)
        ]
    for profile in config.profiles:
        about = "tunnel " + profile.name + ": "
        if profile.pfs_group in _WEAK_GROUPS:
            found.append(about + "PFS group " + str(profile.pfs_group) + " is too short; use 14 or more")
        if profile.key is not None:
            # RFC 2409 5.4: in aggressive mode HASH_R travels in the clear, so the key can be guessed off line.
            found.append(
                about
                + "a group key in aggressive mode can be guessed off line by whoever records one connection, and whoever "
                "knows it can pose as the gateway; make it long and random"
            )
    mqtt = config.mqtt
    if mqtt is not None and mqtt.host is not None and not mqtt.tls:
        if mqtt.password is not None:
            found.append("mqtt: the password travels in the clear; use mqtts://")
        if mqtt.ca or mqtt.certificate:
            found.append("mqtt: certificates are used with mqtts:// only")
    if mqtt is not None and mqtt.tls and not mqtt.ca:
        found.append(
            "mqtt: without `ca FILE` the broker is checked against the certificates this machine trusts, if any"
        )
    return found


def _tunnel(config: Config, profile: EzvpnProfile) -> "list[str]":
    hosts = [peer.host + (" (primary)" if peer.default else "") for peer in profile.peers]
    out = [_CONNECT[profile.connect]]
    out.append("gateways, in this order: " + ", ".join(hosts) if hosts else "has no gateway")
    out += _leaving(profile)
    out.append("group " + profile.group + " with a group key" if profile.key is not None else "has no group")
    if profile.password is None:
        out.append("asks for user name and password on the console when the gateway wants them")
    else:
        out.append("user " + profile.username + " with the stored password")
        if profile.xauth_retry_minutes is None:
            out.append("once the password is refused, waits until it is changed or somebody says connect")
        else:
            out.append(
                "once the password is refused, offers it again after "
                + str(profile.xauth_retry_minutes)
                + " minutes, then with growing pauses"
            )
    out.append(_MODE[profile.mode])
    sides = changes.bindings(config, profile.name)
    outside = [name for name, side in sides if side == "outside"]
    inside = [name for name, side in sides if side == "inside"]
    out.append("leaves by " + (outside[0] if outside else "the interface that routes to the gateway"))
    if inside:
        out.append("serves the networks of " + ", ".join(inside))
    out.append("phase 1 offers " + phase1_words(config))
    out.append("ESP offers " + esp_words(config, profile))
    out.append("an IPsec SA is renewed before it is " + _life(config) + " old")
    if profile.pfs_group is None:
        out.append("PFS as the gateway says")
    else:
        out.append("PFS with group " + str(profile.pfs_group))
    return out


def _leaving(profile: EzvpnProfile) -> "list[str]":
    """What ends a tunnel that works, and how a gateway is left."""
    out = []
    primary = [peer.host for peer in profile.peers if peer.default]
    if profile.idletime_s is not None:
        after = "after " + str(profile.idletime_s) + " s without traffic it goes down"
        if profile.connect == "manual":
            after += " until it is connected again"
        elif primary:
            after += " and comes up at once at the primary, " + primary[0]
        else:
            after += " and comes up again at once: `idletime` is for `connect manual` or a `peer ... default`"
        out.append(after)
    if profile.standby_warm:
        out.append(
            "keeps the next gateway's name resolved and a key pair ready, and phase 1 where nobody is asked to log in"
        )
    return out


def _life(config: Config) -> str:
    volume = " or " + str(config.sa_life_kb) + " kB" if config.sa_life_kb else ""
    return str(config.sa_life_s) + " s" + volume


def _keepalive(config: Config) -> str:
    keepalive = config.keepalive
    if keepalive is None:
        return "the gateway's probes are answered; none of our own are configured"
    retry, longest = keepalive.retry, keepalive.seconds + 5 * keepalive.retry
    if keepalive.periodic:
        return f"a probe every {keepalive.seconds} s, repeated every {retry} s; a dead gateway is noticed within {longest} s"
    return (
        f"a probe after {keepalive.seconds} s of silence if there is traffic to send, repeated every {retry} s; "
        + f"then a dead gateway is noticed within {5 * retry} s"
    )
