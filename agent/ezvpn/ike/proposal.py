"""Offers and answers: `params` transforms to SA payload transforms and back, by tables.

RFC 2409 App. A and RFC 2407 4.5 (numbers), RFC 2409 5 and RFC 2408 4.2 (an answer equals one offered transform), RFC 3602
and 4106 (AES). What to offer and in which order is the tunnel's decision; here it is only written down and compared.
"""

from ezvpn.ike.params import EspTransform, Phase1Transform
from ezvpn.ike.state import Refused
from ezvpn.wire.sa import (
    Encapsulation,
    EspAuth,
    EspId,
    IkeAttribute,
    IkeAuth,
    IkeCipher,
    IkeHash,
    IpsecAttribute,
    LifeType,
    Proposal,
    Protocol,
    SaBody,
    Transform,
    parse_attributes,
)

KEY_IKE = 1  # the one transform ID of protocol ISAKMP (RFC 2407 4.4.2)

_IKE_CIPHERS = (("des", IkeCipher.DES), ("3des", IkeCipher.TRIPLE_DES), ("aes", IkeCipher.AES))
_IKE_HASHES = (
    ("md5", IkeHash.MD5),
    ("sha1", IkeHash.SHA1),
    ("sha256", IkeHash.SHA256),
    ("sha384", IkeHash.SHA384),
    ("sha512", IkeHash.SHA512),
)
_ESP_CIPHERS = (
    ("des", EspId.DES),
    ("3des", EspId.TRIPLE_DES),
    ("null", EspId.NULL),
    ("aes-cbc", EspId.AES_CBC),
    ("aes-gcm", EspId.AES_GCM_16),
)
_ESP_AUTHS = (
    ("md5", EspAuth.MD5),
    ("sha1", EspAuth.SHA1),
    ("sha256", EspAuth.SHA256),
    ("sha384", EspAuth.SHA384),
    ("sha512", EspAuth.SHA512),
)


def _number(table: "tuple[tuple[str, int], ...]", name: str) -> int:
    for known, number in table:
        if known == name:
            return number
    raise ValueError("no number for " + name)


def _name(table: "tuple[tuple[str, int], ...]", number: object) -> str:
    for name, known in table:
        if known == number:
            return name
    return ""


class Agreed:
    """What an answer settled: the offered transform, and the lifetimes in force (0 = none said)."""

    def __init__(self, index: int, auth: int, life_s: int, life_kb: int) -> None:
        self.index = index
        self.auth = auth
        self.life_s = life_s
        self.life_kb = life_kb


def phase1_proposal(transforms: "tuple[Phase1Transform, ...]", auths: "tuple[int, ...]") -> Proposal:
    """The one proposal of AM1 or MM1 (RFC 2409 5: one proposal, several transforms): every transform with the first
    authentication method, then with the next. ENCRYPTION stands before KEY_LENGTH: a real gateway insists."""
    rows: "list[Transform]" = []
    for auth in auths:
        for offered in transforms:
            rows.append(Transform(len(rows) + 1, KEY_IKE, _phase1_attributes(offered, auth)))
    return Proposal(1, Protocol.ISAKMP, b"", tuple(rows))


def _phase1_attributes(offered: Phase1Transform, auth: int) -> "tuple[tuple[int, int], ...]":
    rows = [(IkeAttribute.ENCRYPTION, _number(_IKE_CIPHERS, offered.cipher))]
    if offered.key_bits:
        rows.append((IkeAttribute.KEY_LENGTH, offered.key_bits))
    rows.append((IkeAttribute.HASH, _number(_IKE_HASHES, offered.hash)))
    rows.append((IkeAttribute.AUTHENTICATION, auth))
    rows.append((IkeAttribute.GROUP, offered.group))
    if offered.life_s:
        rows.append((IkeAttribute.LIFE_TYPE, LifeType.SECONDS))
        rows.append((IkeAttribute.LIFE_DURATION, offered.life_s))
    return tuple(rows)


