"""One line being typed: keys in, echo out. Bounded, and can be taken off the screen and put back around a log line.

Level 4, pure. Knows no command: Enter, TAB, `?`, Ctrl-C and Ctrl-Z are reported to the session, all other keys are handled
here. What goes out is ASCII control (CR, LF, BS, BEL) and UTF-8 text, no terminal's escape sequences. A line longer than
the screen scrolls sideways, with `$` at the cut.
"""

from ezvpn.compat import const
from ezvpn.console.history import History

# What `key` reports.
NOTHING = const(0)
ENTER = const(1)
TAB = const(2)
HELP = const(3)
INTERRUPT = const(4)
END = const(5)

MAX_LINE = const(4096)
_MIN_ROOM = const(8)  # columns for the text, however long the prompt is
_MAX_SEQUENCE = const(8)

_BEL = "\a"

# Control keys, and escape sequences without ESC: name of the method.
_KEYS = {
    0x01: "_home",
    0x02: "_left",
    0x04: "_delete",
    0x05: "_end",
    0x06: "_right",
    0x08: "_backspace",
    0x0B: "_kill_right",
    0x0C: "_again",
    0x0E: "_newer",
    0x10: "_older",
    0x12: "_again",
    0x14: "_transpose",
    0x15: "_kill_left",
    0x16: "_literal",
    0x17: "_kill_word",
    0x18: "_kill_left",
    0x19: "_yank",
    0x7F: "_backspace",
}

_SEQUENCES = {
    "[A": "_older",
    "OA": "_older",
    "[B": "_newer",
    "OB": "_newer",
    "[C": "_right",
    "OC": "_right",
    "[D": "_left",
    "OD": "_left",
    "[H": "_home",
    "OH": "_home",
    "[1~": "_home",
    "[7~": "_home",
    "[F": "_end",
    "OF": "_end",
    "[4~": "_end",
    "[8~": "_end",
    "[3~": "_delete",
    "b": "_word_left",
    "B": "_word_left",
    "f": "_word_right",
    "F": "_word_right",
    "d": "_kill_word_right",
    "D": "_kill_word_right",
}

_REPORTED = {0x03: INTERRUPT, 0x09: TAB, 0x0A: ENTER, 0x0D: ENTER, 0x1A: END, 0x3F: HELP}


