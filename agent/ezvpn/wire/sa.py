"""The Security Association payload with its proposals, transforms and attributes: RFC 2408 3.3 to 3.6, 4.2; RFC 2407 4.4 to 4.6.

Belongs here: the layout and the registries' numbers. Not here: which of them we offer or accept (`ike`).
"""

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed, Writer, need, u16, u32

DOI_IPSEC = 1
SITUATION_IDENTITY_ONLY = 1
TRANSFORM_KEY_IKE = 1  # the one transform ID of protocol ISAKMP (RFC 2407 4.4.2)

_MAX_PROPOSALS = 32
_MAX_TRANSFORMS = 64
_MAX_ATTRIBUTES = 32
_MAX_SPI_BYTES = 16  # RFC 2408 3.5: for ISAKMP 0 to 16, content ignored; ESP and AH have 4
_SHORT_FORM = 0x8000
_NEXT_PROPOSAL = 2
_NEXT_TRANSFORM = 3


class Protocol:
    """RFC 2407 4.4.1."""

    ISAKMP = 1
    AH = 2
    ESP = 3
    IPCOMP = 4


class IkeAttribute:
    """RFC 2409 App. A."""

    ENCRYPTION = 1
    HASH = 2
    AUTHENTICATION = 3
    GROUP = 4
    LIFE_TYPE = 11
    LIFE_DURATION = 12
    PRF = 13
    KEY_LENGTH = 14


class IpsecAttribute:
    """RFC 2407 4.5; ESN is from the IANA registry."""

    LIFE_TYPE = 1
    LIFE_DURATION = 2
    GROUP = 3
    ENCAPSULATION = 4
    AUTHENTICATION = 5
    KEY_LENGTH = 6
    ESN = 11


class LifeType:
    """The same in both registries."""

    SECONDS = 1
    KILOBYTES = 2


class IkeCipher:
    """RFC 2409 App. A, RFC 3602."""

    DES = 1
    TRIPLE_DES = 5
    AES = 7


class IkeHash:
    """RFC 2409 App. A, RFC 4868. The numbers differ from `EspAuth`."""

    MD5 = 1
    SHA1 = 2
    SHA256 = 4
    SHA384 = 5
    SHA512 = 6


class IkeAuth:
    """RFC 2409 App. A; draft-beaulieu-ike-xauth-02 7.2; HYBRID_INIT_RSA is draft-ietf-ipsec-isakmp-hybrid-auth's."""

    PSK = 1
    DSS = 2
    RSA_SIG = 3
    RSA_ENCRYPTION = 4
    RSA_REVISED_ENCRYPTION = 5
    HYBRID_INIT_RSA = 64221
    XAUTH_INIT_PSK = 65001
    XAUTH_RESP_PSK = 65002
    XAUTH_INIT_DSS = 65003
    XAUTH_RESP_DSS = 65004
    XAUTH_INIT_RSA = 65005
    XAUTH_RESP_RSA = 65006


class EspId:
    """ESP transform IDs: RFC 2407 4.4.4, RFC 3602, RFC 4106."""

    DES = 2
    TRIPLE_DES = 3
    NULL = 11
    AES_CBC = 12
    AES_CTR = 13
    AES_GCM_8 = 18
    AES_GCM_12 = 19
    AES_GCM_16 = 20


class EspAuth:
    """RFC 2407 4.5, RFC 4868."""

    MD5 = 1
    SHA1 = 2
    SHA256 = 5
    SHA384 = 6
    SHA512 = 7


class Encapsulation:
    """RFC 2407 4.5, RFC 3947 5.1 and the drafts 00 to 03 before it."""

    TUNNEL = 1
    TRANSPORT = 2
    UDP_TUNNEL = 3
    UDP_TRANSPORT = 4
    UDP_TUNNEL_DRAFT = 61443
    UDP_TRANSPORT_DRAFT = 61444


class Transform(Record):
    """attributes: tuple of (type, value) in their order. value is an int for the short form and for 1 to 8 bytes of the long
    form (the two forms of one number are equal, RFC 2409 App. A); else the bytes."""

    _fields = ("number", "id", "attributes")

    def __init__(self, number: int, id: int, attributes: "tuple[tuple[int, int | bytes], ...]") -> None:
        self.number = number
        self.id = id
        self.attributes = attributes


class Proposal(Record):
    """Proposals with the same number belong together (AND), others are alternatives (RFC 2408 4.2)."""

    _fields = ("number", "protocol", "spi", "transforms")

    def __init__(self, number: int, protocol: int, spi: bytes, transforms: "tuple[Transform, ...]") -> None:
        self.number = number
        self.protocol = protocol
        self.spi = spi
        self.transforms = transforms


class SaBody(Record):
    """The body of an SA payload. doi and situation are always 1: no other layout is known."""

    _fields = ("doi", "situation", "proposals")

    def __init__(self, doi: int, situation: int, proposals: "tuple[Proposal, ...]") -> None:
        self.doi = doi
        self.situation = situation
        self.proposals = proposals


