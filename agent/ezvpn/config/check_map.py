"""`ezvpn check` for one entry of a crypto map: what it will do, and what keeps it from coming up.

Level 3, pure. The rest of a configuration is in `config.check`.
"""

from ezvpn.config import references, tokens
from ezvpn.config.check_words import esp_words, phase1_words
from ezvpn.config.model import Config, MapEntry
from ezvpn.ike.params import Selector

CANNOT = "cannot come up: "


def explain(config: Config, entry: MapEntry) -> "list[str]":
    """What this entry does. No line holds a secret."""
    out = []
    if entry.description:
        out.append("described as: " + entry.description)
    out.append("comes up at once, and again after each loss; takes the peer's call as well")
    hosts = [peer.host + (" (primary)" if peer.default else "") for peer in entry.peers]
    out.append("peers, in this order: " + ", ".join(hosts) if hosts else "has no peer")
    for here, there in references.protected(config, entry):
        out.append("protects " + _words(here) + " to " + _words(there))
    on = references.interfaces_of(config, entry.name)
    out.append("is on " + ", ".join(on) if on else "is on no interface")
    out.append("phase 1 offers " + phase1_words(config))
    if entry.transform_sets:
        out.append("ESP offers " + esp_words(config, entry))
    out.append("PFS with group " + str(entry.pfs_group) if entry.pfs_group else "without PFS")
    return out


def missing(config: Config, entry: MapEntry) -> "list[str]":
    """What keeps this entry from coming up, as the end of a sentence that names it."""
    about = CANNOT
    where = " to its block"
    found = []
    if not entry.peers:
        found.append(about + "no peer; add `set peer ADDRESS`" + where)
    if not entry.transform_sets:
        found.append(about + "no transform set; add `set transform-set NAME`" + where)
    elif not references.esp_offer(config, entry):
        found.append(about + "none of its transform sets is active")
    if not entry.access_list:
        found.append(about + "nothing to protect; add `match address LIST`" + where)
    elif references.access_list(config, entry.access_list) is None:
        found.append(about + "there is no access list " + entry.access_list)
    elif not references.protected(config, entry):
        found.append(about + "no `permit` line of access list " + entry.access_list + " can be protected")
    if not references.interfaces_of(config, entry.name):
        found.append(about + "it is on no interface; add `crypto map " + entry.name + "` to the outside interface")
    for peer in entry.peers:
        address = tokens.address(peer.host)
        # What a name leads to is known at the attempt only: any key with a mask may be the one.
        if address is None and [1 for key in config.preshared_keys if key.mask != b"\xff\xff\xff\xff"]:
            continue
        if references.key_for(config, address or b"\0\0\0\0", peer.host) is None:
            where = "address " + peer.host if address is not None else "hostname " + peer.host
            found.append("has no key for peer " + peer.host + ": add `crypto isakmp key KEY " + where + "`")
    return found


def _words(side: Selector) -> str:
    """`10.0.0.0/24`, `any`, with protocol and port where they are named."""
    prefix = 0
    for octet in side.mask:
        while octet & 0x80:
            prefix += 1
            octet = (octet << 1) & 0xFF
    text = "any" if not prefix else tokens.dotted(side.address) + ("/" + str(prefix) if prefix < 32 else "")
    if side.protocol:
        text += " protocol " + str(side.protocol)
    if side.port:
        text += " port " + str(side.port)
    return text
