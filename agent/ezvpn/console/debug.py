"""Log records as IOS prints them: time stamp, words, and what a reader that fell behind is told.

Level 4, pure. Used by console sessions, by `show logging` and for stderr. The words are in `log.CATALOG`; here are only the
records that IOS prints as several lines, and those without `%FACILITY-N-MNEMONIC`. The words of `debug` are in `debug_words`.
"""

from ezvpn.log import LogRecord, Ring, Severity
from ezvpn.report.json_text import clean

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # 1970-01-01 was a Thursday

# mnemonic -> its lines: (format, indices of the record's arguments).
_SEVERAL_LINES = {
    "EZVPN_XAUTH": (
        ("EZVPN(%s): Pending XAuth Request, Please enter the following command:", (0,)),
        ("EZVPN: crypto ipsec client ezvpn xauth", ()),
    ),
    "EZVPN_STATE": (
        ("EZVPN(%s): Current State: %s", (0, 1)),
        ("EZVPN(%s): Event: %s", (0, 2)),
        ("EZVPN(%s): New State: %s", (0, 3)),
    ),
}

_DAY_MS = 86400000


class Clock:
    """The relation of boot time and wall time at one moment. wall: ms since 1970 at `now`, None = unknown."""

    def __init__(self, now: int, wall: "int | None", synced: bool) -> None:
        self.now = now
        self.wall = wall
        self.synced = synced

    def stamp(self, at: int) -> str:
        """`*Mar 25 15:17:14.131`, the star while the clock is not synchronised; `00:01:23.456` of uptime where no wall time
        is known at all."""
        wall = self.wall_at(at)
        if wall is None:
            return clock_text(at)
        _, month, day, _ = date(wall)
        star = "" if self.synced else "*"
        return f"{star}{_MONTHS[month - 1]} {day:2d} {clock_text(wall % _DAY_MS)}"

    def wall_at(self, at: int) -> "int | None":
        """Wall ms at boot time `at`, None if unknown."""
        return None if self.wall is None else self.wall - (self.now - at)


class Cursor:
    """Where one reader stands in the ring."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self._mark = ring.mark()

    def behind(self) -> bool:
        """Whether the ring holds anything new, of whatever severity."""
        return self.ring.next_seq - 1 != self._mark[0]

    def take(self, level: int) -> "tuple[int, list[LogRecord]]":
        """(records that the ring lost before this reader came, new records up to severity `level`)."""
        mark = self.ring.mark()
        if self._mark == mark:
            return 0, []
        lost, records = self.ring.since(self._mark, level)
        self._mark = mark
        return lost, records


def lines(record: LogRecord, clock: Clock) -> "list[str]":
    """A record as one or more lines, without line ends. Safe for a terminal whatever a peer wrote."""
    stamp = clock.stamp(record.at) + ": "
    return [stamp + clean(words) for words in _words(record)]


def lost_line(count: int) -> str:
    """What a reader is told that fell behind."""
    return str(count) + (" line lost" if count == 1 else " lines lost")


def clock_text(ms: int) -> str:
    """`15:17:14.131`; hours go beyond 24 for uptimes."""
    return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def clock_line(wall: int, synced: bool) -> str:
    """`show clock`: `*15:17:14.131 UTC Mon Mar 25 2002`."""
    year, month, day, weekday = date(wall)
    star = "" if synced else "*"
    return f"{star}{clock_text(wall % _DAY_MS)} UTC {weekday} {_MONTHS[month - 1]} {day} {year}"


def iso(wall: int) -> str:
    """`2002-03-25T15:17:14.131Z` (RFC 3339)."""
    year, month, day, _ = date(wall)
    return f"{year:04d}-{month:02d}-{day:02d}T{clock_text(wall % _DAY_MS)}Z"


def date(wall: int) -> "tuple[int, int, int, str]":
    """(year, month, day, weekday) of wall ms. The Gregorian calendar in eras of 400 years that begin on 1 March."""
    days = wall // _DAY_MS
    since = days + 719468  # days from 0000-03-01 to 1970-01-01
    era = since // 146097
    day_of_era = since % 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153  # months since March
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, day, _WEEKDAYS[days % 7]


def _words(record: LogRecord) -> "list[str]":
    several = _SEVERAL_LINES.get(record.mnemonic)
    if several is not None:
        return [form % tuple([record.args[i] for i in indices]) for form, indices in several]
    text = record.text()
    # Debug lines of IOS have no %FACILITY-N-MNEMONIC.
    return [text[text.find(": ") + 2 :] if record.severity() == Severity.DEBUG else text]
