"""What stops a build, as one error with what to do next.

Belongs here: the exception. Not here: how it is printed (`command`).
"""

from __future__ import annotations


class Trouble(Exception):
    """A build that cannot go on: what is wrong and, if one is known, the command to run next."""

    def __init__(self, what: str, command: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.command = command
