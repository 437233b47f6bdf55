"""`--expect REGEX --type TEXT`, in pairs and in order: a script for a console, in one command line.

CPython only. The n-th text is typed, with Enter, when the n-th pattern has been seen in what came since the one before. A pattern
without a text is only waited for, `--expect ''` is there at once. `$NAME` as a text is taken from the environment.
"""

import os
import re
from collections.abc import Callable

from ezvpn.runtime.exits import Exit
from ezvpn.terminal.exchange import Exchange
from ezvpn.terminal.ports import NoPort

_SHOWN_LINES = 10  # of what came instead


class Step:
    """pattern: what must come · text: what is typed then, None for nothing."""

    def __init__(self, pattern: "re.Pattern[str]", text: "str | None") -> None:
        self.pattern = pattern
        self.text = text


class Unmet(Exception):
    """A pattern did not come; the text says which, and what did come."""


def steps(patterns: "list[str]", texts: "list[str]") -> "list[Step]":
    """The pairs of the command line. Raises `NoPort` (exit 2) for what can't be one."""
    if len(texts) > len(patterns):
        raise NoPort("each --type needs an --expect before it; --expect '' waits for nothing", Exit.USAGE)
    found = []
    for i, pattern in enumerate(patterns):
        try:
            compiled = re.compile(pattern, re.MULTILINE)
        except re.error as error:
            raise NoPort(f"--expect '{pattern}': {error}", Exit.USAGE)
        found.append(Step(compiled, _text(texts[i]) if i < len(texts) else None))
    return found


def run(exchange: Exchange, script: "list[Step]", timeout_s: float) -> None:
    """Do all steps; each pattern has `timeout_s`. Raises `Unmet`, `Lost`, `Stopped`."""
    for number, step in enumerate(script, 1):
        pattern = step.pattern
        if not exchange.until(_seen(pattern), timeout_s, timeout_s):
            came = exchange.text.strip("\n").split("\n")[-_SHOWN_LINES:]
            shown = "\n".join("  " + line for line in came) if any(came) else "  nothing at all"
            raise Unmet(
                f"--expect '{pattern.pattern}' (number {number}) has not come in {timeout_s:g} s, but:\n{shown}"
            )
        found = pattern.search(exchange.text)
        exchange.take(found.end() if found else 0)
        if step.text is not None:
            exchange.say(step.text.encode() + b"\r")
    exchange.until(lambda text, silence: exchange.line.sent, timeout_s, timeout_s)


def _seen(pattern: "re.Pattern[str]") -> "Callable[[str, float], bool]":
    return lambda text, silence: pattern.search(text) is not None


def _text(word: str) -> str:
    name = word[1:]
    if not word.startswith("$") or not name.isidentifier():
        return word
    if name not in os.environ:
        raise NoPort(f"--type '{word}': there is no such variable in the environment", Exit.USAGE)
    return os.environ[name]
