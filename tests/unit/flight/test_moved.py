"""What packets do to the table between two calls is noted once, and put back."""

from __future__ import annotations

from doubles.flight import SIX_LINES, RecordedDevice, RecordedWorld, gateway

from ezvpn.dataplane.none import NoPlane
from ezvpn.dataplane.port import Edge, PlaneEvent
from ezvpn.flight.moved import Movers, put_back
from ezvpn.flight.tape import Tag


def plane() -> object:
    w = RecordedWorld(gateway(seed=50), device=RecordedDevice())
    w.configure(SIX_LINES)
    w.up()
    return w.device.plane


def test_counters_that_changed_are_noted_once() -> None:
    tun = plane()
    records: list[tuple[int, object]] = []
    movers = Movers(tun, lambda tag, value: records.append((tag, value)))
    movers.drained()
    movers.note()
    assert records == []
    pair = tun.sa.pairs()[0]
    pair.packets_out = 3
    pair.bytes_out = 300
    movers.note()
    movers.note()
    assert records == [(Tag.MOVED, (pair.spi_in, [("packets_out", 3), ("bytes_out", 300)]))]


def test_what_the_node_did_itself_is_no_news() -> None:
    tun = plane()
    records: list[object] = []
    movers = Movers(tun, lambda tag, value: records.append(value))
    tun.arm_in(tun.sa.pairs()[0].spi_in)
    tun.table.events.append(PlaneEvent(Edge.VOLUME, 5))
    movers.drained()
    movers.note()
    assert records == []


def test_an_edge_is_noted_and_put_back() -> None:
    tun = plane()
    records: list[tuple[int, object]] = []
    movers = Movers(tun, lambda tag, value: records.append((tag, value)))
    movers.drained()
    tun.table.events.append(PlaneEvent(Edge.UNKNOWN_SPI, 5, b"\1\2\3\4"))
    movers.note()
    assert records == [(Tag.EDGE, (Edge.UNKNOWN_SPI, 5, b"\1\2\3\4"))]
    tun.table.events.clear()
    put_back(tun, *records[0])
    assert tun.event() == PlaneEvent(Edge.UNKNOWN_SPI, 5, b"\1\2\3\4")
    spi = tun.sa.pairs()[0].spi_in
    put_back(tun, Tag.MOVED, (spi, [("packets_in", 7)]))
    put_back(tun, Tag.MOVED, (1, [("packets_in", 7)]))  # a pair that is gone
    assert tun.status(spi).packets_in == 7


def test_a_plane_without_a_table_has_nothing_to_note() -> None:
    records: list[object] = []
    movers = Movers(NoPlane(), lambda tag, value: records.append(value))
    movers.note()
    movers.drained()
    put_back(NoPlane(), Tag.EDGE, ("", 0, None))
    assert records == []
