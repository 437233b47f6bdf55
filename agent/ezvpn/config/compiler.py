"""From a grammar string to the positions that `config.grammar` walks over. The notation is described there.

Level 3, pure. Glushkov's construction: a state is the token last matched, so there are no empty moves, and a command
costs one small node and one list of successors a token.
"""

from ezvpn.config import tokens


class Command:
    """One entry compiled to its positions (Glushkov's construction: a state is the token last matched, no empty moves)."""

    def __init__(self, entry: "tuple[str, tuple[str, ...], str]") -> None:
        self.entry = entry
        self.nodes: "list[Node]" = []
        self.follow: "list[list[int]]" = []
        self.stops: "list[int]" = []
        self.negatable = False
        reader = _Reader(self, tokens.lex(entry[0]))
        self.first, self.last, _ = reader.choice(True)

    def accepts(self, position: int, negate: str) -> bool:
        return position in self.last or (negate != "" and position in self.stops)

    def after(self, position: int) -> "list[int]":
        return self.first if position < 0 else self.follow[position]


class Node:
    """One token of a grammar string."""

    def __init__(self, kind: int, text: str, name: str, help: str) -> None:
        self.kind = kind
        self.text = text
        self.name = name
        self.help = help
        self.many = False


class _Reader:
    """Recursive descent over the symbols of a grammar string. Each method returns (first, last, nullable) of its part."""

    def __init__(self, command: Command, symbols: "list[str]") -> None:
        self.command = command
        self.symbols = symbols
        self.at = 0

    def choice(self, top: bool = False) -> "tuple[list[int], list[int], bool]":
        first, last, nullable = self.sequence(top)
        while self.peek() == "|":
            self.at += 1
            more_first, more_last, more_nullable = self.sequence(False)
            first = first + more_first
            last = last + more_last
            nullable = nullable or more_nullable
        return first, last, nullable

    def sequence(self, top: bool) -> "tuple[list[int], list[int], bool]":
        first: "list[int]" = []
        last: "list[int]" = []
        nullable = True
        while self.peek() not in ("", "|", "}", "]"):
            if self.peek() == "~":
                self.at += 1
                self.command.negatable = True
                self.command.stops = self.command.stops + last
                continue
            more_first, more_last, more_nullable = self.item()
            for position in last:
                self.command.follow[position] += more_first
            if nullable:
                first = first + more_first
            last = last + more_last if more_nullable else more_last
            nullable = nullable and more_nullable
        return first, last, nullable

    def item(self) -> "tuple[list[int], list[int], bool]":
        nodes = self.command.nodes
        begin = len(nodes)
        symbol = self.symbols[self.at]
        self.at += 1
        if symbol == "{" or symbol == "[":
            first, last, nullable = self.choice()
            self.at += 1
            nullable = nullable or symbol == "["
        else:
            helps = self.command.entry[1]
            kind, text = tokens.kind_of(symbol)
            nodes.append(Node(kind, text, "", helps[begin] if begin < len(helps) else ""))
            self.command.follow.append([])
            first, last, nullable = [begin], [begin], False
        if self.peek().startswith("$"):
            for node in nodes[begin:]:
                node.name = node.name or self.peek()[1:]
            self.at += 1
        if self.peek() == "...":
            self.at += 1
            for node in nodes[begin:]:
                node.many = True
            for position in last:
                self.command.follow[position] += first
        return first, last, nullable

    def peek(self) -> str:
        return self.symbols[self.at] if self.at < len(self.symbols) else ""
