"""One console session: keys become lines, lines become commands, and the answer goes out as bytes.

Level 4, sans-I/O. Belongs here: prompts, modes, errors with the caret, help, completion, log lines above the typed line. Not
here: what a command does (`exec_*`, `configure`), how a line is edited (`editor`).
"""

from ezvpn.compat import const
from ezvpn.config import tokens
from ezvpn.config.grammar import CR, Match, Mode
from ezvpn.console import editor, pipes
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.configure import Configure, tells_secret
from ezvpn.console.debug import Cursor, lines, lost_line
from ezvpn.console.exec_commands import ACTIONS, PRIVILEGED, USER
from ezvpn.console.exec_show import SHOWS, clock
from ezvpn.console.host import Host
from ezvpn.log import Severity
from ezvpn.report.json_text import render as render_json

_MAX_HELD = const(4096)  # bytes typed while a command waits for its answer
_MIN_WIDTH = const(20)
_MAX_WIDTH = const(512)

_DO = "do"
_DO_HELP = "Run an EXEC command"


class Session(Caller):
    """feed -> take_output. `closed`: the user has left. `dropped`: typed bytes that did not fit while a command waited.

    id is passed to the host so that its answers find the session. Log lines come out of `refresh`, which the owner calls whenever
    something happened. The host may call `refresh` and `take_output` while it runs a command of this session.
    """

    def __init__(self, host: Host, id: int, width: int = 80, privileged: bool = False) -> None:
        self.host = host
        self.id = id
        self.privileged = privileged
        self.interactive = True
        self.monitor = True
        self.closed = False
        self.dropped = 0
        self._out = bytearray()
        self._lines: "list[str]" = []
        self._failed = False
        self._busy = False
        self._waiting = False
        self._held = bytearray()
        self._question: "tuple[str, bool, object] | None" = None
        self._configure: "Configure | None" = None
        self._user = Mode("exec", ">", "", USER)
        self._privileged = Mode("privileged", "#", "", PRIVILEGED)
        self._pipe = pipes.Pipe()
        self._log = Cursor(host.log)
        self._editor = editor.LineEditor(self._write, min(max(width, _MIN_WIDTH), _MAX_WIDTH))
        self._editor.begin(self._prompt())

    # --- doors ------------------------------------------------------------------------------------------------------

    def feed(self, view: "bytes | memoryview", now: int) -> None:
        """Bytes from the terminal. Never raises for what they are."""
        for byte in view:
            if self.closed:
                return
            if not self._waiting:
                self._key(byte, now)
            elif byte == 0x03:  # Ctrl-C: do not wait any longer
                self._held = bytearray()
                self._waiting = False
                self._resume(now)
            elif len(self._held) < _MAX_HELD:
                self._held.append(byte)
            else:
                self.dropped += 1

    def stored(self, ok: bool, now: int) -> None:
        """The answer to `Host.save`."""
        if not self._waiting:
            return
        self._waiting = False
        if ok:
            self.put("[OK]")
        else:
            self._fail("The startup-config could not be written; the old one is still there")
        if self._busy:
            return  # answered while the command still ran
        held = self._held
        self._held = bytearray()
        self._resume(now)
        self.feed(bytes(held), now)

    def refresh(self, now: int) -> None:
        """Show log lines that are new, above the line being typed."""
        if self._busy or self.closed:
            return
        found = self._new_log_lines(now)
        if not found:
            return
        if not self._waiting:
            self._editor.erase()
        self._write("\r\n".join(found) + "\r\n")
        if not self._waiting:
            self._editor.draw()

    def take_output(self) -> bytearray:
        """What is to be written to the terminal since the last call."""
        out = self._out
        self._out = bytearray()
        return out

    def execute(self, line: str, now: int) -> "tuple[int, str]":
        """One EXEC command without a terminal: (0 or 1, its text). For `ezvpn exec`."""
        self.interactive = False
        self._busy = True
        self._lines = []
        self._failed = False
        words = line.rstrip()
        if words.endswith("?"):
            self._help(words[:-1])
        else:
            self._exec(line, now)
        text = "".join([part + "\n" for part in self._lines])
        return (1 if self._failed else 0), text

    # --- for commands (Caller) --------------------------------------------------------------------------------------

    def put(self, line: str) -> None:
        self._lines.append(line)

    def ask(self, prompt: str, echo: bool, answered: object) -> None:
        if not self.interactive:
            raise Failed("This command asks questions: use a console (`ezvpn console`)")
        self._question = (prompt, echo, answered)

    def configure(self) -> None:
        if not self.interactive:
            raise Failed("Configuration mode needs a console (`ezvpn console`)")
        self.put("Enter configuration commands, one per line.  End with CNTL/Z.")
        self._configure = Configure(self.host)

    def wait(self) -> None:
        self._waiting = True

    def resize(self, width: int) -> None:
        self._editor.width = min(max(width, _MIN_WIDTH), _MAX_WIDTH)

    def leave(self) -> None:
        self.closed = True

    # --- keys -------------------------------------------------------------------------------------------------------

    def _key(self, byte: int, now: int) -> None:
        asked = self._editor.key(byte)
        if asked == editor.ENTER:
            self._editor.newline()
            self._entered(now)
        elif asked == editor.INTERRUPT:
            self._write("^C")
            self._editor.newline()
            self._question = None
            self._resume(now)
        elif asked == editor.END:
            self._write("^Z")
            self._editor.newline()
            self._ended(now)
        elif asked == editor.TAB:
            self._tab()
        elif asked == editor.HELP:
            self._write("?")
            self._editor.newline()
            self._help(self._editor.text[: self._editor.cursor])
            self.put("")
            self._flush()
            self._editor.draw()

    def _entered(self, now: int) -> None:
        text = self._editor.text
        self._busy = True
        question = self._question
        if question is not None:
            self._question = None
            self._guarded(question[2], text, now)
        elif self._configure is not None:
            self._config_line(text, now)
        elif text.strip():
            self._editor.remember(text)
            self._exec(text, now)
        self._resume(now)

    def _ended(self, now: int) -> None:
        """Ctrl-Z: in configuration mode what was typed still counts, then `end`."""
        self._busy = True
        self._question = None
        if self._configure is not None:
            self._config_line(self._editor.text, now)
            if self._configure is not None:
                self._config_line("end", now)
        self._resume(now)

    def _resume(self, now: int) -> None:
        """A line was dealt with: print, then ask or prompt."""
        self._flush()
        self._busy = False
        if self.closed or self._waiting:
            return
        if self._question is not None:
            self._editor.begin(self._question[0], True, self._question[1])
            return
        found = self._new_log_lines(now)
        if found:
            self._write("\r\n".join(found) + "\r\n")
        self._editor.begin(self._prompt())

    # --- lines ------------------------------------------------------------------------------------------------------

    def _exec(self, line: str, now: int) -> None:
        """One EXEC command. `line` may begin with blanks that stand for a `do`, so that columns fit the screen."""
        bar = pipes.bar_of(line)
        match = self._mode().match(line if bar < 0 else line[:bar])
        pipe: "Match | None" = None
        if match.status == "ok" and bar >= 0:
            pipe = self._pipe.match(line, bar)
            if pipe.status == "empty":
                pipe.status = "incomplete"
            if pipe.status != "ok":
                match = pipe
        if match.status == "ok" and match.action in SHOWS:
            self._guarded(lambda text, at: self._show(match, pipe, at), line, now)
        elif match.status == "ok":
            self._guarded(lambda text, at: ACTIONS[match.action](self, match, at), line, now)
        else:
            self._fault(match, line)

    def _show(self, match: Match, pipe: "Match | None", now: int) -> None:
        text, json = SHOWS[match.action]
        if match.text("json") or (pipe is not None and pipe.action == "json"):
            found = [render_json(json(self, match, now))]
        else:
            found = text(self, match, now)
        if pipe is not None and pipe.action != "json":
            found = pipes.run(pipe, found)
        for line in found:
            self.put(line)

    def _config_line(self, line: str, now: int) -> None:
        configure = self._configure
        if configure is None:
            return
        if not tells_secret(line):
            self._editor.remember(line)
        words = tokens.split(line)
        if words and words[0][1] == _DO:
            self._exec(_without_do(line), now)
            return
        match = configure.line(line, now)
        if match.status not in ("ok", "empty"):
            self._fault(match, line)
        for text in configure.warnings:
            self.put("% Warning: " + text)
        # The log has shown these already where it shows warnings at all.
        if self._level() < Severity.WARNING:
            for text in configure.logged:
                self.put("% Warning: " + text)
        if configure.done:
            self._configure = None
            if configure.changed:
                self.host.configured(self.id, now)

    def _guarded(self, call: object, text: str, now: int) -> None:
        try:
            call(text, now)  # type: ignore[operator]
        except Failed as fault:
            self._fail(str(fault.args[0]))

    def _fail(self, text: str) -> None:
        self._failed = True
        self.put("% " + text)

    def _fault(self, match: Match, line: str) -> None:
        """Say what is wrong with a line, for "invalid" with the caret below the place."""
        if match.status == "empty":
            return
        self._failed = True
        if match.status == "invalid" and self.interactive:
            for text in self._editor.caret(match.column):
                self.put(text)
        elif match.status == "invalid":
            self.put(line)
            self.put(" " * match.column + "^")
        if match.status == "ambiguous":
            self.put('% Ambiguous command:  "' + line.strip() + '"')
        else:
            self.put(match.message())
        if match.out_of_range:
            self.put("% " + match.out_of_range)
        if match.status in ("invalid", "incomplete") and self.interactive:
            self.put("")

    # --- help and completion ----------------------------------------------------------------------------------------

    def _help(self, line: str) -> None:
        """What could stand at the end of the line: one a row with its help, or just the words that a begun word can become."""
        found = self._choices(line)
        if not found:
            self._failed = True
            ambiguous = self._target(line)[0].match(self._target(line)[1]).status == "ambiguous"
            self.put('% Ambiguous command:  "' + line.strip() + '"' if ambiguous else "% Unrecognized command")
            return
        if line and not line[-1].isspace():
            self._put_words([label for label, _ in found])
            return
        wide = max([len(label) for label, _ in found])
        for label, help in found:
            self.put(("  " + label + " " * (wide - len(label)) + "  " + help).rstrip())

    def _choices(self, line: str) -> "list[tuple[str, str]]":
        mode, text = self._target(line)
        found = mode.help(text)
        words = tokens.split(line)
        first = not words or (len(words) == 1 and not line[-1].isspace())
        if self._configure is not None and first and _DO.startswith(words[0][1] if words else ""):
            found.append((_DO, _DO_HELP))
            found.sort()
        if found and found[-1][0] == CR and pipes.bar_of(text + " |") >= 0 and mode is self._mode():
            found.insert(len(found) - 1, ("|", "Output modifiers"))
        return found

    def _put_words(self, words: "list[str]") -> None:
        row = ""
        for word in words:
            if row and len(row) + 2 + len(word) >= self._editor.width:
                self.put(row)
                row = ""
            row += "  " + word if row else word
        self.put(row)

    def _tab(self) -> None:
        mode, text = self._target(self._editor.text)
        rest = mode.complete(text) if self._editor.cursor == len(self._editor.text) else ""
        if rest:
            self._editor.insert(rest)
        else:
            self._editor.bell()

    def _target(self, line: str) -> "tuple[Mode, str]":
        """(mode that knows the end of this line, the line with the rest blanked out)."""
        if self._configure is not None:
            words = tokens.split(line)
            if not words or words[0][1] != _DO or len(words) == 1 and not line[-1].isspace():
                return self._configure.current(), line
            line = _without_do(line)
        bar = pipes.bar_of(line)
        if bar >= 0:
            return self._pipe.mode, self._pipe.behind(line, bar)
        return self._mode(), line

    # --- output -----------------------------------------------------------------------------------------------------

    def _mode(self) -> Mode:
        return self._privileged if self.privileged else self._user

    def _prompt(self) -> str:
        name = self.host.config.hostname
        return name + (self._configure.prompt() if self._configure is not None else self._mode().prompt)

    def _level(self) -> int:
        """Severities up to this one are shown here."""
        return self.host.config.logging_level if self.monitor else -1

    def _new_log_lines(self, now: int) -> "list[str]":
        level = self._level()
        lost, records = self._log.take(level)
        if level < 0:
            return []
        found = [lost_line(lost)] if lost else []
        if records:
            at = clock(self, now)
            for record in records:
                found += lines(record, at)
        return found

    def _flush(self) -> None:
        for line in self._lines:
            self._write(line + "\r\n")
        self._lines = []

    def _write(self, text: str) -> None:
        self._out.extend(text.encode())


def _without_do(line: str) -> str:
    """The command behind `do`, in its column."""
    column = tokens.split(line)[0][0] + len(_DO)
    return " " * column + line[column:]
