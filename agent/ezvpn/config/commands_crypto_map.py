"""`crypto map NAME SEQ ipsec-isakmp` and the lines of its block: their tables, and what each does to a `MapEntry`.

Level 3, pure. Whether an entry is complete is not decided here: lines come one by one (`config.references`).
"""

from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match
from ezvpn.config.model import MapEntry, MapPeer

GLOBAL = (
    (
        "crypto map WORD$name ~ <1-65535>$sequence ~ [ipsec-isakmp]$isakmp",
        (
            "",
            "Site-to-site tunnels",
            "Name of the crypto map",
            "Sequence number of the entry",
            "IKE negotiates the IPsec SAs of this entry",
        ),
        "crypto_map",
    ),
)

ENTRY = (
    ("description ~ LINE$text", ("Text about this entry", "Up to 80 characters"), "map_description"),
    (
        "match address ~ {<100-199>|<2000-2699>|WORD}$list",
        (
            "What is protected",
            "By an extended access list: `permit` lines, from here to there",
            "Number of the list",
            "Number of the list",
            "Name of the list",
        ),
        "match_address",
    ),
    (
        "set peer HOST$host ~ [dynamic$dynamic] [default$default]",
        (
            "Values for IPsec",
            "Add a peer; they are tried in order",
            "Address or name of the peer",
            "Look the name up at each attempt (so it is with every name)",
            "The primary: come back to it",
        ),
        "set_peer",
    ),
    (
        "set pfs ~ [group1|group2|group5|group14|group15|group16]$group",
        (
            "",
            "Perfect forward secrecy",
            "768 bits (weak, default)",
            "1024 bits (weak)",
            "1536 bits (weak)",
            "2048 bits",
            "3072 bits",
            "4096 bits",
        ),
        "set_pfs",
    ),
    (
        "set security-association lifetime ~ "
        "{seconds ~ <120-86400>$seconds|kilobytes ~ {<2560-4294967295>|disable}$kilobytes}$unit",
        (
            "",
            "IPsec SAs",
            "How long one is used",
            "By time",
            "Seconds, default as `crypto ipsec security-association lifetime`",
            "By volume",
            "Kilobytes in one direction",
            "No limit by volume",
        ),
        "set_lifetime",
    ),
    (
        "set transform-set ~ WORD$names...",
        ("", "ESP algorithms to offer", "Names of transform sets, best first"),
        "set_transform_set",
    ),
)

_MAX_ENTRIES = 64
_MAX_NAME = 32
_MAX_PEERS = 100  # each costs a few bytes and, when all are silent, its share of a round
_MAX_SETS = 11
_MAX_DESCRIPTION = 80
_DEFAULT_GROUP = "group1"


def crypto_map(draft: Draft, match: Match) -> None:
    """Without a number, `no` is for all entries of the map."""
    maps = draft.config.crypto_maps
    name = match.text("name")
    sequence = match.number("sequence")
    if match.negate:
        gone = [entry for entry in maps if entry.name == name and sequence in (0, entry.sequence)]
        if not gone:
            raise Rejected("there is no crypto map " + name + (" " + str(sequence) if sequence else ""), "name")
        maps[:] = [entry for entry in maps if entry not in gone]
        return
    # Entries of one map stand together, by number.
    at = len(maps)
    for i in range(len(maps)):
        if maps[i].name == name:
            if maps[i].sequence == sequence:
                draft.enter("config-crypto-map", maps[i])
                return
            if maps[i].sequence > sequence:
                at = i
                break
            at = i + 1
    if not match.text("isakmp"):
        raise Rejected("there is no crypto map " + name + " " + str(sequence) + ": add `ipsec-isakmp` to make it")
    if len(name) > _MAX_NAME:
        raise Rejected("a name of a crypto map has at most " + str(_MAX_NAME) + " characters", "name")
    if len(maps) >= _MAX_ENTRIES:
        raise Rejected("more than " + str(_MAX_ENTRIES) + " crypto map entries", "name")
    maps.insert(at, MapEntry(name, sequence))
    draft.enter("config-crypto-map", maps[at])


def map_description(draft: Draft, match: Match) -> None:
    text = "" if match.negate else match.text("text")
    if len(text) > _MAX_DESCRIPTION:
        raise Rejected("longer than " + str(_MAX_DESCRIPTION) + " characters", "text")
    draft.map_entry().description = text


def match_address(draft: Draft, match: Match) -> None:
    name = match.text("list") or str(match.number("list"))
    draft.map_entry().access_list = "" if match.negate else name


def set_peer(draft: Draft, match: Match) -> None:
    peers = draft.map_entry().peers
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
        known[0].dynamic = match.text("dynamic") != ""
        known[0].default = primary
    else:
        peers.append(MapPeer(host, match.text("dynamic") != "", primary))


def set_pfs(draft: Draft, match: Match) -> None:
    group = match.text("group") or _DEFAULT_GROUP
    draft.map_entry().pfs_group = 0 if match.negate else int(group[5:])


def set_lifetime(draft: Draft, match: Match) -> None:
    """Without a unit, `no` is for both."""
    entry = draft.map_entry()
    unit = match.text("unit")
    if match.negate:
        if unit != "kilobytes":
            entry.life_s = None
        if unit != "seconds":
            entry.life_kb = None
    elif unit == "seconds":
        entry.life_s = match.number("seconds")
    else:
        entry.life_kb = match.number("kilobytes")  # disable: 0


def set_transform_set(draft: Draft, match: Match) -> None:
    """IOS: the line replaces the list; the seed's description, "by repeating this command", adds to it. With one name it adds,
    with several it replaces."""
    entry = draft.map_entry()
    names: "list[str]" = []
    for name in match.words("names"):
        if name not in names:
            names.append(name)
    if match.negate:
        entry.transform_sets = [name for name in entry.transform_sets if names and name not in names]
        return
    if len(names) == 1:
        names = [name for name in entry.transform_sets if name != names[0]] + names
        if names[-1] in entry.transform_sets:
            return
    if len(names) > _MAX_SETS:
        raise Rejected("more than " + str(_MAX_SETS) + " transform sets", "names")
    entry.transform_sets = names


SETTERS = {
    "crypto_map": crypto_map,
    "map_description": map_description,
    "match_address": match_address,
    "set_peer": set_peer,
    "set_pfs": set_pfs,
    "set_lifetime": set_lifetime,
    "set_transform_set": set_transform_set,
}
