import re

import pytest

from ezvpn.log import CATALOG, LogRecord, Ring, Severity


def test_a_line_of_the_log() -> None:
    record = LogRecord(1, 5000, "SESSION_STATUS", ("UP  ", "203.0.113.1", 4500, "203.0.113.1"))
    assert record.severity() == 5
    assert record.text() == "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP  .  Peer 203.0.113.1:4500  Id: 203.0.113.1"


@pytest.mark.parametrize("mnemonic", sorted(CATALOG))
def test_every_entry_of_the_catalog_renders(mnemonic: str) -> None:
    facility, severity, form = CATALOG[mnemonic]
    conversions = re.findall(r"%([sdX])", form)
    args = tuple("text" if kind == "s" else 7 for kind in conversions)
    text = LogRecord(1, 0, mnemonic, args).text()
    assert text.startswith(f"%{facility}-{severity}-{mnemonic}: ")
    assert re.fullmatch(r"%[A-Z_]+-[0-7]-[A-Z0-9_]+: .*", text)
    assert Severity.ERROR <= severity <= Severity.DEBUG


def test_sequence_numbers_count_from_one() -> None:
    ring = Ring()
    assert [ring.add(at, "CONFIG", "console").seq for at in (10, 20, 30)] == [1, 2, 3]
    assert ring.next_seq == 4


def test_a_reader_gets_what_came_after_its_cursor() -> None:
    ring = Ring()
    for at in range(5):
        ring.add(at, "CONFIG", str(at))
    lost, left = ring.after(3)
    assert (lost, [record.seq for record in left]) == (0, [4, 5])
    assert ring.after(5) == (0, [])


def test_a_reader_that_fell_behind_learns_how_many_lines_it_lost() -> None:
    ring = Ring(size=3)
    for at in range(10):
        ring.add(at, "CONFIG", str(at))
    lost, left = ring.after(2)
    assert (lost, [record.seq for record in left]) == (5, [8, 9, 10])
    lost, left = ring.after(0)
    assert (lost, len(left)) == (7, 3)


def test_the_ring_never_holds_more_than_its_size() -> None:
    ring = Ring(size=2)
    for at in range(100):
        ring.add(at, "CONFIG", "x")
    assert len(ring.after(0)[1]) == 2


def test_time_beyond_thirty_bits_is_kept() -> None:
    ring = Ring()
    ring.add(2**30 + 7, "CONFIG", "x")
    assert ring.after(0)[1][0].at == 2**30 + 7


def test_a_smaller_ring_lets_the_oldest_go_and_readers_know() -> None:
    ring = Ring(5)
    mark = ring.mark()
    for number in range(5):
        ring.add(number, "EZVPN_NOTE", "a", str(number))
    ring.resize(2)
    lost, left = ring.since(mark, 6)
    assert (lost, [record.args[1] for record in left]) == (3, ["3", "4"])
    ring.resize(3)
    ring.add(9, "EZVPN_NOTE", "a", "9")
    assert len(ring.after(0)[1]) == 3
