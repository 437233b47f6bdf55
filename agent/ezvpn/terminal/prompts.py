"""What a router's console says, as far as a program can know it: its prompts, its questions, its errors.

CPython only, pure. Tables of patterns; who waits for them is in `baud`, `paste` and `expect`.
"""

import re

# At the end of what came: `Router>`, `Router(config-if)#`, and the monitor's `rommon 1 >`.
_PROMPT = re.compile(r"(?:^|[\r\n])(?:([A-Za-z0-9][\w.-]*)(?:\([\w./ -]+\))?[>#]|(rommon) \d+ ?>) ?$")
_LONGEST_PROMPT = 120

# Something that must be answered: a login, `[confirm]`, `[yes/no]: `, `Destination filename [startup-config]? `.
_QUESTION = re.compile(
    r"(?:(?:[Pp]assword|[Uu]sername|[Ll]ogin|[Pp]assphrase)[^\r\n]{0,40}: ?|\[[^\]\r\n]*\] ?[:?]? ?|\? ?)$"
)

# A log line, `%SYS-5-CONFIG_I: …`, is no answer to a command.
_LOG = re.compile(r"%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-")
# These are no errors: the command was taken.
_REMARKS = re.compile(
    r"% ?(?:Warning|Note|Info|Generating|The key modulus|The name for the keys|Please (?:answer|wait)|\d+ bytes of output)",
    re.IGNORECASE,
)

_GOOD = frozenset([*range(0x20, 0x7F), 0x07, 0x08, 0x09, 0x0A, 0x0D, 0x1B])


def host_of_prompt(text: str) -> str:
    """The host name of the prompt at the end of `text`, "" if there is none."""
    found = _PROMPT.search(text[-_LONGEST_PROMPT:])
    return (found[1] or found[2]) if found else ""


def asks(text: str) -> bool:
    """Whether `text` ends with a question, a login's included."""
    return _QUESTION.search(text[-_LONGEST_PROMPT:]) is not None


def readable(data: bytes) -> float:
    """The share of bytes that a console prints: text, line ends, and the controls of a terminal."""
    return sum(byte in _GOOD for byte in data) / len(data) if data else 0.0


def is_error(line: str) -> bool:
    """Whether this line of an answer refuses the command: `% Invalid input detected at '^' marker.`"""
    return line.startswith("%") and not _LOG.match(line) and not _REMARKS.match(line)
