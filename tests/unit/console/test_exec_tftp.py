"""Copies over TFTP: what is sent. The questions are in tests/transcript/tftp.txt."""

import pytest
from doubles.host import SECRETS, FakeHost

from ezvpn.console.caller import Failed
from ezvpn.console.exec_tftp import fit_to_send, is_remote
from ezvpn.console.shell import Session


def test_names():
    assert is_remote("tftp:") and is_remote("tftp://a/b")
    assert not is_remote("flash:tftp") and not is_remote("running-config")


def test_what_is_sent_has_no_secret_in_it():
    host = FakeHost()
    session = Session(host, 3, privileged=True)
    for data in (host.stored_text(0)[1], b"nonsense\n group branch key sesame-key\n"):
        sent = fit_to_send(session, data, "flash:x", 0)
        assert b"<removed>" in sent
        assert not [secret for secret in SECRETS if secret.encode() in sent]
    with pytest.raises(Failed, match="is not text"):
        fit_to_send(session, b"\xff\xfe", "flash:x", 0)


def test_a_single_command_must_say_all():
    host = FakeHost()
    assert Session(host, 3, privileged=True).execute("copy running-config tftp:", 0)[0] == 1
    assert host.calls == []


def test_breaking_off_ends_the_transfer():
    host = FakeHost()
    session = Session(host, 3, privileged=True)
    session.feed(b"copy tftp://a/b flash:c\r\x03", 0)
    assert host.calls == [("transfer", "a", "b", None), ("transfer_end",)]
