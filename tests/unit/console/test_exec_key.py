"""`key config-key password-encrypt`. What is printed is in tests/transcript/key.txt."""

from doubles.host import FakeHost

from ezvpn.console.shell import Session


def typed(host: FakeHost, *lines: str) -> str:
    session = Session(host, 7, privileged=True)
    for line in ("configure terminal", *lines):
        session.feed(line.encode() + b"\r", 5000)
    return bytes(session.take_output()).decode()


def test_the_word_reaches_the_device_and_nothing_else():
    host = FakeHost()
    out = typed(host, "key config-key password-encrypt", "open sesame now", "open sesame now", "end")
    assert host.typed == [b"open sesame now"]
    assert "sesame" not in out
    assert host.calls == [("change_key",)]


def test_a_word_in_the_line_is_not_in_the_history():
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    session.feed(b"configure terminal\rkey config-key password-encrypt open-sesame\r", 5000)
    session.take_output()
    session.feed(b"\x1b[A", 5000)
    assert b"sesame" not in session.take_output()
    assert host.typed == [b"open-sesame"]
