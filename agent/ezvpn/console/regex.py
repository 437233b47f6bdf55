"""Regular expressions of IOS, for `| include` and its like and for the `/` of `--More--`.

Level 4, pure. Why not `re`: MicroPython's is a different one, and both take exponential time for some patterns, which whoever
may type `show` could use to stop a device. Here all positions go through the text side by side (Thompson's construction), so
the time is that of pattern times text.

    .  any character          [a-z] [^a-z]  one of a set          \\x  the character x
    *  +  ?  repetition       |  either                           ( )  a group
    ^  the beginning          $  the end                          _  a blank, comma, brace, parenthesis, the beginning or the end
"""

from ezvpn.compat import const

MAX_PATTERN = const(256)
_MAX_DEPTH = const(12)  # of groups: compiling them recurses

# Kinds of positions: (kind, value, next position, other next position).
_CHAR = const(0)  # value: the character
_ANY = const(1)
_SET = const(2)  # value: (whether it is negated, [(first, last)])
_BEGIN = const(3)
_END = const(4)
_BETWEEN = const(5)  # `_`
_SPLIT = const(6)
_MATCH = const(7)

_SEPARATORS = " ,{}()\t"
_REPEAT = "*+?"


class BadPattern(Exception):
    """The argument says what is wrong with a pattern."""


class Pattern:
    """A compiled pattern. Raises BadPattern."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise BadPattern("longer than " + str(MAX_PATTERN) + " characters")
        self._nodes: "list[list[object]]" = []
        self._text = text
        self._at = 0
        self._depth = 0
        first, ends = self._either()
        if self._at < len(text):
            raise BadPattern("`)` without `(`")
        self._join(ends, self._node(_MATCH, None))
        self._first = first

    def found_in(self, text: str) -> bool:
        """Whether some part of the text matches."""
        states: "list[int]" = []
        for at in range(len(text) + 1):
            states = self._closure(states + [self._first], text, at)
            after = []
            for state in states:
                kind, value, following, _ = self._nodes[state]
                if kind == _MATCH:
                    return True
                if at < len(text) and _takes(kind, value, text[at]):
                    after.append(following)
            states = after  # type: ignore[assignment]
        return False

    # --- compiling: each method returns (first position, [(position, which of its two followers is open)]) ----------------

    def _either(self) -> "tuple[int, list[tuple[int, int]]]":
        first, ends = self._sequence()
        while self._peek() == "|":
            self._at += 1
            other, more = self._sequence()
            first = self._node(_SPLIT, None, first, other)
            ends = ends + more
        return first, ends

    def _sequence(self) -> "tuple[int, list[tuple[int, int]]]":
        # An empty sequence is a split with both ways open to the same place.
        first = self._node(_SPLIT, None)
        ends = [(first, 2), (first, 3)]
        while self._peek() not in ("", "|", ")"):
            part, part_ends = self._repeated()
            self._join(ends, part)
            ends = part_ends
        return first, ends

    def _repeated(self) -> "tuple[int, list[tuple[int, int]]]":
        first, ends = self._single()
        while self._peek() and self._peek() in _REPEAT:
            mark = self._peek()
            self._at += 1
            split = self._node(_SPLIT, None, first)
            if mark != "?":
                self._join(ends, split)
                ends = []
            ends = ends + [(split, 3)]
            if mark != "+":
                first = split
        return first, ends

    def _single(self) -> "tuple[int, list[tuple[int, int]]]":
        char = self._text[self._at]
        self._at += 1
        if char == "(":
            self._depth += 1
            if self._depth > _MAX_DEPTH:
                raise BadPattern("more than " + str(_MAX_DEPTH) + " groups in each other")
            first, ends = self._either()
            self._depth -= 1
            if self._peek() != ")":
                raise BadPattern("`(` without `)`")
            self._at += 1
            return first, ends
        if char == "\\":
            if not self._peek():
                raise BadPattern("nothing behind `\\`")
            node = self._node(_CHAR, self._peek())
            self._at += 1
        elif char == "[":
            node = self._node(_SET, self._set())
        elif char in _REPEAT:
            raise BadPattern("nothing to repeat in front of `" + char + "`")
        else:
            kind = {".": _ANY, "^": _BEGIN, "$": _END, "_": _BETWEEN}.get(char, _CHAR)
            node = self._node(kind, char)
        return node, [(node, 2)]

    def _set(self) -> "tuple[bool, list[tuple[str, str]]]":
        negated = self._peek() == "^"
        if negated:
            self._at += 1
        ranges: "list[tuple[str, str]]" = []
        while self._peek() != "]" or not ranges:
            if not self._peek():
                raise BadPattern("`[` without `]`")
            first = self._peek()
            self._at += 1
            last = first
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("", "]"):
                last = self._text[self._at + 1]
                self._at += 2
            if last < first:
                raise BadPattern("the range " + first + "-" + last + " runs backwards")
            ranges.append((first, last))
        self._at += 1
        return negated, ranges

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _node(self, kind: int, value: object, following: int = -1, other: int = -1) -> int:
        self._nodes.append([kind, value, following, other])
        return len(self._nodes) - 1

    def _join(self, ends: "list[tuple[int, int]]", to: int) -> None:
        for node, which in ends:
            self._nodes[node][which] = to

    # --- running ------------------------------------------------------------------------------------------------------

    def _closure(self, states: "list[int]", text: str, at: int) -> "list[int]":
        """All positions that can be reached without taking a character."""
        seen = [False] * len(self._nodes)
        found = []
        while states:
            state = states.pop()
            if seen[state]:
                continue
            seen[state] = True
            kind, _, following, other = self._nodes[state]
            if kind == _SPLIT:
                states.append(following)  # type: ignore[arg-type]
                if other != following:
                    states.append(other)  # type: ignore[arg-type]
                continue
            begins, ends = at == 0, at == len(text)
            if (begins and kind in (_BEGIN, _BETWEEN)) or (ends and kind in (_END, _BETWEEN)):
                states.append(following)  # type: ignore[arg-type]
            found.append(state)
        return found


def _takes(kind: object, value: object, char: str) -> bool:
    if kind == _CHAR:
        return char == value
    if kind == _ANY:
        return True
    if kind == _BETWEEN:
        return char in _SEPARATORS
    if kind == _SET:
        assert isinstance(value, tuple)
        negated: bool = value[0]
        return any(first <= char <= last for first, last in value[1]) != negated
    return False
