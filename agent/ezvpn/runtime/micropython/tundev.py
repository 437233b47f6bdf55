"""TUN devices on MicroPython, and what moves packets between one and the sockets: the device binary's C module
(firmware/cmodule/mover.c), one call for up to 64 packets. Same names as runtime/cpython/tundev.py.

An interpreter without that module has no ioctl and so no TUN device.
"""

from ezvpn.compat import HAS_EDGEC, const
from ezvpn.dataplane.port import KernelError, PacketTable
from ezvpn.runtime.calls import Part
from ezvpn.runtime.tun_request import DEVICE, TUNSETIFF, advice, name_of, request

if HAS_EDGEC:
    import _edgec  # type: ignore[import-not-found]

BUDGET = 64  # packets a call; then IKE, console and timers get their turn

_ENOSYS = const(38)
_O_RDWR = const(2)


class TunDevice:
    """One TUN device, not persistent: it goes when the descriptor is closed, also by kill -9. `fd` is -1 while closed."""

    def __init__(self) -> None:
        self.fd = -1
        self.name = ""

    def open(self, name: str) -> None:
        """name: up to 15 bytes; %d in it lets the kernel choose a number. Raises `KernelError` saying what is missing."""
        self.close()
        fd = _open()
        answer = bytearray(request(name))
        try:
            _edgec.ioctl(fd, TUNSETIFF, answer)
        except OSError as error:
            _edgec.close(fd)
            raise KernelError(error.errno or 0, "cannot make the TUN device " + name + ": " + _words(error))
        self.fd = fd
        self.name = name_of(answer)

    def close(self) -> None:
        if self.fd >= 0:
            _edgec.close(self.fd)
        self.fd = -1


def probe() -> None:
    """Whether there is a way to TUN devices. Raises `KernelError`."""
    fd = _open()
    _edgec.close(fd)


def _open() -> int:
    if not HAS_EDGEC:
        raise KernelError(
            _ENOSYS,
            "this interpreter has no ioctl and so no TUN device: use --dataplane none, the firmware build or CPython",
        )
    try:
        fd: int = _edgec.open(DEVICE, _O_RDWR | _edgec.O_NONBLOCK)
        return fd
    except OSError as error:
        raise KernelError(error.errno or 0, "cannot open " + DEVICE + ": " + _words(error))


def _words(error: OSError) -> str:
    number = error.errno or 0
    return advice(number, _edgec.strerror(number))


class Mover:
    """Moves packets for one table. natt: the socket of port 4500 · raw: the protocol 50 socket, or None where there is none,
    then ESP without UDP is counted as a send error. `source` is where the IKE datagram came from that `inward` left; `idle`: the
    last call of `inward` or `inward_raw` found nothing at all."""

    def __init__(self, device: TunDevice, table: PacketTable, natt: Part, raw: Part = None) -> None:
        self.device = device
        self.table = table
        self.source: "tuple[bytes, int]" = (b"\0\0\0\0", 0)
        self.idle = False
        self._native = _edgec.Mover(natt.fileno())
        self._packet = self._native.packet
        self._sealed = self._native.sealed
        self._raw: Part = None
        if raw is not None:
            self.raw = raw

    @property
    def raw(self) -> Part:
        return self._raw

    @raw.setter
    def raw(self, raw: Part) -> None:
        self._raw = raw
        self._native.raw = -1 if raw is None else raw.fileno()

    def outward(self, now: int, budget: int = BUDGET) -> int:
        """Seal and send what the TUN device has, `budget` packets at most. Returns how many were read, or -1 when the device is
        gone: then stop watching it, the table has told the node."""
        native, table, fd = self._native, self.table, self.device.fd
        table.now = now
        left = budget
        while left > 0:
            length = native.outward(fd, table, left)
            left -= native.moved
            if length < 0:
                table.device_lost()
                return -1
            if not length:
                break
            length = table.seal(self._packet[:length], self._sealed)
            if length:
                native.send(length, table.to, table)
        return budget - left

    def inward(self, ike: memoryview, now: int, budget: int = BUDGET) -> int:
        """Open what port 4500 has and write it to the TUN device, `budget` datagrams at most. Stops at an IKE datagram: it is
        then in `ike`, marker included, its length is returned and `source` is (4-byte address, port). 0: none so far. An IKE
        datagram longer than `ike` is cut, which its header's length will show."""
        return self._inward(ike, now, budget, False)

    def inward_raw(self, now: int, budget: int = BUDGET) -> None:
        """The same for the protocol 50 socket, which gives whole IPv4 packets."""
        self._inward(self._packet, now, budget, True)

    def _inward(self, ike: memoryview, now: int, budget: int, raw: bool) -> int:
        native, table, fd = self._native, self.table, self.device.fd
        table.now = now
        left = budget
        while left > 0:
            length: int = native.inward(fd, table, left, ike, raw)
            left -= native.moved
            if length > 0:
                self.source = native.source
            if length >= 0:
                self.idle = left == budget
                return length
            self._open_by_table(-length, now)
        self.idle = False
        return 0

    def _open_by_table(self, length: int, now: int) -> None:
        table = self.table
        length = table.open(self._packet[:length], self._sealed)
        if length:
            try:
                _edgec.write(self.device.fd, self._sealed[:length])
            except OSError:
                table.deliver_failed()
        elif table.stray_spi:
            table.stray(self._native.source[0], now)
