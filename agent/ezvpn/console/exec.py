"""EXEC mode: which command a line is, what runs it, and what of its output passes the pipe behind it.

Level 4, pure. The commands and what they do are in `exec_*`.
"""

from ezvpn.config.grammar import Mode
from ezvpn.config.match import Match
from ezvpn.console import loading, pipes
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.exec_commands import ACTIONS, PRIVILEGED, USER
from ezvpn.console.exec_show import SHOWS
from ezvpn.report.json_text import Object, clean
from ezvpn.report.json_text import render as render_json


class Exec:
    """The two levels of one session. A line may begin with blanks that stand for a `do`, so that columns fit the screen."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        if not caller.host.levels:
            caller.host.levels = (Mode("exec", ">", "", USER), Mode("privileged", "#", "", PRIVILEGED))
        self._user, self._privileged = caller.host.levels
        self._pipe = pipes.Pipe()

    @property
    def mode(self) -> Mode:
        """The commands that this session may give."""
        return self._privileged if self._caller.privileged else self._user

    def target(self, line: str) -> "tuple[Mode, str]":
        """(mode that knows the end of this line, the line with the rest blanked out)."""
        bar = pipes.bar_of(line)
        if bar >= 0:
            return self._pipe.mode, self._pipe.behind(line, bar)
        return self.mode, line

    def match(self, line: str) -> "tuple[Match, Match | None]":
        """(the command or what is wrong with the line, the pipe behind it)."""
        bar = pipes.bar_of(line)
        match = self.mode.match(line if bar < 0 else line[:bar])
        if match.status != "ok" or bar < 0:
            return match, None
        pipe = self._pipe.match(line, bar)
        if pipe.status == "empty":
            pipe.status = "incomplete"
        return (match, pipe) if pipe.status == "ok" else (pipe, None)

    def run(self, match: Match, pipe: "Match | None", now: int) -> None:
        """Do it. Raises Failed."""
        caller = self._caller
        if match.action not in SHOWS:
            ACTIONS[match.action](caller, match, now)
            return
        text, json = SHOWS[match.action]
        if match.text("json") or (pipe is not None and pipe.action == "json"):
            found = [render_json(json(caller, match, now))]
        else:
            found = text(caller, match, now)
        if pipe is not None and pipe.action == "redirect":
            self._redirect(found, pipe.text("file"), now)
            return
        if pipe is not None and pipe.action != "json":
            found = pipes.run(pipe, found)
        for line in found:
            caller.put(line)

    def shown(self, command: str, now: int) -> "list[str]":
        """What a `show` prints. Raises Failed."""
        match = self.mode.match(command)
        return SHOWS[match.action][0](self._caller, match, now)

    def shown_json(self, command: str, now: int) -> Object:
        match = self.mode.match(command)
        return SHOWS[match.action][1](self._caller, match, now)

    def _redirect(self, lines: "list[str]", file: str, now: int) -> None:
        if not self._caller.privileged:
            raise Failed("Files are written in privileged mode only: `enable` first")
        name = loading.named(file)
        if not name.startswith(loading.FLASH) or name == loading.FLASH:
            raise Failed("Name a file of " + loading.FLASH + ", such as flash:report")
        problem = self._caller.host.write(name, "".join([line + "\n" for line in lines]).encode(), now)
        if problem:
            raise Failed(file + " could not be written: " + clean(problem))
