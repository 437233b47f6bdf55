"""The contracts name every method, and none of them has a default that would hide a missing one."""

import pytest

from ezvpn.dataplane.port import DataPlane, Kernel, KernelError, PacketTable, PlaneEvent


@pytest.mark.parametrize("contract", [DataPlane, Kernel, PacketTable])
def test_a_contract_has_no_behaviour(contract):
    methods = [name for name in vars(contract) if not name.startswith("_") and callable(getattr(contract, name))]
    assert methods
    for name in methods:
        method = getattr(contract(), name)
        arguments = [None] * (method.__code__.co_argcount - 1)
        with pytest.raises(NotImplementedError):
            method(*arguments)


def test_a_kernel_error_says_what_was_asked():
    error = KernelError(101, "cannot route 10.0.0.0/8 into the tunnel: Network is unreachable")
    assert error.errno == 101
    assert str(error) == error.what


def test_events_compare_by_value():
    assert PlaneEvent("volume", 1, b"abcd") == PlaneEvent("volume", 1, b"abcd")
