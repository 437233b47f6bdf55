"""The grammar engine: command tables as data; matching with abbreviations, help and completion out of the same strings.

Level 3, pure: text in, values out. Knows no command and no configuration; `config/commands*` and `console/*` hold the tables.

A table is a tuple of entries `(grammar, helps, action)`, all of them constants, so that frozen firmware keeps it in flash:

    TABLE = (
        ("crypto isakmp keepalive ~ <10-3600>$seconds [<2-60>$retry] [periodic|on-demand]$when",
         ("", "", "Set a keepalive", "Seconds between probes", "Seconds between retries", "Always", "With traffic"),
         "keepalive"),
    )
    mode = Mode("config", "(config)#", "", TABLE)
    m = mode.match("cry isa keep 10 per")    m.status == "ok"  m.action == "keepalive"  m.negate == ""
                                             m.args == {"seconds": 10, "when": "periodic"}
    m = mode.match("no crypto isakmp keep")  m.negate == "no"  m.args == {}
    m = mode.match("crypto isakmp keep 5")   m.status == "invalid"  m.column == 19  m.expected == ["<10-3600>"]
    m.message()                              "% Invalid input detected at '^' marker."   (caret below m.column)
    m.out_of_range                           "5 is out of range: <10-3600>"
    mode.help("crypto isakmp ")              [("keepalive", "Set a keepalive")]
    mode.help("crypto isakmp keepalive 10 ") [("<2-60>", ...), ("on-demand", ...), ("periodic", ...), ("<cr>", "")]
    mode.complete("crypto isak")             "mp "   what TAB appends, "" when nothing or not unique

Notation of a grammar string:

    word              literal; may be abbreviated as long as it is unique, in either case
    <lo-hi>           number in a range                 int
    A.B.C.D           IPv4 address                      4 bytes
    MASK              contiguous IPv4 mask              4 bytes
    WILDCARD          any IPv4 mask                     4 bytes
    PREFIX            `10.0.0.0/8`                      4 bytes of address, 1 of length
    IFNAME            interface; `fa0`, `Fast 0`        "FastEthernet0"; names it does not know are taken as they are
    HOST              host name or IPv4 address         text
    WORD              anything without a blank          text
    STRING            a word, or blanks within "…"      text, without the quotes
    LINE              rest of the line                  text, inner blanks kept
    SECRET            rest of the line                  text, inner blanks kept; a leading `0 ` or `6 ` is the type
    [x y]  {x|y}      optional; a choice (also inside [])
    $name             after a token or a group: where the value (of a literal: its word) goes in `args`
    ...               after a token or a group: once or more; its `$name` then holds a list
    ~                 here the `no` and `default` forms may end; there may be several; an entry without one has neither form

`helps` has one line for each token in the order of the string; "" where another entry of the table says it already, and
missing ones at the end are "". A literal beats a number, a number an address, an address an interface, then HOST, WORD, LINE.
"""

from ezvpn.config import tokens
from ezvpn.config.compiler import Command, Node
from ezvpn.config.match import CR, Match, listed

_PREFIXES = (
    ("no", "Negate a command or set its defaults"),
    ("default", "Set a command to its defaults"),
)

# How well a token fits, best first. Only the best candidates survive a token.
_EXACT = 0
_ABBREVIATED = 1
_TYPED = 2  # + the rank of the kind

_MAX_SHOWN = 20  # digits of a number that is out of range


