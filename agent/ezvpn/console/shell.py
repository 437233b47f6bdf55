"""One console session: keys become lines, lines become commands, and the answer goes out as bytes.

Level 4, sans-I/O. Belongs here: prompts, modes, errors with the caret, help, completion, log lines above the typed line, the end
of an idle session. Not here: what a command does (`exec_*`, `configure`), how a line is edited (`editor`), who may come in
(`login`).
"""

from ezvpn.compat import const
from ezvpn.config.match import Match
from ezvpn.console import editor
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.configure import Configure, tells_secret
from ezvpn.console.debug import Cursor, lines, lost_line
from ezvpn.console.exec import Exec
from ezvpn.console.exec_key import DEVICE_LINES
from ezvpn.console.exec_time import clock
from ezvpn.console.help import Guide, behind_do
from ezvpn.console.host import Host
from ezvpn.console.login import log_in
from ezvpn.console.pager import Pager
from ezvpn.console.presence import Presence
from ezvpn.console.recovery import offer
from ezvpn.log import Severity
from ezvpn.report.json_text import Object

_MAX_HELD = const(4096)  # bytes typed while a command waits for its answer
_MIN_WIDTH = const(20)
_MAX_WIDTH = const(512)
_ENTER = (0x0D, 0x0A)
_BREAKS = (0x03, 0x1E)  # Ctrl-C; Ctrl-Shift-6, IOS's escape character


