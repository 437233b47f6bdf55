"""The contract of an errand's work: every kind of it keeps all of it."""

from ezvpn.node.crypto_test import CryptoTest
from ezvpn.node.ping import Ping
from ezvpn.node.traceroute import Traceroute
from ezvpn.node.work import Work


def test_each_kind_does_everything() -> None:
    doors = {name for name, value in vars(Work).items() if callable(value)}
    for kind in (Ping, Traceroute, CryptoTest):
        own = {name for made in kind.__mro__ if issubclass(made, Work) and made is not Work for name in vars(made)}
        assert doors <= own, kind
