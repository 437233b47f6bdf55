"""Names in a configuration that lead nowhere, and lines that stay without effect: the warnings of a load.

Level 3, pure. Nothing here refuses anything: an entry that names what does not exist is inactive, as in IOS. Also says
which ESP transforms, ISAKMP policies, keys and access list lines are active after that.
"""

from ezvpn.config import access_words
from ezvpn.config.model import AccessList, Config, EzvpnProfile, MapEntry, Policy, PresharedKey
from ezvpn.ike.params import EspTransform, Phase1Transform, Selector
from ezvpn.record import Record


def warnings(config: Config) -> "list[tuple[Record | None, str]]":
    """(the policy, profile, interface or crypto map entry it is about, what is wrong and what follows)."""
    found: "list[tuple[Record | None, str]]" = []
    for policy in config.policies:
        if not config.allow_weak and _weak(policy):
            text = "policy " + str(policy.priority) + " is not offered: " + " and ".join(_weak(policy))
            found.append((policy, text + " only with `crypto isakmp allow-weak`"))
    sets = [transform_set.name for transform_set in config.transform_sets]
    profiles = [profile.name for profile in config.profiles]
    for profile in config.profiles:
        for name in profile.transform_sets:
            if name not in sets:
                found.append((profile, "there is no transform set " + name + ": that entry is inactive"))
        if not config.allow_weak:
            for name in profile.transform_sets:
                text = _refused_set(config, name)
                if text:
                    found.append((profile, text))
    outside: "list[str]" = []
    for interface in config.interfaces:
        for name, side in interface.ezvpn:
            if name not in profiles:
                found.append((interface, "there is no ezvpn profile " + name + ": that line is inactive"))
            if side == "outside":
                if name in outside:
                    found.append(
                        (interface, "profile " + name + " has another outside interface: the first one counts")
                    )
                outside.append(name)
        if interface.crypto_map and not [1 for entry in config.crypto_maps if entry.name == interface.crypto_map]:
            found.append((interface, "there is no crypto map " + interface.crypto_map + ": that line is inactive"))
    return found + _crypto_maps(config, sets)


def esp_offer(config: Config, profile: "EzvpnProfile | MapEntry") -> "list[EspTransform]":
    """The transforms of the sets that a profile or a crypto map entry names and that exist, in order; weak ones only with
    allow-weak. Empty: it names none, or none is active."""
    found = []
    for name in profile.transform_sets:
        for transform_set in config.transform_sets:
            if transform_set.name == name and (config.allow_weak or not _weak_esp(transform_set.transform)):
                found.append(transform_set.transform)
    return found


def phase1_offer(config: Config) -> "list[Phase1Transform]":
    """The configured policies by priority; weak ones only with allow-weak. Empty with no policies: the default offer."""
    return [
        Phase1Transform(policy.cipher, policy.key_bits, policy.hash, policy.group, policy.life_s)
        for policy in config.policies
        if config.allow_weak or not _weak(policy)
    ]


def _weak(policy: Policy) -> "list[str]":
    """What a policy has that is offered only with allow-weak."""
    found = []
    if policy.cipher == "des":
        found.append("DES")
    if policy.hash == "md5":
        found.append("MD5")
    if policy.group == 1:
        found.append("group 1")
    return found


def _weak_esp(transform: EspTransform) -> bool:
    return transform.cipher == "des" or transform.auth == "md5"


def _refused_set(config: Config, name: str) -> str:
    for transform_set in config.transform_sets:
        if transform_set.name == name and _weak_esp(transform_set.transform):
            return "transform set " + name + " is not offered: DES and MD5 only with `crypto isakmp allow-weak`"
    return ""


def access_list(config: Config, name: str) -> "AccessList | None":
    """The extended access list of this name or number."""
    for listed in config.access_lists:
        if listed.name == name:
            return listed
    return None


def interfaces_of(config: Config, name: str) -> "list[str]":
    """Names of the interfaces that a crypto map is on."""
    return [interface.name for interface in config.interfaces if interface.crypto_map == name]


def protected(config: Config, entry: MapEntry) -> "list[tuple[Selector, Selector]]":
    """(here, there) of every `permit` line of an entry's access list that a traffic selector can say, each once. `deny` lines are
    not part of it (docs/decisions/0008)."""
    listed = access_list(config, entry.access_list)
    found: "list[tuple[Selector, Selector]]" = []
    for line in listed.entries if listed is not None else []:
        if line.action == "permit":
            pair = access_words.selectors(line)
            if pair is not None and pair not in found:
                found.append(pair)
    return found


def key_for(config: Config, address: bytes, host: str) -> "PresharedKey | None":
    """The key for a peer at this address: the longest mask that holds it; else the one for the name it was configured by."""
    best: "PresharedKey | None" = None
    for key in config.preshared_keys:
        if key.address is None:
            continue
        mask = key.mask
        if [1 for i in range(4) if (address[i] ^ key.address[i]) & mask[i]]:
            continue
        if best is None or mask > best.mask:
            best = key
    if best is None:
        for key in config.preshared_keys:
            if key.address is None and key.hostname.lower() == host.lower():
                return key
    return best


def _crypto_maps(config: Config, sets: "list[str]") -> "list[tuple[Record | None, str]]":
    """What crypto maps name and what does not exist, or cannot be used."""
    found: "list[tuple[Record | None, str]]" = []
    profiles = [profile.name for profile in config.profiles]
    for entry in config.crypto_maps:
        for name in entry.transform_sets:
            text = ""
            if name not in sets:
                text = "there is no transform set " + name + ": that entry is inactive"
            elif not config.allow_weak:
                text = _refused_set(config, name)
            if text:
                found.append((entry, text))
        if entry.tunnel in profiles:
            found.append(
                (entry, "ezvpn profile " + entry.tunnel + " has the name of its tunnel: this entry is inactive")
            )
        listed = access_list(config, entry.access_list)
        if entry.access_list and listed is None:
            found.append((entry, "there is no access list " + entry.access_list + ": that entry is inactive"))
        if listed is None:
            continue
        for line in listed.entries:
            if line.action == "permit" and access_words.selectors(line) is None:
                text = "access list " + listed.name + ": `" + access_words.line(line) + "` is left out"
                found.append((entry, text + ": IPsec can protect whole networks, a protocol and one port a side only"))
        if [1 for line in listed.entries if line.action == "deny"]:
            text = "access list " + listed.name + ": `deny` takes nothing out of what a `permit` line protects"
            found.append((entry, text + "; permit only what belongs into the tunnel"))
    return found
