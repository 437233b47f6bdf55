"""What a profile of the configuration means for its tunnel.

Level 4: the only place that knows both `config.model` and `tunnel.settings`.
"""

from ezvpn.config import references
from ezvpn.config.model import Config, EzvpnProfile
from ezvpn.crypto.port import Crypto
from ezvpn.node.facts import Facts
from ezvpn.tunnel.offer import esp_offer, phase1_offer
from ezvpn.tunnel.settings import Settings

# Fields that a profile and its settings share.
_TAKEN_OVER = (
    "connect",
    "mode",
    "group",
    "key",
    "username",
    "password",
    "xauth_mode",
    "xauth_retry_minutes",
    "pfs_group",
    "idletime_s",
    "standby_warm",
)


def settings_of(config: Config, profile: EzvpnProfile, crypto: Crypto, facts: Facts) -> Settings:
    """The settings of one tunnel. Policies and transform-sets that exist but are all refused leave an empty offer, which
    `Settings.missing` explains; without any the default offer counts."""
    out = Settings(profile.name)
    for name in _TAKEN_OVER:
        setattr(out, name, getattr(profile, name))
    out.peers = tuple([(peer.host, peer.default) for peer in profile.peers])
    policies = references.phase1_offer(config)
    if policies or not config.policies:
        out.phase1 = phase1_offer(tuple(policies), crypto, config.allow_weak)
    sets = references.esp_offer(config, profile)
    if sets or not [each for each in config.transform_sets if each.name in profile.transform_sets]:
        out.esp = esp_offer(tuple(sets), crypto, config.allow_weak)
    out.local_ports = facts.local_ports
    out.force_natt = facts.force_natt
    out.keepalive = config.keepalive
    out.child_life_s = config.sa_life_s
    out.child_life_kb = config.sa_life_kb
    inside: "list[str]" = []
    networks: "list[tuple[bytes, bytes]]" = []
    for interface in config.interfaces:
        for bound, side in interface.ezvpn:
            if bound != profile.name:
                continue
            if side == "outside":
                out.outside = out.outside or interface.name
                continue
            inside.append(interface.name)
            if interface.address is not None and interface.mask is not None:
                networks.append((masked(interface.address, interface.mask), interface.mask))
    out.inside = tuple(inside)
    out.networks = tuple(networks)
    return out


def masked(address: bytes, mask: bytes) -> bytes:
    """The network part of an address."""
    return bytes([address[i] & mask[i] for i in range(4)])
