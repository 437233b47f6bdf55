"""All that was ignored or lost anywhere, in one list."""

from doubles.device import SIX_LINES, World, gateway


def test_what_the_data_plane_and_the_runtime_lost_can_be_shown():
    w = World()
    w.node.outside = lambda: [("network EPERM", 7)]
    w.device.plane.drops = lambda: {"no-sa": 4}
    found = dict(w.node.all_counters())
    assert (found["network EPERM"], found["data plane no-sa"]) == (7, 4)


def test_every_place_has_its_name():
    w = World(gateway())
    w.configure(SIX_LINES)
    (tunnel,) = [edge.tunnel for edge in w.node._edges]
    tunnel.ignored["rubbish"] = 2
    tunnel.stale = 3
    tunnel.telling.lost = 4
    w.node.endpoint.dropped["malformed"] = 5
    w.node.debugging.left_out = 6
    w.node.counters["strays"] = 7
    found = w.node.all_counters()
    assert found == sorted(found)
    for wanted in (
        (tunnel.name + " ignored rubbish", 2),
        (tunnel.name + " stale events", 3),
        (tunnel.name + " lost notices", 4),
        ("isakmp malformed", 5),
        ("debug lines left out", 6),
        ("strays", 7),
        ("data plane edges lost", 0),
    ):
        assert wanted in found
