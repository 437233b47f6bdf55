"""Files from and to a TFTP server (RFC 1350): the protocol of one transfer, and the transfers of one node.

Level 4, sans-I/O: datagrams are orders (`tftp_send`) and a door (`Node.tftp`), time is an argument. The packets are in
`wire.tftp`; which file it is and what becomes of it is the console's affair (`console.exec_tftp`).
"""

from ezvpn.compat import const
from ezvpn.node.facts import TRANSFER_LOOKUPS
from ezvpn.wire import tftp

MOST = const(131072)  # bytes of one file
_RETRY_MS = const(2000)
_TRIES = const(5)


class Transfer:
    """One file. content: what is written, None to read. `result`: (problem, content read) when it has ended, else None."""

    def __init__(self, name: str, content: "bytes | None", now: int) -> None:
        self.name = name
        self.content = content
        self.result: "tuple[str, bytes] | None" = None
        self.port = tftp.PORT
        self.out: "list[bytes]" = []
        self._got = bytearray()
        self._block = 0  # reading: the last one received · writing: the one under way
        self._answered = False
        self._at = now
        self._tries = 0
        self._send(tftp.request(tftp.READ if content is None else tftp.WRITE, name), now)

    def receive(self, view: "bytes | memoryview", port: int, now: int) -> None:
        """One datagram of the server. What is none of this transfer changes nothing."""
        packet = tftp.parse(view)
        # RFC 1350 4: the server chooses a port with its first answer, and only that one counts from then on.
        if packet is None or self.result is not None or (self._answered and port != self.port):
            return
        opcode, number, rest = packet
        if opcode == tftp.ERROR:
            words = "".join([chr(byte) if 32 <= byte < 127 else "?" for byte in rest])
            self.result = (words or tftp.ERRORS[number if number < len(tftp.ERRORS) else 0], b"")
        elif opcode == tftp.DATA and self.content is None:
            self._data(number, rest, port, now)
        elif opcode == tftp.ACK and self.content is not None and number == self._block & 0xFFFF:
            self._begun(port)
            self._acknowledged(now)

    def timeout(self, now: int) -> None:
        if self.result is None and now >= self._at:
            if self._tries >= _TRIES:
                self.result = ("the server does not answer", b"")
            else:
                self._repeat(now)

    def deadline(self) -> "int | None":
        return self._at if self.result is None else None

    def _data(self, number: int, payload: bytes, port: int, now: int) -> None:
        if number == (self._block + 1) & 0xFFFF:
            self._begun(port)
            self._block += 1
            self._got.extend(payload)
            if len(self._got) > MOST:
                self.out.append(tftp.error(3, "too big"))
                self.result = ("the file is longer than " + str(MOST) + " bytes", b"")
                return
            self._send(tftp.ack(number), now)
            if len(payload) < tftp.BLOCK:
                self.result = ("", bytes(self._got))
        elif self._answered and number == self._block & 0xFFFF:
            self.out.append(tftp.ack(number))  # our acknowledgement was lost

    def _acknowledged(self, now: int) -> None:
        content = self.content or b""
        if self._block * tftp.BLOCK > len(content):
            self.result = ("", b"")  # the last block is shorter than 512 bytes, and be it empty
            return
        begin = self._block * tftp.BLOCK
        self._block += 1
        self._send(tftp.data(self._block & 0xFFFF, content[begin : begin + tftp.BLOCK]), now)

    def _begun(self, port: int) -> None:
        self._answered = True
        self.port = port

    def _send(self, packet: bytes, now: int) -> None:
        self._last = packet
        self._tries = 0
        self._repeat(now)

    def _repeat(self, now: int) -> None:
        self.out.append(self._last)
        self._tries += 1
        self._at = now + _RETRY_MS


class Transfers:
    """order: that of `Device` · answer(console, result, now): where the result of a transfer goes."""

    def __init__(self, order: object, answer: object) -> None:
        self._order = order
        self._answer = answer
        self._waiting: "dict[int, tuple[str, bytes | None]]" = {}  # console -> what waits for an address
        self._running: "dict[int, tuple[Transfer, bytes]]" = {}  # console -> transfer, address of the server

    def begin(self, console: int, host: str, name: str, content: "bytes | None") -> None:
        """Read a file, or write one. A console has one transfer at a time."""
        self._waiting[console] = (name, content)
        self._order("resolve", TRANSFER_LOOKUPS - console, host)  # type: ignore[operator]

    def resolved(self, id: int, addresses: "list[bytes]", now: int) -> None:
        """Answer to the order `resolve`."""
        console = TRANSFER_LOOKUPS - id
        found = self._waiting.pop(console, None)
        if found is None:
            return
        if not addresses:
            self._answer(console, ("the name does not resolve", b""), now)  # type: ignore[operator]
            return
        self._order("tftp_open", console)  # type: ignore[operator]
        self._running[console] = (Transfer(found[0], found[1], now), addresses[0])
        self._flush(console, now)

    def receive(self, console: int, view: "bytes | memoryview", address: bytes, port: int, now: int) -> None:
        found = self._running.get(console)
        if found is not None and address == found[1]:
            found[0].receive(view, port, now)
            self._flush(console, now)

    def timeout(self, now: int) -> None:
        for console in sorted(self._running):
            self._running[console][0].timeout(now)
            self._flush(console, now)

    def deadline(self) -> "int | None":
        first: "int | None" = None
        for console in self._running:
            at = self._running[console][0].deadline()
            if at is not None and (first is None or at < first):
                first = at
        return first

    def forget(self, console: int) -> None:
        """Nobody waits for it any more."""
        self._waiting.pop(console, None)
        if self._running.pop(console, None) is not None:
            self._order("tftp_close", console)  # type: ignore[operator]

    def _flush(self, console: int, now: int) -> None:
        transfer, address = self._running[console]
        for packet in transfer.out:
            self._order("tftp_send", console, address, transfer.port, packet)  # type: ignore[operator]
        transfer.out = []
        if transfer.result is not None:
            self.forget(console)
            self._answer(console, transfer.result, now)  # type: ignore[operator]
