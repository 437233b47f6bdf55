"""The small payloads: Identification, Vendor ID, NAT-OA and the IKE fragment.

RFC 2407 4.6.2 (ID), RFC 2408 3.16 (VID), RFC 3947 3.1, 3.2, 5.2 (NAT-T), RFC 3706 5.1 (DPD's vendor ID). KE, nonce, HASH
and NAT-D have no inner layout: their body is the value.
"""

from ezvpn.record import Record
from ezvpn.wire.attributes import clean_text
from ezvpn.wire.cursor import Malformed, Writer, need, u8, u16
from ezvpn.wire.inet import ipv4_text, prefix_length

_SHOWN_BYTES = 128  # of an identity, in text for humans
_FRAGMENT_LAST = 1


class IdType:
    """RFC 2407 4.6.2.1."""

    IPV4_ADDR = 1
    FQDN = 2
    USER_FQDN = 3
    IPV4_SUBNET = 4
    IPV6_ADDR = 5
    IPV6_SUBNET = 6
    IPV4_RANGE = 7
    IPV6_RANGE = 8
    DER_ASN1_DN = 9
    DER_ASN1_GN = 10
    KEY_ID = 11


# The types whose data has one length (RFC 2407 4.6.2.2 and on).
_ID_BYTES = {
    IdType.IPV4_ADDR: 4,
    IdType.IPV4_SUBNET: 8,
    IdType.IPV4_RANGE: 8,
    IdType.IPV6_ADDR: 16,
    IdType.IPV6_SUBNET: 32,
    IdType.IPV6_RANGE: 32,
}
_ID_TEXT = (IdType.FQDN, IdType.USER_FQDN, IdType.KEY_ID)


class VendorId:
    """Known vendor IDs. Of UNITY and DPD the first 14 bytes count, of FRAGMENTATION and VPN3000 the first 16 and 14: the rest
    is a version or a capability word."""

    UNITY = b"\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc\x01\x00"
    XAUTH = b"\x09\x00\x26\x89\xdf\xd6\xb7\x12"
    DPD = b"\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00"
    NATT_RFC = b"\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f"
    NATT_08 = b"\x8f\x8d\x83\x82\x6d\x24\x6b\x6f\xc7\xa8\xa6\xa4\x28\xc1\x1d\xe8"
    NATT_07 = b"\x43\x9b\x59\xf8\xba\x67\x6c\x4c\x77\x37\xae\x22\xea\xb8\xf5\x82"
    NATT_06 = b"\x4d\x1e\x0e\x13\x6d\xea\xfa\x34\xc4\xf3\xea\x9f\x02\xec\x72\x85"
    NATT_05 = b"\x80\xd0\xbb\x3d\xef\x54\x56\x5e\xe8\x46\x45\xd4\xc8\x5c\xe3\xee"
    NATT_04 = b"\x99\x09\xb6\x4e\xed\x93\x7c\x65\x73\xde\x52\xac\xe9\x52\xfa\x6b"
    NATT_03 = b"\x7d\x94\x19\xa6\x53\x10\xca\x6f\x2c\x17\x9d\x92\x15\x52\x9d\x56"
    NATT_02N = b"\x90\xcb\x80\x91\x3e\xbb\x69\x6e\x08\x63\x81\xb5\xec\x42\x7b\x1f"  # hashed with the newline
    NATT_02 = b"\xcd\x60\x46\x43\x35\xdf\x21\xf8\x7c\xfd\xb2\xfc\x68\xb6\xa4\x48"
    NATT_01 = b"\x16\xf6\xca\x16\xe4\xa4\x06\x6d\x83\x82\x1a\x0f\x0a\xea\xa8\x62"
    NATT_00 = b"\x44\x85\x15\x2d\x18\xb6\xbb\xcd\x0b\xe8\xa8\x46\x95\x79\xdd\xcc"
    FRAGMENTATION = b"\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3"
    FRAGMENTATION_CISCO = FRAGMENTATION + b"\xc0\x00\x00\x00"
    FRAGMENTATION_MAIN_AGGRESSIVE = FRAGMENTATION + b"\x80\x00\x00\x00"
    VPN3000 = b"\x1f\x07\xf7\x0e\xaa\x65\x14\xd3\xb0\xfa\x96\x54\x2a\x50"
    ALTIGA = b"\xf6\xf7\xef\xc7\xf5\xae\xb8\xcb\x15\x8c\xb9\xd0\x94\xba\x69\xe7"
    DELETE_REASON = b"\x2d\x79\x22\xc6\xb3\x01\xd9\xb0\xe1\x34\x27\x39\xe9\xcf\xbb\xd5"
    DELETE_REASON_TEXT = b"CISCO-DELETE-REASON"
    HEARTBEATS = b"\x8d\xb7\xa4\x18\x11\x22\x16\x60"
    NETSCREEN_HEARTBEAT = b"HeartBeat_Notify"
    SHREW_DPD = b"\x3b\x90\x31\xdc\xe4\xfc\xf8\x8b\x48\x9a\x92\x39\x63\xdd\x0c\x49"
    CISCO_VPN_REVISION = b"CISCOVPN-REV-02"
    FLEXVPN = b"FLEXVPN-SUPPORTED"


