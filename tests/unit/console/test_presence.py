"""Somebody at a console, or nobody."""

from doubles.host import FakeHost

from ezvpn.console.presence import Presence


def test_an_attended_line_waits_for_a_log_in_and_rests_behind_it() -> None:
    presence = Presence(FakeHost(), True)
    assert not presence.admitted and not presence.resting
    presence.admitted = True
    presence.rest()
    assert presence.resting and not presence.admitted
    assert Presence(FakeHost(), False).admitted


def test_idle_is_counted_from_the_last_key_and_not_while_a_command_runs() -> None:
    host = FakeHost()
    presence = Presence(host, True)
    assert presence.deadline(False) is None, "nobody has come yet"
    presence.typed(5000)
    assert presence.deadline(False) == 605_000
    assert presence.deadline(True) is None
    host.config.line.exec_timeout_s = 0
    assert presence.deadline(False) is None
    host.config.line.exec_timeout_s = 30
    presence.rest()
    assert presence.deadline(False) is None


def test_an_answer_is_held_back_once() -> None:
    presence = Presence(FakeHost(), True)
    presence.hold(7000)
    assert (presence.holds, presence.deadline(True), presence.released(6999)) == (True, 7000, False)
    assert (presence.released(7000), presence.holds, presence.released(7000)) == (True, False, False)
