"""Names in a configuration that lead nowhere, and lines that stay without effect: the warnings of a load.

Level 3, pure. Nothing here refuses anything: an entry that names what does not exist is inactive, as in IOS. Also says
which ESP transforms and ISAKMP policies are active after that.
"""

from ezvpn.config.model import Config, EzvpnProfile, Kept, Policy
from ezvpn.ike.params import EspTransform, Phase1Transform
from ezvpn.record import Record


def warnings(config: Config) -> "list[tuple[Record | None, str]]":
    """(the policy, profile, interface or kept block it is about, what is wrong and what follows)."""
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
        if interface.crypto_map and interface.crypto_map not in _map_names(config):
            found.append((interface, "there is no crypto map " + interface.crypto_map + ": that line is inactive"))
    return found + _crypto_maps(config, sets)


def esp_offer(config: Config, profile: EzvpnProfile) -> "list[EspTransform]":
    """The transforms of the sets that a profile names and that exist, in order; weak ones only with allow-weak. Empty: the
    profile names none, or none is active."""
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


def _map_names(config: Config) -> "list[str]":
    return [line.text.split(" ")[2] for line in config.kept if line.text.startswith("crypto map ")]


def _crypto_maps(config: Config, sets: "list[str]") -> "list[tuple[Record | None, str]]":
    """Transform sets and access lists that crypto maps name and that do not exist."""
    found: "list[tuple[Record | None, str]]" = []
    for line in config.kept:
        if not line.text.startswith("crypto map "):
            continue
        for inner in line.lines:
            words = inner.text.split(" ")
            if words[:2] == ["set", "transform-set"]:
                for name in words[2:]:
                    if name not in sets:
                        found.append((line, "there is no transform set " + name + ": that entry is inactive"))
            if words[:2] == ["match", "address"] and not _access_list(config.kept, words[2]):
                found.append((line, "there is no access list " + words[2] + ": that entry is inactive"))
    return found


def _access_list(lines: "list[Kept]", name: str) -> bool:
    for line in lines:
        words = line.text.split(" ")
        if words[:2] == ["access-list", name] or (words[:2] == ["ip", "access-list"] and words[3:] == [name]):
            return True
    return False
