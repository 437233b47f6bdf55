"""Output a page at a time: what fits on the screen, ` --More-- `, and the keys that go on.

Level 4, pure. Space: a page · Enter: a line · `/` and a regular expression: on to the first line that matches · any other key:
no more. Not here: which output is paged (`shell`).
"""

from ezvpn.console.regex import BadPattern, Pattern

_MORE = " --More-- "
_ERASE = "\r" + " " * len(_MORE) + "\r"
_MAX_SEARCH = 64

_ENTER = (0x0D, 0x0A)
_BACKSPACE = (0x08, 0x7F)


class Pager:
    """put(text) writes to the terminal. `active` while a page waits for a key; `lines` are those still to come."""

    def __init__(self, put: object) -> None:
        self._put = put
        self.active = False
        self.lines: "list[str]" = []
        self._height = 0
        self._width = 80
        self._search: "str | None" = None

    def show(self, lines: "list[str]", height: int, width: int) -> None:
        """Begin an output; height 0: all at once."""
        self.lines = lines
        self._height = height
        self._width = width
        self._page(height - 1 if height else 0)

    def key(self, byte: int) -> None:
        """One byte from the terminal while `active`."""
        if self._search is not None:
            self._searching(byte)
        elif byte == 0x20:
            self._next(self._height - 1)
        elif byte in _ENTER:
            self._next(1)
        elif byte == 0x2F:
            self._search = ""
            self._write("/")
        else:
            self.end()

    def end(self) -> None:
        """No more."""
        self._write(_ERASE)
        self.forget()

    def forget(self) -> None:
        """What is left is not wanted, and the screen not ours."""
        self.lines = []
        self.active = False
        self._search = None

    def _next(self, rows: int) -> None:
        self._write(_ERASE)
        self._page(rows)

    def _page(self, rows: int) -> None:
        """Print so many rows of the screen, 0 = whatever there is."""
        used = 0
        count = 0
        while count < len(self.lines):
            used += max(1, (len(self.lines[count]) + self._width - 1) // self._width)
            if rows and used > rows and count:
                break
            count += 1
        self._write("".join([line + "\r\n" for line in self.lines[:count]]))
        self.lines = self.lines[count:]
        self.active = len(self.lines) > 0
        if self.active:
            self._write(_MORE)

    def _searching(self, byte: int) -> None:
        search = self._search or ""
        if byte in _ENTER:
            self._search = None
            self._write("\b \b" * (len(search) + 1))
            self._find(search)
        elif byte in _BACKSPACE:
            self._write("\b \b")
            self._search = search[:-1] if search else None
        elif 0x20 <= byte < 0x7F and len(search) < _MAX_SEARCH:
            self._search = search + chr(byte)
            self._write(chr(byte))
        elif byte < 0x20:
            self._search = None
            self.end()

    def _find(self, search: str) -> None:
        try:
            pattern = Pattern(search)
        except BadPattern as fault:
            self._again("% Bad regular expression: " + str(fault.args[0]))
            return
        for i in range(len(self.lines)):
            if pattern.found_in(self.lines[i]):
                self.lines = self.lines[i:]
                self._next(self._height - 1)
                return
        self._again("% No line below has " + search)

    def _again(self, text: str) -> None:
        self._write(_ERASE + text + "\r\n" + _MORE)

    def _write(self, text: str) -> None:
        self._put(text)  # type: ignore[operator]
