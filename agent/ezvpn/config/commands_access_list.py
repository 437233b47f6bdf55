"""Extended access lists: `access-list 101 …`, `ip access-list extended NAME` and its lines, and what each does.

Level 3, pure. They say what a crypto map protects; nothing is filtered by them here. Standard lists are in `config.kept`.
"""

from ezvpn.config import access_words
from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match
from ezvpn.config.model import AccessEntry, AccessList

# One line from the action on, in three forms: with ports for TCP and UDP, with types for ICMP, and everything else.
_OTHER = (
    "{permit|deny}$action {ip|igmp|ipinip|gre|esp|ahp|eigrp|ospf|nos|pim|pcp|<0-255>}$protocol "
    "{any$source|host A.B.C.D$source|A.B.C.D$source WILDCARD$source_wildcard} "
    "{any$destination|host A.B.C.D$destination|A.B.C.D$destination WILDCARD$destination_wildcard} "
    "[log|log-input|fragments]$option [dscp WORD$value|precedence WORD$value|tos WORD$value|time-range WORD$value]$match"
)
_ICMP = (
    "{permit|deny}$action icmp$protocol "
    "{any$source|host A.B.C.D$source|A.B.C.D$source WILDCARD$source_wildcard} "
    "{any$destination|host A.B.C.D$destination|A.B.C.D$destination WILDCARD$destination_wildcard} "
    "[log|log-input|fragments|WORD]$option "
    "[dscp WORD$value|precedence WORD$value|tos WORD$value|time-range WORD$value]$match"
)
_PORTED = (
    "{permit|deny}$action {tcp|udp}$protocol "
    "{any$source|host A.B.C.D$source|A.B.C.D$source WILDCARD$source_wildcard} "
    "[{eq|gt|lt|neq}$source_test WORD$source_port|range$source_test WORD$source_port WORD$source_last] "
    "{any$destination|host A.B.C.D$destination|A.B.C.D$destination WILDCARD$destination_wildcard} "
    "[{eq|gt|lt|neq}$destination_test WORD$destination_port"
    "|range$destination_test WORD$destination_port WORD$destination_last] "
    "[established|log|log-input|fragments]$option "
    "[dscp WORD$value|precedence WORD$value|tos WORD$value|time-range WORD$value]$match"
)

_SIDE = ("Any host", "One host", "Its address", "Network", "Wildcard: its ones are free")
_TESTS = (
    "Port",
    "Ports above",
    "Ports below",
    "Any other port",
    "Number or name",
    "Ports from … to",
    "First",
    "Last",
)
_LAST = (
    "Match on the DSCP",
    "Value",
    "Match on the precedence",
    "Value",
    "Match on the type of service",
    "Value",
    "At some times only",
    "Name of the time range",
)
_OTHER_HELP = (
    (
        "This traffic is protected",
        "This traffic is not",
        "Any protocol",
        "IGMP",
        "IP in IP",
        "GRE",
        "ESP",
        "AH",
        "EIGRP",
        "OSPF",
        "KA9Q NOS",
        "PIM",
        "IPComp",
        "Number of a protocol",
    )
    + _SIDE
    + _SIDE
    + ("Log matches", "Log matches", "Fragments")
    + _LAST
)
_ICMP_HELP = ("", "", "ICMP") + _SIDE + _SIDE + ("Log matches", "Log matches", "Fragments", "Type") + _LAST
_PORTED_HELP = (
    ("", "", "TCP", "UDP")
    + _SIDE
    + _TESTS
    + _SIDE
    + _TESTS
    + ("Established connections", "Log matches", "Log matches", "Fragments")
    + _LAST
)

_NUMBERED = "access-list {<100-199>|<2000-2699>}$list ~ "
_NUMBERED_HELP = ("Access list", "Extended", "Extended (expanded range)")

GLOBAL = (
    (_NUMBERED + _OTHER, _NUMBERED_HELP + _OTHER_HELP, "access_line"),
    (_NUMBERED + _ICMP, ("", "", "") + _ICMP_HELP, "access_line"),
    (_NUMBERED + _PORTED, ("", "", "") + _PORTED_HELP, "access_line"),
    (_NUMBERED + "remark$action LINE$text", ("", "", "", "Text about the lines that follow", "Text"), "access_line"),
    (
        "ip access-list extended {<100-199>|<2000-2699>|WORD}$list ~",
        (
            "IPv4",
            "Access list by name",
            "With source and destination",
            "Number of the list",
            "Number of the list",
            "Name of the list",
        ),
        "access_list",
    ),
)

_SEQUENCE = "[<1-2147483647>$sequence ~] "

EXTENDED = (
    (_SEQUENCE + _OTHER + " ~", ("Sequence number",) + _OTHER_HELP, "named_line"),
    (_SEQUENCE + _ICMP + " ~", ("",) + _ICMP_HELP, "named_line"),
    (_SEQUENCE + _PORTED + " ~", ("",) + _PORTED_HELP, "named_line"),
    (_SEQUENCE + "remark$action LINE$text ~", ("", "Text about the lines that follow", "Text"), "named_line"),
)

