"""The words of extended access lists: protocols and ports by name, and lines as IOS prints them.

Level 3, pure. Also says which lines a traffic selector can express (RFC 2407 4.6.2): one prefix, protocol and port a side.
"""

from ezvpn.config import tokens
from ezvpn.config.model import AccessEntry
from ezvpn.ike.params import Selector
from ezvpn.wire.inet import masked

_EVERY = b"\xff\xff\xff\xff"
_NONE = b"\0\0\0\0"

# Options that do not change which packets a line means.
_HARMLESS = ("", "log", "log-input")

PROTOCOLS = (
    ("ip", 0),
    ("icmp", 1),
    ("igmp", 2),
    ("ipinip", 4),
    ("tcp", 6),
    ("udp", 17),
    ("gre", 47),
    ("esp", 50),
    ("ahp", 51),
    ("eigrp", 88),
    ("ospf", 89),
    ("nos", 94),
    ("pim", 103),
    ("pcp", 108),
)

_TCP, _UDP = 6, 17

# protocol, port, name: those that IOS prints by name
PORTS = (
    (_TCP, 7, "echo"),
    (_TCP, 20, "ftp-data"),
    (_TCP, 21, "ftp"),
    (_TCP, 23, "telnet"),
    (_TCP, 25, "smtp"),
    (_TCP, 49, "tacacs"),
    (_TCP, 53, "domain"),
    (_TCP, 80, "www"),
    (_TCP, 110, "pop3"),
    (_TCP, 119, "nntp"),
    (_TCP, 179, "bgp"),
    (_TCP, 513, "login"),
    (_TCP, 514, "cmd"),
    (_TCP, 515, "lpd"),
    (_UDP, 7, "echo"),
    (_UDP, 49, "tacacs"),
    (_UDP, 53, "domain"),
    (_UDP, 67, "bootps"),
    (_UDP, 68, "bootpc"),
    (_UDP, 69, "tftp"),
    (_UDP, 123, "ntp"),
    (_UDP, 137, "netbios-ns"),
    (_UDP, 138, "netbios-dgm"),
    (_UDP, 161, "snmp"),
    (_UDP, 162, "snmptrap"),
    (_UDP, 500, "isakmp"),
    (_UDP, 514, "syslog"),
    (_UDP, 520, "rip"),
    (_UDP, 4500, "non500-isakmp"),
)


def protocol_number(word: str) -> int:
    """The number of a protocol's name."""
    for name, number in PROTOCOLS:
        if name == word:
            return number
    return int(word)


def protocol_word(number: int) -> str:
    """IOS's name of a protocol, or its number."""
    for name, known in PROTOCOLS:
        if known == number:
            return name
    return str(number)


def port_number(protocol: int, word: str) -> int:
    """A port by name or number; -1 for what is neither."""
    for known, number, name in PORTS:
        if known == protocol and name == word.lower():
            return number
    for char in word:
        if not "0" <= char <= "9":
            return -1
    return int(word) if word and len(word) <= 5 and int(word) <= 65535 else -1


def line(entry: AccessEntry) -> str:
    """A line without its sequence number: `permit ip 10.0.0.0 0.255.255.255 any`."""
    if entry.action == "remark":
        return "remark " + entry.options
    words = [entry.action, protocol_word(entry.protocol)]
    words += _side(entry.protocol, entry.source, entry.source_wildcard, entry.source_ports)
    words += _side(entry.protocol, entry.destination, entry.destination_wildcard, entry.destination_ports)
    if entry.options:
        words.append(entry.options)
    return " ".join(words)


def selectors(entry: AccessEntry) -> "tuple[Selector, Selector] | None":
    """(here, there) of a permit line; None where a selector cannot say it: a wildcard with holes, a range of ports, options
    such as `established`."""
    if entry.options not in _HARMLESS:
        return None
    here = _selector(entry.protocol, entry.source, entry.source_wildcard, entry.source_ports)
    there = _selector(entry.protocol, entry.destination, entry.destination_wildcard, entry.destination_ports)
    return None if here is None or there is None else (here, there)


def _selector(protocol: int, address: bytes, wildcard: bytes, ports: str) -> "Selector | None":
    mask = bytes([0xFF ^ octet for octet in wildcard])
    if not tokens.contiguous(mask) or (ports and not ports.startswith("eq ")):
        return None
    network = masked(address, mask)
    return Selector(network, mask, protocol, int(ports[3:]) if ports else 0)


def _side(protocol: int, address: bytes, wildcard: bytes, ports: str) -> "list[str]":
    if wildcard == _EVERY:
        words = ["any"]
    elif wildcard == _NONE:
        words = ["host", tokens.dotted(address)]
    else:
        words = [tokens.dotted(address), tokens.dotted(wildcard)]
    if ports:
        said = ports.split(" ")
        words += [said[0]] + [_port_word(protocol, int(port)) for port in said[1:]]
    return words


def _port_word(protocol: int, port: int) -> str:
    for known, number, name in PORTS:
        if known == protocol and number == port:
            return name
    return str(port)