def parse_attributes(
    view: "bytes | bytearray | memoryview", start: int, end: int
) -> "tuple[tuple[int, int | bytes], ...]":
    """The data attributes that fill start .. end: tuple of (type, value) as in `Transform` (RFC 2408 3.3)."""
    found: "list[tuple[int, int | bytes]]" = []
    at = start
    while at < end:
        if len(found) == _MAX_ATTRIBUTES:
            raise Malformed(at, "more than 32 attributes")
        if at + 4 > end:
            raise Malformed(at, "attribute cut off")
        kind = view[at] << 8 | view[at + 1]
        second = view[at + 2] << 8 | view[at + 3]
        at += 4
        if kind & _SHORT_FORM:
            found.append((kind & ~_SHORT_FORM, second))
            continue
        need(view, at, second, end, "attribute longer than its payload")
        data = bytes(view[at : at + second])
        found.append((kind, int.from_bytes(data, "big") if 1 <= second <= 8 else data))
        at += second
    return tuple(found)


def parse_sa(view: "bytes | bytearray | memoryview", start: int, end: int) -> SaBody:
    """The body of an SA payload."""
    need(view, start, 8, end, "SA payload cut off")
    doi = u32(view, start)
    # The length of the situation depends on the DOI, and with secrecy or integrity labels (RFC 2407 4.6.1) on more.
    if doi != DOI_IPSEC:
        raise Malformed(start, "DOI is not IPsec")
    situation = u32(view, start + 4)
    if situation != SITUATION_IDENTITY_ONLY:
        raise Malformed(start + 4, "situation is not SIT_IDENTITY_ONLY")
    proposals: "list[Proposal]" = []
    at = start + 8
    more = True
    while more:
        if len(proposals) == _MAX_PROPOSALS:
            raise Malformed(at, "more than 32 proposals")
        after, more = _parse_link(view, at, end, 8, _NEXT_PROPOSAL)
        proposals.append(_parse_proposal(view, at, after))
        at = after
    if at != end:
        raise Malformed(at, "bytes after the last proposal")
    return SaBody(doi, situation, tuple(proposals))


def write_attribute(w: Writer, type: int, value: "int | bytes") -> None:
    """int below 65536: short form; larger int: long form of 4 bytes; bytes: long form."""
    if isinstance(value, int):
        if value < 0x10000:
            w.u32((_SHORT_FORM | type) << 16 | value)
        else:
            w.u32(type << 16 | 4)
            w.u32(value)
    else:
        w.u16(type)
        w.u16(len(value))
        w.put(value)


def write_sa(w: Writer, proposals: "list[Proposal] | tuple[Proposal, ...]") -> None:
    """The body of an SA payload: DOI, situation, proposals. The caller opened the payload."""
    w.u32(DOI_IPSEC)
    w.u32(SITUATION_IDENTITY_ONLY)
    for i in range(len(proposals)):
        proposal = proposals[i]
        at = w.at
        w.u32(_NEXT_PROPOSAL << 24 if i + 1 < len(proposals) else 0)
        w.u8(proposal.number)
        w.u8(proposal.protocol)
        w.u8(len(proposal.spi))
        w.u8(len(proposal.transforms))
        w.put(proposal.spi)
        for j in range(len(proposal.transforms)):
            _write_transform(w, proposal.transforms[j], j + 1 == len(proposal.transforms))
        w.patch_u16(at + 2, w.at - at)


def _parse_link(
    view: "bytes | bytearray | memoryview", at: int, end: int, shortest: int, same: int
) -> "tuple[int, bool]":
    """Generic header of a proposal or transform: (where it ends, whether another one of its kind follows)."""
    need(view, at, shortest, end, "proposal or transform cut off")
    follows = view[at]
    if follows not in (0, same):
        raise Malformed(at, "a proposal or transform is followed by another kind")
    if view[at + 1]:
        raise Malformed(at + 1, "reserved byte of a proposal or transform is not zero")
    length = u16(view, at + 2)
    if length < shortest:
        raise Malformed(at + 2, "proposal or transform length too small")
    need(view, at, length, end, "proposal or transform longer than its payload")
    return at + length, follows == same


def _parse_proposal(view: "bytes | bytearray | memoryview", start: int, end: int) -> Proposal:
    spi_bytes = view[start + 6]
    count = view[start + 7]
    if spi_bytes > _MAX_SPI_BYTES:
        raise Malformed(start + 6, "SPI longer than 16 bytes")
    if not 1 <= count <= _MAX_TRANSFORMS:
        raise Malformed(start + 7, "transform count not in 1 to 64")
    at = start + 8
    need(view, at, spi_bytes, end, "SPI cut off")
    spi = bytes(view[at : at + spi_bytes])
    at += spi_bytes
    transforms: "list[Transform]" = []
    more = True
    while more:
        if len(transforms) == count:
            raise Malformed(at, "more transforms than the proposal says")
        after, more = _parse_link(view, at, end, 8, _NEXT_TRANSFORM)
        # RFC 2408 3.6: RESERVED2 is "Unused, set to 0".
        if u16(view, at + 6) != 0:
            raise Malformed(at + 6, "reserved bytes of a transform are not zero")
        attributes = parse_attributes(view, at + 8, after)
        transforms.append(Transform(view[at + 4], view[at + 5], attributes))
        at = after
    if len(transforms) != count:
        raise Malformed(start + 7, "fewer transforms than the proposal says")
    if at != end:
        raise Malformed(at, "bytes after the last transform")
    return Proposal(view[start + 4], view[start + 5], spi, tuple(transforms))


def _write_transform(w: Writer, transform: Transform, last: bool) -> None:
    at = w.at
    w.u32(0 if last else _NEXT_TRANSFORM << 24)
    w.u8(transform.number)
    w.u8(transform.id)
    w.u16(0)
    for kind, value in transform.attributes:
        write_attribute(w, kind, value)
    w.patch_u16(at + 2, w.at - at)
