"""Breaks among the bytes of a serial line, as termios marks them with PARMRK (POSIX 11.2.2): FF 00 00 is a break, FF FF one FF.

Dual, pure. Used by both `tty` files, for serial ports only: nothing marks the bytes of other terminals.
"""

from ezvpn.compat import const

_MARK = const(0xFF)


class Marked:
    """Takes what was read, in any portions; a mark may be cut in two."""

    def __init__(self) -> None:
        self._begun = b""  # of a mark whose rest has not been read yet

    def take(self, data: bytes) -> "tuple[bytes, int]":
        """(the bytes that were typed, how many breaks were among them)."""
        if not self._begun and _MARK not in data:
            return data, 0
        typed = bytearray()
        breaks = 0
        data = self._begun + data
        self._begun = b""
        at = 0
        while at < len(data):
            mark = data[at : at + 3]
            if mark[0] != _MARK:
                typed.append(mark[0])
                at += 1
            elif len(mark) > 1 and mark[1] == _MARK:
                typed.append(_MARK)
                at += 2
            elif len(mark) < 3 and mark[1:] in (b"", b"\0"):
                self._begun = mark
                break
            elif mark[1] != 0:
                at += 1  # the line was not in this mode yet
            else:
                if mark[2] == 0:
                    breaks += 1
                else:
                    typed.append(mark[2])  # came with a wrong stop bit; better than nothing
                at += 3
        return bytes(typed), breaks
