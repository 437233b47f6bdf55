"""Configuration mode of one session: lines are collected while a block is open and take effect together when it is left.

Level 4, pure. What a line means is in `config.editor`. Several consoles may configure at once: the lines of a block are
replayed on the configuration that runs when they take effect, so that no console undoes what another has done meanwhile.
"""

from ezvpn.compat import const
from ezvpn.config import model, references, tokens
from ezvpn.config.editor import Editor
from ezvpn.config.grammar import Mode
from ezvpn.config.match import Match
from ezvpn.console.host import Host

_MAX_LINES = const(512)  # of one block; no block that means something has more

# Words behind which a secret stands.
_SECRET_WORDS = ("key", "password", "secret")

# Actions that only leave a mode.
_LEAVING = ("end", "exit")


class Configure:
    """From `configure terminal` to `end`. `done`: the mode was left · `changed`: something took effect · after each line,
    `warnings`: what it gives rise to, `logged`: warnings that the device itself has put into its log."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.done = False
        self.changed = False
        self.warnings: "list[str]" = []
        self.logged: "list[str]" = []
        self._lines: "list[str]" = []  # of the open block, its first line included
        self._begin()

    def prompt(self) -> str:
        """`(config-if)#` and the like."""
        return self._editor.prompt()

    def current(self) -> Mode:
        """The mode for help and completion."""
        return self._editor.current()

    @property
    def collecting(self) -> str:
        """The character that ends the banner being typed, "" while none is."""
        return self._editor.collecting[1] if self._editor.collecting is not None else ""

    def give_up(self) -> None:
        """Ctrl-C: the banner being typed is forgotten."""
        self._editor.collecting = None

    def line(self, text: str, now: int) -> Match:
        """Take one line. Unless the status is "ok" nothing changes."""
        self.warnings = []
        self.logged = []
        if self.collecting:
            match = self._editor.line(text)
            if not self.collecting and match.status == "ok":
                self._apply(self._editor, now)
                self._begin()
            return match
        if self._editor.block is None and self._base is not self.host.config:
            self._begin()
        before = self._editor.block
        match = self._editor.line(text)
        if match.status != "ok":
            return match
        self.warnings = list(match.warnings)
        if before is not None and self._editor.block is not before:
            self.done = match.action == "end"
            self._replay(now)
            self._begin()
            if match.action in _LEAVING:
                return match
            match = self._editor.line(text)
            if match.status != "ok":
                return match
        elif match.action in _LEAVING:
            self.done = True
            return match
        if self.collecting:
            return match
        if self._editor.block is None:
            self._apply(self._editor, now)
            self._begin()
        elif len(self._lines) < _MAX_LINES:
            self._lines.append(text)
        else:
            match.reject("more than " + str(_MAX_LINES) + " lines: leave this mode first")
        return match

    def _begin(self) -> None:
        """Global mode, on a copy of what runs now."""
        self._base = self.host.config
        self._editor = Editor(model.clone(self._base), self.host.unseal, self.host.modes, self.host.hash_kinds)
        self._lines = []

    def _replay(self, now: int) -> None:
        """The block was left: its lines take effect."""
        editor = Editor(model.clone(self.host.config), self.host.unseal, self.host.modes, self.host.hash_kinds)
        for text in self._lines:
            match = editor.line(text)
            if match.status != "ok":
                self.warnings.append("not done, another console has changed the configuration: " + match.reason())
        self._apply(editor, now)

    def _apply(self, editor: Editor, now: int) -> None:
        if model.same(editor.config, self.host.config):
            return
        for record, message in references.warnings(editor.config):
            if record is not None and record is editor.block:
                self.warnings.append(message)
        self.changed = True
        self.logged = self.host.apply(editor.config, now)


def tells_secret(line: str) -> bool:
    """Whether a secret may stand in this line: also when the word in front of it is abbreviated, or the line wrong."""
    for _, word in tokens.split(line):
        for secret in _SECRET_WORDS:
            if secret.startswith(word.lower()):
                return True
    return False
