"""`copy` and `configure replace` with a TFTP server: the questions, and waiting for the file.

Level 4, pure. The protocol is in `node.transfer`. A name is `tftp://HOST/NAME`; what is missing of it is asked for.
"""

from ezvpn.config import text as config_text
from ezvpn.config.masking import mask
from ezvpn.console.caller import Caller, Failed
from ezvpn.report.json_text import clean

TFTP = "tftp:"


def is_remote(name: str) -> bool:
    return name.startswith(TFTP)


def fetch(caller: Caller, name: str, then: object, now: int) -> None:
    """Get a file; `then(content, now)` goes on with it."""
    _Asked(caller, name, "Source filename []? ", "").ask(lambda host, file, at: _get(caller, host, file, then, at), now)


def send(caller: Caller, data: bytes, name: str, source: str, now: int) -> None:
    """Put a file there, without secrets that others could read."""
    fit = fit_to_send(caller, data, source, now)
    proposed = source.split(":")[-1]
    question = "Destination filename [" + proposed + "]? "
    _Asked(caller, name, question, proposed).ask(lambda host, file, at: _put(caller, host, file, fit, at), now)


def fit_to_send(caller: Caller, data: bytes, source: str, now: int) -> bytes:
    """TFTP crosses the network in the clear: a configuration goes with its secrets as type 6 where `password encryption aes` is
    configured, else without them; any other text with what looks like one masked. Raises Failed."""
    try:
        text = config_text.decode(data)
    except config_text.NotText:
        raise Failed(source + " is not text; it is not sent")
    result = config_text.parse(text, caller.host.unseal)
    if result.errors:
        return ("\n".join(mask(text)) + "\n").encode()
    problem, fit = caller.host.sent_text(result.config, now)
    if problem:
        raise Failed(clean(problem))
    if b"<removed>" in fit:
        caller.put("% Secrets are left out: with `password encryption aes` they are sent encrypted")
    return fit


def _get(caller: Caller, host: str, file: str, then: object, now: int) -> None:
    caller.put("Accessing tftp://" + clean(host) + "/" + clean(file) + "...")

    def got(answer: object, at: int) -> None:
        content = _content(answer)
        caller.put("[OK - " + str(len(content)) + " bytes]")
        then(content, at)  # type: ignore[operator]

    caller.wait(got, lambda at: caller.host.transfer_end(caller.id))
    caller.host.transfer(caller.id, host, file, None, now)


def _put(caller: Caller, host: str, file: str, data: bytes, now: int) -> None:
    caller.put("Writing tftp://" + clean(host) + "/" + clean(file) + "...")

    def done(answer: object, at: int) -> None:
        _content(answer)
        caller.put("[OK - " + str(len(data)) + " bytes]")

    caller.wait(done, lambda at: caller.host.transfer_end(caller.id))
    caller.host.transfer(caller.id, host, file, data, now)


def _content(answer: object) -> bytes:
    """What was read. Raises Failed."""
    problem, content = answer if isinstance(answer, tuple) else ("it was broken off", b"")
    if problem:
        raise Failed("TFTP: " + clean(str(problem)))
    return bytes(content)


class _Asked:
    """Host and file of a name, asked for where they are missing."""

    def __init__(self, caller: Caller, name: str, question: str, proposed: str) -> None:
        self._caller = caller
        self._question = question
        self._proposed = proposed
        rest = name[len(TFTP) :]
        self._host, self._file = "", rest
        if rest.startswith("//"):
            self._host, _, self._file = rest[2:].partition("/")
        self._then: object = None

    def ask(self, then: object, now: int) -> None:
        self._then = then
        self._next(now)

    def _next(self, now: int) -> None:
        if not self._host:
            self._caller.ask("Address or name of remote host []? ", True, self._host_answered)
        elif not self._file:
            self._caller.ask(self._question, True, self._file_answered)
        else:
            self._then(self._host, self._file, now)  # type: ignore[operator]

    def _host_answered(self, text: str, now: int) -> None:
        self._host = text.strip()
        if not self._host:
            raise Failed("No host, nothing is copied")
        self._next(now)

    def _file_answered(self, text: str, now: int) -> None:
        self._file = text.strip() or self._proposed
        if not self._file:
            raise Failed("No file, nothing is copied")
        self._next(now)
