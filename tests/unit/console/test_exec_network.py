"""`clear counters` asks, and does not ask where nobody can answer. The rest is in tests/transcript/system.txt."""

from doubles.host import FakeHost

from ezvpn.console.shell import Session


def test_without_a_terminal_nobody_is_asked() -> None:
    host = FakeHost()
    assert Session(host, 1, privileged=True).execute("clear counters", 0) == (0, "")
    assert Session(host, 1, privileged=True).execute("clear counters FastEthernet0", 0) == (0, "")
    assert host.calls == [("clear_counters", ""), ("clear_counters", "FastEthernet0")]


def test_a_device_name_means_its_interface() -> None:
    host = FakeHost()
    Session(host, 1, privileged=True).execute("clear counters eth0", 0)
    assert host.calls == [("clear_counters", "FastEthernet0")]


def test_without_enable_nothing_is_cleared() -> None:
    host = FakeHost()
    session = Session(host, 1)
    session.feed(b"clear counters\r\r", 0)
    assert host.calls == []
