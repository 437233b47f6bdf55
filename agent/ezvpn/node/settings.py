"""What a profile of the configuration means for its tunnel.

Level 4: the only place that knows both `config.model` and `tunnel.settings`.
"""

from ezvpn.config import check_map, references, tokens
from ezvpn.config.model import Config, EzvpnProfile, MapEntry
from ezvpn.config.secrets import Sealed
from ezvpn.crypto.port import Crypto
from ezvpn.node.facts import Facts
from ezvpn.tunnel.map_settings import MapSettings
from ezvpn.tunnel.offer import esp_offer, phase1_offer
from ezvpn.tunnel.settings import Settings
from ezvpn.wire.inet import masked

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


_LOCKED = "a secret was encrypted with the key of another device: type it again"


class _Locked(Settings):
    """Of a profile with a secret that no key of this device opens."""

    def missing(self) -> str:
        return _LOCKED


def settings_of(config: Config, profile: EzvpnProfile, crypto: Crypto, facts: Facts) -> Settings:
    """The settings of one tunnel. Policies and transform-sets that exist but are all refused leave an empty offer, which
    `Settings.missing` explains; without any the default offer counts."""
    locked = isinstance(profile.key, Sealed) or isinstance(profile.password, Sealed)
    out = _Locked(profile.name) if locked else Settings(profile.name)
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


def map_settings_of(config: Config, entry: MapEntry, crypto: Crypto, facts: Facts) -> MapSettings:
    """The settings of one entry of a crypto map."""
    out = MapSettings(entry.tunnel)
    out.peers = tuple([(peer.host, peer.default) for peer in entry.peers])
    others = [other for other in config.crypto_maps if other is not entry]
    out.shared = tuple([peer.host for other in others for peer in other.peers])
    rungs = phase1_offer(tuple(references.phase1_offer(config)), crypto, config.allow_weak)
    if config.policies and not references.phase1_offer(config):
        rungs = ()
    # Main mode negotiates the group: all policies go out in one offer.
    flat = tuple([transform for rung in rungs for transform in rung])
    out.phase1 = (flat,) if flat else ()
    sets = references.esp_offer(config, entry)
    out.esp = esp_offer(tuple(sets), crypto, config.allow_weak) if sets else ()
    out.pfs_group = entry.pfs_group
    out.child_life_s = config.sa_life_s if entry.life_s is None else entry.life_s
    out.child_life_kb = config.sa_life_kb if entry.life_kb is None else entry.life_kb
    out.protects = tuple(references.protected(config, entry))
    keys = [
        (key.address, key.mask, key.hostname, key.key)
        for key in config.preshared_keys
        if not isinstance(key.key, Sealed)
    ]
    # The longest mask first; a configuration has at most one key for each mask that holds an address.
    ordered = sorted([(255 * 4 - sum(keys[i][1]), i) for i in range(len(keys))])
    out.keys = tuple([keys[i] for _, i in ordered])
    out.local_ports = facts.local_ports
    out.force_natt = facts.force_natt
    out.keepalive = config.keepalive
    on = references.interfaces_of(config, entry.name)
    out.outside = on[0] if on else ""
    lacks = [text for text in check_map.missing(config, entry) if text.startswith(check_map.CANNOT)]
    if entry.tunnel in [profile.name for profile in config.profiles]:
        lacks.append("an ezvpn profile has the name of its tunnel, " + entry.tunnel)
    elif not out.phase1:
        lacks.append("no usable phase 1 proposal: change `crypto isakmp policy`")
    elif not out.esp:
        lacks.append("no usable ESP proposal: change its transform sets")
    if _locked(config, entry):
        lacks.insert(0, _LOCKED)
    out.incomplete = lacks[0] if lacks else ""
    return out


def _locked(config: Config, entry: MapEntry) -> bool:
    """Whether the key for one of its peers is one that cannot be opened; of a peer that is a name, it may be any."""
    for peer in entry.peers:
        address = tokens.address(peer.host)
        if address is None and [1 for key in config.preshared_keys if isinstance(key.key, Sealed)]:
            return True
        key = references.key_for(config, address or b"\0\0\0\0", peer.host)
        if key is not None and isinstance(key.key, Sealed):
            return True
    return False