class LineEditor:
    """put(text) writes to the terminal. `text` is the line, `cursor` a position in it."""

    def __init__(self, put: object, width: int) -> None:
        self._out = put
        self.width = width
        self.prompt = ""
        self.text = ""
        self.cursor = 0
        self.history = History()
        self._killed = ""  # for Ctrl-Y
        self._echo = True
        self._question = False
        self._start = 0  # first character of the text that is on the screen
        self._shown = 0  # columns on the screen, prompt included
        self._at = 0  # column of the screen's cursor
        self._sequence: "str | None" = None  # of an escape sequence, without ESC
        self._take_literally = False
        self._after_cr = False
        self._point = 0  # of a character whose UTF-8 is not complete
        self._more = 0  # bytes it lacks
        self._least = 0

    # --- for the session ------------------------------------------------------------------------------------------

    def begin(self, prompt: str, question: bool = False, echo: bool = True) -> None:
        """A new line behind this prompt. question: no help, no completion, no history; echo False: nothing is shown."""
        room = max(self.width - 1 - _MIN_ROOM, 0)
        self.prompt = prompt[max(len(prompt) - room, 0) :]
        self.text = ""
        self.cursor = 0
        self.history.begin()
        self._question = question
        self._echo = echo
        self._start = 0
        self._shown = 0
        self._at = 0
        self.draw()

    def erase(self) -> None:
        """Take prompt and line off the screen; the cursor is left in the first column."""
        self._put("\r" + " " * self._shown + "\r")
        self._shown = 0
        self._at = 0

    def draw(self) -> None:
        """Show prompt and line where the cursor is; from the first column."""
        shown = self._visible()
        self._put("\r" * (self._at > 0) + self.prompt + shown)
        used = len(self.prompt) + len(shown)
        rest = max(self._shown - used, 0)
        self._put(" " * rest)
        self._at = len(self.prompt) + (self.cursor - self._start if self._echo else 0)
        self._put("\b" * (used + rest - self._at))
        self._shown = used

    def newline(self) -> None:
        """Leave the line as it stands on the screen and go below it."""
        self._put("\r\n")
        self._shown = 0
        self._at = 0

    def insert(self, text: str) -> None:
        """Type this text at the cursor. What does not fit rings the bell."""
        if len(self.text) + len(text) > MAX_LINE:
            self.bell()
            return
        at_end = self.cursor == len(self.text)
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)
        if at_end and self._echo and self.cursor - self._start <= self._room():
            self._put(text)
            self._at += len(text)
            self._shown = max(self._shown, self._at)
        elif self._echo:
            self.draw()

    def bell(self) -> None:
        self._put(_BEL)

    def caret(self, column: int) -> "list[str]":
        """Lines to print below the entered line so that `^` stands under this column of it. A line that has been scrolled is
        shown again around the place."""
        if self._start == 0 and column < self._room():
            return [" " * (len(self.prompt) + column) + "^"]
        begin = max(column - self.width // 2, 0)
        return [self.text[begin : begin + self.width - 1], " " * (column - begin) + "^"]

    def key(self, byte: int) -> int:
        """One byte from the terminal. Returns what the session has to do, mostly NOTHING."""
        after_cr = self._after_cr
        self._after_cr = byte == 0x0D
        if byte == 0 or (byte == 0x0A and after_cr):
            return NOTHING  # CR LF and CR NUL are one Enter
        if self._more:
            if byte & 0xC0 == 0x80:
                self._continue(byte)
                return NOTHING
            self._more = 0
        if self._sequence is not None:
            self._escape(byte)
            return NOTHING
        if self._take_literally:
            self._take_literally = False
            if 0x20 <= byte < 0x7F:
                self.insert(chr(byte))
                return NOTHING
        if byte >= 0x80:
            self._lead(byte)
        elif byte == 0x1B:
            self._sequence = ""
        elif byte in _REPORTED:
            if self._question and byte in (0x09, 0x3F):
                self._typed_in_question(byte)
                return NOTHING
            return _REPORTED[byte]
        elif byte in _KEYS:
            getattr(self, _KEYS[byte])()
        elif byte >= 0x20:
            self.insert(chr(byte))
        return NOTHING

    # --- bytes to characters ----------------------------------------------------------------------------------------

    def _typed_in_question(self, byte: int) -> None:
        if byte == 0x3F:
            self.insert("?")
        else:
            self.bell()

    def _lead(self, byte: int) -> None:
        """First byte of UTF-8 (RFC 3629 3)."""
        if 0xC2 <= byte < 0xE0:
            self._point, self._more, self._least = byte & 0x1F, 1, 0xA0  # below: C1 control characters
        elif 0xE0 <= byte < 0xF0:
            self._point, self._more, self._least = byte & 0x0F, 2, 0x800
        elif 0xF0 <= byte < 0xF5:
            self._point, self._more, self._least = byte & 0x07, 3, 0x10000
        else:
            self.bell()

    def _continue(self, byte: int) -> None:
        self._point = self._point << 6 | byte & 0x3F
        self._more -= 1
        if self._more:
            return
        if self._least <= self._point <= 0x10FFFF and not 0xD800 <= self._point < 0xE000:
            self.insert(chr(self._point))
        else:
            self.bell()

    def _escape(self, byte: int) -> None:
        """One byte of an escape sequence; sequences that mean nothing here are swallowed whole."""
        sequence = (self._sequence or "") + (chr(byte) if 0x20 <= byte < 0x7F else "")
        self._sequence = sequence
        introducer = sequence in ("[", "O")
        parameter = sequence[:1] == "[" and 0x20 <= byte < 0x40
        if byte >= 0x20 and (introducer or parameter) and len(sequence) < _MAX_SEQUENCE:
            return
        self._sequence = None
        if sequence in _SEQUENCES:
            getattr(self, _SEQUENCES[sequence])()

    # --- keys -------------------------------------------------------------------------------------------------------

    def _home(self) -> None:
        self._move(0)

    def _end(self) -> None:
        self._move(len(self.text))

    def _left(self) -> None:
        self._move(self.cursor - 1)

    def _right(self) -> None:
        self._move(self.cursor + 1)

    def _backspace(self) -> None:
        self._cut(self.cursor - 1, self.cursor)

    def _delete(self) -> None:
        self._cut(self.cursor, self.cursor + 1)

    def _kill_left(self) -> None:
        self._cut(0, self.cursor)

    def _kill_right(self) -> None:
        self._cut(self.cursor, len(self.text))

    def _kill_word(self) -> None:
        self._cut(self._word_before(), self.cursor)

    def _kill_word_right(self) -> None:
        self._cut(self.cursor, self._word_behind())

    def _word_left(self) -> None:
        self._move(self._word_before())

    def _word_right(self) -> None:
        self._move(self._word_behind())

    def _word_before(self) -> int:
        """Where the word begins that the cursor is in or behind."""
        at = self.cursor
        while at > 0 and self.text[at - 1] == " ":
            at -= 1
        while at > 0 and self.text[at - 1] != " ":
            at -= 1
        return at

    def _word_behind(self) -> int:
        """Where the word ends that the cursor is in or before."""
        at = self.cursor
        while at < len(self.text) and self.text[at] == " ":
            at += 1
        while at < len(self.text) and self.text[at] != " ":
            at += 1
        return at

    def _transpose(self) -> None:
        """Ctrl-T: the character before the cursor and the one at it change places; at the end, the last two."""
        at = min(self.cursor, len(self.text) - 1)
        if at < 1:
            self.bell()
            return
        self.text = self.text[: at - 1] + self.text[at] + self.text[at - 1] + self.text[at + 1 :]
        self.cursor = at + 1
        if self._echo:
            self.draw()

    def _yank(self) -> None:
        """Ctrl-Y: what was last cut out, at the cursor."""
        if self._killed:
            self.insert(self._killed)
        else:
            self.bell()

    def _literal(self) -> None:
        """Ctrl-V: the next key is text, as IOS needs it for a `?` in a key."""
        self._take_literally = True

    def _again(self) -> None:
        """Ctrl-L, Ctrl-R: the line once more, below."""
        self.newline()
        self.draw()

    def _older(self) -> None:
        self._recall(1)

    def _newer(self) -> None:
        self._recall(-1)

    def _recall(self, step: int) -> None:
        line = None if self._question else self.history.recall(step, self.text)
        if line is None:
            self.bell()
            return
        self.text = line
        self.cursor = len(line)
        self._start = 0
        self.draw()

    def _move(self, to: int) -> None:
        if not 0 <= to <= len(self.text):
            self.bell()
            return
        old = self.cursor - self._start
        start = self._start
        self.cursor = to
        if not self._echo:
            return
        shown = self._visible()
        if self._start != start:
            self.draw()
            return
        self._at += to - start - old
        self._put("\b" * (old - (to - start)) if to - start < old else shown[old : to - start])

    def _cut(self, begin: int, end: int) -> None:
        if begin < 0 or end > len(self.text) or begin == end:
            self.bell()
            return
        behind = self.cursor == len(self.text) <= self._room()
        if end - begin > 1 and self._echo:
            self._killed = self.text[begin:end]
        self.text = self.text[:begin] + self.text[end:]
        self.cursor = begin
        if behind and self._echo:
            self._put("\b \b" * (end - begin))
            self._at -= end - begin
            self._shown = self._at
        elif self._echo:
            self.draw()

    # --- screen -----------------------------------------------------------------------------------------------------

    def _room(self) -> int:
        """Columns for the text; the last one of the screen stays free, because terminals differ in what they do there."""
        return max(self.width - 1 - len(self.prompt), _MIN_ROOM)

    def _visible(self) -> str:
        """The part of the text to show, with the cursor in it. Sets `_start`."""
        if not self._echo:
            return ""
        room = self._room()
        if len(self.text) <= room:
            self._start = 0
            return self.text
        first = self._start + (self._start > 0)  # the `$` on the left hides a character
        if not first <= self.cursor < self._start + room:
            self._start = max(self.cursor - room // 2, 0)
        end = self._start + room
        shown = self.text[self._start : end]
        if self._start:
            shown = "$" + shown[1:]
        if end < len(self.text):
            shown = shown[:-1] + "$"
        return shown

    def _put(self, text: str) -> None:
        if text:
            self._out(text)  # type: ignore[operator]
