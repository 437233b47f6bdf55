"""The attribute payload of the transaction exchange: Mode Config, XAUTH and Cisco's Unity attributes.

draft-dukes-ike-mode-cfg-02 3.2 to 3.4 (cited as cfg), draft-beaulieu-ike-xauth-02 6.2, 7.1; Unity from public
implementations. Belongs here: layout, numbers, and the inner forms of attributes (split lists, name lists, text). Not here:
who asks for what (`ike.mode_config`, `ike.xauth`).
"""

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed, Writer, need, u8, u16
from ezvpn.wire.inet import prefix_length

_SHORT_FORM = 0x8000
_MAX_ATTRIBUTES = 128
_REPLACEMENT = "\ufffd"


class ConfigType:
    """cfg 3.3."""

    REQUEST = 1
    REPLY = 2
    SET = 3
    ACK = 4


class ConfigAttribute:
    """cfg 3.4."""

    IP4_ADDRESS = 1
    IP4_NETMASK = 2
    IP4_DNS = 3
    IP4_NBNS = 4
    ADDRESS_EXPIRY = 5
    IP4_DHCP = 6
    APPLICATION_VERSION = 7
    IP6_ADDRESS = 8
    IP6_NETMASK = 9
    IP6_DNS = 10
    IP6_NBNS = 11
    IP6_DHCP = 12
    IP4_SUBNET = 13
    SUPPORTED_ATTRIBUTES = 14
    IP6_SUBNET = 15


class Xauth:
    """draft-beaulieu-ike-xauth-02 6.2. TYPE and STATUS are sent in the short form."""

    TYPE = 16520
    USER_NAME = 16521
    PASSWORD = 16522
    PASSCODE = 16523
    MESSAGE = 16524
    CHALLENGE = 16525
    DOMAIN = 16526
    STATUS = 16527
    NEXT_PIN = 16528
    ANSWER = 16529


class XauthType:
    """Values of `Xauth.TYPE`; an absent TYPE is GENERIC."""

    GENERIC = 0
    RADIUS_CHAP = 1
    OTP = 2
    SKEY = 3


class XauthStatus:
    """Values of `Xauth.STATUS`."""

    FAIL = 0
    OK = 1


class Unity:
    """Cisco's private attributes."""

    BANNER = 28672
    SAVE_PASSWORD = 28673
    DEFAULT_DOMAIN = 28674
    SPLIT_DNS = 28675
    SPLIT_INCLUDE = 28676
    UDP_NATT_PORT = 28677
    LOCAL_LAN = 28678
    PFS = 28679
    FIREWALL_TYPE = 28680
    BACKUP_SERVERS = 28681
    DDNS_HOSTNAME = 28682
    SMARTCARD_DISCONNECT = 28683


class ConfigMessage(Record):
    """attributes: tuple of (number, value) in their order; value is an int for the short form, bytes for the long form (the two
    are kept apart, because a value of 1 to 8 bytes may be text or an address)."""

    _fields = ("type", "identifier", "attributes")

    def __init__(self, type: int, identifier: int, attributes: "tuple[tuple[int, int | bytes], ...]") -> None:
        self.type = type
        self.identifier = identifier
        self.attributes = attributes


def parse_config(view: "bytes | bytearray | memoryview", start: int, end: int) -> ConfigMessage:
    """The body of an attribute payload. `type` is not judged: cfg 3.3 has unknown ones dropped, which is the caller's."""
    need(view, start, 4, end, "attribute payload cut off")
    if u8(view, start + 1) != 0:
        raise Malformed(start + 1, "reserved byte of an attribute payload is not zero")
    found: "list[tuple[int, int | bytes]]" = []
    at = start + 4
    while at < end:
        # cfg 3.2 wants the payload discarded when attributes do not fill it. libreswan pads it to a multiple of 4 inside
        # the payload, so up to 3 zero bytes at the end are let pass.
        if end - at < 4:
            need(view, at, end - at, end, "attribute cut off")
            for i in range(at, end):
                if u8(view, i) != 0:
                    raise Malformed(at, "attribute cut off")
            break
        if len(found) == _MAX_ATTRIBUTES:
            raise Malformed(at, "more than 128 attributes")
        need(view, at, 4, end, "attribute cut off")
        number = u16(view, at)
        second = u16(view, at + 2)
        at += 4
        if number & _SHORT_FORM:
            found.append((number & ~_SHORT_FORM, second))
        else:
            need(view, at, second, end, "attribute longer than its payload")
            found.append((number, bytes(view[at : at + second])))
            at += second
    return ConfigMessage(u8(view, start), u16(view, start + 2), tuple(found))


