"""Password recovery; the whole conversation is in tests/transcript/recovery.txt."""

from doubles.host import FakeHost

from ezvpn.console.shell import Session


def at_console(host: FakeHost, text: str) -> str:
    session = Session(host, 7, attended=True)
    session.start(1000)
    session.recover(1000)
    session.feed(text.encode(), 1000)
    return session.take_output().decode()


def test_only_yes_erases() -> None:
    for text in ("\r", "y\r", "no\r", "\x03", "~\xff\r"):
        host = FakeHost()
        at_console(host, text)
        assert [call for call in host.calls if call[0] == "wipe"] == []
    host = FakeHost()
    assert at_console(host, "YES\r").endswith("Router#")
    assert host.calls == [("wipe", "Router")]


def test_what_could_not_be_erased_is_said() -> None:
    host = FakeHost()
    host.problem = "flash:old cannot be removed: Read-only file system"
    assert "% flash:old cannot be removed" in at_console(host, "yes\r")


def test_an_attached_console_is_none_that_a_break_comes_from() -> None:
    session = Session(FakeHost(), 7)
    session.start(1000)
    session.take_output()
    session.recover(1000)
    assert session.take_output() == b""