_MAX_LISTS = 64
_MAX_ENTRIES = 256
_MAX_NAME = 64
_MAX_REMARK = 100
_STEP = 10  # between sequence numbers
_LAST_SEQUENCE = 2147483647
_FREE = b"\xff\xff\xff\xff"
_EXACT = b"\0\0\0\0"


def access_line(draft: Draft, match: Match) -> None:
    """IOS: `no access-list 101` takes the whole list away, whatever stands behind."""
    name = str(match.number("list"))
    if match.negate:
        _remove(draft, name)
        return
    made = _entry(match)
    listed = _list(draft, name)
    _add(listed, made)
    if not _held(draft, listed):
        draft.config.access_lists.append(listed)


def access_list(draft: Draft, match: Match) -> None:
    name = match.text("list") or str(match.number("list"))
    if match.negate:
        _remove(draft, name)
        return
    if len(name) > _MAX_NAME or not name[0].isalpha() and not match.number("list"):
        raise Rejected("a name of an access list begins with a letter and has at most 64 characters", "list")
    listed = _list(draft, name)
    if not _held(draft, listed):
        draft.config.access_lists.append(listed)
    draft.enter("config-ext-nacl", listed)


def named_line(draft: Draft, match: Match) -> None:
    """`no 10` and `no permit …` take one line away."""
    listed = draft.access_list()
    if not match.negate:
        _add(listed, _entry(match))
        return
    sequence = match.number("sequence")
    if match.text("action"):
        made = _entry(match)
        found = [one for one in listed.entries if _says(one, made) and sequence in (0, one.sequence)]
    else:
        found = [one for one in listed.entries if one.sequence == sequence]
    if not found:
        raise Rejected("there is no such line in access list " + listed.name)
    listed.entries = [one for one in listed.entries if one is not found[0]]


SETTERS = {
    "access_line": access_line,
    "access_list": access_list,
    "named_line": named_line,
}


def _entry(match: Match) -> AccessEntry:
    made = AccessEntry(match.number("sequence"), match.text("action"))
    if made.action == "remark":
        made.options = match.text("text")
        if len(made.options) > _MAX_REMARK:
            raise Rejected("longer than " + str(_MAX_REMARK) + " characters", "text")
        return made
    made.protocol = access_words.protocol_number(match.text("protocol") or str(match.number("protocol")))
    made.source, made.source_wildcard = _side(match, "source")
    made.destination, made.destination_wildcard = _side(match, "destination")
    made.source_ports = _ports(match, "source", made.protocol)
    made.destination_ports = _ports(match, "destination", made.protocol)
    words = [match.text("option")]
    if match.text("match"):
        words += [match.text("match"), match.text("value")]
    made.options = " ".join([word for word in words if word])
    return made


def _side(match: Match, side: str) -> "tuple[bytes, bytes]":
    """Address and wildcard; what the wildcard leaves free is cleared, as IOS shows it."""
    address = match.address(side)
    if address is None:
        return _EXACT, _FREE
    wildcard = match.address(side + "_wildcard") or _EXACT
    return bytes([address[i] & (0xFF ^ wildcard[i]) for i in range(4)]), wildcard


def _ports(match: Match, side: str, protocol: int) -> str:
    test = match.text(side + "_test")
    if not test:
        return ""
    words = [test]
    for name in (side + "_port", side + "_last"):
        if match.text(name):
            port = access_words.port_number(protocol, match.text(name))
            if port < 0:
                raise Rejected("a port is a number from 0 to 65535 or a name such as www", name)
            words.append(str(port))
    return " ".join(words)


def _says(one: AccessEntry, other: AccessEntry) -> bool:
    return access_words.line(one) == access_words.line(other)


def _add(listed: AccessList, made: AccessEntry) -> None:
    """At its number, or behind all. A line that is there already is not added again, as in IOS."""
    entries = listed.entries
    for one in entries:
        if one.action != "remark" and _says(one, made):
            return
        if one.sequence == made.sequence:
            raise Rejected("duplicate sequence number " + str(made.sequence), "sequence")
    if len(entries) >= _MAX_ENTRIES:
        raise Rejected("more than " + str(_MAX_ENTRIES) + " lines in one access list")
    if not made.sequence:
        made.sequence = (entries[-1].sequence if entries else 0) + _STEP
        if made.sequence > _LAST_SEQUENCE:
            raise Rejected("there is no sequence number left: write one in front of the line")
    at = len(entries)
    while at > 0 and entries[at - 1].sequence > made.sequence:
        at -= 1
    entries.insert(at, made)


def _list(draft: Draft, name: str) -> AccessList:
    for listed in draft.config.access_lists:
        if listed.name == name:
            return listed
    if len(draft.config.access_lists) >= _MAX_LISTS:
        raise Rejected("more than " + str(_MAX_LISTS) + " access lists", "list")
    return AccessList(name)


def _held(draft: Draft, listed: AccessList) -> bool:
    for one in draft.config.access_lists:
        if one is listed:
            return True
    return False


def _remove(draft: Draft, name: str) -> None:
    lists = draft.config.access_lists
    left = [listed for listed in lists if listed.name != name]
    if len(left) == len(lists):
        raise Rejected("there is no access list " + name, "list")
    lists[:] = left
