"""Lines of IOS that mean nothing on this device, or nothing yet: they load, are kept, and are written back in their place.

Level 3, pure data and the rules of keeping. Everything else that is unknown is an error, because a line that is silently
dropped is a tunnel that silently differs. Actions: `keep PLACE` any number of different lines; `one PLACE` a new line
replaces the old; `block PLACE` opens a block whose lines are kept too. A `!` behind: say that the line has no effect,
because somebody may count on it.
"""

from ezvpn.compat import const
from ezvpn.config.kept_line import Kept
from ezvpn.config.match import Match

# Where kept lines stand in a configuration, in the order in which IOS prints.
TOP = const(0)  # before hostname
BOOT = const(1)  # behind hostname
BASE = const(2)  # behind enable secret
CRYPTO = const(3)  # behind the ezvpn profiles
MAP = const(4)  # behind the crypto maps
IP = const(5)  # behind the interfaces
ACL = const(6)  # behind the access lists
TAIL = const(7)  # lines, before end

MAX_LINES = const(1000)

GLOBAL = (
    ("version ~ LINE", (), "one 0"),
    ("service ~ LINE", (), "keep 0"),
    ("boot-start-marker", (), "one 1"),
    ("boot-end-marker", (), "one 1"),
    ("boot ~ LINE", (), "keep 1"),
    ("aaa ~ LINE", (), "keep 2"),
    ("clock ~ LINE", (), "keep 2"),
    ("dot11 ~ LINE", (), "keep 2"),
    ("ip bootp ~ LINE", (), "keep 2"),
    ("ip cef ~ [LINE]", (), "keep 2"),
    ("ip classless ~", (), "keep 5"),
    ("ip domain ~ LINE", (), "keep 2"),
    ("ip domain-lookup ~", (), "keep 2"),
    ("ip domain-name ~ LINE", (), "one 2"),
    ("ip name-server ~ LINE", (), "keep 2"),
    ("ip routing ~", (), "keep 2"),
    ("ip source-route ~", (), "keep 2"),
    ("ip ssh ~ LINE", (), "keep 2"),
    ("ip subnet-zero ~", (), "keep 2"),
    ("ip tcp ~ LINE", (), "keep 2"),
    ("ip dhcp excluded-address ~ LINE", (), "keep 2 !"),
    ("ip dhcp pool WORD ~", (), "block 2 !"),
    ("ipv6 ~ LINE", (), "keep 2"),
    ("license ~ LINE", (), "keep 2"),
    ("memory-size ~ LINE", (), "keep 2"),
    ("mmi ~ LINE", (), "keep 2"),
    ("multilink ~ LINE", (), "keep 2"),
    ("resource ~ LINE", (), "keep 2"),
    ("scheduler ~ LINE", (), "keep 7"),
    ("snmp-server community WORD ~ [LINE]", (), "keep 7 !"),
    ("snmp-server ~ LINE", (), "keep 7"),
    ("spanning-tree ~ LINE", (), "keep 2"),
    ("vpdn ~ LINE", (), "keep 2"),
    ("crypto engine ~ LINE", (), "keep 3"),
    ("crypto logging ~ LINE", (), "keep 3"),
    ("crypto map WORD <1-65535> ~ ipsec-isakmp dynamic WORD [discover]", (), "keep 4 !"),
    ("crypto map WORD client ~ LINE", (), "keep 4 !"),
    ("crypto map WORD isakmp ~ LINE", (), "keep 4 !"),
    ("crypto map WORD local-address ~ IFNAME", (), "keep 4 !"),
    ("access-list {<1-99>|<200-1999>} ~ {permit|deny|remark} LINE", (), "keep 6 !"),
    ("ip access-list standard WORD ~", (), "block 6 !"),
    ("ip forward-protocol ~ LINE", (), "keep 5"),
    ("ip http ~ LINE", (), "keep 5"),
    ("ip nat ~ LINE", (), "keep 5 !"),
    ("ip route ~ LINE", (), "keep 5 !"),
    ("logging facility ~ LINE", (), "one 5"),
    ("logging host ~ LINE", (), "keep 5 !"),
    ("logging monitor ~ [LINE]", (), "one 5"),
    ("logging on ~", (), "keep 5"),
    ("logging rate-limit ~ [LINE]", (), "one 5"),
    ("logging source-interface ~ IFNAME", (), "one 5"),
    ("logging trap ~ [LINE]", (), "one 5"),
    ("logging A.B.C.D ~", (), "keep 5 !"),
    ("cdp ~ LINE", (), "keep 5"),
    ("control-plane ~", (), "block 7"),
    ("gateway ~", (), "block 7"),
    ("line {console|aux|vty|tty|con} <0-999> ~ [<0-999>]", (), "block 7"),
    ("ntp server HOST ~ LINE", (), "keep 7 !"),
    ("ntp ~ LINE", (), "keep 7"),
)

