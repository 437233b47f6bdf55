"""Two small bases for everything that is data: `Record`, and `Secret` for what must never be shown.

Level 0. No I/O, no clock, no randomness.
"""


class Record:
    """A plain value. `_fields` names its attributes in the order in which they print and compare.

    Stands in for a dataclass on both interpreters (MicroPython has none). `_hidden` fields compare but never print.
    """

    _fields: "tuple[str, ...]" = ()
    _hidden: "tuple[str, ...]" = ()

    def __repr__(self) -> str:
        parts = []
        for name in self._fields:
            shown = "<hidden>" if name in self._hidden else repr(getattr(self, name))
            parts.append(name + "=" + shown)
        return self.__class__.__name__ + "(" + ", ".join(parts) + ")"

    def __eq__(self, other: object) -> bool:
        if self.__class__ is not other.__class__:
            return False
        for name in self._fields:
            if getattr(self, name) != getattr(other, name):
                return False
        return True

    def __hash__(self) -> int:
        raise TypeError("a record can change and has no hash")


class Secret:
    """A configured secret. repr, str and format never show it; `==` is identity, so comparing cannot leak it.

    `.reveal()` gives the bytes; the modules that may call it are listed in tests/rules.
    """

    def __init__(self, value: "bytes | str") -> None:
        self._value = bytearray(value.encode() if isinstance(value, str) else value)

    def reveal(self) -> bytes:
        """The secret itself. Do not keep, log or format what comes back."""
        return bytes(self._value)

    def same(self, other: "Secret") -> bool:
        """Whether both hold the same bytes, in a time that depends on the lengths only."""
        a, b = self._value, other._value
        differ = len(a) ^ len(b)
        for i in range(min(len(a), len(b))):
            differ |= a[i] ^ b[i]
        return differ == 0

    def wipe(self) -> None:
        """Overwrite the bytes with zeros."""
        wipe(self._value)

    def __repr__(self) -> str:
        return "<secret>"

    def __str__(self) -> str:
        return "<secret>"

    def __format__(self, spec: str) -> str:
        return "<secret>"


def wipe(data: bytearray) -> None:
    """Zero a bytearray in place (derived keys live in bytearrays for this)."""
    data[:] = bytes(len(data))  # of the same length, so nothing moves
