"""Outputs are values."""

from ezvpn.tunnel.outputs import Attach, Changed, Detach, Notice, Resolve

from .scene import GW1, config


def test_outputs_compare_and_print():
    assert Resolve(1, "a") == Resolve(1, "a") != Resolve(2, "a")
    assert Notice("EZVPN_NOTE", ("x",)) != Notice("EZVPN_NOTE", ("y",))
    assert Detach() == Detach() != Changed()
    assert repr(Resolve(3, "vpn.example")) == "Resolve(ticket=3, host='vpn.example')"
    assert Attach(config(), GW1) == Attach(config(), GW1)
