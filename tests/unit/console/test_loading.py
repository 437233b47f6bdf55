"""Configurations out of files: whole or not at all."""

import pytest
from doubles.host import FakeHost

from ezvpn.console import loading
from ezvpn.console.caller import Failed
from ezvpn.console.shell import Session


def test_a_file_with_errors_names_the_line_and_changes_nothing():
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    with pytest.raises(Failed, match="flash:x has errors; nothing was changed"):
        loading.config(session, b"hostname a\nnosuch b\n", "flash:x")
    assert "flash:x:2:2: unknown command" in session.result()[1]
    assert host.calls == []


def test_what_is_no_text_says_where():
    session = Session(FakeHost(), 7)
    with pytest.raises(Failed, match="flash:x:2: not text in UTF-8"):
        loading.decoded(b"hostname a\n\xff\xfe\n", "flash:x")
    assert loading.config(session, b"hostname a\n", "flash:x").hostname == "a"


def test_a_file_that_is_not_there():
    with pytest.raises(Failed, match="startup-config is not present"):
        loading.text(Session(FakeHost(), 7), "startup-config")