def write_config(w: Writer, message: ConfigMessage) -> None:
    """The body of an attribute payload: int values in the short form, bytes in the long form."""
    w.u8(message.type)
    w.u8(0)
    w.u16(message.identifier)
    for number, value in message.attributes:
        if isinstance(value, int):
            w.u16(_SHORT_FORM | number)
            w.u16(value)
        else:
            w.u16(number)
            w.u16(len(value))
            w.put(value)


def parse_split(data: bytes) -> "tuple[tuple[bytes, bytes, int, int, int], ...]":
    """The entries of SPLIT_INCLUDE or LOCAL_LAN: (address, mask, protocol, source port, destination port); () for no data.

    An entry has 14 bytes; from some gateways 8, without protocol and ports (then 0). Where both divide the length, 14 is
    read first, and 8 only if a mask of the first reading is not contiguous. Raises `Malformed` when neither fits.
    """
    for size in (14, 8):
        if len(data) % size == 0:
            entries = _split_entries(data, size)
            if entries is not None:
                return entries
    raise Malformed(0, "a split list is neither of 14-byte nor of 8-byte entries with contiguous masks")


def split_names(data: bytes) -> "tuple[str, ...]":
    """The names of SPLIT_DNS or BACKUP_SERVERS, separated by commas, spaces or NULs, in their order, cleaned."""
    names = []
    at = 0
    for i in range(len(data) + 1):
        if i == len(data) or data[i] in b", \x00\t\r\n":
            name = clean_text(data[at:i])
            if name:
                names.append(name)
            at = i + 1
    return tuple(names)


def clean_text(data: "bytes | bytearray | memoryview") -> str:
    """A peer's text for a terminal and a log: UTF-8, a bad byte becomes U+FFFD, runs of tab, CR and LF one space, every other
    control character (C0, DEL, C1, directional override) is removed; no space at either end."""
    text: "list[str]" = []
    at = 0
    while at < len(data):
        code, count = _utf8_at(data, at)
        at += count
        if code in (9, 10, 13):
            if text and text[-1] != " ":
                text.append(" ")
        elif code < 0:
            text.append(_REPLACEMENT)
        elif not (code < 0x20 or 0x7F <= code < 0xA0 or 0x2028 <= code <= 0x202E or 0x2066 <= code <= 0x2069):
            text.append(chr(code))
    return "".join(text).strip(" ")


def _split_entries(data: bytes, size: int) -> "tuple[tuple[bytes, bytes, int, int, int], ...] | None":
    entries = []
    for at in range(0, len(data), size):
        mask = data[at + 4 : at + 8]
        if prefix_length(mask) < 0:
            return None
        if size == 14:
            protocol, source, destination = u16(data, at + 8), u16(data, at + 10), u16(data, at + 12)
        else:
            protocol, source, destination = 0, 0, 0
        entries.append((data[at : at + 4], mask, protocol, source, destination))
    return tuple(entries)


def _utf8_at(data: "bytes | bytearray | memoryview", at: int) -> "tuple[int, int]":
    """(code point, bytes read), or (-1, 1) for a byte that is not UTF-8 there (RFC 3629 4).

    By hand, because MicroPython's `decode` takes no `errors` and lets surrogates pass.
    """
    first = data[at]
    if first < 0x80:
        return first, 1
    if 0xC2 <= first <= 0xDF:
        count, code, least = 2, first & 0x1F, 0x80
    elif 0xE0 <= first <= 0xEF:
        count, code, least = 3, first & 0x0F, 0x800
    elif 0xF0 <= first <= 0xF4:
        count, code, least = 4, first & 0x07, 0x10000
    else:
        return -1, 1
    if at + count > len(data):
        return -1, 1
    for i in range(at + 1, at + count):
        if data[i] & 0xC0 != 0x80:
            return -1, 1
        code = code << 6 | data[i] & 0x3F
    if code < least or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return -1, 1
    return code, count
