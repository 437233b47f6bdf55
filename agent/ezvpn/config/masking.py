"""Configuration text that somebody may look at: each line as it stands, but no secret.

Level 3, pure. For files, which nobody has parsed and which may be no configuration at all; what runs is rendered with its
secrets masked in the first place (`config.render`). In doubt too much is masked.
"""

from ezvpn.config import tokens
from ezvpn.config.secrets import MASK

# Words behind which a secret stands, abbreviated or not.
_WORDS = ("key", "password", "secret")
_TYPES = ("0", "6")
_NOT_SHOWN = "?"  # for what a terminal would act upon


def mask(text: str) -> "list[str]":
    """The lines of a text without its secrets, fit for a terminal."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [_masked(_plain(line.rstrip("\r"))) for line in lines]


def _masked(line: str) -> str:
    words = tokens.split(line)
    for i in range(len(words)):
        if i + 1 < len(words) and any(secret.startswith(words[i][1].lower()) for secret in _WORDS):
            return line[: words[i + 1][0]] + MASK + _behind(line, words, i + 1)
    return line


def _behind(line: str, words: "list[tuple[int, str]]", i: int) -> str:
    """What follows a secret of one word, `crypto isakmp key`; all others go to the end of the line."""
    if i != 3 or not ("crypto".startswith(words[0][1].lower()) and "isakmp".startswith(words[1][1].lower())):
        return ""
    if words[i][1] in _TYPES and i + 1 < len(words):
        i += 1
    if words[i][1][0] == '"':
        return ""  # somebody meant more than one word
    return line[words[i][0] + len(words[i][1]) :]


def _plain(line: str) -> str:
    return "".join([char if char >= " " and char != "\x7f" or char == "\t" else _NOT_SHOWN for char in line])
