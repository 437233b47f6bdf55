"""Questions, answers and their time stamps, in both eras."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.wire import ntp
from ezvpn.wire.cursor import Malformed

# SOURCE: written by hand after RFC 5905 7.3: LI 0, version 4, mode 4, stratum 2, poll 6, precision -20, root delay 0.5 s, root
# dispersion 0.25 s, reference 192.0.2.1; received 2026-01-01 00:00:00.500 UTC, sent a quarter of a second later.
ANSWER = bytes.fromhex(
    "24 02 06 ec 00008000 00004000 c00002010000000000000000 1122334455667788 ed00378080000000 ed003780c0000000"
)
NEW_YEAR_MS = 1767225600000


def test_a_question_shows_nothing_but_a_cookie() -> None:
    assert ntp.request(b"12345678") == b"\x23" + bytes(39) + b"12345678"
    with pytest.raises(ValueError):
        ntp.request(b"1234")


def test_an_answer() -> None:
    found = ntp.parse(ANSWER + b"a MAC behind it")
    assert (found.leap, found.version, found.mode, found.stratum) == (0, 4, 4, 2)
    assert (found.poll, found.precision) == (6, -20)
    assert (found.root_delay_ms, found.root_dispersion_ms) == (500, 250)
    assert found.reference == b"\xc0\0\2\1"
    assert found.originate == bytes.fromhex("1122334455667788")
    assert (found.receive_ms, found.transmit_ms) == (NEW_YEAR_MS + 500, NEW_YEAR_MS + 750)


def test_a_short_one_is_malformed() -> None:
    with pytest.raises(Malformed):
        ntp.parse(ANSWER[:47])
    with pytest.raises(Malformed):
        ntp.time_ms(bytes(4), 0)


def test_no_time_stamp() -> None:
    assert ntp.time_ms(bytes(8), 0) is None


@given(st.integers(0, 4_000_000_000_000))
def test_stamps_read_back_from_1970_to_2096(wall_ms: int) -> None:
    if -2208988800000 + (1 << 31) * 1000 <= wall_ms < -2208988800000 + (3 << 31) * 1000:
        assert ntp.time_ms(ntp.stamp(wall_ms), 0) == wall_ms


def test_the_second_era_begins_in_2036() -> None:
    assert ntp.stamp(2085978496000) == bytes(8)
    assert ntp.time_ms(ntp.stamp(2085978497000), 0) == 2085978497000
