"""The tokens of a command line: how a grammar string is cut, and how each typed token (`<lo-hi>`, A.B.C.D, IFNAME …) is read.

Level 3, pure. `config.grammar` walks; this file only says whether one word is one token, and what its value is.
"""

from ezvpn.compat import const

# Kinds, in order of precedence: where several fit one word, the lowest wins.
LITERAL = const(0)
RANGE = const(1)
ADDRESS = const(2)
MASK = const(3)
WILDCARD = const(4)
PREFIX = const(5)
IFNAME = const(6)
HOST = const(7)
WORD = const(8)
STRING = const(9)
SECRET = const(10)
LINE = const(11)

_KINDS = {
    "A.B.C.D": ADDRESS,
    "MASK": MASK,
    "WILDCARD": WILDCARD,
    "PREFIX": PREFIX,
    "IFNAME": IFNAME,
    "HOST": HOST,
    "WORD": WORD,
    "STRING": STRING,
    "SECRET": SECRET,
    "LINE": LINE,
}

# What help and errors call a kind.
_LABELS = {
    ADDRESS: "A.B.C.D",
    MASK: "A.B.C.D",
    WILDCARD: "A.B.C.D",
    PREFIX: "A.B.C.D/nn",
    IFNAME: "IFNAME",
    HOST: "Hostname or A.B.C.D",
    WORD: "WORD",
    STRING: "WORD",
    LINE: "LINE",
}

# IOS's interface types. A name abbreviates one if its letters begin exactly one of them and a number follows.
INTERFACE_TYPES = (
    "Async",
    "ATM",
    "BVI",
    "Cellular",
    "Dialer",
    "Dot11Radio",
    "Ethernet",
    "FastEthernet",
    "GigabitEthernet",
    "Loopback",
    "Null",
    "Port-channel",
    "Serial",
    "TenGigabitEthernet",
    "Tunnel",
    "Virtual-Template",
    "Vlan",
    "Wlan-GigabitEthernet",
)

# Device names of Linux that would read as abbreviations. In lower case and without a blank they stay what they are.
_LINUX_NAMES = ("eth", "tun", "wlan")

_MAX_IFNAME = const(47)
_MAX_HOST = const(253)  # RFC 1035 2.3.4, as text

_NUMBER = "0123456789"
_SYMBOLS = "{}[]|~"


def split(line: str) -> "list[tuple[int, str]]":
    """The words of a line with their 0-based columns."""
    words = []
    start = 0
    for blank in "\t\r\n":
        line = line.replace(blank, " ")
    for word in line.split(" "):
        if word:
            words.append((start, word))
        start += len(word) + 1
    return words


def lex(grammar: str) -> "list[str]":
    """The symbols of a grammar string: brackets, `|`, `~`, tokens, and the suffixes `$name` and `...` on their own."""
    symbols: "list[str]" = []
    for part in grammar.split(" "):
        # Most are plain words. MicroPython looks up each character that a loop takes out of a text, so those come whole.
        if part.replace("-", "").isalpha():
            symbols.append(part)
        else:
            _lex_part(part, symbols)
    return symbols


def _lex_part(part: str, symbols: "list[str]") -> None:
    token = ""
    for char in part + " ":
        if char == " " or char in _SYMBOLS or (char == "$" and token):
            if token.endswith("..."):
                if len(token) > 3:
                    symbols.append(token[:-3])
                symbols.append("...")
            elif token:
                symbols.append(token)
            token = char if char == "$" else ""
            if char in _SYMBOLS:
                symbols.append(char)
        else:
            token += char


def is_literal(token: str) -> bool:
    """Whether a grammar token (or its first character) is a literal: those start in lower case or with a digit."""
    return token[:1].islower() or token[:1].isdigit()


def kind_of(token: str) -> "tuple[int, str]":
    """(kind, text) of a grammar token; text is the word of a literal and `lo-hi` of a range."""
    if token[0] == "<":
        return RANGE, token[1:-1]
    if is_literal(token):
        return LITERAL, token
    return _KINDS[token], ""


def labels(kind: int, text: str, help: str) -> "list[tuple[str, str]]":
    """(label, help) lines for a typed token."""
    if kind == RANGE:
        return [("<" + text + ">", help)]
    if kind == SECRET:
        return [
            ("0", "Specifies an UNENCRYPTED key will follow"),
            ("6", "Specifies an ENCRYPTED key will follow"),
            ("LINE", help),
        ]
    return [(_LABELS[kind], help)]


def may_begin(kind: int, begun: str) -> bool:
    """Whether text begun like this can still become a typed token (for `?` behind a begun word)."""
    if not begun or kind >= IFNAME:
        return True
    for char in begun:
        if char not in _NUMBER and not (char == "." and kind != RANGE) and not (char == "/" and kind == PREFIX):
            return False
    return True