class Session(Caller):
    """feed -> take_output. `closed`: the user has left. `dropped`: typed bytes that did not fit while a command waited.

    id is passed to the host so that its answers find the session. Log lines come out of `refresh`, which the owner calls whenever
    something happened. The host may call `refresh` and `take_output` while it runs a command of this session.

    attended: this is the console line of the device, which somebody may walk up to: its `login` asks who comes in, and whoever
    leaves finds the next session there. Others are in already and end for good.
    """

    def __init__(
        self, host: Host, id: int, width: int = 80, privileged: bool = False, length: int = 0, attended: bool = False
    ) -> None:
        self.host = host
        self.id = id
        self.privileged = privileged
        self.interactive = True
        self.monitor = True
        self.length = length
        self.closed = False
        self.dropped = 0
        self._out = bytearray()
        self._lines: "list[str]" = []
        self._failed = False
        self._busy = False
        self._width = width
        self._presence = Presence(host, attended)
        self._recovering = False  # the question of password recovery is asked
        self._waiting: "tuple[object, object] | None" = None  # what goes on with the answer, what hears of a break
        self._held = bytearray()
        self._question: "tuple[str, bool, object] | None" = None
        self._configure: "Configure | None" = None
        self._commands = Exec(self)
        self._guide = Guide(self._commands)
        self._log = Cursor(host.log)
        self._pager = Pager(self._write)
        self._editor = editor.LineEditor(self._write, min(max(width, _MIN_WIDTH), _MAX_WIDTH))
        if not attended:
            self._editor.begin(self._prompt())

    def history(self) -> "list[str]":
        return self._editor.history.lines

    def shown(self, command: str, now: int) -> "list[str]":
        return self._commands.shown(command, now)

    def shown_json(self, command: str, now: int) -> Object:
        return self._commands.shown_json(command, now)

    def resize_history(self, lines: int) -> None:
        self._editor.history.resize(lines)

    # --- doors ------------------------------------------------------------------------------------------------------

    def start(self, now: int) -> None:
        """Somebody may have come: banner and log-in, then the first prompt. Before any other door."""
        self._presence.typed(now)
        line = self.host.config.line
        self.resize_history(line.history)
        self.resize(line.width or self._width)
        if not self._presence.attended:
            return
        self.length = line.length
        self._busy = True
        self._say(self.host.config.banner.motd)
        if self.host.config.line.login:
            self._say(self.host.config.banner.login)
        self._recovering = False
        self._guarded(lambda _, at: log_in(self, at), None, now)
        self._resume(now)

    def recover(self, now: int) -> None:
        """A break on the serial line: in the first minute whoever is there may have the device without its secrets."""
        if (
            not self._presence.attended
            or not self._presence.young(now)
            or self._waiting is not None
            or self._recovering
        ):
            return
        self._recovering = True
        self._presence.resting = False
        self._pager.forget()
        self._editor.newline()
        offer(self, now)
        self._resume(now)

    def feed(self, view: "bytes | memoryview", now: int) -> None:
        """Bytes from the terminal. Never raises for what they are."""
        presence = self._presence
        presence.typed(now)
        for byte in view:
            if self.closed:
                return
            if presence.resting:
                if byte in _ENTER:
                    presence.resting = False
                    self._write("\r\n")
                    self.start(now)
            elif self._pager.active:
                self._pager.key(byte)
                if not self._pager.active:
                    self._resume(now)
            elif self._waiting is None:
                self._key(byte, now)
            elif byte in _BREAKS and not presence.holds:
                self._break_off(now)
            elif len(self._held) < _MAX_HELD:
                self._held.append(byte)
            else:
                self.dropped += 1

    def answer(self, result: object, now: int) -> None:
        """What a command waits for has come."""
        if self._waiting is None:
            return
        answered, _ = self._waiting
        self._waiting = None
        running = self._busy  # answered while the command still ran
        self._busy = True
        self._guarded(answered, result, now)
        if running:
            return
        if self.interactive:
            self._resume(now)
        if self._waiting is None:
            held = self._held
            self._held = bytearray()
            self.feed(bytes(held), now)

    def timeout(self, now: int) -> None:
        """A pause is over, or nobody has typed for as long as `exec-timeout` allows."""
        if self._presence.released(now):
            self.answer(None, now)
        idle = self._presence.idle_end() if self._waiting is None else None
        if idle is not None and idle <= now:
            self._pager.forget()
            self._question = None
            self._configure = None
            self._write("\r\n")
            self.leave()

    def deadline(self) -> "int | None":
        """When `timeout` is wanted."""
        return self._presence.deadline(self._waiting is not None)

    @property
    def waiting(self) -> bool:
        """Whether a command waits for the device."""
        return self._waiting is not None

    def refresh(self, now: int) -> None:
        """Show log lines that are new, above the line being typed."""
        if self._busy or self.closed or self._pager.active:
            return
        found = self._new_log_lines(now)
        if not found:
            return
        typing = self._waiting is None and not self._presence.resting
        if typing:
            self._editor.erase()
        self._write("\r\n".join(found) + "\r\n")
        if typing:
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
        return self.result()

    def result(self) -> "tuple[int, str]":
        """What `execute` has come to so far: complete unless the command is `waiting`."""
        return (1 if self._failed else 0), "".join([part + "\n" for part in self._lines])

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

    def write(self, text: str) -> None:
        if self.interactive:
            self._flush()
            self._write(text)
        elif self._lines:
            self._lines[-1] += text
        else:
            self._lines.append(text)

    def pause(self, ms: int, then: object, now: int) -> None:
        self._presence.hold(now + ms)
        self._waiting = (then, None)

    def admit(self, privileged: bool) -> None:
        self._presence.admitted = True
        self.privileged = privileged
        self._say(self.host.config.banner.exec)

    def wait(self, answered: object, broken: object = None) -> None:
        self._waiting = (answered, broken)

    def resize(self, width: int) -> None:
        self._editor.width = min(max(width, _MIN_WIDTH), _MAX_WIDTH)

    def leave(self) -> None:
        if self._presence.attended:
            self._rest()
        else:
            self.closed = True

    def _rest(self) -> None:
        """Nobody is there. The next one finds nothing of this session."""
        self._presence.rest()
        self._recovering = False
        self.privileged = False
        self.monitor = True
        self._editor.history.lines.clear()
        self._held = bytearray()
        self._lines = []
        self._write(
            "\r\n" + self.host.config.hostname + " con0 is now available\r\n\r\nPress RETURN to get started.\r\n"
        )

    def _say(self, banner: str) -> None:
        for line in banner.split("\n") if banner else []:
            self.put(line)

    # --- keys -------------------------------------------------------------------------------------------------------

    def _break_off(self, now: int) -> None:
        """Do not wait any longer, and forget what was typed meanwhile."""
        broken = self._waiting[1] if self._waiting is not None else None
        self._held = bytearray()
        self._waiting = None
        if broken is not None:
            self._guarded(lambda _, at: broken(at), None, now)  # type: ignore[operator]
        self._resume(now)

    def _key(self, byte: int, now: int) -> None:
        asked = self._editor.key(byte)
        if asked == editor.ENTER:
            self._editor.newline()
            self._entered(now)
        elif asked == editor.INTERRUPT:
            self._write("^C")
            self._editor.newline()
            self._question = None
            if self._configure is not None:
                self._configure.give_up()
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
            for line in self._lines:
                self._write(line + "\r\n")
            self._lines = []
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
            self._editor.history.remember(text)
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
        if self.closed or self._waiting is not None or self._presence.resting or self._pager.active:
            return
        if self._question is not None:
            self._editor.begin(self._question[0], True, self._question[1])
            return
        if not self._presence.admitted:
            self._rest()  # the log-in came to nothing
            return
        if self._configure is not None and self._configure.collecting:
            self._editor.begin("", True)
            return
        found = self._new_log_lines(now)
        if found:
            self._write("\r\n".join(found) + "\r\n")
        self._editor.begin(self._prompt())

    # --- lines ------------------------------------------------------------------------------------------------------

    def _exec(self, line: str, now: int) -> None:
        """One EXEC command. `line` may begin with blanks that stand for a `do`, so that columns fit the screen."""
        match, pipe = self._commands.match(line)
        if match.status == "ok":
            self._guarded(lambda _, at: self._commands.run(match, pipe, at), None, now)
        else:
            self._fault(match, line)

    def _config_line(self, line: str, now: int) -> None:
        configure = self._configure
        if configure is None:
            return
        collecting = configure.collecting
        if not collecting and not tells_secret(line):
            self._editor.history.remember(line)
        behind = "" if collecting else behind_do(line)
        if behind:
            self._exec(behind, now)
            return
        match = configure.line(line, now)
        if match.status not in ("ok", "empty"):
            self._fault(match, line)
        for text in configure.warnings:
            self.put("% Warning: " + text)
        if match.status == "ok" and match.action in DEVICE_LINES:
            self._guarded(lambda text, at: DEVICE_LINES[match.action](self, match, at), line, now)
        # The log has shown these already where it shows warnings at all.
        if self._level() < Severity.WARNING:
            for text in configure.logged:
                self.put("% Warning: " + text)
        if configure.collecting and not collecting:
            self.put("Enter TEXT message.  End with the character '" + configure.collecting + "'.")
        if configure.done:
            self._configure = None
            if configure.changed:
                self.host.configured(self.id, now)

    def _guarded(self, call: object, what: object, now: int) -> None:
        try:
            call(what, now)  # type: ignore[operator]
        except Failed as fault:
            self._fail(str(fault.args[0]))
        except MemoryError:
            self._lines = []
            self._fail("Not enough memory for this answer")

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
        """What could stand at the end of the line."""
        found = self._guide.help(line, self._configure, self._editor.width)
        if found is None:
            self._failed = True
            ambiguous = self._guide.ambiguous(line, self._configure)
            self.put('% Ambiguous command:  "' + line.strip() + '"' if ambiguous else "% Unrecognized command")
        else:
            self._lines += found

    def _tab(self) -> None:
        text = self._editor.text
        rest = self._guide.complete(text, self._configure) if self._editor.cursor == len(text) else ""
        if rest:
            self._editor.insert(rest)
        else:
            self._editor.bell()

    # --- output -----------------------------------------------------------------------------------------------------

    def _prompt(self) -> str:
        name = self.host.config.hostname
        return name + (self._configure.prompt() if self._configure is not None else self._commands.mode.prompt)

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
        """Print what commands have put. It pauses where the command is done and the screen is full."""
        lines, self._lines = self._lines, []
        if lines:
            self._pager.show(lines, self.length if self._waiting is None else 0, self._editor.width)

    def _write(self, text: str) -> None:
        self._out.extend(text.encode())
