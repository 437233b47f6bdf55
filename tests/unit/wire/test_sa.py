import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.wire.cursor import Malformed
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
    parse_sa,
    write_attribute,
    write_sa,
)

from .strictness import outcome, withstands, written

# SOURCE: written by hand from RFC 2408 3.4 to 3.6 and RFC 2409 App. A.
PHASE1 = (
    bytes.fromhex("00000001 00000001")
    + bytes.fromhex("0000003c 01010002")
    + bytes.fromhex("03000018 01010000 80010007 800e0100 80020004 8003fde9")
    + bytes.fromhex("0000001c 02010000 80010005 80040002 800b0001 000c0004 00015180")
)
PHASE1_PROPOSALS = (
    Proposal(
        1,
        Protocol.ISAKMP,
        b"",
        (
            Transform(
                1,
                1,
                (
                    (IkeAttribute.ENCRYPTION, IkeCipher.AES),
                    (IkeAttribute.KEY_LENGTH, 256),
                    (IkeAttribute.HASH, IkeHash.SHA256),
                    (IkeAttribute.AUTHENTICATION, IkeAuth.XAUTH_INIT_PSK),
                ),
            ),
            Transform(
                2,
                1,
                (
                    (IkeAttribute.ENCRYPTION, IkeCipher.TRIPLE_DES),
                    (IkeAttribute.GROUP, 2),
                    (IkeAttribute.LIFE_TYPE, LifeType.SECONDS),
                    (IkeAttribute.LIFE_DURATION, 86400),
                ),
            ),
        ),
    ),
)
# SOURCE: written by hand from RFC 2408 4.2 and RFC 2407 4.5: two alternatives, ESP with an SPI each.
QUICK = (
    bytes.fromhex("00000001 00000001")
    + bytes.fromhex("02000024 01030401 c0ffee01 00000018 010c0000 80040003 80060080 80050005 80030002")
    + bytes.fromhex("00000018 02030401 c0ffee02 0000000c 01140000 800600a0")
)
QUICK_PROPOSALS = (
    Proposal(
        1,
        Protocol.ESP,
        b"\xc0\xff\xee\x01",
        (
            Transform(
                1,
                EspId.AES_CBC,
                (
                    (IpsecAttribute.ENCAPSULATION, Encapsulation.UDP_TUNNEL),
                    (IpsecAttribute.KEY_LENGTH, 128),
                    (IpsecAttribute.AUTHENTICATION, EspAuth.SHA256),
                    (IpsecAttribute.GROUP, 2),
                ),
            ),
        ),
    ),
    Proposal(2, Protocol.ESP, b"\xc0\xff\xee\x02", (Transform(1, EspId.AES_GCM_16, ((6, 160),)),)),
)


@pytest.mark.parametrize(("body", "proposals"), [(PHASE1, PHASE1_PROPOSALS), (QUICK, QUICK_PROPOSALS)])
def test_a_body_written_by_hand(body: bytes, proposals: "tuple[Proposal, ...]") -> None:
    assert parse_sa(memoryview(body), 0, len(body)) == SaBody(1, 1, proposals)
    assert written(lambda w: write_sa(w, proposals)) == body


@pytest.mark.parametrize("body", [PHASE1, QUICK])
def test_a_cut_or_changed_body_is_malformed_and_nothing_else(body: bytes) -> None:
    withstands(parse_sa, body)
    for end in range(len(body)):
        with pytest.raises(Malformed):
            parse_sa(body[:end], 0, end)


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (3, 0, "DOI"),
        (3, 2, "DOI"),
        (7, 3, "situation"),
        (8, 3, "another kind"),
        (9, 1, "reserved"),
        (11, 7, "too small"),
        (11, 0x3B, "longer than its payload"),  # shorter than its transforms
        (11, 0x3D, "longer than its payload"),
        (14, 17, "SPI longer"),
        (15, 0, "count"),
        (15, 65, "count"),
        (15, 1, "more transforms"),
        (15, 3, "fewer transforms"),
        (16, 2, "another kind"),
        (16, 0, "after the last transform"),
        (22, 1, "reserved"),
        (23, 1, "reserved"),
        (8, 2, "cut off"),
    ],
)
def test_a_proposal_that_is_refused(at: int, value: int, what: str) -> None:
    if what == "after the last transform":
        body = PHASE1[:15] + b"\x01" + PHASE1[16:at] + bytes([value]) + PHASE1[at + 1 :]
    else:
        body = PHASE1[:at] + bytes([value]) + PHASE1[at + 1 :]
    with pytest.raises(Malformed, match=what):
        parse_sa(body, 0, len(body))


