"""A restart that was ordered for later, on a virtual clock."""

from doubles.device import SIX_LINES, World, gateway
from doubles.flight import RecordedWorld, replayed

from ezvpn.node.host import NodeHost

MINUTE = 60_000


def ordered(minutes: int) -> World:
    w = World(gateway())
    w.configure(SIX_LINES)
    w.up()
    w.call(w.device, NodeHost(w.node).reload_schedule, minutes * MINUTE, "new image", w.now)
    return w


def said(w: World) -> "list[str]":
    return [line for line in w.device.log() if "SHUTDOWN" in line or "RELOAD" in line]


def test_it_comes_to_the_minute_and_is_said_before():
    w = ordered(10)
    host = NodeHost(w.node)
    assert host.reload_left(w.now + MINUTE) == (9 * MINUTE, "new image")
    w.wait(10 * MINUTE - 1)
    assert w.device.ordered("reboot") == []
    assert said(w) == [
        "%SYS-5-SCHEDULED_RELOAD: Reload requested in 10 minutes",
        "%SYS-5-SHUTDOWN_SOON: --- SHUTDOWN in 5 minutes ---",
        "%SYS-5-SHUTDOWN_SOON: --- SHUTDOWN in 1 minute ---",
    ]
    w.wait(1)
    assert w.device.ordered("reboot") == [()]
    assert host.reload_left(w.now) is None
    w.wait(MINUTE)
    assert w.device.ordered("reboot") == [()]


def test_a_short_one_is_said_less_often():
    w = ordered(1)
    w.wait(MINUTE)
    assert len(said(w)) == 1
    assert w.device.ordered("reboot") == [()]


def test_it_can_be_cancelled_and_ordered_anew():
    w = ordered(10)
    host = NodeHost(w.node)
    assert w.call(w.device, host.reload_cancel, w.now) is True
    assert host.reload_cancel(w.now) is False
    w.wait(20 * MINUTE)
    assert w.device.ordered("reboot") == []
    w.call(w.device, host.reload_schedule, 10 * MINUTE, "", w.now)
    w.call(w.device, host.reload_schedule, 2 * MINUTE, "", w.now)
    w.wait(2 * MINUTE)
    assert w.device.ordered("reboot") == [()]


def test_a_node_that_closes_waits_for_nothing():
    w = ordered(10)
    w.call(w.device, w.node.close, w.now)
    assert w.node.deadline() is None


def test_a_replay_says_the_same():
    w = RecordedWorld(gateway())
    w.configure(SIX_LINES)
    w.door("execute", 3, "reload in 6")
    w.wait(2 * MINUTE)
    w.door("execute", 4, "reload cancel")
    log = [record.text() for step in replayed(w.device.trace()) for record in step.log]
    for words in ("requested in 6 minutes", "SHUTDOWN in 5 minutes", "reload cancelled"):
        assert [line for line in log if words in line], words
