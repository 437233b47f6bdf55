"""Offers and answers: what was offered is accepted, anything else refused (RFC 2409 5)."""

import pytest

from ezvpn.ike.params import EspTransform, Phase1Transform
from ezvpn.ike.proposal import agree, choose_phase1, esp_proposal, lifetimes, phase1_proposal, read_esp, read_phase1
from ezvpn.ike.state import Refused
from ezvpn.wire.sa import IkeAttribute, IkeAuth, IpsecAttribute, Proposal, Protocol, SaBody, Transform

OFFERED = (Phase1Transform("aes", 256, "sha256", 14), Phase1Transform("3des", 0, "sha1", 14))
ESP_OFFERED = (
    EspTransform("aes-cbc", 256, "sha256"),
    EspTransform("3des", 0, "sha1"),
    EspTransform("aes-gcm", 128, ""),
)
AUTHS = (IkeAuth.XAUTH_INIT_PSK, IkeAuth.PSK)


def answer(offer: Proposal, index: int, change=lambda attributes: attributes) -> SaBody:
    chosen = offer.transforms[index]
    transform = Transform(chosen.number, chosen.id, change(chosen.attributes))
    return SaBody(1, 1, (Proposal(1, offer.protocol, b"\0\0\1\0" if offer.spi else b"", (transform,)),))


def phase1_agree(body: SaBody):
    return agree(body, phase1_proposal(OFFERED, AUTHS), IkeAttribute.LIFE_TYPE, IkeAttribute.AUTHENTICATION)


def test_encryption_stands_before_key_length() -> None:
    attributes = phase1_proposal(OFFERED, AUTHS).transforms[0].attributes
    assert [number for number, _ in attributes][:2] == [IkeAttribute.ENCRYPTION, IkeAttribute.KEY_LENGTH]


def test_fixed_length_ciphers_carry_no_key_length() -> None:
    # RFC 2409 App. A: KEY_LENGTH "MUST NOT be used when the specified encryption algorithm uses a fixed-length key".
    for offer in (phase1_proposal(OFFERED, AUTHS), esp_proposal(b"spi4", ESP_OFFERED, 1, 0, 0, 0)):
        numbers = [number for number, _ in offer.transforms[1].attributes]
        assert IkeAttribute.KEY_LENGTH not in numbers and IpsecAttribute.KEY_LENGTH not in numbers


def test_every_offered_transform_is_accepted() -> None:
    offer = phase1_proposal(OFFERED, AUTHS)
    for index in range(4):
        _, agreed = phase1_agree(answer(offer, index))
        assert (agreed.index, agreed.auth) == (index, AUTHS[index // 2])


def test_numbers_rise_from_one() -> None:
    assert [t.number for t in phase1_proposal(OFFERED, AUTHS).transforms] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a[1:],
        lambda a: a + ((IkeAttribute.PRF, 1),),
        lambda a: tuple((n, 5 if n == IkeAttribute.GROUP else v) for n, v in a),
        lambda a: tuple((n, 128 if n == IkeAttribute.KEY_LENGTH else v) for n, v in a),
        lambda a: tuple((n, IkeAuth.RSA_SIG if n == IkeAttribute.AUTHENTICATION else v) for n, v in a),
    ],
    ids=["missing", "added", "group", "key length", "authentication"],
)
def test_an_answer_that_was_not_offered_is_refused(change) -> None:
    with pytest.raises(Refused) as fault:
        phase1_agree(answer(phase1_proposal(OFFERED, AUTHS), 0, change))
    assert fault.value.cause == "answer"


def test_two_transforms_or_proposals_are_no_answer() -> None:
    offer = phase1_proposal(OFFERED, AUTHS)
    with pytest.raises(Refused):
        phase1_agree(SaBody(1, 1, (offer,)))
    one = answer(offer, 0).proposals[0]
    with pytest.raises(Refused):
        phase1_agree(SaBody(1, 1, (one, one)))
    with pytest.raises(Refused):
        phase1_agree(SaBody(1, 1, ()))


def test_another_protocol_is_refused() -> None:
    body = answer(phase1_proposal(OFFERED, AUTHS), 0)
    body.proposals[0].protocol = Protocol.ESP
    with pytest.raises(Refused):
        phase1_agree(body)


@pytest.mark.parametrize(("said", "adopted"), [(3600, 3600), (86400, 86400), (100000, 86400)])
def test_a_smaller_life_is_adopted_a_larger_one_is_not(said: int, adopted: int) -> None:
    def change(attributes):
        return tuple((n, said if n == IkeAttribute.LIFE_DURATION else v) for n, v in attributes)

    _, agreed = phase1_agree(answer(phase1_proposal(OFFERED, AUTHS), 0, change))
    assert agreed.life_s == adopted


