import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.wire.cursor import Malformed
from ezvpn.wire.notify import (
    Delete,
    Notify,
    NotifyType,
    parse_delete,
    parse_notify,
    write_delete,
    write_notify,
)
from ezvpn.wire.sa import Protocol

from .strictness import outcome, withstands, written

COOKIES = bytes.fromhex("1112131415161718a1a2a3a4a5a6a7a8")

# SOURCE: RFC 3706 5.3, written by hand: DOI 1, ISAKMP, SPI of 16 bytes, 36136, cookies, sequence number.
R_U_THERE = bytes.fromhex("00000001 01 10 8d28") + COOKIES + bytes.fromhex("01234567")
# SOURCE: RFC 2408 3.15, written by hand: DOI 1, ESP, SPI of 4 bytes, two of them.
DELETE_TWO = bytes.fromhex("00000001 03 04 0002 c0ffee01 deadbe02")


def test_dpd_probe_written_by_hand() -> None:
    probe = Notify(1, Protocol.ISAKMP, COOKIES, NotifyType.R_U_THERE, b"\x01\x23\x45\x67")
    assert parse_notify(memoryview(R_U_THERE), 0, len(R_U_THERE)) == probe
    assert written(lambda w: write_notify(w, probe)) == R_U_THERE


def test_a_notify_without_spi_and_data() -> None:
    body = bytes.fromhex("00000001 00 00 000e")
    assert parse_notify(body, 0, 8) == Notify(1, 0, b"", NotifyType.NO_PROPOSAL_CHOSEN, b"")


def test_a_delete_of_two_written_by_hand() -> None:
    two = Delete(1, Protocol.ESP, 4, (b"\xc0\xff\xee\x01", b"\xde\xad\xbe\x02"))
    assert parse_delete(memoryview(DELETE_TWO), 0, len(DELETE_TWO)) == two
    assert written(lambda w: write_delete(w, two)) == DELETE_TWO


def test_a_delete_with_doi_0_is_read() -> None:
    body = bytes.fromhex("00000000 01 10 0001") + COOKIES
    assert parse_delete(body, 0, len(body)) == Delete(0, Protocol.ISAKMP, 16, (COOKIES,))


def test_cut_or_changed_bodies_are_malformed_and_nothing_else() -> None:
    withstands(parse_notify, R_U_THERE)
    withstands(parse_delete, DELETE_TWO)
    for end in range(24):
        with pytest.raises(Malformed):
            parse_notify(R_U_THERE[:end], 0, end)
    for end in range(len(DELETE_TWO)):
        with pytest.raises(Malformed):
            parse_delete(DELETE_TWO[:end], 0, end)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("00000001 03 00 0001", "empty SPIs"),
        ("00000001 03 04 0000", "count"),
        ("00000001 03 04 0041" + "00000000" * 65, "count"),
        ("00000001 03 04 0001 c0ffee01 00", "do not fill"),
        ("00000001 03 04 0002 c0ffee01", "do not fill"),
    ],
)
def test_a_delete_that_is_refused(body: str, what: str) -> None:
    data = bytes.fromhex(body)
    with pytest.raises(Malformed, match=what):
        parse_delete(data, 0, len(data))


def test_sixty_four_spis_fit() -> None:
    data = bytes.fromhex("00000001 03 04 0040" + "c0ffee01" * 64)
    assert len(parse_delete(data, 0, len(data)).spis) == 64


def test_spis_of_unequal_length_are_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="another length"):
        written(lambda w: write_delete(w, Delete(1, Protocol.ESP, 4, (b"abc",))))


@given(
    st.builds(
        Notify,
        st.integers(0, 0xFFFFFFFF),
        st.integers(0, 255),
        st.binary(max_size=255),
        st.integers(0, 0xFFFF),
        st.binary(max_size=60),
    )
)
def test_notify_round_trip(notify: Notify) -> None:
    body = written(lambda w: write_notify(w, notify))
    assert parse_notify(body, 0, len(body)) == notify


@given(
    st.integers(0, 1),
    st.sampled_from([1, 3]),
    st.integers(1, 16),
    st.integers(1, 8),
    st.binary(min_size=128, max_size=128),
)
def test_delete_round_trip(doi: int, protocol: int, size: int, count: int, pool: bytes) -> None:
    delete = Delete(doi, protocol, size, tuple(pool[i * size : (i + 1) * size] for i in range(count)))
    body = written(lambda w: write_delete(w, delete))
    assert parse_delete(body, 0, len(body)) == delete


@given(st.binary(max_size=80))
def test_any_bytes_are_a_record_or_malformed(data: bytes) -> None:
    outcome(parse_notify, data, 0, len(data))
    outcome(parse_delete, data, 0, len(data))
