"""The bounded queue of outputs, and what is not said twice."""

from ezvpn.tunnel.outputs import Changed, Detach, Notice
from ezvpn.tunnel.telling import OUTPUTS_MAX, SAID_MAX, SAME_MESSAGE_MS, Telling, printable


def taken(telling):
    out = []
    while (output := telling.take()) is not None:
        out.append(output)
    return out


def test_the_same_failure_is_said_again_only_after_a_while():
    t = Telling("ez")
    t.failed("no answer", 0)
    t.failed("no answer", SAME_MESSAGE_MS - 1)
    t.failed("other", SAME_MESSAGE_MS - 1)
    t.failed("no answer", SAME_MESSAGE_MS)
    assert [output.args[1] for output in taken(t)] == ["no answer", "other", "no answer"]


def test_after_success_the_same_failure_is_news():
    t = Telling("ez")
    t.failed("no answer", 0)
    t.good_again()
    t.failed("no answer", 1)
    assert len(taken(t)) == 2


def test_what_is_remembered_is_bounded():
    t = Telling("ez")
    for i in range(SAID_MAX + 1):
        t.failed(str(i), 0)
    t.failed("0", 0)  # forgotten, so it is said again
    assert len(taken(t)) == SAID_MAX + 2


def test_changes_in_a_row_are_one():
    t = Telling("ez")
    t.changed()
    t.changed()
    t.note("x")
    t.changed()
    assert [output.__class__ for output in taken(t)] == [Changed, Notice, Changed]


def test_a_full_queue_drops_notices_and_counts_but_never_orders_for_the_plane():
    t = Telling("ez")
    for i in range(OUTPUTS_MAX + 3):
        t.note(str(i))
    t.put(Detach())
    assert t.lost == 3
    assert isinstance(taken(t)[-1], Detach)


def test_what_a_gateway_wrote_is_made_harmless():
    assert printable("Hello\r\n\x1b[31mred\x7f") == "Hello   [31mred"
    assert len(printable("x" * 9999)) == 500