def esp_proposal(
    spi: bytes,
    transforms: "tuple[EspTransform, ...]",
    encapsulation: int,
    pfs_group: int,
    life_s: int,
    life_kb: int,
) -> Proposal:
    """The one proposal of quick 1: our inbound SPI, every transform with the same group (RFC 2409 5.5), encapsulation, lives."""
    rows: "list[Transform]" = []
    for offered in transforms:
        attributes = _esp_attributes(offered, encapsulation, pfs_group, life_s, life_kb)
        rows.append(Transform(len(rows) + 1, _number(_ESP_CIPHERS, offered.cipher), attributes))
    return Proposal(1, Protocol.ESP, spi, tuple(rows))


def _esp_attributes(
    offered: EspTransform, encapsulation: int, pfs_group: int, life_s: int, life_kb: int
) -> "tuple[tuple[int, int], ...]":
    rows = []
    if offered.key_bits:
        rows.append((IpsecAttribute.KEY_LENGTH, offered.key_bits))
    if offered.auth:
        rows.append((IpsecAttribute.AUTHENTICATION, _number(_ESP_AUTHS, offered.auth)))
    rows.append((IpsecAttribute.ENCAPSULATION, encapsulation))
    if pfs_group:
        rows.append((IpsecAttribute.GROUP, pfs_group))
    if life_s:
        rows.append((IpsecAttribute.LIFE_TYPE, LifeType.SECONDS))
        rows.append((IpsecAttribute.LIFE_DURATION, life_s))
    if life_kb:
        rows.append((IpsecAttribute.LIFE_TYPE, LifeType.KILOBYTES))
        rows.append((IpsecAttribute.LIFE_DURATION, life_kb))
    return tuple(rows)


def lifetimes(attributes: "tuple[tuple[int, object], ...]", type_number: int) -> "tuple[int, int]":
    """(seconds, kilobytes) from LIFE_TYPE / LIFE_DURATION pairs in order; the duration's number is the type's plus one in
    both registries. Absent = 0. Of several of one unit the smallest counts."""
    seconds = kilobytes = 0
    unit = 0
    for number, value in attributes:
        if number == type_number:
            unit = value if isinstance(value, int) else 0
        elif number == type_number + 1 and isinstance(value, int):
            if unit == LifeType.SECONDS:
                seconds = value if not seconds else min(seconds, value)
            elif unit == LifeType.KILOBYTES:
                kilobytes = value if not kilobytes else min(kilobytes, value)
    return seconds, kilobytes


def isakmp_life(data: bytes) -> int:
    """Seconds from the data of a RESPONDER-LIFETIME about the ISAKMP SA, 0 = none said. Raises `Malformed`."""
    return lifetimes(parse_attributes(data, 0, len(data)), IkeAttribute.LIFE_TYPE)[0]


def _without_life(attributes: "tuple[tuple[int, object], ...]", type_number: int) -> "list[tuple[int, object]]":
    """All attributes but the lifetimes, in one order, so that two transforms can be compared by content (RFC 2408 4.2)."""
    return sorted([pair for pair in attributes if pair[0] not in (type_number, type_number + 1)], key=_first)


def _first(pair: "tuple[int, object]") -> int:
    return pair[0]


def _one_transform(body: SaBody, protocol: int) -> "tuple[Proposal, Transform]":
    # RFC 2408 4.2: the responder returns a single proposal with a single transform.
    if len(body.proposals) != 1 or len(body.proposals[0].transforms) != 1:
        raise Refused("answer", "the answer holds more than one proposal or transform")
    proposal = body.proposals[0]
    if proposal.protocol != protocol:
        raise Refused("answer", "the answer is for protocol " + str(proposal.protocol))
    return proposal, proposal.transforms[0]


