"""A renewed pair sends a few seconds after quick 3 at the latest."""

from ezvpn.dataplane.fake import FakePlane
from ezvpn.node.handover import LATEST_MS, WAITING_MAX, Handover

START = 2**30 - 2000


def test_each_is_used_after_its_time():
    plane = FakePlane()
    handover = Handover(plane)
    assert handover.deadline() is None
    handover.add(0x1001, START)
    handover.add(0x1002, START + 10)
    assert handover.deadline() == START + LATEST_MS
    handover.timeout(START + LATEST_MS - 1)
    assert plane.calls == []
    handover.timeout(START + LATEST_MS)
    assert plane.calls == [("use", 0x1001)]
    handover.timeout(START + LATEST_MS + 10)
    assert plane.calls[1:] == [("use", 0x1002)]
    assert handover.deadline() is None


def test_there_is_a_bound():
    plane = FakePlane()
    handover = Handover(plane)
    for spi in range(WAITING_MAX + 1):
        handover.add(spi, START)
    handover.timeout(START + LATEST_MS)
    assert len(plane.calls) == WAITING_MAX
