"""`configure confirm N` on a virtual clock: confirmed, taken back, across a restart, and in a replay."""

import pytest
from doubles.device import SIX_LINES, Device, World, gateway
from doubles.flight import RecordedWorld, replayed

from ezvpn.config.text import parse
from ezvpn.node.host import NodeHost
from ezvpn.node.provisional import STORE_ID, read, spoken

MINUTE = 60_000
GOOD = "hostname good\n" + SIX_LINES
BAD = "hostname bad\n" + SIX_LINES.replace("198.51.100.11", "203.0.113.200")


def host(w: World) -> NodeHost:
    return NodeHost(w.node)


def armed(minutes: int = 10) -> World:
    """A tunnel that is up, then a change that kills it."""
    w = World(gateway())
    w.configure(GOOD)
    w.up()
    w.call(w.device, host(w).provisional_arm, minutes, w.now)
    w.configure(BAD)
    return w


def said(w: World, words: str) -> "list[str]":
    return [line for line in w.device.log() if words in line]


def files(w: World) -> "list[bytes]":
    return [data for _, name, data in w.device.ordered("store") if name == "rollback"]


def test_a_change_that_kills_the_tunnel_mends_itself():
    w = armed()
    w.run(lambda: w.status.state != "IPSEC_ACTIVE")
    w.wait(9 * MINUTE - 1000)
    assert w.node.config.hostname == "bad"
    w.run(lambda: w.node.config.hostname == "good", 2 * MINUTE)
    w.up()
    assert said(w, "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START: Configuration changes are taken back in 10 minutes")
    assert len(said(w, "System will rollback in one minute")) == 1
    assert said(w, "ROLLBACK_START: Start rolling back: the configuration of before comes back")
    assert files(w)[-1] == b""
    assert host(w).provisional_left(w.now) is None


def test_it_comes_to_the_minute_and_the_warning_one_before():
    w = armed(2)
    start = w.now
    w.run(lambda: said(w, "one minute") != [])
    assert w.now - start == MINUTE
    w.run(lambda: w.node.config.hostname == "good")
    assert w.now - start == 2 * MINUTE


def test_what_is_confirmed_stays():
    w = armed()
    w.wait(MINUTE)
    assert host(w).provisional_left(w.now) == 9 * MINUTE
    assert w.call(w.device, host(w).provisional_confirm, w.now) is True
    assert files(w)[-1] == b""
    w.wait(20 * MINUTE)
    assert w.node.config.hostname == "bad"
    assert said(w, "CONFIRM: Configuration change confirmed")
    assert host(w).provisional_confirm(w.now) is False
    assert host(w).provisional_revert(w.now) is False


def test_armed_once_more_the_time_begins_anew_but_not_what_comes_back():
    w = armed()
    w.wait(9 * MINUTE)
    w.call(w.device, host(w).provisional_arm, 5, w.now)
    w.wait(4 * MINUTE)
    assert w.node.config.hostname == "bad"
    w.wait(MINUTE)
    assert w.node.config.hostname == "good"


def test_it_can_be_taken_back_at_once():
    w = armed()
    assert w.call(w.device, host(w).provisional_revert, w.now) is True
    assert w.node.config.hostname == "good"
    w.wait(20 * MINUTE)
    assert len(said(w, "Start rolling back")) == 1


def test_without_a_change_nothing_bounces():
    w = World(gateway())
    w.configure(GOOD)
    w.up()
    w.call(w.device, host(w).provisional_arm, 1, w.now)
    session = w.status.phase1.session
    w.wait(2 * MINUTE)
    assert said(w, "Start rolling back: nothing has changed")
    assert w.status.phase1.session == session
    assert not said(w, "in one minute.")  # the line that began it has said so


def after_restart(data: bytes, wall: "int | None" = None) -> World:
    """The next run: the startup configuration, then what the file says."""
    w = World(gateway(), device=Device(7))
    w.configure("hostname startup\n" + SIX_LINES)
    found = read(data, wall)
    assert found is not None
    left, text = found
    w.call(w.device, w.node.pending, parse(text.decode()).config, left, w.now)
    return w


def test_after_a_power_cut_the_time_that_was_left_goes_on():
    w = armed()
    w.wait(3 * MINUTE + 30_000)  # the file is at most a minute old
    again = after_restart(files(w)[-1])
    assert host(again).provisional_left(again.now) == 7 * MINUTE
    assert said(again, "Changes were waiting to be confirmed when the device stopped: they are taken back in 7 minutes")
    again.wait(7 * MINUTE - 1)
    assert again.node.config.hostname == "startup"
    again.wait(1)
    assert again.node.config.hostname == "good"
    again.up()


def test_after_an_orderly_stop_it_goes_on_to_the_second():
    w = armed()
    w.wait(3 * MINUTE + 30_000)
    w.call(w.device, w.node.close, w.now)
    again = after_restart(files(w)[-1])
    assert host(again).provisional_left(again.now) == 6 * MINUTE + 30_000
    assert w.node.deadline() is None


def test_where_wall_time_is_known_the_pause_counts():
    w = World(gateway())
    w.configure(GOOD)
    w.call(w.device, w.node.clock, 1_800_000_000_000, True, w.now)
    w.call(w.device, host(w).provisional_arm, 10, w.now)
    data = files(w)[-1]
    assert read(data, 1_800_000_000_000 + 4 * MINUTE)[0] == 6 * MINUTE
    assert read(data, 1_800_000_000_000 + 40 * MINUTE)[0] == 0
    assert read(data, 1_700_000_000_000)[0] == 10 * MINUTE  # a clock that went back does not make it longer
    assert read(data, None)[0] == 10 * MINUTE
    again = after_restart(data, 1_900_000_000_000)
    again.wait(1)
    assert again.node.config.hostname == "good"


def test_a_disk_that_is_full_is_said():
    w = armed()
    w.call(w.device, w.node.stored, STORE_ID, "No space left on device", w.now)
    w.call(w.device, w.node.stored, STORE_ID, False, w.now)
    w.call(w.device, w.node.stored, STORE_ID, True, w.now)
    assert said(w, "NOT_STORED: The roll-back is not stored and ends with this run: No space left on device")
    assert len(said(w, "NOT_STORED")) == 2


@pytest.mark.parametrize("data", [b"hostname x\n", b"! ezvpn roll-back left x\n", b"! ezvpn roll-back left 10"])
def test_a_damaged_file_is_noticed(data):
    with pytest.raises(ValueError, match="rollback"):
        read(data, None)


def test_no_file_is_no_roll_back():
    assert read(None, None) is None
    assert read(b"", 5) is None


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0 seconds"), (61_000, "1 minute 1 second"), (600_000, "10 minutes"), (30_500, "30 seconds")],
)
def test_times_are_spoken(ms, words):
    assert spoken(ms) == words


def test_a_replay_takes_it_back_too():
    w = RecordedWorld(gateway())
    w.configure(GOOD)
    w.up()
    w.door("execute", 3, "configure confirm 2")
    w.configure(BAD)
    w.run(lambda: w.node.config.hostname == "good", 5 * MINUTE)
    w.up()
    w.door("execute", 4, "configure confirm 5")
    w.door("execute", 5, "configure confirm")
    w.door("pending", parse(GOOD).config, 0)
    w.wait(1000)
    log = [record.text() for step in replayed(w.device.trace()) for record in step.log]
    for words in ("are taken back in 2 minutes", "one minute", "Start rolling back", "change confirmed", "0 seconds"):
        assert [line for line in log if "ARCHIVE_DIFF" in line and words in line], words
