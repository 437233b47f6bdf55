"""`--send FILE`: a configuration goes to the console line by line, each after the prompt of the one before; it ends at the first
line that the console refuses.

CPython only. Belongs here: which lines are sent, when the next may go, what counts as refused. Not here: what a prompt and an
error look like (`prompts`). Nothing is entered but the lines of the file: `configure terminal` stands in it, or is typed before
(`--type`). Left out are comments (`!`) and empty lines, except within the text of a `banner`.
"""

import re
from collections.abc import Callable

from ezvpn.config import text as config_text
from ezvpn.terminal.exchange import Exchange
from ezvpn.terminal.ports import NoPort
from ezvpn.terminal.prompts import asks, host_of_prompt, is_error
from ezvpn.terminal.screen import seen

_QUIET_S = 0.3  # a prompt that could be something else counts when nothing follows it
_WHOLE_S = 300.0  # one line, however much it prints: `crypto key generate`, `write memory` on old flash
_TAIL = 8  # characters of a line that are on the screen in any case; long lines scroll
_LITERAL = b"\x16"  # Ctrl-V: the `?` behind it asks for no help
_BANNER = re.compile(r"\s*banner\s+(?:(?:motd|login|exec|incoming)\s+)?(\S)(.*)$", re.IGNORECASE)
_SECRET = re.compile(r"((?:key|password|secret)(?:\s+[05678])?\s+)(\S.*)$", re.IGNORECASE)


class Sent:
    """One line of the file. number: from 1 · banner: it is text of a banner, whatever it looks like · prompted: a prompt comes
    after it, as it does not where more text of a banner is to come."""

    def __init__(self, number: int, text: str, banner: bool, prompted: bool) -> None:
        self.number = number
        self.text = text
        self.banner = banner
        self.prompted = prompted


class Refused(Exception):
    """The console did not take a line; the text names file, line and the console's message."""


def read(path: str) -> "list[Sent]":
    """The lines to send. Raises `NoPort` (exit 1) for a file that can't be sent."""
    try:
        with open(path, "rb") as file:
            content = config_text.decode(file.read())
    except OSError as error:
        raise NoPort(f"{path}: {error.strerror}", 1)
    except config_text.NotText as fault:
        raise NoPort(fault.show(path), 1)
    found = []
    end = ""  # the character that ends the banner
    for number, line in enumerate(content.removeprefix("\ufeff").splitlines(), 1):
        line = line.replace("\t", " ")  # TAB completes a word
        if not line.isprintable():
            raise NoPort(f"{path}:{number}: a control character, which a console takes as a key; take it out", 1)
        if end:
            found.append(Sent(number, line, True, end in line))
            end = "" if end in line else end
            continue
        line = line.rstrip()
        if not line or line.lstrip().startswith("!"):
            continue
        banner = _BANNER.match(line)
        # IOS prints the end mark as ^C, and takes the ^ alone for it.
        end = banner[1] if banner and banner[1] not in banner[2] else ""
        found.append(Sent(number, line, False, not end))
    if not found:
        raise NoPort(f"{path}: there is no line to send in it", 1)
    return found


class Paste:
    """Sends lines. `silence_s`: how long the console may say nothing before its prompt comes."""

    def __init__(self, exchange: Exchange, path: str, silence_s: float) -> None:
        self._exchange = exchange
        self._path = path
        self._silence_s = silence_s
        self._host = host_of_prompt(exchange.text)

    def send(self, lines: "list[Sent]", progress: "Callable[[int], None]") -> None:
        """`progress(n)`: n lines are entered. Raises `Refused`, `Lost`, `Stopped`."""
        for done, line in enumerate(lines):
            progress(done)
            try:
                self._enter(line)
            except Refused as fault:
                raise Refused(f"{fault}\nstopped; lines entered before it: {done}")
        progress(len(lines))

    def _enter(self, line: Sent) -> None:
        exchange = self._exchange
        question = not line.banner and asks(exchange.text)
        prompt = len(seen(exchange.take()).rsplit("\n", 1)[-1])
        typed = line.text.encode()
        exchange.say((typed if line.banner or question else typed.replace(b"?", _LITERAL + b"?")) + b"\r")
        arrived = exchange.until(self._ready(line), self._silence_s, _WHOLE_S)
        text = seen(exchange.text)
        echo = _echo(line).search(text)
        answer = (text[echo.end() :] if echo else text).split("\n")
        for i, said in enumerate(answer):
            if is_error(said):
                raise Refused("\n".join(self._pointed(line, prompt, answer[:i], said)))
        if not arrived:
            last = [said.strip() for said in answer if said.strip()][-1:]
            why = f"no prompt within {self._silence_s:g} s after this line"
            raise self._refused(line, why, "the console: " + last[0] if last else "the console says nothing")
        if echo is None and not question:
            why = "this line came back as another; a bad cable, or a console that is not as fast as the line"
            raise self._refused(line, why, "the console: " + _hidden(answer[0].strip()))
        self._host = host_of_prompt(text) or self._host

    def _ready(self, line: Sent) -> "Callable[[str, float], bool]":
        """When the next line may follow: after the echo and the prompt of the host that we know at once; after any other prompt,
        or a question, when it is followed by silence."""
        echo = _echo(line)

        def ready(text: str, silence: float) -> bool:
            text = seen(text)
            echoed = echo.search(text)
            if echoed is not None and not line.prompted and (line.banner or silence >= _QUIET_S):
                return True
            host = host_of_prompt(text)
            if echoed is not None and host and host == self._host:
                return text.rfind("\n") >= echoed.end() - 1
            return silence >= _QUIET_S and "\n" in text and (bool(host) or asks(text))

        return ready

    def _pointed(self, line: Sent, prompt: int, before: "list[str]", said: str) -> "list[str]":
        """The console's message in the form of `ezvpn check`, with the caret below the place if the console showed one."""
        where = f"{self._path}:{line.number}"
        shown = _hidden(line.text)
        column = next((each.find("^") for each in before if each.strip() == "^"), -1) - prompt
        if prompt and 0 <= column <= len(line.text) and shown == line.text:
            return [f"{where}:{column + 1}: {said}", "  " + shown, "  " + " " * column + "^"]
        return [f"{where}: {said}", "  " + shown]

    def _refused(self, line: Sent, why: str, said: str) -> Refused:
        return Refused(f"{self._path}:{line.number}: {why}\n  {_hidden(line.text)}\n  {said}")


def _echo(line: Sent) -> "re.Pattern[str]":
    """The line, and a line end. Of one that is too long for the screen its end is there, behind a `$`."""
    text = line.text.rstrip()
    return re.compile(f"(?:{re.escape(text)}|\\$.*{re.escape(text[-_TAIL:])}) *\n")


def _hidden(text: str) -> str:
    """A line without the secret in it."""
    return _SECRET.sub(lambda found: found[1] + "*" * 8, text)
