"""Time stamps and log lines."""

import datetime

import pytest

from ezvpn.console.debug import Clock, Cursor, clock_line, clock_text, date, iso, lines, lost_line
from ezvpn.log import LogRecord, Ring

SEED_TIME = 1017069434131  # 2002-03-25T15:17:14.131Z


def test_stamp_has_a_star_until_the_clock_is_synchronised() -> None:
    assert Clock(5000, SEED_TIME, False).stamp(5000) == "*Mar 25 15:17:14.131"
    assert Clock(5000, SEED_TIME, True).stamp(4000) == "Mar 25 15:17:13.131"


def test_stamp_pads_the_day_as_ios_does() -> None:
    assert Clock(0, 1014987606827, False).stamp(0) == "*Mar  1 13:00:06.827"


def test_stamp_is_the_uptime_while_nobody_knows_the_time() -> None:
    assert Clock(9**9, None, False).stamp(83456) == "00:01:23.456"
    assert Clock(0, None, False).stamp(2**30) == "298:15:41.824"


def test_clock_line_and_iso() -> None:
    assert clock_line(SEED_TIME, False) == "*15:17:14.131 UTC Mon Mar 25 2002"
    assert clock_line(SEED_TIME, True) == "15:17:14.131 UTC Mon Mar 25 2002"
    assert iso(SEED_TIME) == "2002-03-25T15:17:14.131Z"
    assert clock_text(0) == "00:00:00.000"


@pytest.mark.parametrize("year", [1970, 1999, 2000, 2024, 2026, 2100, 2101, 2399, 2400])
def test_date_agrees_with_the_library_every_day_of_the_year(year: int) -> None:
    day = datetime.date(year, 1, 1)
    while day.year == year:
        ms = (day - datetime.date(1970, 1, 1)).days * 86400000
        assert date(ms) == (day.year, day.month, day.day, day.strftime("%a"))
        assert date(ms + 86399999) == date(ms)
        day += datetime.timedelta(days=1)


def test_pending_xauth_is_told_in_the_two_lines_of_ios() -> None:
    # SOURCE: the log of an IOS remote that asks for XAUTH, as publicly posted.
    record = LogRecord(1, 0, "EZVPN_XAUTH", ("cisco",))
    assert lines(record, Clock(0, 1014987606827, False)) == [
        "*Mar  1 13:00:06.827: EZVPN(cisco): Pending XAuth Request, Please enter the following command:",
        "*Mar  1 13:00:06.827: EZVPN: crypto ipsec client ezvpn xauth",
    ]


def test_debug_lines_have_no_mnemonic() -> None:
    clock = Clock(0, None, False)
    state = LogRecord(1, 0, "EZVPN_STATE", ("cisco", "READY", "CONN_UP", "XAUTH_REQ"))
    assert [line[14:] for line in lines(state, clock)] == [
        "EZVPN(cisco): Current State: READY",
        "EZVPN(cisco): Event: CONN_UP",
        "EZVPN(cisco): New State: XAUTH_REQ",
    ]
    dropped = LogRecord(2, 0, "IKE_DROPPED", ("malformed: x",))
    assert lines(dropped, clock) == ["00:00:00.000: ISAKMP: dropped a datagram: malformed: x"]


def test_control_characters_do_not_reach_a_terminal() -> None:
    record = LogRecord(1, 0, "EZVPN_BANNER", ("cisco", "a\x1b[2J\r\nb\x9bc"))
    (line,) = lines(record, Clock(0, None, False))
    assert all(char >= " " and not "\x7f" <= char <= "\x9f" for char in line)


def test_cursor_sees_each_record_once_and_counts_what_it_missed() -> None:
    ring = Ring(3)
    ring.add(0, "EZVPN_NOTE", "a", "before the cursor")
    cursor = Cursor(ring)
    assert cursor.take(7) == (0, [])
    for text in "12345":
        ring.add(0, "EZVPN_NOTE", "a", text)
    lost, records = cursor.take(7)
    assert (lost, [record.args[1] for record in records]) == (2, ["3", "4", "5"])
    assert cursor.take(7) == (0, [])
    ring.add(0, "EZVPN_NOTE", "a", "6")
    assert cursor.take(5) == (0, []), "severity 6 is not wanted"
    assert cursor.take(7) == (0, []), "and does not come later"


def test_lost_line() -> None:
    assert lost_line(1) == "1 line lost"
    assert lost_line(2) == "2 lines lost"
