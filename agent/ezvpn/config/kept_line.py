"""A line of IOS without meaning here, as a value. Which lines are kept, and where they stand: `kept`.

Level 3.
"""

from ezvpn.record import Record, Secret


class Kept(Record):
    """A line of IOS that has no meaning here, kept to be written back in its place, with the lines of its block.

    text: the line with its words in full, without the secret at its end · secret: that secret, or None · place: where it
    stands among the other lines (`config.kept`).
    """

    _fields = ("place", "text", "secret", "lines")

    def __init__(self, place: int, text: str, secret: "Secret | None" = None) -> None:
        self.place = place
        self.text = text
        self.secret = secret
        self.lines: "list[Kept]" = []
