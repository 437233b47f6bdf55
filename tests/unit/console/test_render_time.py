"""Days and seconds, and servers in IOS's table. Whole screens are in tests/transcript/clock.txt."""

import datetime

from doubles.host import servers
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.console.debug import Clock
from ezvpn.console.render_time import ntp_status, wall_of
from ezvpn.console.time_facts import TimeFacts


@given(st.datetimes(datetime.datetime(1993, 1, 1), datetime.datetime(2099, 12, 31)))
def test_any_moment(at: datetime.datetime) -> None:
    second = at.hour * 3600 + at.minute * 60 + at.second
    expected = at.replace(microsecond=0, tzinfo=datetime.UTC).timestamp() * 1000
    assert wall_of(at.year, at.month, at.day, second) == expected


def test_days_that_are_none() -> None:
    assert wall_of(2003, 2, 29, 0) is None
    assert wall_of(2004, 2, 29, 0) is not None
    assert wall_of(2030, 4, 31, 0) is None


def test_servers_of_which_none_is_followed() -> None:
    facts = TimeFacts("none", servers(10**6)[1:])
    assert ntp_status(facts, Clock(10**6, None, False)) == ["Clock is unsynchronized, stratum 16, no reference clock"]


def test_a_followed_server_before_anybody_knows_the_time() -> None:
    found = ntp_status(TimeFacts("ntp", servers(10**6)), Clock(10**6, None, False))
    assert found[0] == "Clock is synchronized, stratum 2, reference is 10.0.0.1"
    assert not [line for line in found if "reference time" in line]