class Identity(Record):
    """protocol and port 0 = any (quick mode). data: 4 bytes, address and mask, text … by type."""

    _fields = ("type", "protocol", "port", "data")

    def __init__(self, type: int, protocol: int, port: int, data: bytes) -> None:
        self.type = type
        self.protocol = protocol
        self.port = port
        self.data = data


class Fragment(Record):
    """One piece of a message: id is common to all pieces, number counts from 1, start .. end is the data in the view."""

    _fields = ("id", "number", "last", "start", "end")

    def __init__(self, id: int, number: int, last: bool, start: int, end: int) -> None:
        self.id = id
        self.number = number
        self.last = last
        self.start = start
        self.end = end


def parse_id(view: "bytes | bytearray | memoryview", start: int, end: int) -> Identity:
    """The body of an Identification payload. Types without a fixed length, and unknown ones, may hold anything."""
    need(view, start, 4, end, "identity cut off")
    kind = u8(view, start)
    if kind in _ID_BYTES and end - start - 4 != _ID_BYTES[kind]:
        raise Malformed(start + 4, "identity has the wrong length for its type")
    need(view, start + 4, end - start - 4, end, "identity cut off")
    return Identity(kind, u8(view, start + 1), u16(view, start + 2), bytes(view[start + 4 : end]))


def write_id(w: Writer, identity: Identity) -> None:
    """The body of an Identification payload."""
    w.u8(identity.type)
    w.u8(identity.protocol)
    w.u16(identity.port)
    w.put(identity.data)


def id_text(identity: Identity) -> str:
    """The identity as a line of text: `203.0.113.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, a name, or hexadecimal. At most 128
    bytes of it, never a control byte."""
    kind, data = identity.type, identity.data
    if kind in _ID_BYTES and len(data) != _ID_BYTES[kind]:
        return data[:_SHOWN_BYTES].hex()
    if kind == IdType.IPV4_ADDR:
        return ipv4_text(data)
    if kind == IdType.IPV4_SUBNET:
        prefix = prefix_length(data[4:])
        return ipv4_text(data[:4]) + "/" + (str(prefix) if prefix >= 0 else ipv4_text(data[4:]))
    if kind == IdType.IPV4_RANGE:
        return ipv4_text(data[:4]) + "-" + ipv4_text(data[4:])
    if kind in _ID_TEXT:
        return clean_text(data[:_SHOWN_BYTES])
    return data[:_SHOWN_BYTES].hex()


def parse_nat_oa(view: "bytes | bytearray | memoryview", start: int, end: int) -> bytes:
    """The original address of a NAT-OA payload: 4 or 16 bytes (RFC 3947 5.2)."""
    need(view, start, 4, end, "NAT-OA cut off")
    kind = u8(view, start)
    if kind not in (IdType.IPV4_ADDR, IdType.IPV6_ADDR):
        raise Malformed(start, "NAT-OA is not an address")
    if end - start - 4 != _ID_BYTES[kind]:
        raise Malformed(start + 4, "NAT-OA has the wrong length for its type")
    need(view, start, end - start, end, "NAT-OA cut off")
    return bytes(view[start + 4 : end])


def parse_fragment(view: "bytes | bytearray | memoryview", start: int, end: int) -> Fragment:
    """The body of a fragment payload (132): ID, number, flags, then data up to the end."""
    need(view, start, 5, end, "fragment cut off")
    number = u8(view, start + 2)
    if number == 0:
        raise Malformed(start + 2, "fragment numbers start at 1")
    return Fragment(u16(view, start), number, u8(view, start + 3) & _FRAGMENT_LAST != 0, start + 4, end)
