"""The device tests, the console shows."""

from doubles.host import FakeHost

from ezvpn.console.probes import Progress
from ezvpn.console.shell import Session


def test_lines_as_they_come() -> None:
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    session.execute("test crypto self-test", 0)
    assert host.calls == [("test_crypto",)]
    session.answer(Progress([], "Self-test of x:\n"), 0)
    session.answer(Progress([], "  hash md5  passed\n"), 0)
    session.answer(Progress(["All of them passed"], "  hash sha1  passed\n", True), 0)
    assert session.result() == (0, "Self-test of x:\n  hash md5  passed\n  hash sha1  passed\nAll of them passed\n")


def test_on_a_terminal() -> None:
    session = Session(FakeHost(), 7, privileged=True)
    session.take_output()
    session.feed(b"test crypto self-test\r", 0)
    session.answer(Progress([], "Self-test of x:\n"), 0)
    session.answer(Progress(["All of them passed"], "  hash md5  passed\n", True), 0)
    out = bytes(session.take_output()).decode()
    assert out == "test crypto self-test\r\nSelf-test of x:\r\n  hash md5  passed\r\nAll of them passed\r\nRouter#"


def test_it_needs_enable() -> None:
    host = FakeHost()
    session = Session(host, 7)
    session.feed(b"test crypto self-test\r", 0)
    assert host.calls == []
