"""The log on stderr while no console is attached."""

from ezvpn.console.debug import Clock
from ezvpn.log import Ring
from ezvpn.node.stderr import StderrLog


def reader(size=200):
    ring = Ring(size)
    said = []
    return ring, said, StderrLog(ring, lambda name, text: said.append((name, text)))


NO_CLOCK = Clock(0, None, False)


def test_new_lines_up_to_the_level_are_orders():
    ring, said, log = reader()
    ring.add(1000, "EZVPN_NOTE", "hq", "one")
    ring.add(1000, "EZVPN_STATE", "hq", "A", "E", "B")
    log.follow(6, NO_CLOCK, False)
    log.follow(6, NO_CLOCK, False)
    assert [name for name, _ in said] == ["log"]
    assert said[0][1].endswith("%CRYPTO-6-EZVPN_NOTE: EZVPN(hq): one")


def test_what_a_console_has_shown_is_not_said_again():
    ring, said, log = reader()
    ring.add(1000, "EZVPN_NOTE", "hq", "one")
    log.follow(6, NO_CLOCK, True)
    log.follow(6, NO_CLOCK, False)
    assert said == []


def test_lines_that_were_lost_are_counted():
    ring, said, log = reader(2)
    for _ in range(5):
        ring.add(1000, "EZVPN_NOTE", "hq", "one")
    log.follow(6, NO_CLOCK, False)
    assert said[0] == ("log", "3 lines lost")
    assert len(said) == 3