class Mode:
    """One mode of the command line: its name, prompt suffix, the name of its parent and its table."""

    def __init__(
        self, name: str, prompt: str, parent: str, table: "tuple[tuple[str, tuple[str, ...], str], ...]"
    ) -> None:
        self.name = name
        self.prompt = prompt
        self.parent = parent
        self.table = table
        self._compiled: "list[Command | None]" = [None] * len(table)
        self._negatable = any("~" in entry[0] for entry in table)

    def match(self, line: str) -> Match:
        """Match a whole line. Never raises."""
        return self.fit(line) or self._fault(line)

    def fit(self, line: str) -> "Match | None":
        """The match of a line that is one of our commands, or is empty; None for any other.

        Only the commands whose literals fit are looked at: a table has fifty that begin with `show`, and each is compiled when it
        is first looked at. What is wrong with a line is told by all of them."""
        words = tokens.split(line)
        if not words:
            return Match("empty", line)
        walk = _Walk(self, line, words, self._fitting(words))
        if walk.run(len(words)) is not None:
            return None
        for state in walk.states:
            command = state[0]
            if command is not None and command.accepts(state[1], walk.negate):
                found = Match("ok", line)
                found.entry = command.entry
                found.action = command.entry[2]
                found.negate = walk.negate
                _collect(found, command, state[2])
                return found
        return None

    def _fault(self, line: str) -> Match:
        """Why a line is none of our commands."""
        words = tokens.split(line)
        walk = _Walk(self, line, words)
        fault = walk.run(len(words))
        if fault is None:
            fault = Match("incomplete", line, len(line.rstrip()))
            fault.expected = [label for label, _ in walk.choices("")]
        return fault

    def help(self, line: str) -> "list[tuple[str, str]]":
        """What may stand at the end of `line`: (label, help), sorted, `<cr>` last. After a blank: the next tokens; else the
        tokens that the begun word can become. Empty when the words before do not match."""
        words = tokens.split(line)
        begun = ""
        if words and not line[-1].isspace():
            begun = words.pop()[1]
        walk = _Walk(self, line, words)
        if walk.run(len(words)) is not None:
            return []
        return walk.choices(begun)

    def complete(self, line: str) -> str:
        """What TAB appends to `line`: the rest of the only possible literal and a blank, or ""."""
        if not line or line[-1].isspace():
            return ""
        words = tokens.split(line)
        begun = words.pop()[1].lower()
        walk = _Walk(self, line, words)
        if walk.run(len(words)) is not None:
            return ""
        found = walk.literals(begun)
        if len(found) == 1:
            return found[0][len(begun) :] + " "
        return ""

    def _fitting(self, words: "list[tuple[int, str]]") -> "list[int]":
        """Which entries a line can be, by their literals from the left up to the first word that could be several of them."""
        left = [(i, self.table[i][0]) for i in range(len(self.table))]
        done = []  # what comes next in these is no plain literal
        for number in range(len(words)):
            begun = words[number][1].lower()
            if number == 0 and self._negatable and any(name.startswith(begun) for name, _ in _PREFIXES):
                if begun in ("no", "default"):
                    continue
                break
            found = []
            heads = set()
            for i, rest in left:
                if rest[:1] != begun[:1] and tokens.is_literal(rest):
                    continue
                head, _, rest = rest.partition(" ")
                while head == "~":
                    head, _, rest = rest.partition(" ")
                if not tokens.is_literal(head):
                    done.append(i)
                    continue
                head = head.partition("$")[0]
                if head.startswith(begun):
                    found.append((i, rest, head))
                    heads.add(head)
            left = [(i, rest) for i, rest, head in found if head == begun or begun not in heads]
            if len(heads) > 1 and begun not in heads:
                break
        return sorted(done + [i for i, _ in left])

    def _commands(self, begun: str, only: "list[int] | None" = None) -> "list[Command]":
        """Commands that can start with the literal `begun` (lower case), or with something typed; of those that `only` names.
        Compiled on first use."""
        found = []
        for i in range(len(self.table)) if only is None else only:
            first = self.table[i][0].partition(" ")[0]
            if tokens.is_literal(first) and not first.startswith(begun):
                continue
            command = self._compiled[i]
            if command is None:
                command = Command(self.table[i])
                self._compiled[i] = command
            found.append(command)
        return found


def first_match(modes: "list[Mode]", line: str) -> "tuple[Mode, Match]":
    """Try modes in turn; the first that takes the line wins, else the fault that got furthest (the earlier mode on a tie)."""
    for mode in modes:
        found = mode.fit(line)
        if found is not None:
            return mode, found
    best = modes[0]
    result = best.match(line)
    for mode in modes[1:]:
        other = mode.match(line)
        if other.column > result.column:
            best = mode
            result = other
    return best, result


