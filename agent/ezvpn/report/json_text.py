"""JSON text with the keys in the order in which they were given.

Level 3. Belongs here: writing (RFC 8259), and the cleaning of text that came from a peer. Not here: what a message says.
MicroPython's `json` keeps no order of keys and knows no `sort_keys`, so an object is a list of pairs. Whatever is not
plain data raises, so a `Secret` can't be written by mistake.
"""

# What RFC 8259 7 obliges a writer to escape, beyond the control characters that `clean` takes away.
_ESCAPES = {'"': '\\"', "\\": "\\\\"}


class Object:
    """A JSON object: pairs (key, value), written in this order."""

    def __init__(self, *pairs: "tuple[str, object]") -> None:
        self.pairs = pairs


def render(value: object) -> str:
    """The JSON text of None, bool, int, str, list, tuple or `Object`. Raises TypeError for anything else."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Object):
        return "{" + ",".join([_quoted(key) + ":" + render(item) for key, item in value.pairs]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([render(item) for item in value]) + "]"
    raise TypeError("cannot be written as JSON: " + value.__class__.__name__)


def clean(text: str) -> str:
    """`text` in one line, without what a terminal or a broker would act upon: control characters (C0, DEL, C1) become a
    space, lone surrogates, which UTF-8 can't carry, a question mark."""
    for char in text:
        if _is_unfit(ord(char)):
            break
    else:
        return text
    parts = []
    for char in text:
        code = ord(char)
        if not _is_unfit(code):
            parts.append(char)
        else:
            parts.append("?" if code >= 0xD800 else " ")
    return "".join(parts)


def _is_unfit(code: int) -> bool:
    return code < 0x20 or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xDFFF


def _quoted(text: str) -> str:
    parts = ['"']
    for char in clean(text):
        parts.append(_ESCAPES.get(char, char))
    parts.append('"')
    return "".join(parts)