def read(kind: int, text: str, line: str, words: "list[tuple[int, str]]", i: int) -> "tuple[object | None, int]":
    """(value, how many words it took) of a typed token that starts at word i; value None if it does not fit."""
    column, word = words[i]
    if kind == RANGE:
        return _number(text, word), 1
    if kind in (ADDRESS, WILDCARD):
        return address(word), 1
    if kind == MASK:
        mask = address(word)
        return (mask if mask is not None and contiguous(mask) else None), 1
    if kind == PREFIX:
        return prefix(word), 1
    if kind == IFNAME:
        return _interface(words, i)
    if kind == HOST:
        return (word if is_host(word) else None), 1
    if kind == WORD:
        return word, 1
    if kind == STRING:
        return _string(line, words, i)
    return line[column:].strip(), len(words) - i


def _string(line: str, words: "list[tuple[int, str]]", i: int) -> "tuple[str | None, int]":
    column, word = words[i]
    if word[0] != '"':
        return word, 1
    end = line.find('"', column + 1)
    text = line[column + 1 : end]
    if end <= column + 1 or "\r" in text or line[end + 1 : end + 2] not in ("", " ", "\t", "\r", "\n"):
        return None, 1  # never closed, empty, not of one line, or something hangs on it
    return text, len([1 for at, _ in words[i:] if at <= end])


def quoted(text: str) -> str:
    """What STRING reads as this text."""
    return '"' + text + '"' if " " in text or "\t" in text or text.startswith('"') else text


def address(word: str) -> "bytes | None":
    """Four bytes of a dotted quad, or None. Leading zeros are refused: some tools read them as octal."""
    parts = word.split(".")
    if len(parts) != 4:
        return None
    out = bytearray(4)
    for i in range(4):
        part = parts[i]
        if not part or len(part) > 3 or not _digits(part) or (part[0] == "0" and len(part) > 1) or int(part) > 255:
            return None
        out[i] = int(part)
    return bytes(out)


def prefix(word: str) -> "bytes | None":
    """Four bytes of address and one of length of `10.0.0.0/8`, or None."""
    text, _, length = word.partition("/")
    four = address(text)
    if (
        four is None
        or not _digits(length)
        or len(length) > 2
        or (length[0] == "0" and length != "0")
        or int(length) > 32
    ):
        return None
    return four + bytes([int(length)])


def dotted(value: bytes) -> str:
    """The dotted quad of four bytes; of five, the last is a prefix length."""
    quad = ".".join([str(value[i]) for i in range(4)])
    return quad + "/" + str(value[4]) if len(value) > 4 else quad


def contiguous(mask: bytes) -> bool:
    """Whether four bytes are ones followed by zeros."""
    inverse = 0xFFFFFFFF ^ int.from_bytes(mask, "big")
    return inverse & (inverse + 1) == 0


def is_host(word: str) -> bool:
    """An IPv4 address, or a host name (RFC 1123 2.1, with `_` as many networks have it) that is not a mistyped address."""
    if address(word) is not None:
        return True
    if len(word) > _MAX_HOST or word.startswith(".") or ".." in word:
        return False
    only_numbers = True
    for label in word.rstrip(".").split("."):
        if not label or len(label) > 63 or label[0] == "-" or label[-1] == "-":
            return False
        for char in label:
            if not (_alphanumeric(char) or char in "-_"):
                return False
            if char not in _NUMBER:
                only_numbers = False
    return not only_numbers


def is_number(word: str) -> bool:
    """Whether somebody meant a whole number: digits, with a sign or without."""
    return _digits(word[1:] if word[:1] in ("-", "+") else word)


def interface_name(name: str) -> "str | None":
    """The full name for an abbreviation (`gi0/1` -> GigabitEthernet0/1); other names as they are; None if no name at all."""
    cut = len(name)
    while cut > 0 and (name[cut - 1] in _NUMBER or name[cut - 1] in "/.:"):
        cut -= 1
    letters, number = name[:cut], name[cut:]
    if not letters or len(name) > _MAX_IFNAME:
        return None
    for char in name:
        if not (_alphanumeric(char) or char in "-_/.:@"):
            return None
    if number and number[0] in _NUMBER and number[-1] in _NUMBER and letters not in _LINUX_NAMES:
        full = _interface_type(letters)
        if full:
            return full + number
    return name


def _interface_type(letters: str) -> str:
    low = letters.lower()
    found = ""
    for name in INTERFACE_TYPES:
        if name.lower() == low:
            return name
        if name.lower().startswith(low):
            if found:
                return ""
            found = name
    return found


def _interface(words: "list[tuple[int, str]]", i: int) -> "tuple[str | None, int]":
    word = words[i][1]
    if i + 1 < len(words) and word[-1] not in _NUMBER:
        number = words[i + 1][1]
        full = _interface_type(word)
        if full and number[0] in _NUMBER and interface_name(full + number) == full + number:
            return full + number, 2
    return interface_name(word), 1


def _number(bounds: str, word: str) -> "int | None":
    if not _digits(word) or len(word) > 10:
        return None
    low, high = bounds.split("-")
    value = int(word)
    return value if int(low) <= value <= int(high) else None


def _digits(word: str) -> bool:
    # str.isdigit takes other scripts' digits, which int() then reads.
    for char in word:
        if char not in _NUMBER:
            return False
    return bool(word)


def _alphanumeric(char: str) -> bool:
    return "a" <= char <= "z" or "A" <= char <= "Z" or char in _NUMBER