def test_esp_both_lives() -> None:
    offer = esp_proposal(b"spi4", ESP_OFFERED, 3, 14, 3600, 4608000)
    proposal, agreed = agree(answer(offer, 2), offer, IpsecAttribute.LIFE_TYPE)
    assert (agreed.index, agreed.life_s, agreed.life_kb) == (2, 3600, 4608000)
    assert proposal.spi == b"\0\0\1\0"
    for transform in offer.transforms:
        assert (IpsecAttribute.GROUP, 14) in transform.attributes, "PFS group in every transform (RFC 2409 5.5)"


def test_dropped_pfs_is_refused() -> None:
    offer = esp_proposal(b"spi4", ESP_OFFERED, 3, 14, 0, 0)

    def change(attributes):
        return tuple(pair for pair in attributes if pair[0] != IpsecAttribute.GROUP)

    with pytest.raises(Refused):
        agree(answer(offer, 0, change), offer, IpsecAttribute.LIFE_TYPE)


def test_lifetimes_in_any_order_the_smallest_counts() -> None:
    rows = ((1, 2), (2, 4608000), (1, 1), (2, 3600), (1, 1), (2, 1800))
    assert lifetimes(rows, IpsecAttribute.LIFE_TYPE) == (1800, 4608000)
    assert lifetimes((), IpsecAttribute.LIFE_TYPE) == (0, 0)
    assert lifetimes(((2, 5),), IpsecAttribute.LIFE_TYPE) == (0, 0), "a duration without a type says nothing"


def test_reading_a_peers_transforms() -> None:
    for offered in OFFERED:
        transform = phase1_proposal((offered,), AUTHS).transforms[0]
        assert read_phase1(transform) == (offered, IkeAuth.XAUTH_INIT_PSK)
    for esp in ESP_OFFERED:
        transform = esp_proposal(b"spi4", (esp,), 3, 5, 60, 0).transforms[0]
        assert read_esp(transform) == (esp, 3, 5)


def test_unknown_transforms_are_skipped() -> None:
    assert read_esp(Transform(1, 250, ())) is None
    assert read_esp(Transform(1, 12, ((IpsecAttribute.AUTHENTICATION, 99),))) is None
    assert read_esp(Transform(1, 12, ((IpsecAttribute.ESN, 1),))) is None
    assert read_esp(Transform(1, 12, ((IpsecAttribute.KEY_LENGTH, b"x" * 9),))) is None
    assert read_phase1(Transform(1, 1, ((IkeAttribute.ENCRYPTION, 99),))) is None
    assert read_phase1(Transform(1, 1, ((77, 1),))) is None


# --- the choice as responder ---------------------------------------------------------------------------------------

A = Phase1Transform("aes", 128, "sha1", 2, 3600)
B = Phase1Transform("aes", 256, "sha256", 14, 86400)
C = Phase1Transform("3des", 0, "md5", 5, 0)
GROUPS = (1, 2, 5, 14)


def offer_of(*transforms: Phase1Transform, auth: int = IkeAuth.PSK) -> SaBody:
    return SaBody(1, 1, (phase1_proposal(transforms, (auth,)),))


@pytest.mark.parametrize(
    ("offered", "ours", "index"),
    [((A, B, C), (B, A), 0), ((A, C), (B, A), 1), ((C,), (A, B, C), 2), ((B, A), (A, B), 0)],
)
def test_our_order_decides(offered: tuple[Phase1Transform, ...], ours: tuple[Phase1Transform, ...], index: int) -> None:
    found, answer = choose_phase1(offer_of(*offered), ours, GROUPS)
    assert found == index
    (transform,) = answer.transforms
    known = read_phase1(transform)
    assert known is not None and known[0].cipher == ours[index].cipher


def test_the_chosen_transform_is_echoed_as_it_was_offered() -> None:
    # RFC 2409 5: "the responder MUST NOT modify attributes of any offer"; the life is another one than ours here.
    offer = offer_of(C, Phase1Transform("aes", 128, "sha1", 2, 1234))
    _, answer = choose_phase1(offer, (A,), GROUPS)
    assert answer.transforms == (offer.proposals[0].transforms[1],) and answer.number == offer.proposals[0].number


@pytest.mark.parametrize(
    ("offer", "ours", "groups"),
    [
        (offer_of(A), (B, C), GROUPS),
        (offer_of(A, auth=IkeAuth.XAUTH_INIT_PSK), (A,), GROUPS),
        (offer_of(A, auth=IkeAuth.RSA_SIG), (A,), GROUPS),
        (offer_of(A), (A,), (14,)),
        (SaBody(1, 1, (Proposal(1, 1, b"", ()),)), (A,), GROUPS),
    ],
    ids=["other", "xauth", "certificates", "group", "empty"],
)
def test_nothing_that_fits(offer: SaBody, ours: tuple[Phase1Transform, ...], groups: tuple[int, ...]) -> None:
    with pytest.raises(Refused) as refused:
        choose_phase1(offer, ours, groups)
    assert refused.value.cause == "no-proposal"
