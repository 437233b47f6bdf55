"""One row of a terminal: what a person sees after the bytes that came. Runs on both interpreters."""


class Screen:
    """rows: finished rows without trailing blanks · row, column: the present row and its cursor. bells: how often it rang."""

    def __init__(self, width=80):
        self.width = width
        self.rows = []
        self.cells = []
        self.column = 0
        self.bells = 0

    def write(self, data):
        for char in bytes(data).decode():
            if char == "\r":
                self.column = 0
            elif char == "\n":
                self.rows.append(self.row())
                self.cells = []
            elif char == "\b":
                if self.column == 0:
                    raise ValueError("backspace over the left edge")
                self.column -= 1
            elif char == "\a":
                self.bells += 1
            elif ord(char) < 32:
                raise ValueError("control character " + repr(char))
            else:
                while len(self.cells) <= self.column:
                    self.cells.append(" ")
                self.cells[self.column] = char
                self.column += 1

    def row(self):
        return "".join(self.cells).rstrip()
