"""Configuration line by line: which mode takes a line, what it changes, and what to tell whoever typed it.

Level 3, pure. `config.text` feeds it files, the console feeds it keystrokes: the same rules for both.
"""

from ezvpn.config import commands, commands_line, kept
from ezvpn.config.access import Line
from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.grammar import Mode, first_match
from ezvpn.config.kept_line import Kept
from ezvpn.config.match import Match
from ezvpn.config.model import Archive, Config, Interface, MapEntry

MAX_LINE = 1024

# Which block a kept line opens, by its first words.
_BLOCKS = (
    ("ip access-list", "config-std-nacl"),
    ("", "config-line"),
)


class Editor(Draft):
    """A draft with its modes. `mode` is "config" in the global mode and "" after `end` or `exit` from there.

    The console shows `prompt()`, and asks `current()` for help and completion. Lines of a block take effect together: apply
    `config` when `block` is not what it was before the line.
    """

    def __init__(
        self,
        config: Config,
        unseal: object = None,
        modes: "commands.Modes | None" = None,
        hash_kinds: "tuple[str, ...]" = ("5", "8", "9"),
    ) -> None:
        super().__init__(config, unseal, hash_kinds)
        self.modes = modes or commands.Modes()

    def current(self) -> Mode:
        """The mode that the next line is for."""
        return self.modes.mode(self.mode or "config")

    def prompt(self) -> str:
        """`(config-if)#` and the like, without the host name."""
        return self.current().prompt

    def line(self, text: str, outer_first: bool = False) -> Match:
        """Take one line. Nothing changes unless the status that comes back is "ok"; never raises for what was typed.

        A line that the present mode does not know is tried in its parents, as in IOS; with outer_first in the global mode
        before the present one.
        """
        if not self.mode:
            self.enter("config", None)
        if self.collecting is not None:
            return self._collect(text)
        words = text.strip()
        if not words or words[0] == "!":
            return Match("empty", text)
        fault = _unreadable(text)
        if fault is not None:
            return fault
        chain = self.modes.chain(self.mode)
        if outer_first:
            chain.reverse()
        mode, match = first_match(chain, text)
        if match.status == "ok":
            self._run(mode, match)
            return match
        for outer in chain:
            table = self.modes.kept(outer.name)
            if table is not None:
                attempt = table.match(text)
                if attempt.status == "ok":
                    self._keep(outer, attempt)
                    return attempt
        return match

    def _collect(self, text: str) -> Match:
        """A line of a banner, which is no command whatever it says."""
        match = _unreadable(text) or Match("ok", text)
        fault = commands_line.collect(self, text) if match.status == "ok" else ""
        if fault:
            match.reject(fault)
        return match

    def _run(self, mode: Mode, match: Match) -> None:
        before = (self.mode, self.block)
        if match.action == "end":
            self.enter("", None)
        elif match.action == "exit":
            self.enter(self.current().parent, None)
        else:
            if mode.name != self.mode:
                self.enter(mode.name, None)
            try:
                commands.run(match.action, self, match)
            except Rejected as fault:
                match.reject(str(fault.args[0]), str(fault.args[1]) if len(fault.args) > 1 else "")
                self.enter(before[0], before[1])

    def _keep(self, mode: Mode, match: Match) -> None:
        secret = None
        if match.text("secret"):
            try:
                secret = self.secret(match, "secret")
            except Rejected as fault:
                match.reject(str(fault.args[0]), "secret")
                return
        if self._kept_lines() >= kept.MAX_LINES:
            match.reject("more than " + str(kept.MAX_LINES) + " lines that have no meaning here")
            return
        if mode.name != self.mode:
            self.enter(mode.name, None)
        action = match.action.split(" ")
        line = Kept(int(action[1]), match.full, secret)
        kept.keep(self._target(), match, line)
        if "!" in action and not match.negate:
            match.warnings.append(
                "kept, but has no effect here: " + kept.fixed_part(match.entry[0]) + " is not supported"
            )
        if action[0] == "block" and not match.negate:
            for words, name in _BLOCKS:
                if line.text.startswith(words):
                    self.enter(name, line)
                    return

    def _target(self) -> "list[Kept]":
        if isinstance(self.block, (Interface, MapEntry, Line, Archive)):
            return self.block.kept
        if isinstance(self.block, Kept):
            return self.block.lines
        return self.config.kept

    def _kept_lines(self) -> int:
        blocks = sum([len(interface.kept) for interface in self.config.interfaces])
        blocks += sum([len(entry.kept) for entry in self.config.crypto_maps]) + len(self.config.line.kept)
        blocks += len(self.config.archive.kept) if self.config.archive is not None else 0
        return kept.count(self.config.kept) + blocks


def _unreadable(text: str) -> "Match | None":
    """A fault for what no configuration line can be: too long, or with control characters."""
    if len(text) > MAX_LINE:
        fault = Match("ok", text)
        fault.reject("a line has at most " + str(MAX_LINE) + " characters")
        return fault
    for i in range(len(text)):
        if ord(text[i]) < 32 and text[i] not in "\t\r\n" or ord(text[i]) == 127:
            fault = Match("ok", text)
            fault.reject("a control character")
            fault.column = i
            return fault
    return None