INTERFACE = (
    ("arp ~ LINE", (), "keep 0"),
    ("bandwidth ~ LINE", (), "one 0"),
    ("carrier-delay ~ LINE", (), "one 0"),
    ("cdp ~ LINE", (), "keep 0"),
    ("delay ~ LINE", (), "one 0"),
    ("dialer ~ LINE", (), "keep 0"),
    ("dialer-group ~ LINE", (), "one 0"),
    ("duplex ~ WORD", (), "one 0"),
    ("encapsulation ~ LINE", (), "one 0"),
    ("fair-queue ~ [LINE]", (), "one 0"),
    ("full-duplex ~", (), "one 0"),
    ("half-duplex ~", (), "one 0"),
    ("hold-queue ~ LINE", (), "keep 0"),
    ("ip access-group ~ LINE", (), "keep 0 !"),
    ("ip address A.B.C.D MASK ~ secondary", (), "keep 0 !"),
    ("ip flow ~ LINE", (), "keep 0"),
    ("ip helper-address ~ LINE", (), "keep 0"),
    ("ip inspect ~ LINE", (), "keep 0 !"),
    ("ip mtu ~ LINE", (), "one 0"),
    ("ip nat ~ LINE", (), "keep 0 !"),
    ("ip proxy-arp ~", (), "keep 0"),
    ("ip redirects ~", (), "keep 0"),
    ("ip route-cache ~ [LINE]", (), "keep 0"),
    ("ip tcp ~ LINE", (), "keep 0"),
    ("ip unreachables ~", (), "keep 0"),
    ("ip verify ~ LINE", (), "keep 0"),
    ("ip virtual-reassembly ~ [LINE]", (), "keep 0"),
    ("ipv6 ~ LINE", (), "keep 0"),
    ("keepalive ~ [LINE]", (), "one 0"),
    ("load-interval ~ LINE", (), "one 0"),
    ("mac-address ~ WORD", (), "one 0"),
    ("media-type ~ WORD", (), "one 0"),
    ("mop ~ LINE", (), "keep 0"),
    ("mtu ~ LINE", (), "one 0"),
    ("negotiation ~ auto", (), "one 0"),
    ("ppp {chap|pap} sent-username WORD ~ password SECRET$secret", (), "keep 0"),
    ("ppp chap password ~ SECRET$secret", (), "keep 0"),
    ("ppp ~ LINE", (), "keep 0"),
    ("pppoe ~ LINE", (), "keep 0"),
    ("pppoe-client ~ LINE", (), "keep 0"),
    ("service-policy ~ LINE", (), "keep 0"),
    ("snmp ~ LINE", (), "keep 0"),
    ("spanning-tree ~ LINE", (), "keep 0"),
    ("speed ~ LINE", (), "one 0"),
    ("switchport ~ [LINE]", (), "keep 0"),
    ("tx-ring-limit ~ LINE", (), "one 0"),
)

CRYPTO_MAP = (
    ("set security-association {idle-time|level|replay} ~ [LINE]", (), "one 0 !"),
    ("set isakmp-profile ~ WORD", (), "one 0 !"),
    ("set reverse-route ~ LINE", (), "keep 0"),
    ("set ip ~ LINE", (), "keep 0 !"),
    ("reverse-route ~ [LINE]", (), "one 0"),
)

# `line console 0` has commands of its own (`commands_line`); of the others these mean nothing here.
CONSOLE = (
    ("{absolute-timeout|session-timeout} ~ LINE", (), "keep 0"),
    ("databits ~ WORD", (), "one 0"),
    ("escape-character ~ LINE", (), "one 0"),
    ("exec ~", (), "keep 0"),
    ("flowcontrol ~ LINE", (), "one 0"),
    ("modem ~ LINE", (), "keep 0"),
    ("notify ~", (), "keep 0"),
    ("parity ~ WORD", (), "one 0"),
    ("privilege ~ LINE", (), "keep 0"),
    ("stopbits ~ WORD", (), "one 0"),
    ("transport ~ LINE", (), "keep 0"),
)

