"""The device as consoles see it: the node and the double promise the same."""

from doubles.host import FakeHost

from ezvpn.console.host import Host, MqttStatus, Version, XauthPrompt
from ezvpn.machine import Usage
from ezvpn.node.host import NodeHost

METHODS = [name for name in vars(Host) if not name.startswith("_")]


def test_node_and_double_implement_every_method() -> None:
    for name in METHODS:
        assert getattr(NodeHost, name) is not getattr(Host, name), name
        assert getattr(FakeHost, name) is not getattr(Host, name), name


def test_records_print_what_they_hold() -> None:
    assert repr(XauthPrompt((16521,), "hello")) == "XauthPrompt(fields=(16521,), message='hello', challenge=b'')"
    assert MqttStatus("", False, "", 0, "", []) == MqttStatus("", False, "", 0, "", [])
    assert Version("m", "1", "i", "c", "p", "b", "s", 5, "reload", "", Usage()).up_ms == 5
