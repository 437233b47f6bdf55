"""What an errand does over its socket: the contract of `ping`, `traceroute` and `test crypto` with `errands`.

Level 4, sans-I/O.
"""


class Work:
    """What an errand does over its socket. After each call that takes `now`: `outgoing` until None, then `marks`."""

    needs_errors = False  # replies alone are not enough
    address = b"\0\0\0\0"
    ttl = 0  # of what is sent next; 0: the system's own
    df = False
    done = False

    def start(self, now: int) -> None:
        raise NotImplementedError

    def received(self, source: bytes, view: "bytes | memoryview", now: int) -> None:
        """One ICMP message; whose it is must show here."""
        raise NotImplementedError

    def timeout(self, now: int) -> None:
        raise NotImplementedError

    def deadline(self) -> "int | None":
        raise NotImplementedError

    def outgoing(self) -> "bytearray | None":
        """The next message to send, once."""
        raise NotImplementedError

    def marks(self) -> str:
        """What is to be shown since the last call."""
        raise NotImplementedError

    def verdict(self) -> "list[str]":
        """The last lines, also of one that was broken off."""
        raise NotImplementedError