def agree(body: SaBody, offered: Proposal, type_number: int, auth_number: int = 0) -> "tuple[Proposal, Agreed]":
    """Hold an answer against our offer; `Refused("answer")` unless it equals one offered transform.

    RFC 2409 5: an attribute changed, added or missing is a reason to refuse. A *smaller* lifetime is adopted (a gateway's
    policy may be stricter), a larger one ignored. Returns the answered proposal (with the peer's SPI) and what was agreed.
    """
    proposal, chosen = _one_transform(body, offered.protocol)
    answer = _without_life(chosen.attributes, type_number)
    for index in range(len(offered.transforms)):
        candidate = offered.transforms[index]
        if candidate.id != chosen.id or _without_life(candidate.attributes, type_number) != answer:
            continue
        seconds, kilobytes = lifetimes(chosen.attributes, type_number)
        own_seconds, own_kilobytes = lifetimes(candidate.attributes, type_number)
        auth = 0
        for number, value in chosen.attributes:
            if auth_number and number == auth_number and isinstance(value, int):
                auth = value
        return proposal, Agreed(index, auth, _smaller(own_seconds, seconds), _smaller(own_kilobytes, kilobytes))
    raise Refused("answer", "the answer was not offered")


def _smaller(a: int, b: int) -> int:
    """The smaller of two limits, 0 = no limit."""
    if not a or not b:
        return a or b
    return min(a, b)


def read_esp(transform: Transform) -> "tuple[EspTransform, int, int] | None":
    """What a peer's ESP transform asks for: (transform, encapsulation, PFS group), or None if it is not one of ours.

    For quick modes that the peer starts. RFC 2408 5.6: an unknown transform is skipped."""
    cipher = _name(_ESP_CIPHERS, transform.id)
    if not cipher:
        return None
    key_bits = group = 0
    auth = ""
    encapsulation = Encapsulation.TUNNEL
    for number, value in transform.attributes:
        if not isinstance(value, int):
            return None
        if number == IpsecAttribute.KEY_LENGTH:
            key_bits = value
        elif number == IpsecAttribute.AUTHENTICATION:
            auth = _name(_ESP_AUTHS, value)
            if not auth:
                return None
        elif number == IpsecAttribute.ENCAPSULATION:
            encapsulation = value
        elif number == IpsecAttribute.GROUP:
            group = value
        elif number not in (IpsecAttribute.LIFE_TYPE, IpsecAttribute.LIFE_DURATION):
            return None
    return EspTransform(cipher, key_bits, auth), encapsulation, group


def read_phase1(transform: Transform) -> "tuple[Phase1Transform, int] | None":
    """What a peer's ISAKMP transform asks for: (transform, authentication method), or None if it is not one of ours."""
    cipher = hash = ""
    key_bits = group = auth = 0
    for number, value in transform.attributes:
        if number == IkeAttribute.ENCRYPTION:
            cipher = _name(_IKE_CIPHERS, value)
        elif number == IkeAttribute.HASH:
            hash = _name(_IKE_HASHES, value)
        elif number == IkeAttribute.KEY_LENGTH and isinstance(value, int):
            key_bits = value
        elif number == IkeAttribute.GROUP and isinstance(value, int):
            group = value
        elif number == IkeAttribute.AUTHENTICATION and isinstance(value, int):
            auth = value
        elif number not in (IkeAttribute.LIFE_TYPE, IkeAttribute.LIFE_DURATION):
            return None
    if not cipher or not hash or not group:
        return None
    seconds, _ = lifetimes(transform.attributes, IkeAttribute.LIFE_TYPE)
    return Phase1Transform(cipher, key_bits, hash, group, seconds), auth


def choose_phase1(
    body: SaBody, transforms: "tuple[Phase1Transform, ...]", groups: "tuple[int, ...]"
) -> "tuple[int, Proposal]":
    """The first of *our* transforms that the peer offers with a pre-shared key: (its index, the proposal to echo). The life is
    no part of the comparison. `Refused("no-proposal")` if there is none."""
    for index in range(len(transforms)):
        ours = transforms[index]
        if ours.group not in groups:
            continue
        for offered in body.proposals:
            for transform in offered.transforms:
                known = read_phase1(transform)
                if known is None or known[1] != IkeAuth.PSK:
                    continue
                theirs = known[0]
                if (theirs.cipher, theirs.key_bits, theirs.hash, theirs.group) == (
                    ours.cipher,
                    ours.key_bits,
                    ours.hash,
                    ours.group,
                ):
                    # RFC 2409 5: "the responder MUST NOT modify attributes of any offer".
                    return index, Proposal(offered.number, offered.protocol, offered.spi, (transform,))
    raise Refused("no-proposal", "the peer offers none of our isakmp policies")
