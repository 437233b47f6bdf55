"""TUN devices on MicroPython: the interpreter's own modules have no ioctl, so there are none without the firmware's C module.

Same names as runtime/cpython/tundev.py.
"""

from ezvpn.dataplane.port import KernelError

ENOSYS = 38


class TunDevice:
    """Cannot be opened. `fd` stays -1."""

    def __init__(self) -> None:
        self.fd = -1
        self.name = ""

    def open(self, name: str) -> None:
        """Raises `KernelError`."""
        raise KernelError(
            ENOSYS,
            "this interpreter has no ioctl and so no TUN device: use --dataplane none, the firmware build or CPython",
        )

    def close(self) -> None:
        self.fd = -1
