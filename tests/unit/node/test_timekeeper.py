"""Which clock counts."""

from ezvpn.console.time_facts import Source
from ezvpn.node.timekeeper import Timekeeper

NOW = 10_000


def test_the_machine_until_somebody_says_better() -> None:
    keeper = Timekeeper(False)
    assert (keeper.offset(), keeper.synced(), keeper.source) == (None, False, Source.NONE)
    keeper.machine(500_000, True, NOW)
    assert (keeper.offset(), keeper.synced(), keeper.source) == (490_000, True, Source.MACHINE)
    assert not keeper.set(490_300, Source.NTP)
    keeper.machine(600_000, True, NOW + 60_000)
    assert (keeper.offset(), keeper.source) == (490_300, Source.NTP)


def test_a_clock_that_was_never_set_is_not_believed() -> None:
    keeper = Timekeeper(False)
    keeper.machine(500_000, False, NOW)
    assert (keeper.offset(), keeper.synced()) == (490_000, False)
    keeper.set(9_000_000, Source.USER)
    assert keeper.synced()


def test_a_clock_of_our_own_is_set_when_it_is_off() -> None:
    keeper = Timekeeper(True)
    assert keeper.set(1000, Source.USER)
    keeper.machine(500_000, True, NOW)
    assert not keeper.set(490_127, Source.NTP)
    assert keeper.set(490_128, Source.NTP)
    assert keeper.set(489_000, Source.NTP)


def test_a_clock_of_our_own_says_nothing_while_there_are_servers_to_ask() -> None:
    keeper = Timekeeper(True)
    keeper.machine(500_000, True, NOW)
    assert keeper.synced()
    keeper.asks = True
    assert not keeper.synced()
    keeper.set(490_000, Source.NTP)
    assert keeper.synced()
    other = Timekeeper(False)
    other.asks = True
    other.machine(500_000, True, NOW)
    assert other.synced()