def test_bytes_after_the_last_proposal_are_refused() -> None:
    with pytest.raises(Malformed, match="after the last proposal"):
        parse_sa(PHASE1 + b"\x00", 0, len(PHASE1) + 1)


def test_an_sa_without_a_proposal_is_refused() -> None:
    with pytest.raises(Malformed, match="cut off"):
        parse_sa(PHASE1[:8], 0, 8)


def test_at_most_32_proposals() -> None:
    one = Proposal(1, Protocol.ESP, b"", (Transform(1, 3, ()),))
    fits = written(lambda w: write_sa(w, [one] * 32))
    assert len(parse_sa(fits, 0, len(fits)).proposals) == 32
    over = written(lambda w: write_sa(w, [one] * 33))
    with pytest.raises(Malformed, match="32 proposals"):
        parse_sa(over, 0, len(over))


def test_at_most_64_transforms() -> None:
    fits = written(lambda w: write_sa(w, [Proposal(1, 3, b"", (Transform(1, 3, ()),) * 64)]))
    assert len(parse_sa(fits, 0, len(fits)).proposals[0].transforms) == 64
    over = written(lambda w: write_sa(w, [Proposal(1, 3, b"", (Transform(1, 3, ()),) * 65)]))
    with pytest.raises(Malformed, match="count"):
        parse_sa(over, 0, len(over))


def test_at_most_32_attributes() -> None:
    one = bytes.fromhex("80010001")
    assert len(parse_attributes(one * 32, 0, 128)) == 32
    with pytest.raises(Malformed, match="32 attributes"):
        parse_attributes(one * 33, 0, 132)


# SOURCE: the layouts of RFC 2408 3.3; lifetimes of 3600 s, 86400 s and 4608000 kB.
@pytest.mark.parametrize(
    ("encoded", "attribute"),
    [
        ("80020e10", (2, 3600)),
        ("0002000400015180", (2, 86400)),
        ("0002000400465000", (2, 4608000)),
        ("00020009001122334455667788", (2, bytes.fromhex("001122334455667788"))),
    ],
)
def test_attributes_written_by_hand(encoded: str, attribute: "tuple[int, int | bytes]") -> None:
    data = bytes.fromhex(encoded)
    assert parse_attributes(data, 0, len(data)) == (attribute,)
    assert written(lambda w: write_attribute(w, *attribute)) == data


def test_both_forms_of_a_number_are_equal() -> None:
    short = parse_attributes(bytes.fromhex("80020e10"), 0, 4)
    for long in ("000200020e10", "0002000400000e10", "000200080000000000000e10"):
        assert parse_attributes(bytes.fromhex(long), 0, len(long) // 2) == short


def test_an_empty_long_form_is_no_number() -> None:
    assert parse_attributes(bytes.fromhex("00020000"), 0, 4) == ((2, b""),)


def test_a_number_above_32_bits_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        written(lambda w: write_attribute(w, 1, 1 << 32))


attributes = st.lists(
    st.tuples(
        st.integers(0, 0x7FFF),
        st.one_of(st.integers(0, 0xFFFFFFFF), st.binary(max_size=0), st.binary(min_size=9, max_size=20)),
    ),
    max_size=8,
).map(tuple)
transforms = st.builds(Transform, st.integers(0, 255), st.integers(0, 255), attributes)
proposals = st.builds(
    Proposal,
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(max_size=16),
    st.lists(transforms, min_size=1, max_size=4).map(tuple),
)


@given(st.lists(proposals, min_size=1, max_size=4))
def test_round_trip(offered: "list[Proposal]") -> None:
    body = written(lambda w: write_sa(w, offered))
    assert parse_sa(body, 0, len(body)) == SaBody(1, 1, tuple(offered))


@given(st.binary(max_size=120))
def test_any_bytes_are_an_sa_or_malformed(data: bytes) -> None:
    outcome(parse_sa, data, 0, len(data))
    outcome(parse_sa, PHASE1[:12] + data, 0, 12 + len(data))
    outcome(parse_attributes, data, 0, len(data))
