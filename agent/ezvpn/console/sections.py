"""Parts of a printed configuration: whole blocks, found by their first line or by what stands in them.

Level 4, pure. A block is an unindented line and the indented lines below it.
"""


def blocks(lines: "list[str]") -> "list[list[str]]":
    """The blocks of a configuration, without separators and `end`."""
    found: "list[list[str]]" = []
    for line in lines:
        if line[:1] == " " and found:
            found[-1].append(line)
        elif line not in ("!", "end", ""):
            found.append([line])
    return found


def beginning(lines: "list[str]", words: str) -> "list[str]":
    """Blocks whose first line begins with these words."""
    return _joined([block for block in blocks(lines) if (block[0] + " ").startswith(words + " ")])


def having(lines: "list[str]", text: str) -> "list[str]":
    """Blocks whose first line has a text; of the others the lines that have it, under their first line."""
    found = []
    for block in blocks(lines):
        if text in block[0]:
            found.append(block)
        elif [line for line in block if text in line]:
            found.append([block[0]] + [line for line in block[1:] if text in line])
    return _joined(found)


def _joined(found: "list[list[str]]") -> "list[str]":
    """IOS's separator between blocks that have lines inside."""
    out: "list[str]" = []
    for block in found:
        if len(block) > 1 and out and out[-1] != "!":
            out.append("!")
        out += block
        if len(block) > 1:
            out.append("!")
    return out
