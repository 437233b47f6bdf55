"""Shared parts of an endpoint: bounded events, counted drops, SPIs, spare key pairs."""

from ezvpn.crypto import backend_micropython
from ezvpn.crypto.choose import best
from ezvpn.ike.core import EVENTS_MAX, NOISE_MAX, Core
from ezvpn.ike.events import Dropped, Hint, PeerMoved

T = 2**30 - 5000


def core(values: "list[bytes] | None" = None) -> Core:
    queue = list(values or [])
    return Core(best(), lambda n: queue.pop(0) if queue else bytes(range(1, n + 1)))


def drain(c: Core) -> list[object]:
    out = []
    while (event := c.event()) is not None:
        out.append(event)
    return out


def test_events_come_in_order_and_are_bounded() -> None:
    c = core()
    for port in range(EVENTS_MAX + 3):
        c.emit(PeerMoved(1, bytes(4), port))
    assert [e.port for e in drain(c)] == list(range(EVENTS_MAX))
    assert c.lost_events == 3


def test_noise_leaves_room_for_what_matters() -> None:
    c = core()
    for _ in range(EVENTS_MAX):
        c.emit_noise(Hint(1, 14, "x"))
    c.emit(PeerMoved(1, bytes(4), 1))
    events = drain(c)
    assert len(events) == NOISE_MAX + 1 and isinstance(events[-1], PeerMoved)
    c.emit_noise(Hint(1, 14, "x"))
    assert len(drain(c)) == 1, "drained: there is room again"


def test_drops_are_counted_all_and_told_once_a_second() -> None:
    c = core()
    for at in (T, T + 1, T + 999, T + 1000):
        c.drop(1, "replay", "text", at)
    c.drop(1, "hash", "text", T)
    assert c.dropped == {"replay": 4, "hash": 1}
    assert [e.cause for e in drain(c) if isinstance(e, Dropped)] == ["replay", "replay", "hash"]


def test_spis_avoid_the_reserved_and_the_taken_ones() -> None:
    c = core([bytes(4), b"\0\0\0\xff", b"\0\0\1\0", b"\0\0\1\0", b"\0\0\1\1"])
    assert (c.new_spi(), c.new_spi()) == (256, 257)
    c.free_spi(256)
    c.free_spi(999)
    assert core([b"\0\0\1\0"]).new_spi() == 256


def test_a_spare_pair_is_used_once() -> None:
    c = Core(best(), iter_bytes().__next__)
    c.prepare(2)
    c.prepare(2)
    first, second = c.take_pair(2), c.take_pair(2)
    assert first.public != second.public


def test_where_it_takes_long_a_spare_pair_is_made_step_by_step() -> None:
    source = iter_bytes()
    c = Core(backend_micropython.Backend(), source.__next__)
    steps = 1
    assert not c.prepare(14)
    while not c.prepare_on(14):
        steps += 1
    assert (steps, source.count) == (7, 1)
    assert c.prepare(14) and source.count == 1
    spare = c.take_pair(14)
    assert c.prepare_on(14) and source.count == 1, "nothing is begun by going on"
    # begun, begun again by another, and finished when it is wanted
    assert not c.prepare(14) and not c.prepare(14)
    assert c.take_pair(14).public != spare.public
    assert source.count == 2
    assert c.prepare_on(14) and source.count == 2


def iter_bytes():
    """Different bytes for each call, as a generator driven by `send` would not allow: __next__ takes no argument."""

    class Source:
        count = 0

        def __next__(self, n: int = 1) -> bytes:
            self.count += 1
            return bytes([self.count]) * n

    return Source()