class _Walk:
    """All places where a line can be in all commands of a mode at once.

    A state is (command, position, trail): trail is a chain (trail before, position, value, column), or None. The command of the
    states before the first token, and of the words `no` and `default`, is None.
    """

    def __init__(self, mode: Mode, line: str, words: "list[tuple[int, str]]", only: "list[int] | None" = None) -> None:
        self.mode = mode
        self.only = only  # entries of the table; None: all
        self.line = line
        self.words = words
        self.negate = ""
        self.states: "list[tuple[Command | None, int, object]]" = [(None, -1, None)]
        self.open_end = False  # the last token was LINE or SECRET: more text only makes it longer
        self.tail: "Node | None" = None

    def run(self, count: int) -> "Match | None":
        """Walk over the first `count` words; None, or the fault that stopped it."""
        i = 0
        while i < count:
            best, found, used = self._candidates(i)
            column, word = self.words[i]
            if not found:
                fault = Match("invalid", self.line, column + self._agreeing(word.lower()))
                fault.expected = [label for label, _ in self.choices("")]
                fault.out_of_range = self._out_of_range(word)
                return fault
            if best == _ABBREVIATED:
                possible = self.literals(word.lower())
                if len(possible) > 1:
                    fault = Match("ambiguous", self.line, column)
                    fault.expected = possible
                    return fault
            if found[0][0] is None:
                self.negate = self.literals(word.lower())[0] if best == _ABBREVIATED else word.lower()
            self.states = found
            i += used
        return None

    def _candidates(self, i: int) -> "tuple[int, list[tuple[Command | None, int, object]], int]":
        """(fit, states after it, words used) of the best fit for word i."""
        column, word = self.words[i]
        low = word.lower()
        best = 99
        used = 1
        found: "list[tuple[Command | None, int, object]]" = []
        if self.states[0][0] is None and not self.negate and self.mode._negatable:
            for prefix, _ in _PREFIXES:
                if prefix.startswith(low):
                    fit = _EXACT if prefix == low else _ABBREVIATED
                    if fit < best:
                        best = fit
                        found = []
                    if fit == best:
                        found.append((None, -1, None))
        for command, position, trail in self._open(low):
            for nxt in command.after(position):
                node = command.nodes[nxt]
                took = 1
                value: object = node.text
                if node.kind == tokens.LITERAL:
                    if node.text == low:
                        fit = _EXACT
                    elif node.text.startswith(low):
                        fit = _ABBREVIATED
                    else:
                        continue
                else:
                    value, took = tokens.read(node.kind, node.text, self.line, self.words, i)
                    if value is None:
                        continue
                    fit = _TYPED + node.kind
                if fit < best:
                    best = fit
                    found = []
                if fit == best and not _has(found, command, nxt):
                    used = took
                    found.append((command, nxt, (trail, nxt, value, column)))
        return best, found, used

    def _open(self, begun: str) -> "list[tuple[Command, int, object]]":
        """The present states; at the start of a line (and after `no`), one for each command that `begun` can start."""
        if self.states[0][0] is not None:
            return [(command, at, trail) for command, at, trail in self.states if command is not None]
        return [
            (command, -1, None)
            for command in self.mode._commands(begun, self.only)
            if not self.negate or command.negatable
        ]

    def _next(self, begun: str) -> "list[Node]":
        return [command.nodes[nxt] for command, at, _ in self._open(begun) for nxt in command.after(at)]

    def literals(self, begun: str) -> "list[str]":
        """The literals, sorted and each once, that `begun` (lower case) can stand for here."""
        found = [node.text for node in self._next(begun) if node.kind == tokens.LITERAL]
        if self.states[0][0] is None and not self.negate and self.mode._negatable:
            found += [prefix for prefix, _ in _PREFIXES]
        return sorted({word for word in found if word.startswith(begun)})

    def choices(self, begun: str) -> "list[tuple[str, str]]":
        """What can stand here and begins with `begun`: (label, help) sorted, each label once."""
        found: "dict[str, str]" = {}
        low = begun.lower()
        for node in self._next(low):
            if node.kind == tokens.LITERAL:
                if node.text.startswith(low):
                    found[node.text] = found.get(node.text, "") or node.help
            elif tokens.may_begin(node.kind, begun):
                for label, help in tokens.labels(node.kind, node.text, node.help):
                    found[label] = found.get(label, "") or help
        if self.states[0][0] is None and not self.negate and self.mode._negatable:
            for prefix, help in _PREFIXES:
                if prefix.startswith(low):
                    found[prefix] = help
        listed = [(label, found[label]) for label in sorted(found)]
        ends = [state for state in self.states if state[0] is not None and state[0].accepts(state[1], self.negate)]
        if ends and not begun:
            listed.append((CR, ""))
        return listed

    def _out_of_range(self, word: str) -> str:
        """What is wrong with a number where one of another size would do, "" for anything else."""
        ranges = sorted({"<" + node.text + ">" for node in self._next("") if node.kind == tokens.RANGE})
        if not ranges or not tokens.is_number(word):
            return ""
        shown = word if len(word) <= _MAX_SHOWN else word[:_MAX_SHOWN] + "..."
        return shown + " is out of range: " + listed(ranges)

    def _agreeing(self, word: str) -> int:
        """How many characters of a wrong word agree with some literal: IOS sets its caret behind them."""
        best = 0
        for node in self._next(word[:1]):
            if node.kind == tokens.LITERAL:
                same = 0
                while same < len(word) and same < len(node.text) and word[same] == node.text[same]:
                    same += 1
                best = max(best, same)
        return best


def _has(states: "list[tuple[Command | None, int, object]]", command: Command, position: int) -> bool:
    for other, at, _ in states:
        if other is command and at == position:
            return True
    return False


def _collect(found: Match, command: Command, trail: object) -> None:
    """Fill args, columns and full from the tokens along a state's trail."""
    path: "list[tuple[int, object, int]]" = []
    while isinstance(trail, tuple):
        trail, position, value, column = trail
        path.append((position, value, column))
    full = []
    while path:
        position, value, column = path.pop()
        node = command.nodes[position]
        if node.kind == tokens.STRING:
            full.append(tokens.quoted(str(value)))
        elif node.kind != tokens.SECRET:
            full.append(tokens.dotted(value) if isinstance(value, bytes) else str(value))
        if not node.name:
            continue
        kept = found.args.get(node.name)
        if node.many and isinstance(kept, list):
            kept.append(value)
            continue
        found.args[node.name] = [value] if node.many else value
        found.columns[node.name] = column
    found.full = " ".join(full)
