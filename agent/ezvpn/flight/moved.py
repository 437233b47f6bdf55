"""What packets do to a userspace data plane between two calls of the node: counters of pairs, edges.

Level 4, dual. Packets don't pass the node, so the recorder looks at the table before each call and keeps what changed; a replay
puts it back. Planes without a table have nothing here.
"""

from ezvpn.dataplane.pair import Pair
from ezvpn.dataplane.port import DataPlane, PlaneEvent
from ezvpn.flight.tape import Tag
from ezvpn.flight.values import Value

# What of a pair is no plain number, or never changes.
_LEFT_OUT = ("session", "child", "tunnel", "spi_in", "spi_out", "transform", "local", "remote", "installed_at", "age")
_LEFT_OUT_OBJECTS = ("state_in", "state_out", "window", "to", "flows")
_FIELDS = tuple([name for name in Pair.__slots__ if name not in _LEFT_OUT + _LEFT_OUT_OBJECTS])


class Movers:
    """`put(tag, value)` takes a record."""

    def __init__(self, plane: DataPlane, put: Value) -> None:
        self._table: Value = plane.table
        self._put = put
        self._seen: "dict[int, list[object]]" = {}
        self._edges = 0

    def note(self) -> None:
        """Before a call of the node: what happened since the last one."""
        table = self._table
        if table is None:
            return
        for pair in table.pairs():
            fields = _fields(pair)
            before = self._seen.get(pair.spi_in)
            if fields != before:
                self._seen[pair.spi_in] = fields
                changed = [
                    (_FIELDS[i], fields[i]) for i in range(len(fields)) if before is None or before[i] != fields[i]
                ]
                self._put(Tag.MOVED, (pair.spi_in, changed))
        for edge in table.events[self._edges :]:
            self._put(Tag.EDGE, (edge.kind, edge.spi, edge.peer))
        self._edges = len(table.events)

    def drained(self) -> None:
        """After a call: what the node itself did to the table is not news."""
        table = self._table
        if table is None:
            return
        self._edges = len(table.events)
        if self._seen or table.pairs():
            self._seen = {}
            for pair in table.pairs():
                self._seen[pair.spi_in] = _fields(pair)


def _fields(pair: Pair) -> "list[object]":
    return [getattr(pair, name) for name in _FIELDS]


def put_back(plane: DataPlane, tag: int, value: Value) -> None:
    """In a replay: one record of `Movers`."""
    table: Value = plane.table
    if table is None:
        return
    if tag == Tag.EDGE:
        table.events.append(PlaneEvent(value[0], value[1], value[2]))
        return
    pair = table.pair(value[0])
    if pair is not None:
        for name, field in value[1]:
            setattr(pair, name, field)
