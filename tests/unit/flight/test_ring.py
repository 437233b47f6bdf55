"""The ring on the disk: bounded, the oldest goes first, and written seldom."""

from __future__ import annotations

from doubles.flight import Files

from ezvpn.flight import tape
from ezvpn.flight.ring import FLUSH_BYTES, Ring
from ezvpn.flight.tape import Reader, Tag


def test_a_quiet_minute_costs_no_write() -> None:
    files = Files()
    ring = Ring(files)
    ring.begin()
    before = files.writes
    for i in range(100):
        ring.put(Tag.CLOCK, i)
        ring.settle(False)
    assert files.writes == before
    ring.settle(True)
    assert files.writes == before + 1


def test_four_kilobytes_are_written_at_once() -> None:
    files = Files()
    ring = Ring(files)
    ring.begin()
    before = files.writes
    ring.put(Tag.RANDOM, bytes(FLUSH_BYTES))
    ring.settle(False)
    assert files.writes == before + 1


def test_the_oldest_segment_goes() -> None:
    files = Files()
    ring = Ring(files, segment_bytes=200)
    for i in range(10):
        ring.begin()
        ring.put(Tag.CLOCK, i)
    assert [cell.value for cell in Reader(ring.whole()).cells()] == [6, 7, 8, 9]
    assert len(files.content) == 4


def test_the_ring_of_the_last_run_is_still_there_after_a_start() -> None:
    files = Files()
    first = Ring(files)
    first.begin()
    first.put(Tag.CLOCK, 1)
    first.flush()
    second = Ring(files)
    second.begin()
    second.put(Tag.CLOCK, 2)
    assert [cell.value for cell in Reader(second.whole()).cells()] == [1, 2]


def test_full_counts_what_is_not_yet_written() -> None:
    ring = Ring(Files(), segment_bytes=100)
    ring.begin()
    assert not ring.full()
    ring.put(Tag.RANDOM, bytes(100))
    assert ring.full()


def test_a_disk_that_refuses_is_counted_and_no_more() -> None:
    files = Files()
    ring = Ring(files)
    files.refuse = True
    ring.begin()
    ring.put(Tag.CLOCK, 1)
    ring.flush()
    assert ring.failed == 2


def test_something_else_under_its_name_is_overwritten() -> None:
    files = Files()
    files.content["flight-1"] = b"not ours"
    ring = Ring(files)
    ring.begin()
    assert files.content["flight-1"] == tape.head(1)
