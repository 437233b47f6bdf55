"""Without ioctl there is no TUN device, and the error says what to do."""

import pytest

from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.micropython.tundev import TunDevice


def test_opening_says_what_to_do():
    device = TunDevice()
    with pytest.raises(KernelError, match="--dataplane none"):
        device.open("ezvpn%d")
    assert device.fd == -1
    device.close()
