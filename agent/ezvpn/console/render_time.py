"""What `show clock` and `show ntp` print, as IOS lays them out, and the same as JSON.

Level 4, pure. Times of NTP are whole ms here, printed with IOS's places. Conventions of the JSON are those of `render_json`.

    show clock [detail]               time synchronized up_ms source
    show ntp status                   up_ms synchronized stratum reference poll_s offset_ms delay_ms dispersion_ms since_ms
    show ntp associations             up_ms associations: [host address prefer selected stratum reference when_ms poll_s reach
                                      delay_ms offset_ms dispersion_ms refused]
"""

from ezvpn.console.debug import Clock, clock_line, date, iso
from ezvpn.console.render import uptime
from ezvpn.console.render_json import address as json_address
from ezvpn.console.render_json import top
from ezvpn.console.time_facts import Association, Source, TimeFacts
from ezvpn.report.json_text import Object
from ezvpn.wire.inet import ipv4_text
from ezvpn.wire.ntp import stamp

_SOURCES = {
    Source.NONE: "No time source",
    Source.MACHINE: "Time source is hardware calendar",
    Source.USER: "Time source is user configuration",
    Source.NTP: "Time source is NTP",
}

_HEAD = "  address         ref clock       st   when   poll reach  delay  offset   disp"
_LEGEND = " * sys.peer, + candidate, x falseticker, ~ configured"


def clock(now: Clock, source: str) -> "list[str]":
    """`show clock detail`; without detail only its first line is printed."""
    if now.wall is None:
        return ["The time is not known; up " + uptime(now.now), _SOURCES[source]]
    return [clock_line(now.wall, now.synced), _SOURCES[source]]


def ntp_status(facts: TimeFacts, clock: Clock) -> "list[str]":
    """`show ntp status`."""
    followed = _followed(facts)
    if followed is None:
        if not facts.associations:
            return ["%NTP is not enabled."]
        return ["Clock is unsynchronized, stratum 16, no reference clock"]
    out = [f"Clock is synchronized, stratum {followed.stratum + 1}, reference is {_shown(followed.address)}"]
    when = followed.when or 0
    wall = clock.wall_at(when)
    if wall is not None:
        raw = "".join([f"{byte:02X}" for byte in stamp(wall)])
        out.append("reference time is " + raw[:8] + "." + raw[8:] + " (" + clock_line(wall, True) + ")")
    delay = followed.root_delay_ms + followed.delay_ms
    out.append(f"clock offset is {_msec(followed.offset_ms)} msec, root delay is {_msec(delay)} msec")
    out.append(f"root dispersion is {_msec(followed.dispersion_ms)} msec")
    out.append(f"system poll interval is {followed.poll_s}, last update was {(clock.now - when) // 1000} sec ago.")
    return out


def ntp_associations(facts: TimeFacts, now: int) -> "list[str]":
    """`show ntp associations`. Behind a server whose last answer did not count stands why."""
    if not facts.associations:
        return ["%NTP is not enabled."]
    out = [_HEAD]
    for each in facts.associations:
        mark = "*" if each.selected else "+" if each.reach else "x" if each.refused and each.when is not None else " "
        when = "-" if each.when is None else str((now - each.when) // 1000)
        where = _shown(each.address) if each.address is not None else each.host[:15]
        figures = f"{_msec(each.delay_ms):>6} {_msec(each.offset_ms):>7} {_msec(each.dispersion_ms):>6}"
        line = f"{mark}~{where:<15} {_reference(each):<15} {each.stratum:2d} {when:>6} {each.poll_s:6d}"
        line += f" {each.reach:>5o} {figures}"
        out.append(line + ("  " + each.refused if each.refused else ""))
    return out + [_LEGEND]


def wall_of(year: int, month: int, day: int, second: int) -> "int | None":
    """Wall ms of a date and a second of the day, UTC; None where there is no such day."""
    # The Gregorian calendar in eras of 400 years that begin on 1 March, as in `debug.date`.
    shifted = year - (1 if month <= 2 else 0)
    era = shifted // 400
    year_of_era = shifted - era * 400
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    wall = ((era * 146097 + day_of_era - 719468) * 86400 + second) * 1000
    return wall if date(wall)[:3] == (year, month, day) else None


def clock_json(now: Clock, source: str) -> Object:
    time = None if now.wall is None else iso(now.wall)
    return top(("time", time), ("synchronized", now.synced), ("up_ms", now.now), ("source", source))


def ntp_status_json(facts: TimeFacts, now: int) -> Object:
    followed = _followed(facts)
    return top(
        ("up_ms", now),
        ("synchronized", followed is not None),
        ("stratum", 16 if followed is None else followed.stratum + 1),
        ("reference", None if followed is None else json_address(followed.address)),
        ("poll_s", None if followed is None else followed.poll_s),
        ("offset_ms", None if followed is None else followed.offset_ms),
        ("delay_ms", None if followed is None else followed.root_delay_ms + followed.delay_ms),
        ("dispersion_ms", None if followed is None else followed.dispersion_ms),
        ("since_ms", None if followed is None else followed.when),
    )


def ntp_associations_json(facts: TimeFacts, now: int) -> Object:
    return top(("up_ms", now), ("associations", [_association(each) for each in facts.associations]))


def _association(each: Association) -> Object:
    return Object(
        ("host", each.host),
        ("address", json_address(each.address)),
        ("prefer", each.prefer),
        ("selected", each.selected),
        ("stratum", each.stratum),
        ("reference", _reference(each)),
        ("when_ms", each.when),
        ("poll_s", each.poll_s),
        ("reach", each.reach),
        ("delay_ms", each.delay_ms),
        ("offset_ms", each.offset_ms),
        ("dispersion_ms", each.dispersion_ms),
        ("refused", each.refused),
    )


def _followed(facts: TimeFacts) -> "Association | None":
    for each in facts.associations:
        if each.selected:
            return each
    return None


def _reference(each: Association) -> str:
    """RFC 5905 7.3: a name in ASCII at stratum 1, above that an address."""
    if each.when is None:
        return ".INIT."
    if each.stratum > 1:
        return ipv4_text(each.reference)
    name = "".join([chr(byte) for byte in each.reference if 0x20 < byte < 0x7F])
    return "." + name + "."


def _shown(address: "bytes | None") -> str:
    return "0.0.0.0" if address is None else ipv4_text(address)


def _msec(ms: int) -> str:
    return str(ms) + ".00"
