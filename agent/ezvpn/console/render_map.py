"""`show crypto map`: entries of crypto maps with what they lead to, and the maps that stand for Easy VPN tunnels, in IOS's
layout and as JSON (the conventions are those of `render_json`).

Level 4, pure. As in IOS an Easy VPN tunnel with SAs counts as a map of its own: `show crypto ipsec sa` names it.

    show crypto map                   maps: [name sequence tunnel description peers[] current_peer access_list access_lines[]
                                      transform_sets[] lifetime_s lifetime_kb pfs_group interfaces[]]
"""

from ezvpn.config import access_words, references
from ezvpn.config.model import Config, MapEntry
from ezvpn.console.render import esp_words, map_tag
from ezvpn.console.render_json import top
from ezvpn.console.render_session import flow_text, peer_text
from ezvpn.ike.params import EspTransform
from ezvpn.ike.status import TunnelStatus
from ezvpn.report.json_text import Object, clean

_EZVPN_SEQUENCE = 65536  # beyond what can be typed


class _Map:
    """One entry, whatever it comes from. peers: (text, whether it is the default) · access_lines None: its list does not exist ·
    transform_sets: (name, words), words "" = it does not exist."""

    def __init__(self, name: str, sequence: int, tunnel: str) -> None:
        self.name = name
        self.sequence = sequence
        self.tunnel = tunnel
        self.description = ""
        self.peers: "list[tuple[str, bool]]" = []
        self.current_peer = ""
        self.access_list = ""
        self.access_lines: "list[str] | None" = []
        self.transform_sets: "list[tuple[str, str]]" = []
        self.life_s = 0
        self.life_kb = 0
        self.pfs_group = 0
        self.interfaces: "list[str]" = []


def crypto_maps(config: Config, tunnels: "list[TunnelStatus]") -> "list[str]":
    """`show crypto map`."""
    found = _maps(config, tunnels)
    out: "list[str]" = []
    for i in range(len(found)):
        each = found[i]
        out += _entry(each)
        if i + 1 == len(found) or found[i + 1].name != each.name:
            out.append("        Interfaces using crypto map " + each.name + ":")
            out += ["                " + name for name in each.interfaces or ["(none)"]]
        out.append("")
    return out[:-1] or ["No crypto maps found."]


def crypto_maps_json(config: Config, tunnels: "list[TunnelStatus]") -> Object:
    """Its twin."""
    return top(("maps", [_json(each) for each in _maps(config, tunnels)]))


def _maps(config: Config, tunnels: "list[TunnelStatus]") -> "list[_Map]":
    found = [_configured(config, entry, tunnels) for entry in config.crypto_maps]
    return found + [_of_ezvpn(config, status) for status in tunnels if status.kind == "ezvpn" and status.children]


def _configured(config: Config, entry: MapEntry, tunnels: "list[TunnelStatus]") -> _Map:
    out = _Map(entry.name, entry.sequence, entry.tunnel)
    out.description = entry.description
    out.peers = [(peer.host, peer.default) for peer in entry.peers]
    out.current_peer = entry.peers[0].host if entry.peers else ""
    for status in tunnels:
        if status.name == entry.tunnel and status.kind != "ezvpn":
            out.current_peer = peer_text(status)
    out.access_list = entry.access_list
    listed = references.access_list(config, entry.access_list)
    if listed is not None:
        out.access_lines = [access_words.line(line) for line in listed.entries]
    elif entry.access_list:
        out.access_lines = None
    for name in entry.transform_sets:
        words = ""
        for known in config.transform_sets:
            if known.name == name:
                words = esp_words(known.transform)
        out.transform_sets.append((name, words))
    out.life_s = config.sa_life_s if entry.life_s is None else entry.life_s
    out.life_kb = config.sa_life_kb if entry.life_kb is None else entry.life_kb
    out.pfs_group = entry.pfs_group
    out.interfaces = references.interfaces_of(config, entry.name)
    return out


def _of_ezvpn(config: Config, status: TunnelStatus) -> _Map:
    out = _Map(map_tag(status), _EZVPN_SEQUENCE, status.name)
    out.peers = [(clean(host), False) for host in status.peers]
    out.current_peer = peer_text(status)
    out.access_lines = [flow_text(child) for child in status.children]
    for child in status.children:
        named = (_set_name(config, child.transform), esp_words(child.transform))
        if named not in out.transform_sets:
            out.transform_sets.append(named)
        out.pfs_group = child.pfs_group or out.pfs_group
    out.life_s, out.life_kb = config.sa_life_s, config.sa_life_kb
    out.interfaces = [status.outside] if status.outside else []
    return out


def _set_name(config: Config, transform: EspTransform) -> str:
    for known in config.transform_sets:
        if known.transform == transform:
            return known.name
    return "default"


def _entry(each: _Map) -> "list[str]":
    out = ['Crypto Map IPv4 "' + each.name + '" ' + str(each.sequence) + " ipsec-isakmp"]
    if each.description:
        out.append("        Description: " + each.description)
    if each.sequence == _EZVPN_SEQUENCE:
        out.append("        Easy VPN tunnel " + each.tunnel)
    for host, default in each.peers:
        out.append("        Peer = " + host + (" Default" if default else ""))
    if each.access_list or each.access_lines:
        name = " " + each.access_list if each.access_list else ""
        out.append("        Extended IP access list" + name)
        lines = ["(it does not exist)"] if each.access_lines is None else each.access_lines
        head = "access-list" + name + " " if each.access_list and each.access_lines is not None else ""
        out += ["            " + head + line for line in lines]
    else:
        out.append("        No matching address list set.")
    volume = str(each.life_kb) + " kilobytes" if each.life_kb else "no volume limit"
    out += [
        "        Current peer: " + (each.current_peer or "(none)"),
        "        Security association lifetime: " + volume + "/" + str(each.life_s) + " seconds",
        "        PFS (Y/N): " + ("Y" if each.pfs_group else "N"),
    ]
    if each.pfs_group:
        out.append("        DH group:  group" + str(each.pfs_group))
    out.append("        Transform sets={")
    for name, words in each.transform_sets:
        out.append("                " + name + ":  " + ("{ " + words + "  } ," if words else "(it does not exist) ,"))
    out.append("        }")
    return out


def _json(each: _Map) -> Object:
    return Object(
        ("name", each.name),
        ("sequence", each.sequence),
        ("tunnel", each.tunnel),
        ("description", each.description),
        ("peers", [Object(("host", host), ("default", default)) for host, default in each.peers]),
        ("current_peer", each.current_peer or None),
        ("access_list", each.access_list or None),
        ("access_lines", each.access_lines),
        (
            "transform_sets",
            [Object(("name", name), ("transform", words or None)) for name, words in each.transform_sets],
        ),
        ("lifetime_s", each.life_s),
        ("lifetime_kb", each.life_kb),
        ("pfs_group", each.pfs_group or None),
        ("interfaces", each.interfaces),
    )
