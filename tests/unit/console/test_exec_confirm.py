"""`configure confirm`. What is printed is in tests/transcript/confirm.txt; the time runs in unit/node/test_provisional.py."""

import pytest
from doubles.host import FakeHost

from ezvpn.console.caller import Failed
from ezvpn.console.exec_confirm import only_confirmed
from ezvpn.console.shell import Session


def execute(host: FakeHost, command: str) -> "tuple[int, str]":
    return Session(host, 0, privileged=True).execute(command, 5000)


def test_a_number_arms_and_none_confirms():
    host = FakeHost()
    assert execute(host, "configure confirm 15")[0] == 0
    assert execute(host, "configure confirm")[0] == 0
    assert host.calls == [("arm", 15), ("confirm",)]


def test_configuration_mode_needs_a_console_and_arms_nothing_without():
    host = FakeHost()
    assert execute(host, "configure terminal revert timer 5")[0] == 1
    assert host.calls == []


def test_nothing_unconfirmed_is_saved():
    host = FakeHost()
    session = Session(host, 0)
    only_confirmed(session, 0)
    host.left = 1
    with pytest.raises(Failed, match="not confirmed"):
        only_confirmed(session, 0)
    assert execute(host, "write memory")[0] == execute(host, "copy running-config startup-config")[0] == 1
    assert host.calls == []
