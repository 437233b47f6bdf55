"""What a person sees of a console's output: CR goes to the first column, BS one back, and what comes then stands over what was
there. Long lines scroll, and log lines push aside what is being typed, by nothing but these two. CPython only, pure."""


def seen(text: str) -> str:
    """The lines of `text` as they stand on the screen, without blanks at their ends. Its line ends are plain."""
    if "\r" not in text and "\b" not in text:
        return text
    return "\n".join([_row(line) if "\r" in line or "\b" in line else line for line in text.split("\n")])


def _row(line: str) -> str:
    cells: "list[str]" = []
    at = 0
    for char in line:
        if char == "\r":
            at = 0
        elif char == "\b":
            at = max(at - 1, 0)
        else:
            cells[at : at + 1] = [char]
            at += 1
    return "".join(cells).rstrip()
