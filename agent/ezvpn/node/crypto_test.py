"""`test crypto self-test`: one known answer after the other, with a turn for everything else between two of them.

Level 4. The methods are those of `ping`, so that `errands` runs it; nothing is sent. A backend of its own is tested: that of the
device is being recorded, and its random bytes are not to be drawn for this.
"""

from ezvpn.crypto.port import Crypto
from ezvpn.node.work import Work


class CryptoTest(Work):
    """crypto: the backend to test."""

    needs_errors = False
    address = b"\0\0\0\0"
    ttl = 0
    df = False

    def __init__(self, crypto: Crypto) -> None:
        # Imported here: the tables are loaded by who wants them tested.
        from ezvpn.crypto import self_test

        self._tests = self_test
        self.crypto = crypto
        self.done = False
        self._number = 0
        self._failed = 0
        self._text = ""
        self._due: "int | None" = None

    def start(self, now: int) -> None:
        self._text = "Self-test of " + self.crypto.name + ":\n"
        self._due = now + 1

    def deadline(self) -> "int | None":
        return None if self.done else self._due

    def timeout(self, now: int) -> None:
        if self.done:
            return
        name, verdict = self._tests.run(self.crypto, self._number)
        self._failed += 1 if verdict == self._tests.FAILED else 0
        self._text += f"  {name:<28} {verdict}\n"
        self._number += 1
        self._due = now + 1
        self.done = self._number == self._tests.COUNT

    def received(self, source: bytes, view: "bytes | memoryview", now: int) -> None:
        pass

    def outgoing(self) -> "bytearray | None":
        return None

    def marks(self) -> str:
        text = self._text
        self._text = ""
        return text

    def verdict(self) -> "list[str]":
        if not self.done:
            return ["Broken off after " + str(self._number) + " of " + str(self._tests.COUNT)]
        return ["All of them passed" if not self._failed else "% " + str(self._failed) + " of them FAILED"]