# The blocks opened by `ip access-list standard`, `line` and the other block lines above: all take these lines.
STANDARD_LIST = (
    ("permit ~ LINE", (), "keep 0"),
    ("deny ~ LINE", (), "keep 0"),
    ("remark ~ LINE", (), "keep 0"),
    ("<1-2147483647> ~ {permit|deny|remark} LINE", (), "keep 0"),
)

BLOCK = (
    ("password ~ SECRET$secret", (), "keep 0"),
    ("{absolute-timeout|session-timeout|exec-timeout} ~ LINE", (), "keep 0"),
    ("access-class ~ LINE", (), "keep 0"),
    ("databits ~ WORD", (), "one 0"),
    ("default-router ~ LINE", (), "keep 0"),
    ("dns-server ~ LINE", (), "keep 0"),
    ("domain-name ~ LINE", (), "keep 0"),
    ("exec ~", (), "keep 0"),
    ("flowcontrol ~ LINE", (), "one 0"),
    ("history ~ LINE", (), "keep 0"),
    ("import ~ LINE", (), "keep 0"),
    ("lease ~ LINE", (), "one 0"),
    ("length ~ LINE", (), "one 0"),
    ("logging ~ LINE", (), "keep 0"),
    ("login ~ [LINE]", (), "one 0"),
    ("modem ~ LINE", (), "keep 0"),
    ("network ~ LINE", (), "keep 0"),
    ("parity ~ WORD", (), "one 0"),
    ("privilege ~ LINE", (), "keep 0"),
    ("speed ~ WORD", (), "one 0"),
    ("stopbits ~ WORD", (), "one 0"),
    ("transport ~ LINE", (), "keep 0"),
    ("width ~ LINE", (), "one 0"),
)

ARCHIVE = (
    ("log ~ LINE", (), "keep 0"),
    ("logging ~ LINE", (), "keep 0"),
    ("notify ~ LINE", (), "keep 0"),
    ("hidekeys ~", (), "keep 0"),
    ("record ~ [LINE]", (), "keep 0"),
    ("time-period ~ <1-525600>", (), "one 0 !"),
)


def keep(lines: "list[Kept]", match: Match, kept: Kept) -> None:
    """Put a kept line, or its removal, into `lines`.

    `no X` takes X away; where no X is, the words `no X` are kept, because `no ip http server` is a line of its own.
    """
    old = [i for i in range(len(lines)) if _replaces(match, kept, lines[i].text)]
    if not match.negate:
        if not old:
            _insert(lines, kept)
            return
        if lines[old[0]].text == kept.text:
            kept.lines = lines[old[0]].lines
        lines[old[0]] = kept
        gone = old[1:]
    else:
        gone = [i for i in old if match.negate == "default" or not lines[i].text.startswith("no ")]
        if not old and match.negate == "no" and not match.action.startswith("block"):
            _insert(lines, Kept(kept.place, "no " + kept.text))
    for i in reversed(gone):
        lines.pop(i)


def _insert(lines: "list[Kept]", kept: Kept) -> None:
    """Behind all lines of the same or an earlier place, so that a list is in the order in which it is printed."""
    at = len(lines)
    while at > 0 and lines[at - 1].place > kept.place:
        at -= 1
    lines.insert(at, kept)


def _replaces(match: Match, kept: Kept, other: str) -> bool:
    """Whether the line `other` is the one that this line is, changes or removes."""
    if match.action.startswith("one"):
        key = fixed_part(match.entry[0])
        return _begins(other, key) or _begins(other, "no " + key)
    if other == "no " + kept.text:
        return True
    return _begins(other, kept.text) if match.negate else other == kept.text


def count(lines: "list[Kept]") -> int:
    """How many lines there are, those of blocks included."""
    return len(lines) + sum([len(line.lines) for line in lines])


def _begins(text: str, words: str) -> bool:
    return text == words or text.startswith(words + " ")


def fixed_part(grammar: str) -> str:
    """The literals a grammar begins with: the key by which a new line replaces the old, and the name of the feature."""
    fixed = []
    for word in grammar.split(" "):
        if not word[0].islower():
            break
        fixed.append(word)
    return " ".join(fixed)
